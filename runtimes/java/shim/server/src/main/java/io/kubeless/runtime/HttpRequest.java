package io.kubeless.runtime;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.kubeless.Request;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
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
    return Json.read(bytes);
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
  String text() {
    return new String(bytes, isText(mediaType(contentType)) ? charset(contentType) : ISO_8859_1);
  }

  private static Charset charset(String contentType) {
    int at = contentType == null ? -1 : contentType.toLowerCase(Locale.ROOT).indexOf("charset=");
    if (at < 0) {
      return UTF_8;
    }
    String name = contentType.substring(at + 8).split(";", 2)[0].trim().replace("\"", "");
    try {
      return Charset.forName(name);
    } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
      return UTF_8;
    }
  }
}
