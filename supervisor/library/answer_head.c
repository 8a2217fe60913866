/* Makes the head of an answer out of a status and the function's fields. */
#include "connection_state.h"
#include <stdio.h>
#include <string.h>
#include <time.h>

/* The library's own lines take less than this. */
#define OWN_ROOM 512

/* Fields that are about this connection, or about framing, are the library's. */
static const char *const own_fields[] = {
    "connection", "content-length",    "date",    "keep-alive", "proxy-connection", "te",
    "trailer",    "transfer-encoding", "upgrade",
};

static bool is_own(const char *name, size_t length) {
  for (size_t index = 0; index < sizeof own_fields / sizeof *own_fields; index++)
    if (http_is(name, length, own_fields[index])) return true;
  return false;
}

static char *put(char *to, const char *bytes, size_t length) {
  memcpy(to, bytes, length);
  return to + length;
}

static char *put_line(char *to, const char *line) {
  to = put(to, line, strlen(line));
  return put(to, "\r\n", 2);
}

/* Writes `Date: ...`. The locale may be the function's, so strftime is out of the question. The
   text is made once a second. */
static char *put_date(char *to) {
  static _Thread_local char line[64];
  static _Thread_local time_t made = -1;
  time_t now = time(NULL);
  if (now != made) {
    struct tm parts;
    gmtime_r(&now, &parts);
    snprintf(
        line, sizeof line, "Date: %.3s, %02d %.3s %04d %02d:%02d:%02d GMT",
        &"SunMonTueWedThuFriSat"[parts.tm_wday * 3], parts.tm_mday,
        &"JanFebMarAprMayJunJulAugSepOctNovDec"[parts.tm_mon * 3], parts.tm_year + 1900,
        parts.tm_hour, parts.tm_min, parts.tm_sec);
    made = now;
  }
  return put_line(to, line);
}

/* Cuts a text that ends with NUL off the front. */
static bool next_text(const char **at, const char *end, struct worker_text *text) {
  const char *zero = memchr(*at, 0, (size_t)(end - *at));
  if (zero == NULL) return false;
  *text = (struct worker_text){*at, (size_t)(zero - *at)};
  *at = zero + 1;
  return true;
}

/* Writes the function's fields. NULL: one of them can't be sent. */
static char *put_fields(char *to, const struct answer *answer, bool *allows_origin) {
  const char *at = answer->fields, *end = at + answer->fields_length;
  while (at < end) {
    struct worker_text name, value;
    if (!next_text(&at, end, &name) || !next_text(&at, end, &value)) return NULL;
    if (name.length == 0 || !http_all(name.bytes, name.length, HTTP_TOKEN)) return NULL;
    if (!http_all(value.bytes, value.length, HTTP_VALUE)) return NULL;
    if (is_own(name.bytes, name.length)) continue;
    *allows_origin |= http_is(name.bytes, name.length, "access-control-allow-origin");
    to = put(put(to, name.bytes, name.length), ": ", 2);
    to = put(put(to, value.bytes, value.length), "\r\n", 2);
  }
  return to;
}

static char *put_framing(
    const struct connection *connection, const struct answer *answer, bool stream, char *to) {
  if (answer->status == 204 || answer->status == 304) return to;
  if (!stream) return to + sprintf(to, "Content-Length: %zu\r\n", answer->body_length);
  return connection->head.minor > 0 ? put_line(to, "Transfer-Encoding: chunked") : to;
}

size_t answer_head_room(const struct answer *answer) {
  return OWN_ROOM + 2 * answer->fields_length;
}

size_t answer_head(
    const struct connection *connection, const struct answer *answer, bool stream, char *to) {
  if (answer->status < 200 || answer->status > 999) return 0;
  char *begin = to;
  bool allows_origin = false;
  to += sprintf(to, "HTTP/1.1 %u %s\r\n", answer->status, http_reason(answer->status));
  to = put_fields(to, answer, &allows_origin);
  if (to == NULL) return 0;
  to = put_date(to);
  to = put_framing(connection, answer, stream, to);
  if (connection->head.origin.at > 0 && !allows_origin) /* RESPONSE-14 */
    to = put_line(to, "Access-Control-Allow-Origin: *");
  if (!connection->keep)
    to = put_line(to, "Connection: close");
  else if (connection->head.minor == 0)
    to = put_line(to, "Connection: keep-alive");
  to = put(to, "\r\n", 2);
  return (size_t)(to - begin);
}
