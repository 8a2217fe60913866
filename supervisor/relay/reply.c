/* Reads the head of the server's answer. */
#include "relay.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define FIRST_BYTES 16384

static bool make_room(struct reply *reply) {
  if (reply->length < reply->size) return true;
  size_t size = reply->size == 0 ? FIRST_BYTES : reply->size * 2;
  char *bytes = realloc(reply->bytes, size);
  if (bytes == NULL) return false;
  reply->bytes = bytes;
  reply->size = size;
  return true;
}

long reply_receive(struct reply *reply, int socket) {
  if (!make_room(reply)) return -1;
  long count;
  do count = recv(socket, reply->bytes + reply->length, reply->size - reply->length, 0);
  while (count < 0 && errno == EINTR);
  if (count > 0) reply->length += (size_t)count;
  return count;
}

static bool digit(char letter) { return letter >= '0' && letter <= '9'; }

/* `HTTP/1.x NNN`, then a blank and anything, or nothing. */
static bool read_status(struct reply *reply, const char *line, size_t length) {
  if (length < 12 || memcmp(line, "HTTP/1.", 7) != 0 || !digit(line[7]) || line[8] != ' ')
    return false;
  if (!digit(line[9]) || !digit(line[10]) || !digit(line[11])) return false;
  reply->status = (unsigned)((line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0'));
  reply->close = line[7] == '0';
  return length == 12 || line[12] == ' ';
}

static bool read_length(struct reply *reply, const char *text, size_t length) {
  int64_t number = 0;
  if (length == 0 || length > 18) return false;
  for (size_t at = 0; at < length; at++) {
    if (!digit(text[at])) return false;
    number = number * 10 + (text[at] - '0');
  }
  bool same = reply->body < 0 || reply->body == number;
  reply->body = number;
  return same;
}

static bool has_close(const char *value, size_t length) {
  for (size_t at = 0; at + 5 <= length; at++)
    if (http_is(value + at, 5, "close")) return true;
  return false;
}

static bool read_field(struct reply *reply, const char *line, size_t length) {
  struct http_slice name, value;
  if (!http_split_field(line, 0, (uint32_t)length, &name, &value)) return false;
  const char *text = line + value.at;
  if (http_is(line, name.length, "content-length")) return read_length(reply, text, value.length);
  if (http_is(line, name.length, "connection")) reply->close |= has_close(text, value.length);
  if (http_is(line, name.length, "transfer-encoding")) {
    reply->framing = FRAMING_CHUNKED;
    return http_is(text, value.length, "chunked");
  }
  char *to = reply->fields + reply->fields_length;
  memcpy(to, line, name.length);
  to[name.length] = 0;
  memcpy(to + name.length + 1, text, value.length);
  to[name.length + 1 + value.length] = 0;
  reply->fields_length += name.length + value.length + 2;
  return true;
}

static void set_framing(struct reply *reply, bool to_head) {
  if (to_head || reply->status == 204 || reply->status == 304)
    reply->framing = FRAMING_NONE;
  else if (reply->framing != FRAMING_CHUNKED)
    reply->framing = reply->body >= 0 ? FRAMING_LENGTH : FRAMING_END;
}

/* Goes through the lines that are there. HTTP_REFUSED: it is no answer of HTTP/1. */
static enum http_result read_lines(struct reply *reply) {
  size_t from = 0, searched = 0;
  reply->fields_length = 0;
  reply->body = -1;
  reply->framing = FRAMING_NONE;
  for (;;) {
    long line = http_line(reply->bytes, reply->length, from, &searched);
    if (line < 0) return HTTP_REFUSED;
    if (line == 0) return reply->length < HTTP_HEAD_LIMIT ? HTTP_MORE : HTTP_REFUSED;
    const char *text = reply->bytes + from;
    size_t length = (size_t)line - 2;
    from += (size_t)line;
    if (length == 0 && from > 2) break;
    bool read =
        text == reply->bytes ? read_status(reply, text, length) : read_field(reply, text, length);
    if (!read) return HTTP_REFUSED;
  }
  reply->head = from;
  return HTTP_WHOLE;
}

/* A field takes no more room than its line, which has a colon and an end. */
static enum http_result parse(struct reply *reply) {
  char *fields = realloc(reply->fields, reply->length + 2);
  if (fields == NULL) return HTTP_REFUSED;
  reply->fields = fields;
  return read_lines(reply);
}

static bool is_interim(const struct reply *reply) {
  return reply->status >= 100 && reply->status < 200 && reply->status != 101;
}

/* Forgets what comes before the answer itself. */
static void drop_head(struct reply *reply) {
  reply->length -= reply->head;
  memmove(reply->bytes, reply->bytes + reply->head, reply->length);
}

bool reply_read_head(struct reply *reply, int socket, bool to_head) {
  for (;;) {
    enum http_result result = reply->length == 0 ? HTTP_MORE : parse(reply);
    if (result == HTTP_REFUSED) return false;
    if (result == HTTP_WHOLE && is_interim(reply)) {
      drop_head(reply);
      continue;
    }
    if (result == HTTP_WHOLE) break;
    if (reply_receive(reply, socket) <= 0) return false;
  }
  set_framing(reply, to_head);
  return reply->status >= 200;
}

void reply_free(struct reply *reply) {
  free(reply->bytes);
  free(reply->fields);
}
