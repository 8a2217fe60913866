package io.kubeless.runtime;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Map;
import org.apache.coyote.ActionCode;
import org.apache.coyote.Request;
import org.apache.coyote.Response;

/** One request with its answer, on Tomcat's own types. */
final class Exchange {
  final Request request;
  final Response response;
  final long received = System.nanoTime();
  private final boolean fromOrigin;

  Exchange(Request request, Response response) {
    this.request = request;
    this.response = response;
    fromOrigin = request.getHeader("Origin") != null;
  }

  /** Flags of the shared table. */
  int flags() {
    int head = request.getMethod().equals("HEAD") ? Table.HEAD : 0;
    return head | (fromOrigin ? Table.ORIGIN : 0);
  }

  /** Sets status and headers. */
  void begin(Answer answer, boolean last) {
    response.setStatus(answer.status());
    for (Map.Entry<String, String> header : answer.headers()) {
      if (header.getKey().equalsIgnoreCase("Content-Type")) {
        response.setContentTypeNoCharset(header.getValue());
      } else if (!header.getKey().equalsIgnoreCase("Content-Length")) {
        response.getMimeHeaders().addValue(header.getKey()).setString(header.getValue());
      }
    }
    if (answer.contentType() != null && !answer.sets("Content-Type")) {
      response.setContentTypeNoCharset(answer.contentType());
    }
    if (fromOrigin && !answer.sets(Cors.ALLOW_ORIGIN)) { // RESPONSE-14
      response.setHeader(Cors.ALLOW_ORIGIN, "*");
    }
    if (last) {
      response.setHeader("Connection", "close");
    }
  }

  /** Writes a whole answer. */
  void send(Answer answer, boolean last) throws IOException {
    begin(answer, last);
    if (answer.status() != 204 && answer.status() != 304) { // RESPONSE-7
      response.setContentLength(answer.bytes().length);
      response.doWrite(ByteBuffer.wrap(answer.bytes()));
    }
    finish();
  }

  /** Sends what is left; the access log comes after that. */
  void finish() {
    response.action(ActionCode.CLOSE, null);
  }

  /** Sends the answer before the rest of the request is read, for a client that still sends it. */
  void flush() {
    response.action(ActionCode.CLIENT_FLUSH, null);
  }

  /** Ends the connection without another byte; the log tells the status that has been sent. */
  void abandon() {
    int status = response.getStatus();
    response.action(ActionCode.CLOSE_NOW, null);
    response.setStatus(status);
  }

  /** What a streaming function writes to. */
  OutputStream output() {
    return new OutputStream() {
      @Override
      public void write(int single) throws IOException {
        write(new byte[] {(byte) single}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        response.doWrite(ByteBuffer.wrap(bytes, offset, length));
      }

      @Override
      public void flush() throws IOException {
        Exchange.this.flush();
        if (response.isExceptionPresent()) {
          throw new IOException(response.getErrorException());
        }
      }
    };
  }

  AccessLog.Entry entry() {
    String query = request.queryString().toString();
    String path = dash(request.requestURI().toString());
    return new AccessLog.Entry(
        address(),
        dash(request.getMethod()),
        query == null ? path : path + "?" + query,
        dash(request.protocol().toString()),
        response.getStatus(),
        response.getContentWritten(),
        request.getHeader("Referer"),
        request.getHeader("User-Agent"),
        trace(request.getHeader("traceparent")),
        System.nanoTime() - received);
  }

  private static String dash(String text) {
    return text == null ? "-" : text; // of a request that could not be read
  }

  private String address() {
    request.action(ActionCode.REQ_HOST_ADDR_ATTRIBUTE, null);
    return request.remoteAddr().toString();
  }

  /** Returns the trace ID of a `traceparent` header (OBSERVABILITY-11). */
  static String trace(String parent) {
    String[] parts = parent == null ? new String[0] : parent.trim().split("-");
    return parts.length >= 4 && parts[1].length() == 32 ? parts[1] : null;
  }
}
