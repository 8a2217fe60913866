package io.kubeless.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Writes one line per request (OBSERVABILITY-6). */
final class AccessLog {
  private static final DateTimeFormatter APACHE =
      DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ENGLISH)
          .withZone(ZoneId.systemDefault());

  private final boolean json;
  private final Ring ring;
  private volatile Second second = new Second(-1, "");

  private record Second(long number, String text) {}

  /** What a line says; duration in nanoseconds. */
  record Entry(
      String address,
      String method,
      String path,
      String protocol,
      int status,
      long bytes,
      String referer,
      String agent,
      String trace,
      long duration) {}

  AccessLog(boolean json, Ring ring) {
    this.json = json;
    this.ring = ring;
  }

  void write(Entry entry) {
    long now = System.currentTimeMillis();
    ring.write((json ? json(entry, now) : apache(entry, now)).getBytes(UTF_8));
  }

  String apache(Entry entry, long now) {
    return entry.address
        + " - - ["
        + time(now)
        + "] \""
        + escape(entry.method + " " + entry.path + " " + entry.protocol)
        + "\" "
        + entry.status
        + " "
        + entry.bytes
        + " \""
        + escape(entry.referer)
        + "\" \""
        + escape(entry.agent)
        + "\"\n";
  }

  /** OBSERVABILITY-7. */
  String json(Entry entry, long now) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("time", Instant.ofEpochMilli(now).toString());
    line.put("remote_address", entry.address);
    line.put("method", entry.method);
    line.put("path", entry.path);
    line.put("status", entry.status);
    line.put("bytes", entry.bytes);
    line.put("duration_seconds", entry.duration / 1e9);
    line.put("user_agent", entry.agent);
    line.put("trace_id", entry.trace);
    return new String(Json.write(line), UTF_8) + "\n";
  }

  private String time(long now) {
    Second last = second;
    if (last.number != now / 1000) {
      ZonedDateTime time = Instant.ofEpochMilli(now).atZone(ZoneId.systemDefault());
      last = new Second(now / 1000, APACHE.format(time));
      second = last;
    }
    return last.text;
  }

  /** Keeps a client from forging lines or fields of the log. */
  static String escape(String text) {
    if (text == null || text.isEmpty()) {
      return "-";
    }
    for (int index = 0; index < text.length(); index++) {
      char at = text.charAt(index);
      if (at < ' ' || at == '"' || at == '\\' || at == 0x7f) {
        return escapeAll(text);
      }
    }
    return text;
  }

  private static String escapeAll(String text) {
    StringBuilder safe = new StringBuilder();
    for (char at : text.toCharArray()) {
      if (at == '"' || at == '\\') {
        safe.append('\\').append(at);
      } else if (at < ' ' || at == 0x7f) {
        safe.append(String.format("\\x%02x", (int) at));
      } else {
        safe.append(at);
      }
    }
    return safe.toString();
  }
}
