package io.kubeless.runtime;

import io.kubeless.Event;
import java.util.List;

/** Makes the event of a request. */
final class EventReader {
  private EventReader() {}

  /**
   * Throws where the body or the CloudEvent is malformed, or the body not to be understood.
   *
   * @param limit bytes that a body may have once it is decoded (REQUEST-31)
   */
  static Event read(RequestHead head, byte[] body, long limit) throws BadRequestException {
    List<String> codings = head.headers().get("content-encoding");
    if (codings != null) {
      byte[] decoded = ContentCoding.undo(codings, body, limit);
      return read(decoded == body ? head : head.decoded(decoded.length), decoded);
    }
    return read(head, body);
  }

  private static Event read(RequestHead head, byte[] body) throws BadRequestException {
    HttpRequest request =
        new HttpRequest(
            head.method(),
            head.path(),
            head.query(),
            head.headers(),
            head.header("content-type"),
            body);
    if (CloudEvents.isStructured(request)) {
      return CloudEvents.structured(request);
    }
    boolean isJson = HttpRequest.isJson(HttpRequest.mediaType(request.contentType()));
    if (isJson && body.length > 0 && !Json.isValid(request.utf8())) { // REQUEST-7, REQUEST-8
      throw new BadRequestException(400, "malformed JSON");
    }
    if (CloudEvents.isBinary(request)) {
      return CloudEvents.binary(request);
    }
    return new Event(
        request.text(),
        request.header("event-id"),
        request.header("event-type"),
        request.header("event-time"),
        request.header("event-namespace"),
        request);
  }
}
