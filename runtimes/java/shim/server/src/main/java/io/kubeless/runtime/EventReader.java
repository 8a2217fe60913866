package io.kubeless.runtime;

import io.kubeless.Event;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.coyote.Request;
import org.apache.tomcat.util.http.MimeHeaders;
import org.apache.tomcat.util.net.ApplicationBufferHandler;

/** Makes the event of a request. */
final class EventReader {
  private static final int FIRST_BUFFER = 64 * 1024;

  private final long bodyLimit;

  EventReader(long bodyLimit) {
    this.bodyLimit = bodyLimit;
  }

  Event read(Request request) throws BadRequestException {
    byte[] body;
    try {
      body = body(request);
    } catch (IOException e) { // REQUEST-22: broken chunks, or an end before the declared one
      throw new BadRequestException(400, "malformed body", true);
    }
    String query = request.queryString().toString();
    HttpRequest http =
        new HttpRequest(
            request.getMethod(),
            request.requestURI().toString(),
            query,
            headers(request.getMimeHeaders()),
            request.getContentType(),
            body);
    if (CloudEvents.isStructured(http)) {
      return CloudEvents.structured(http);
    }
    boolean isJson = HttpRequest.isJson(HttpRequest.mediaType(http.contentType()));
    if (isJson && body.length > 0 && !Json.isValid(body)) { // REQUEST-7, REQUEST-8
      throw new BadRequestException(400, "malformed JSON");
    }
    if (CloudEvents.isBinary(http)) {
      return CloudEvents.binary(http);
    }
    return new Event(
        http.text(),
        http.header("event-id"),
        http.header("event-type"),
        http.header("event-time"),
        http.header("event-namespace"),
        http);
  }

  private static Map<String, List<String>> headers(MimeHeaders all) {
    Map<String, List<String>> headers = new LinkedHashMap<>();
    for (int index = 0; index < all.size(); index++) {
      String name = all.getName(index).toString().toLowerCase(Locale.ROOT);
      headers.computeIfAbsent(name, key -> new ArrayList<>(1)).add(all.getValue(index).toString());
    }
    return headers;
  }

  private byte[] body(Request request) throws IOException, BadRequestException {
    long declared = request.getContentLengthLong();
    if (declared > bodyLimit) {
      throw new BadRequestException(413, "body of " + declared + " bytes", true);
    }
    if (declared == 0) {
      return new byte[0];
    }
    byte[] body = new byte[(int) Math.min(declared < 0 ? 0 : declared, FIRST_BUFFER)];
    int length = 0;
    Chunk chunk = new Chunk();
    while (request.doRead(chunk) >= 0) {
      int more = chunk.buffer.remaining();
      if (length + (long) more > bodyLimit) {
        throw new BadRequestException(413, "body over the limit", true);
      }
      if (length + more > body.length) {
        long grown = Math.max(length + (long) more, Math.min(2L * body.length, bodyLimit));
        body = Arrays.copyOf(body, (int) grown);
      }
      chunk.buffer.get(body, length, more);
      length += more;
    }
    return length == body.length ? body : Arrays.copyOf(body, length);
  }

  /** Where Tomcat puts what it has read. */
  private static final class Chunk implements ApplicationBufferHandler {
    private ByteBuffer buffer = ByteBuffer.allocate(0);

    @Override
    public void setByteBuffer(ByteBuffer buffer) {
      this.buffer = buffer;
    }

    @Override
    public ByteBuffer getByteBuffer() {
      return buffer;
    }

    @Override
    public void expand(int size) {
      // Tomcat hands out its own buffer.
    }
  }
}
