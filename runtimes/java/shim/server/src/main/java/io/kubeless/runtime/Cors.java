package io.kubeless.runtime;

import org.apache.coyote.Request;

/** Cross-origin requests: any origin is allowed, as in the old runtimes. */
final class Cors {
  static final String ALLOW_ORIGIN = "Access-Control-Allow-Origin";
  private static final String METHODS = "GET,HEAD,PUT,PATCH,POST,DELETE,OPTIONS";

  private Cors() {}

  static boolean isPreflight(Request request) {
    return request.getMethod().equals("OPTIONS")
        && request.getHeader("Origin") != null
        && request.getHeader("Access-Control-Request-Method") != null;
  }

  /** RESPONSE-13. */
  static Answer preflight(Request request) {
    Answer answer = Answer.of(new io.kubeless.Response(204));
    answer = answer.with(ALLOW_ORIGIN, "*").with("Access-Control-Allow-Methods", METHODS);
    String headers = request.getHeader("Access-Control-Request-Headers");
    return answer
        .with("Access-Control-Allow-Headers", headers == null ? "*" : headers)
        .with("Vary", "Access-Control-Request-Headers");
  }
}
