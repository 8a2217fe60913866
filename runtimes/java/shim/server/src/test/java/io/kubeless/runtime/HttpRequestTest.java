package io.kubeless.runtime;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kubeless.Request;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HttpRequestTest {
  private static HttpRequest request(String contentType, byte[] bytes) {
    return new HttpRequest("POST", "/", null, Map.of("a-b", List.of("1", "2")), contentType, bytes);
  }

  @Test
  void jsonTypes() {
    assertTrue(HttpRequest.isJson(HttpRequest.mediaType("Application/JSON; charset=utf-8")));
    assertTrue(HttpRequest.isJson(HttpRequest.mediaType("application/vnd.api+json")));
    assertFalse(HttpRequest.isJson(HttpRequest.mediaType("text/json-like")));
    assertFalse(HttpRequest.isJson(HttpRequest.mediaType(null)));
  }

  @Test
  void textIsDecodedByItsCharset() throws Exception {
    assertEquals("ü", request("text/plain", "ü".getBytes(UTF_8)).text());
    assertEquals("ü", request(null, "ü".getBytes(UTF_8)).text());
    String latin = "text/plain; charset=\"ISO-8859-1\"";
    assertEquals("ü", request(latin, "ü".getBytes(ISO_8859_1)).text());
  }

  @Test
  void otherBytesAreKept() throws Exception {
    byte[] bytes = new byte[256];
    for (int value = 0; value < bytes.length; value++) {
      bytes[value] = (byte) value;
    }
    String text = request("application/octet-stream", bytes).text();
    assertArrayEquals(bytes, text.getBytes(ISO_8859_1));
  }

  @Test
  void headersAreFoundWhateverTheirCase() {
    assertEquals("1", request(null, new byte[0]).header("A-B"));
    assertEquals(null, request(null, new byte[0]).header("c"));
  }

  @Test
  void formsAreRead() {
    String body =
        "--x\r\nContent-Disposition: form-data; name=\"field\"\r\n\r\na value\r\n"
            + "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.bin\"\r\n"
            + "Content-Type: application/octet-stream\r\n\r\n\0\1\r\n--x--\r\n";
    byte[] bytes = body.getBytes(ISO_8859_1);
    List<Request.Part> parts = request("multipart/form-data; boundary=x", bytes).parts();
    assertEquals("a value", parts.get(0).text());
    assertEquals("a.bin", parts.get(1).fileName());
    assertArrayEquals(new byte[] {0, 1}, parts.get(1).bytes());
  }
}
