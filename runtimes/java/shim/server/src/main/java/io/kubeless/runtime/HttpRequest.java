package io.kubeless.runtime;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.kubeless.Request;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The request as the function sees it. */
record HttpRequest(
    String method,
    String path,
    String query,
    Map<String, List<String>> headers,
    String contentType,
    byte[] bytes,
    Map<String, String> attributes)
    implements Request {

  /** A request that is not a CloudEvent, or not known to be one yet. */
  HttpRequest(
      String method,
      String path,
      String query,
      Map<String, List<String>> headers,
      String contentType,
      byte[] bytes) {
    this(method, path, query, headers, contentType, bytes, Map.of());
  }

  @Override
  public Object json() {
    try {
      return Json.read(utf8());
    } catch (BadRequestException e) {
      throw new IllegalArgumentException("not JSON: " + e.getMessage(), e);
    }
  }

  @Override
  public List<Part> parts() {
    return MultipartForm.read(contentType, bytes);
  }

  /** The media type in lower case, without parameters; empty if there is none. */
  static String mediaType(String contentType) {
    String type = contentType == null ? "" : contentType;
    int end = type.indexOf(';');
    return (end < 0 ? type : type.substring(0, end)).trim().toLowerCase(Locale.ROOT);
  }

  /** REQUEST-5. */
  static boolean isJson(String mediaType) {
    return mediaType.equals("application/json") || mediaType.endsWith("+json");
  }

  /** Whether the data is text; where nothing is said it is, as in the old runtime. */
  private static boolean isText(String type) {
    return type.isEmpty()
        || isJson(type)
        || type.startsWith("text/")
        || type.equals("application/xml")
        || type.endsWith("+xml")
        || type.equals("application/x-www-form-urlencoded");
  }

  /** The data as text, one character a byte where it isn't text: that loses nothing (REQUEST-9). */
  String text() throws BadRequestException {
    if (bytes.length == 0) { // REQUEST-32
      return "";
    }
    if (!isText(mediaType(contentType))) {
      return new String(bytes, ISO_8859_1);
    }
    return TextDecoder.text(bytes, TextDecoder.charset(contentType));
  }

  /** The data as bytes of UTF-8; it is JSON. */
  byte[] utf8() throws BadRequestException {
    return TextDecoder.json(bytes, TextDecoder.charset(contentType));
  }
}
