package io.kubeless;

import java.io.IOException;
import java.net.Socket;
import java.util.Map;

/** A function and the client that calls it: what they load goes into the archive of class data. */
public class ArchiveTraining {
  /** Has each kind of answer made once. */
  public Object handler(Event event, Context context) {
    if (event.Extensions.path().equals("/json")) {
      return Map.of("data", event.Extensions.json(), "number", 1);
    }
    return event.Extensions.path().equals("/response") ? new Response(201, event.Data) : event.Data;
  }

  /** Calls the function on the port given; waits for its start. */
  public static void main(String[] arguments) throws Exception {
    int port = Integer.parseInt(arguments[0]);
    long end = System.nanoTime() + 60_000_000_000L;
    while (!answers(port)) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("no answer on port " + port);
      }
      Thread.sleep(50);
    }
    String json = "{\"a\": [1, \"b\", null, 1.5, true]}";
    for (String path : new String[] {"/text", "/json", "/response", "/metrics"}) {
      post(port, path, path.equals("/text") ? "text/plain" : "application/json", json);
    }
    Thread.sleep(3000); // the spare starts
  }

  private static boolean answers(int port) {
    try {
      post(port, "/text", "text/plain", "text");
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static void post(int port, String path, String type, String body) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      String request =
          "POST %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\nOrigin: http://a\r\n"
              + "Content-Type: %s\r\nContent-Length: %d\r\n\r\n%s";
      byte[] bytes = request.formatted(path, type, body.length(), body).getBytes();
      socket.getOutputStream().write(bytes);
      if (socket.getInputStream().readAllBytes().length == 0) {
        throw new IOException("no answer");
      }
    }
  }
}
