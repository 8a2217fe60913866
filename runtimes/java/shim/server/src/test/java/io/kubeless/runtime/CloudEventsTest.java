package io.kubeless.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kubeless.Event;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CloudEventsTest {
  private static final String REST = "\"specversion\": \"1.0\", \"id\": \"1\", \"type\": \"t\"";

  private static HttpRequest binary(String... headers) {
    Map<String, List<String>> all = new HashMap<>();
    for (int index = 0; index < headers.length; index += 2) {
      all.put(headers[index], List.of(headers[index + 1]));
    }
    return new HttpRequest("POST", "/", null, all, "text/plain", "data".getBytes(UTF_8));
  }

  private static HttpRequest structured(String json) {
    String type = "application/cloudevents+json; charset=utf-8";
    return new HttpRequest("POST", "/", null, Map.of(), type, json.getBytes(UTF_8));
  }

  @Test
  void headersAreTheEvent() throws Exception {
    HttpRequest request =
        binary(
            "ce-specversion",
            "1.0",
            "ce-id",
            "1",
            "ce-type",
            "t%20u",
            "ce-source",
            "/s+",
            "ce-time",
            "now");
    assertTrue(CloudEvents.isBinary(request));
    Event event = CloudEvents.binary(request);
    assertEquals(
        List.of("1", "t u", "now", "/s+", "data"),
        List.of(event.EventID, event.EventType, event.EventTime, event.EventNamespace, event.Data));
  }

  @Test
  void otherRequestsAreNone() {
    assertFalse(CloudEvents.isBinary(binary("event-id", "1")));
    assertFalse(CloudEvents.isStructured(binary()));
  }

  @Test
  void missingAttributesAndOtherVersionsAreRefused() {
    HttpRequest noSource = binary("ce-specversion", "1.0", "ce-id", "1", "ce-type", "t");
    HttpRequest version = binary("ce-specversion", "2.0", "ce-id", "1", "ce-type", "t");
    assertThrows(BadRequestException.class, () -> CloudEvents.binary(noSource));
    assertThrows(BadRequestException.class, () -> CloudEvents.binary(version));
    for (String json : List.of("{", "[]", "{" + REST + "}", "{\"source\": \"s\"}")) {
      assertThrows(BadRequestException.class, () -> CloudEvents.structured(structured(json)));
    }
  }

  /** REQUEST-20: any version with this major number. */
  @Test
  void versionsOne() throws Exception {
    for (String version : List.of("1", "1.0", "1.1")) {
      HttpRequest request =
          binary("ce-specversion", version, "ce-id", "1", "ce-type", "t", "ce-source", "s");
      assertEquals("1", CloudEvents.binary(request).EventID);
    }
  }

  /** UTF-8; an invalid escape stays as it is. */
  @Test
  void percentEncoding() {
    assertEquals("a b", CloudEvents.decode("a%20b"));
    assertEquals("/café+", CloudEvents.decode("/caf%C3%a9+"));
    assertEquals("100%", CloudEvents.decode("100%"));
    assertEquals("%zz%4", CloudEvents.decode("%zz%4"));
    assertEquals("ü%", CloudEvents.decode("ü%25"));
  }

  @Test
  void theDataTakesTheEventsPlace() throws Exception {
    String json = "{" + REST + ", \"source\": \"s\", \"data\": {\"a\": 1}}";
    Event event = CloudEvents.structured(structured(json));
    assertEquals("{\"a\":1}", event.Data);
    assertEquals(Map.of("a", 1), event.Extensions.json());
    assertEquals("s", event.EventNamespace);
  }

  /** In both modes, extensions included. */
  @Test
  void attributesOfTheEvent() throws Exception {
    HttpRequest request =
        binary(
            "ce-specversion",
            "1.0",
            "ce-id",
            "1",
            "ce-type",
            "t",
            "ce-source",
            "s",
            "ce-subject",
            "a%20b");
    Map<String, String> attributes = CloudEvents.binary(request).Extensions.attributes();
    assertEquals(
        Map.of("specversion", "1.0", "id", "1", "type", "t", "source", "s", "subject", "a b"),
        attributes);
    String json = "{" + REST + ", \"source\": \"s\", \"tenant\": 7, \"data\": 1}";
    assertEquals(
        Map.of("specversion", "1.0", "id", "1", "type", "t", "source", "s", "tenant", "7"),
        CloudEvents.structured(structured(json)).Extensions.attributes());
    assertEquals(Map.of(), binary().attributes());
  }

  @Test
  void base64IsDecoded() throws Exception {
    String json = "{" + REST + ", \"source\": \"s\", \"data_base64\": \"AP8=\"}";
    Event event = CloudEvents.structured(structured(json));
    assertArrayEquals(new byte[] {0, -1}, event.Extensions.bytes());
    assertEquals("\u0000\u00ff", event.Data);
  }
}
