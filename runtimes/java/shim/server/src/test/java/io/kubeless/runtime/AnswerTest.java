package io.kubeless.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kubeless.Response;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.json.JSONObject;
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

  /** RESPONSE-3: a tree of another library is the JSON that it stands for, wherever it is. */
  @Test
  void treesAreTheirJson() {
    JSONObject tree = new JSONObject();
    assertBody("application/json", "{\"answer\":42}", tree);
    assertBody("application/json", "{\"a\":[{\"answer\":42}]}", Map.of("a", List.of(tree)));
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

  /** RESPONSE-6: each with a NUL behind it, the content type among them unless there is another. */
  @Test
  void fieldsOfAnAnswer() {
    Answer typed = Answer.of(new Response(200, "text").header("content-TYPE", "a/b"));
    assertEquals("content-TYPE\0a/b\0", new String(typed.fields(), UTF_8));
    Answer named = Answer.of(new Response(200, "text").header("X-Name", "Zoë €"));
    assertEquals(
        "X-Name\0Zoë €\0Content-Type\0text/plain; charset=utf-8\0",
        new String(named.fields(), UTF_8));
    assertEquals(0, Answer.of(null).fields().length);
  }

  /** A NUL would end the value early. */
  @Test
  void headersHoldNoNul() {
    Response response = new Response(200).header("a", "b\0c: d");
    assertThrows(IllegalArgumentException.class, () -> Answer.of(response));
  }

  @Test
  void refusalsSayTheReason() {
    assertEquals("Bad Request\n", new String(Answer.refusal(400).bytes(), UTF_8));
    assertTrue(new String(Answer.refusal(503).fields(), UTF_8).startsWith("Retry-After\0001\0"));
  }

  @Test
  void streamsAreClosed() throws Exception {
    AtomicBoolean closed = new AtomicBoolean();
    Answer whole = Answer.of(Stream.of("a").onClose(() -> closed.set(true)));
    whole.stream().write(OutputStream.nullOutputStream());
    assertTrue(closed.getAndSet(false));
    Answer broken = Answer.of(Stream.of("a").onClose(() -> closed.set(true)));
    OutputStream gone = OutputStream.nullOutputStream();
    gone.close();
    assertThrows(IOException.class, () -> broken.stream().write(gone));
    assertTrue(closed.get());
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
