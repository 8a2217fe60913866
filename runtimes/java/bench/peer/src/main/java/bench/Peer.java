package bench;

import com.google.cloud.functions.HttpFunction;
import com.google.cloud.functions.HttpRequest;
import com.google.cloud.functions.HttpResponse;
import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.io.IOException;

/** The same functions for functions-framework. FUNCTION names the one: hello or sleep. */
public class Peer implements HttpFunction {
  private static final boolean SLEEP = "sleep".equals(System.getenv("FUNCTION"));
  private static final Gson GSON = new Gson();

  @Override
  public void service(HttpRequest request, HttpResponse response)
      throws IOException, InterruptedException {
    response.getWriter().write(SLEEP ? sleep(request) : "hello world");
  }

  private static String sleep(HttpRequest request) throws IOException, InterruptedException {
    JsonObject parameters = GSON.fromJson(request.getReader(), JsonObject.class);
    Thread.sleep((long) (parameters.get("seconds").getAsDouble() * 1000));
    return "slept";
  }
}
