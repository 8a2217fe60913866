package io.kubeless.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kubeless.Response;
import io.kubeless.StreamingBody;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a function's result is answered with.
 *
 * @param contentType of the body, unless a header says otherwise
 * @param bytes the whole body, or null where it is streamed
 * @param stream writes the body, or null
 */
record Answer(
    int status,
    List<Map.Entry<String, String>> headers,
    String contentType,
    byte[] bytes,
    StreamingBody stream) {
  private static final byte[] NOTHING = {};
  private static final Map<Integer, String> REASONS =
      Map.of(
          400, "Bad Request",
          413, "Content Too Large",
          415, "Unsupported Media Type",
          500, "Internal Server Error",
          503, "Service Unavailable");
  private static final List<Map.Entry<String, String>> CODINGS =
      List.of(Map.entry("Accept-Encoding", "gzip, deflate"));
  private static final String TEXT = "text/plain; charset=utf-8";
  private static final String BINARY = "application/octet-stream";

  /** Turns a result into an answer; throws where it can't be serialised (RESPONSE-10). */
  static Answer of(Object result) {
    if (result instanceof Response response) { // RESPONSE-6
      if (response.status() < 200 || response.status() > 999) {
        throw new IllegalArgumentException("`" + response.status() + "` is no status of an answer");
      }
      response.headers().forEach(Answer::checkHeader);
      Answer body = of(response.body());
      return new Answer(
          response.status(), response.headers(), body.contentType, body.bytes, body.stream);
    }
    if (result == null) { // RESPONSE-4
      return whole(null, NOTHING);
    }
    if (result instanceof CharSequence text) { // RESPONSE-1
      return whole(TEXT, text.toString().getBytes(UTF_8));
    }
    if (result instanceof byte[] bytes) { // RESPONSE-2
      return whole(BINARY, bytes);
    }
    if (result instanceof StreamingBody stream) {
      return streamed(TEXT, stream);
    }
    if (result instanceof InputStream input) {
      return streamed(BINARY, output -> copy(input, output));
    }
    if (result instanceof Stream<?> stream) {
      return streamed(TEXT, output -> copy(stream, output));
    }
    if (result instanceof Iterator<?> iterator) {
      return streamed(TEXT, output -> copy(iterator, output));
    }
    return whole("application/json", Json.write(result)); // RESPONSE-3, RESPONSE-5
  }

  /** Returns what the shim answers to a request that it can't accept. */
  static Answer refusal(BadRequestException reason) {
    Answer answer = refusal(reason.status);
    return reason.isCoding
        ? new Answer(answer.status, CODINGS, answer.contentType, answer.bytes, null)
        : answer;
  }

  /** Returns what the shim itself answers: the status in words. */
  static Answer refusal(int status) {
    byte[] reason = (REASONS.get(status) + "\n").getBytes(UTF_8);
    List<Map.Entry<String, String>> headers =
        status == 503 ? List.of(Map.entry("Retry-After", "1")) : List.of();
    return new Answer(status, headers, TEXT, reason, null);
  }

  /** Returns this answer with these bytes in place of the stream. */
  Answer withBody(byte[] body) {
    return new Answer(status, headers, contentType, body, null);
  }

  /** Returns names and values of the headers, each with a NUL behind it (RESPONSE-6). */
  byte[] fields() {
    StringBuilder fields = new StringBuilder();
    boolean isTyped = contentType == null;
    for (Map.Entry<String, String> header : headers) {
      isTyped |= header.getKey().equalsIgnoreCase("Content-Type");
      append(fields, header.getKey(), header.getValue());
    }
    if (!isTyped) {
      append(fields, "Content-Type", contentType);
    }
    return fields.toString().getBytes(UTF_8);
  }

  private static void checkHeader(Map.Entry<String, String> header) {
    if (header.getKey().indexOf('\0') >= 0 || header.getValue().indexOf('\0') >= 0) {
      throw new IllegalArgumentException("the header `" + header.getKey() + "` holds a NUL");
    }
  }

  private static void append(StringBuilder fields, String name, String value) {
    fields.append(name).append('\0').append(value).append('\0');
  }

  private static Answer whole(String contentType, byte[] bytes) {
    return new Answer(200, List.of(), contentType, bytes, null);
  }

  private static Answer streamed(String contentType, StreamingBody stream) {
    return new Answer(200, List.of(), contentType, null, stream);
  }

  /** Each piece goes out by itself (RESPONSE-9). */
  private static void copy(Iterator<?> pieces, OutputStream output) throws Exception {
    while (pieces.hasNext()) {
      Object piece = pieces.next();
      output.write(piece instanceof byte[] bytes ? bytes : of(piece).bytes());
      output.flush();
    }
  }

  /** A stream that reads a folder or a database gives that back when it is closed. */
  private static void copy(Stream<?> stream, OutputStream output) throws Exception {
    try (stream) {
      copy(stream.iterator(), output);
    }
  }

  private static void copy(InputStream input, OutputStream output) throws Exception {
    try (input) {
      byte[] buffer = new byte[16 * 1024];
      for (int length = input.read(buffer); length >= 0; length = input.read(buffer)) {
        output.write(buffer, 0, length);
        output.flush();
      }
    }
  }
}
