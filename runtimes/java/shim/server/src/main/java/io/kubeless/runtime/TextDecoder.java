package io.kubeless.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Decodes text in the charset of its content type (REQUEST-33, REQUEST-36). */
final class TextDecoder {
  private static final Pattern CHARSET =
      Pattern.compile(";\\s*charset\\s*=\\s*\"?([^\\s;\"]*)\"?", Pattern.CASE_INSENSITIVE);

  private TextDecoder() {}

  /** Returns the charset that the content type names, by default UTF-8 (REQUEST-34). */
  static Charset charset(String contentType) throws BadRequestException {
    if (contentType == null || contentType.indexOf(';') < 0) {
      return UTF_8;
    }
    Matcher found = CHARSET.matcher(contentType);
    String name = found.find() ? found.group(1) : "";
    try {
      return name.isEmpty() ? UTF_8 : Charset.forName(name);
    } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
      throw new BadRequestException(415, "the charset `" + name + "` is not known");
    }
  }

  /** Returns the content type of the same text in UTF-8. */
  static String withoutCharset(String contentType) {
    return CHARSET.matcher(contentType).replaceFirst("");
  }

  /** Returns the bytes as text without a byte order mark. */
  static String text(byte[] bytes, Charset charset) {
    String text = new String(bytes, charset);
    return text.startsWith("\ufeff") ? text.substring(1) : text;
  }

  /**
   * Returns JSON as bytes of UTF-8, the same if they are; a byte order mark may stay. Throws where
   * the charset doesn't have the bytes (REQUEST-35).
   */
  static byte[] json(byte[] bytes, Charset charset) throws BadRequestException {
    try {
      if (charset.equals(UTF_8)) {
        if (isOther(bytes)) {
          throw new CharacterCodingException();
        }
        return bytes;
      }
      String text = charset.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return text.getBytes(UTF_8);
    } catch (CharacterCodingException e) {
      throw new BadRequestException(400, "the JSON is not text in `" + charset + "`");
    }
  }

  /** Whether the bytes begin like UTF-16 or UTF-32, which the parser would take for what it is. */
  private static boolean isOther(byte[] bytes) {
    for (int index = 0; index < Math.min(bytes.length, 4); index++) {
      if (bytes[index] == 0 || bytes[index] == (byte) 0xfe || bytes[index] == (byte) 0xff) {
        return true;
      }
    }
    return false;
  }
}
