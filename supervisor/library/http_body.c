/* Decodes a chunked body in place (HTTP-7, HTTP-22). */
#include "http.h"
#include <string.h>

#define SIZE_LINE_LIMIT 4096
#define SIZE_DIGITS 15

enum { SIZE, DATA, DATA_END, TRAILERS };

static enum http_result refuse(struct http_chunks *chunks, uint16_t status) {
  chunks->refusal = status;
  return HTTP_REFUSED;
}

static int hex(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  letter |= 0x20;
  return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

/* Reads `SIZE` or `SIZE ; EXTENSION`; false for anything else. */
static bool read_size(struct http_chunks *chunks, const char *line, size_t length) {
  size_t at = 0;
  chunks->rest = 0;
  for (; at < length && hex(line[at]) >= 0; at++) {
    if (at == SIZE_DIGITS) return false;
    chunks->rest = chunks->rest << 4 | (unsigned)hex(line[at]);
  }
  if (at == 0) return false;
  if (at == length) return true;
  while (at < length && (line[at] == ' ' || line[at] == '\t')) at++;
  return at < length && line[at] == ';' && http_all(line + at, length - at, HTTP_VALUE);
}

static enum http_result
size_line(struct http_chunks *chunks, const char *line, size_t length, int64_t limit) {
  if (!read_size(chunks, line, length)) return refuse(chunks, 400);
  if (chunks->rest > (uint64_t)limit - chunks->decoded) return refuse(chunks, 413);
  chunks->part = chunks->rest == 0 ? TRAILERS : DATA;
  return HTTP_MORE;
}

static enum http_result trailer_line(struct http_chunks *chunks, const char *line, size_t length) {
  struct http_slice name, value;
  chunks->trailers += length + 2;
  if (length == 0) return HTTP_WHOLE;
  if (!http_split_field(line, 0, (uint32_t)length, &name, &value)) return refuse(chunks, 400);
  return HTTP_MORE;
}

/* Reads the line at *next, if it is there, and moves *next behind it. */
static enum http_result read_line(
    struct http_chunks *chunks, const char *bytes, size_t length, size_t *next, int64_t limit) {
  size_t bound = chunks->part == SIZE ? SIZE_LINE_LIMIT : HTTP_HEAD_LIMIT - chunks->trailers;
  size_t there = length - *next < bound ? length : *next + bound;
  long line = http_line(bytes, there, *next, &chunks->searched);
  if (line < 0) return refuse(chunks, 400);
  if (line == 0) {
    if (length - *next < bound) return HTTP_MORE;
    return refuse(chunks, chunks->part == SIZE ? 400 : 431);
  }
  const char *text = bytes + *next;
  *next += (size_t)line;
  size_t without_end = (size_t)line - 2;
  return chunks->part == SIZE ? size_line(chunks, text, without_end, limit)
                              : trailer_line(chunks, text, without_end);
}

static void copy_data(struct http_chunks *chunks, char *bytes, size_t length, size_t *next) {
  size_t there = length - *next;
  size_t taken = chunks->rest < there ? (size_t)chunks->rest : there;
  memmove(bytes + chunks->decoded, bytes + *next, taken);
  chunks->decoded += taken;
  chunks->rest -= taken;
  *next += taken;
  if (chunks->rest == 0) chunks->part = DATA_END;
}

static enum http_result
data_end(struct http_chunks *chunks, const char *bytes, size_t length, size_t *next) {
  size_t there = length - *next < 2 ? length - *next : 2;
  if (memcmp(bytes + *next, "\r\n", there) != 0) return refuse(chunks, 400);
  if (there < 2) return HTTP_MORE;
  *next += 2;
  chunks->part = SIZE;
  return HTTP_MORE;
}

enum http_result
http_read_chunks(struct http_chunks *chunks, char *bytes, size_t *length, int64_t limit) {
  size_t next = chunks->decoded, before;
  enum http_result result = HTTP_MORE;
  do {
    before = next;
    if (chunks->part == DATA)
      copy_data(chunks, bytes, *length, &next);
    else if (chunks->part == DATA_END)
      result = data_end(chunks, bytes, *length, &next);
    else
      result = read_line(chunks, bytes, *length, &next, limit);
  } while (result == HTTP_MORE && next > before);
  size_t rest = *length - next;
  memmove(bytes + chunks->decoded, bytes + next, rest);
  *length = chunks->decoded + rest;
  chunks->searched = *length;
  return result;
}
