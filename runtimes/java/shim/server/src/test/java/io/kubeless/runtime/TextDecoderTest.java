package io.kubeless.runtime;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.Charset;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TextDecoderTest {
  private static final String MARK = "\ufeff";

  private static void isDecoded(String parameter, String text, Charset charset) throws Exception {
    byte[] bytes = text.getBytes(charset);
    Charset found = TextDecoder.charset("a/b" + parameter);
    assertEquals("\"ü\"", TextDecoder.text(bytes, found), parameter);
    assertEquals("ü", Json.read(TextDecoder.json(bytes, found)), parameter);
  }

  /** REQUEST-33. */
  @Test
  void charsetsAndMarks() throws Exception {
    String text = "\"ü\"";
    isDecoded("", text, UTF_8);
    isDecoded("; charset=", MARK + text, UTF_8);
    isDecoded("; x=y; Charset = \"UTF-8\"", MARK + text, UTF_8);
    isDecoded("; charset=iso-8859-1", text, ISO_8859_1);
    isDecoded("; charset=latin1", text, ISO_8859_1);
    isDecoded("; charset=utf-16", text, UTF_16BE);
    isDecoded("; charset=utf-16", MARK + text, UTF_16BE);
    isDecoded("; charset=utf-16", MARK + text, UTF_16LE);
    isDecoded("; charset=utf-16le", MARK + text, UTF_16LE);
    isDecoded("; charset=UTF-16BE", text, UTF_16BE);
  }

  /** REQUEST-34, REQUEST-35. */
  @Test
  void unknownCharsetsAndOtherBytes() throws Exception {
    for (String name : new String[] {"klingon", "\"no such\"", "?"}) {
      String type = "application/json; charset=" + name;
      BadRequestException refusal =
          assertThrows(BadRequestException.class, () -> TextDecoder.charset(type));
      assertEquals(415, refusal.status);
    }
    byte[] marked = (MARK + "1").getBytes(UTF_16LE);
    byte[] bare = "1".getBytes(UTF_16BE);
    byte[] half = {'"', 0, 'x'};
    for (Map.Entry<byte[], String> one :
        Map.of(marked, "utf-8", bare, "utf-8", half, "utf-16le", "\"ü\"".getBytes(UTF_8), "ascii")
            .entrySet()) {
      Charset charset = Charset.forName(one.getValue());
      assertThrows(BadRequestException.class, () -> TextDecoder.json(one.getKey(), charset));
    }
  }

  @Test
  void theCharsetIsTakenOutOfAType() {
    assertEquals("a/b; x=y", TextDecoder.withoutCharset("a/b; charset=\"utf-16\"; x=y"));
    assertEquals("a/b", TextDecoder.withoutCharset("a/b"));
  }
}
