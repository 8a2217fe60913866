package io.kubeless.runtime;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

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

  @ParameterizedTest
  @CsvSource({"\"\u00ff\""})
  void bytesThatAreNoTextAreNoJson(String text) {
    assertEquals(false, Json.isValid(("\"" + text + "\"").getBytes(ISO_8859_1)));
  }
}
