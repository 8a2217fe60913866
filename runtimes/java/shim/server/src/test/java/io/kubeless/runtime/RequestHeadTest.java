package io.kubeless.runtime;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RequestHeadTest {
  private static byte[] packed(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    return Arrays.copyOf(bytes, bytes.length + 5); // the head was longer than what is left of it
  }

  /** REQUEST-2, REQUEST-17. */
  @Test
  void partsOfTheRequest() {
    RequestHead head = RequestHead.parse(packed("PUT\0/a%2Fb?c=1?\0Accept\0a\0X\0\0aCCEPT\0b\0"));
    assertEquals("PUT", head.method());
    assertEquals("/a%2Fb", head.path());
    assertEquals("c=1?", head.query());
    assertEquals(Map.of("accept", List.of("a", "b"), "x", List.of("")), head.headers());
    assertEquals("a", head.header("accept"));
    assertNull(head.header("absent"));
  }

  @Test
  void requestWithoutQueryAndHeaders() {
    RequestHead head = RequestHead.parse("OPTIONS\0*\0".getBytes(UTF_8));
    assertEquals("*", head.path());
    assertNull(head.query());
    assertEquals(Map.of(), head.headers());
  }

  /** REQUEST-11: UTF-8 where it is, else a character for each byte. */
  @Test
  void bytesBeyondAscii() {
    assertEquals("grüße", RequestHead.parse(packed("GET\0/\0a\0grüße\0")).header("a"));
    byte[] latin = "GET\0/\0a\0grüße\0".getBytes(ISO_8859_1);
    assertEquals("grüße", RequestHead.parse(latin).header("a"));
  }
}
