package io.kubeless.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kubeless.Event;
import java.io.ByteArrayOutputStream;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Maps CloudEvents 1.0 onto events (REQUEST-18 to REQUEST-20). */
final class CloudEvents {
  private static final String PREFIX = "ce-";
  private static final List<String> REQUIRED = List.of("specversion", "id", "source", "type");

  private CloudEvents() {}

  static boolean isBinary(HttpRequest request) {
    return REQUIRED.stream().anyMatch(name -> request.headers().containsKey(PREFIX + name));
  }

  static boolean isStructured(HttpRequest request) {
    String type = HttpRequest.mediaType(request.contentType());
    return type.equals("application/cloudevents+json");
  }

  static Event binary(HttpRequest request) throws BadRequestException {
    String version = attribute(request, "specversion", true);
    checkVersion(version);
    return new Event(
        request.text(),
        attribute(request, "id", true),
        attribute(request, "type", true),
        attribute(request, "time", false),
        attribute(request, "source", true),
        with(request, request.contentType(), request.bytes(), attributes(request)));
  }

  private static Map<String, String> attributes(HttpRequest request) {
    Map<String, String> attributes = new TreeMap<>();
    for (String name : request.headers().keySet()) {
      if (name.startsWith(PREFIX)) {
        attributes.put(name.substring(PREFIX.length()), decode(request.header(name)));
      }
    }
    return attributes;
  }

  private static HttpRequest with(
      HttpRequest request, String type, byte[] bytes, Map<String, String> attributes) {
    return new HttpRequest(
        request.method(),
        request.path(),
        request.query(),
        request.headers(),
        type,
        bytes,
        attributes);
  }

  private static String attribute(HttpRequest request, String name, boolean required)
      throws BadRequestException {
    String value = request.header(PREFIX + name);
    if (required && (value == null || value.isEmpty())) {
      throw missing(name);
    }
    return value == null ? null : decode(value);
  }

  /** Undoes percent-encoding (UTF-8); an invalid escape stays as it is. */
  static String decode(String value) {
    if (value.indexOf('%') < 0) {
      return value;
    }
    byte[] encoded = value.getBytes(UTF_8);
    ByteArrayOutputStream decoded = new ByteArrayOutputStream(encoded.length);
    for (int index = 0; index < encoded.length; index++) {
      int escaped = encoded[index] == '%' ? escaped(encoded, index + 1) : -1;
      decoded.write(escaped < 0 ? encoded[index] : escaped);
      index += escaped < 0 ? 0 : 2;
    }
    return decoded.toString(UTF_8);
  }

  /** Returns the byte that two hex digits stand for, or -1. */
  private static int escaped(byte[] text, int at) {
    int high = at + 1 < text.length ? Character.digit(text[at], 16) : -1;
    int low = high < 0 ? -1 : Character.digit(text[at + 1], 16);
    return low < 0 ? -1 : high << 4 | low;
  }

  static Event structured(HttpRequest request) throws BadRequestException {
    Object parsed;
    try {
      parsed = Json.readExactly(request.utf8());
    } catch (IllegalArgumentException e) {
      throw new BadRequestException(400, e.getMessage());
    }
    if (!(parsed instanceof Map<?, ?> event)) {
      throw new BadRequestException(400, "a CloudEvent is a JSON object");
    }
    checkVersion(attribute(event, "specversion", true));
    HttpRequest inner = data(request, event);
    String text = event.get("data") instanceof String string ? string : inner.text();
    return new Event(
        text,
        attribute(event, "id", true),
        attribute(event, "type", true),
        attribute(event, "time", false),
        attribute(event, "source", true),
        inner);
  }

  /** Returns the request with the event's data in place of the event. */
  private static HttpRequest data(HttpRequest request, Map<?, ?> event) throws BadRequestException {
    String type = attribute(event, "datacontenttype", false);
    byte[] bytes = {};
    if (event.get("data_base64") instanceof String encoded) {
      try {
        bytes = Base64.getDecoder().decode(encoded);
      } catch (IllegalArgumentException e) {
        throw new BadRequestException(400, "`data_base64` is not base64");
      }
      type = type == null ? "application/octet-stream" : type;
    } else {
      type = type == null ? "application/json" : TextDecoder.withoutCharset(type);
      Object data = event.get("data");
      boolean isText = data instanceof String && !HttpRequest.isJson(HttpRequest.mediaType(type));
      if (event.containsKey("data")) {
        bytes = isText ? ((String) data).getBytes(UTF_8) : json(data);
      }
    }
    return with(request, type, bytes, attributes(event));
  }

  /** REQUEST-38: Jackson writes up to a thousand levels. */
  private static byte[] json(Object data) throws BadRequestException {
    try {
      return Json.write(data);
    } catch (RuntimeException e) {
      throw new BadRequestException(400, "the data of the CloudEvent is nested too deep");
    }
  }

  private static Map<String, String> attributes(Map<?, ?> event) {
    Map<String, String> attributes = new TreeMap<>();
    event.forEach(
        (name, value) -> {
          if (value != null && !name.equals("data") && !name.equals("data_base64")) {
            attributes.put((String) name, value.toString());
          }
        });
    return attributes;
  }

  private static String attribute(Map<?, ?> event, String name, boolean required)
      throws BadRequestException {
    Object value = event.get(name);
    if (value == null && !required) {
      return null;
    }
    if (value instanceof String text && !text.isEmpty()) {
      return text;
    }
    throw missing(name);
  }

  private static void checkVersion(String version) throws BadRequestException {
    if (!version.equals("1") && !version.startsWith("1.")) {
      throw new BadRequestException(400, "CloudEvents version `" + version + "` is not 1.x");
    }
  }

  private static BadRequestException missing(String name) {
    return new BadRequestException(400, "the CloudEvent has no `" + name + "`");
  }
}
