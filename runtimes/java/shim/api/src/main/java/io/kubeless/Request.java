package io.kubeless;

import java.util.List;
import java.util.Map;

/** The HTTP request behind an event. */
public interface Request {
  /** Returns the method, for example {@code POST}. */
  String method();

  /** Returns the path as it was sent, without the query. */
  String path();

  /** Returns the query as it was sent, or null. */
  String query();

  /** Returns all headers: lower-case names with their values in order. */
  Map<String, List<String>> headers();

  /** Returns the first value of a header, or null. */
  default String header(String name) {
    List<String> values = headers().get(name.toLowerCase(java.util.Locale.ROOT));
    return values == null ? null : values.get(0);
  }

  /**
   * Returns the attributes of a CloudEvent as text, for example {@code subject} and extensions, by
   * their names in lower case; empty if the request isn't a CloudEvent.
   */
  default Map<String, String> attributes() {
    return Map.of();
  }

  /** Returns the content type of the data, or null. */
  String contentType();

  /** Returns the bytes of the data. */
  byte[] bytes();

  /**
   * Returns the data parsed as JSON: Map, List, String, Number, Boolean or null.
   *
   * @throws IllegalArgumentException if it isn't JSON
   */
  Object json();

  /**
   * Returns the parts of a multipart form.
   *
   * @throws IllegalArgumentException if it isn't one
   */
  List<Part> parts();

  /** One part of a multipart form; fileName is null where the part is a plain field. */
  record Part(String name, String fileName, String contentType, byte[] bytes) {
    /** Returns the part's bytes as UTF-8 text. */
    public String text() {
      return new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
    }
  }
}
