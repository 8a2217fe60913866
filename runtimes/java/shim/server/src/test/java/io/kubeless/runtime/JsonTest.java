package io.kubeless.runtime;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"a\": [1, null]}|true",
        "42|true",
        "null|true",
        "\"text\"|true",
        "{\"a\": |false",
        "{\"a\": 1} x|false",
        "1 2|false",
        "[1,]|false",
        "text|false",
        "NaN|false",
        "[-Infinity]|false",
        "`  `|false"
      })
  void validity(String text, boolean valid) {
    assertEquals(valid, Json.isValid(text.getBytes(UTF_8)));
  }

  /** REQUEST-5: what is well formed is read, however deep or long it is. */
  @Test
  void deepAndLong() {
    String deep = "[".repeat(20_000) + "]".repeat(20_000);
    assertTrue(Json.read(deep.getBytes(UTF_8)) instanceof List);
    String key = "{\"" + "k".repeat(60_000) + "\": " + "1".repeat(2_000) + "}";
    assertTrue(Json.isValid(key.getBytes(UTF_8)));
    assertTrue(Json.read(key.getBytes(UTF_8)) instanceof Map);
  }

  @ParameterizedTest
  @CsvSource({"\"\u00ff\""})
  void bytesThatAreNoTextAreNoJson(String text) {
    assertEquals(false, Json.isValid(("\"" + text + "\"").getBytes(ISO_8859_1)));
  }
}
