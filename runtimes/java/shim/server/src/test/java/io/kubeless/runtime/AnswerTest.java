package io.kubeless.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.kubeless.Response;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AnswerTest {
  private static void assertBody(String contentType, String body, Object result) {
    Answer answer = Answer.of(result);
    assertEquals(contentType, answer.contentType());
    assertEquals(body, new String(answer.bytes(), UTF_8));
  }

  @Test
  void textIsSentAsItIs() {
    assertBody("text/plain; charset=utf-8", "grüße", "grüße");
  }

  @Test
  void bytesAreSentAsTheyAre() {
    byte[] bytes = {0, -1};
    assertArrayEquals(bytes, Answer.of(bytes).bytes());
  }

  @Test
  void anythingElseIsJson() {
    assertBody("application/json", "{\"a\":1}", Map.of("a", 1));
    assertBody("application/json", "[1,\"b\"]", List.of(1, "b"));
    assertBody("application/json", "42", 42);
    assertBody("application/json", "true", true);
  }

  @Test
  void statusIsOneOfAnAnswer() {
    for (int status : new int[] {-1, 0, 99, 100, 1000}) {
      Response response = new Response(status, "text");
      assertThrows(IllegalArgumentException.class, () -> Answer.of(response));
    }
  }

  @Test
  void nothingIsAnEmptyBody() {
    assertBody(null, "", null);
  }

  @Test
  void whatHasNoJsonIsAnError() {
    assertThrows(RuntimeException.class, () -> Answer.of(new Object()));
  }

  @Test
  void responsesKeepStatusAndHeaders() {
    Answer answer = Answer.of(new Response(201, "made").header("a", "1").header("a", "2"));
    assertEquals(201, answer.status());
    assertEquals(List.of(Map.entry("a", "1"), Map.entry("a", "2")), answer.headers());
    assertEquals("made", new String(answer.bytes(), UTF_8));
  }

  @Test
  void streamsAreWrittenPieceByPiece() throws Exception {
    for (Object result :
        List.of(
            Stream.of("a", "b"),
            List.of("a", "b").iterator(),
            new ByteArrayInputStream("ab".getBytes(UTF_8)))) {
      ByteArrayOutputStream output = new ByteArrayOutputStream();
      Answer.of(result).stream().write(output);
      assertEquals("ab", output.toString(UTF_8));
    }
  }
}
