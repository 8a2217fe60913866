package io.kubeless.runtime;

import io.kubeless.Event;

/** Makes the event of a request. */
final class EventReader {
  private EventReader() {}

  /** Throws where the body or the CloudEvent is malformed. */
  static Event read(RequestHead head, byte[] body) throws BadRequestException {
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
    if (isJson && body.length > 0 && !Json.isValid(body)) { // REQUEST-7, REQUEST-8
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
