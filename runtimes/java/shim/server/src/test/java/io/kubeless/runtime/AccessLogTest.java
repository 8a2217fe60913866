package io.kubeless.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class AccessLogTest {
  private final AccessLog.Entry entry =
      new AccessLog.Entry(
          "10.0.0.1",
          "GET",
          "/a?b=1",
          "HTTP/1.1",
          200,
          11,
          null,
          "the \"agent\"",
          "4bf9",
          1_500_000_000L);

  @Test
  void apache() {
    String line = new AccessLog(false, null).apache(entry, 0);
    assertTrue(
        line.matches(
            "10\\.0\\.0\\.1 - - \\[\\d\\d/\\w{3}/19\\d\\d:\\d\\d:\\d\\d:\\d\\d [+-]\\d{4}\\] "
                + "\"GET /a\\?b=1 HTTP/1\\.1\" 200 11 \"-\" \"the \\\\\"agent\\\\\"\"\n"),
        line);
  }

  @Test
  void json() {
    assertEquals(
        "{\"time\":\"1970-01-01T00:00:00Z\",\"remote_address\":\"10.0.0.1\",\"method\":\"GET\","
            + "\"path\":\"/a?b=1\",\"status\":200,\"bytes\":11,\"duration_seconds\":1.5,"
            + "\"user_agent\":\"the \\\"agent\\\"\",\"trace_id\":\"4bf9\"}\n",
        new AccessLog(true, null).json(entry, 0));
  }

  @Test
  void linesCannotBeForged() {
    assertEquals("a\\x0ab", AccessLog.escape("a\nb"));
  }

  @Test
  void traces() {
    String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    assertEquals(trace, Exchange.trace("00-" + trace + "-00f067aa0ba902b7-01"));
    assertEquals(null, Exchange.trace("nonsense"));
    assertEquals(null, Exchange.trace(null));
  }
}
