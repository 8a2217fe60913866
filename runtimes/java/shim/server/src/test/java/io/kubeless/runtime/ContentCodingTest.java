package io.kubeless.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.kubeless.Event;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class ContentCodingTest {
  private static final String TEXT = "hello ".repeat(100);

  private static byte[] coded(String coding, String... members) throws IOException {
    ByteArrayOutputStream made = new ByteArrayOutputStream();
    for (String member : members) {
      try (OutputStream output =
          switch (coding) {
            case "gzip" -> new GZIPOutputStream(made);
            case "zlib" -> new DeflaterOutputStream(made);
            default -> new DeflaterOutputStream(made, new Deflater(9, true));
          }) {
        output.write(member.getBytes(UTF_8));
      }
    }
    return made.toByteArray();
  }

  private static String undo(byte[] body, String... values) throws BadRequestException {
    return new String(ContentCoding.undo(List.of(values), body, TEXT.length()), UTF_8);
  }

  private static void refuses(int status, byte[] body, String... values) {
    BadRequestException refusal = assertThrows(BadRequestException.class, () -> undo(body, values));
    assertEquals(status, refusal.status);
    assertEquals(status == 415, refusal.isCoding);
  }

  /** REQUEST-27. */
  @Test
  void knownCodingsAreUndone() throws Exception {
    assertEquals(TEXT, undo(coded("gzip", TEXT), "gzip"));
    assertEquals(TEXT, undo(coded("gzip", TEXT), "X-GZip"));
    assertEquals(TEXT, undo(coded("gzip", "hello ", TEXT.substring(6)), "gzip"));
    assertEquals(TEXT, undo(coded("zlib", TEXT), "deflate"));
    assertEquals(TEXT, undo(coded("raw", TEXT), "Deflate"));
    assertEquals(TEXT, undo(coded("gzip", TEXT), "identity, gzip", ""));
    byte[] plain = TEXT.getBytes(UTF_8);
    assertSame(plain, ContentCoding.undo(List.of("", "Identity,"), plain, 1));
  }

  /** REQUEST-29, REQUEST-32. */
  @Test
  void othersAreRefusedUnlessThereIsNoBody() throws Exception {
    refuses(415, TEXT.getBytes(UTF_8), "zap");
    refuses(415, coded("gzip", TEXT), "gzip, gzip");
    refuses(415, coded("gzip", TEXT), "gzip", "gzip");
    assertEquals("", undo(new byte[0], "zap"));
  }

  /** REQUEST-30, REQUEST-31. */
  @Test
  void malformedAndLargeBodiesAreRefused() throws Exception {
    for (String coding : List.of("gzip", "zlib", "raw")) {
      String name = coding.equals("gzip") ? "gzip" : "deflate";
      byte[] body = coded(coding, TEXT);
      refuses(400, Arrays.copyOf(body, body.length - 3), name);
      refuses(400, Arrays.copyOf(body, body.length + 1), name);
      refuses(400, Arrays.copyOf(body, body.length + 40), name);
      refuses(400, Arrays.copyOf(body, 1), name);
      refuses(400, TEXT.getBytes(UTF_8), name);
      refuses(413, coded(coding, TEXT + "!"), name);
      body[body.length - 1] ^= 1;
      if (!coding.equals("raw")) {
        refuses(400, body, name);
      }
    }
    refuses(413, coded("gzip", TEXT, TEXT), "gzip");
  }

  /** REQUEST-28, and both modes of CloudEvents. */
  @Test
  void theRequestKnowsNothingOfTheCoding() throws Exception {
    Map<String, List<String>> headers = new LinkedHashMap<>();
    headers.put("content-type", List.of("application/json"));
    headers.put("content-encoding", List.of("gzip"));
    headers.put("content-length", List.of("27"));
    RequestHead head = new RequestHead("POST", "/", null, headers);
    Event event = EventReader.read(head, coded("gzip", "[1]"), 10);
    assertEquals("[1]", event.Data);
    assertEquals(List.of(1), event.Extensions.json());
    assertEquals(null, event.Extensions.header("content-encoding"));
    assertEquals("3", event.Extensions.header("content-length"));
    headers.put("content-type", List.of("application/cloudevents+json"));
    String json =
        "{\"specversion\": \"1.0\", \"id\": \"1\", \"type\": \"t\", \"source\": \"s\", \"data\":"
            + " 1e400}";
    assertEquals("1E+400", EventReader.read(head, coded("gzip", json), 100).Data);
  }
}
