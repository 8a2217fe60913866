package io.kubeless;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** An answer with a status and headers of its own. */
public class Response {
  private final int status;
  private final Object body;
  private final List<Map.Entry<String, String>> headers = new ArrayList<>();

  /** Makes an answer without a body. */
  public Response(int status) {
    this(status, null);
  }

  /** Makes an answer; the body is whatever a function can return. */
  public Response(int status, Object body) {
    this.status = status;
    this.body = body;
  }

  /** Adds a header; one that has been added before is kept as well. Returns this response. */
  public Response header(String name, String value) {
    headers.add(Map.entry(name, value));
    return this;
  }

  public int status() {
    return status;
  }

  public Object body() {
    return body;
  }

  public List<Map.Entry<String, String>> headers() {
    return Collections.unmodifiableList(headers);
  }
}
