#include "request_bytes.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char last_chunk[] = "0\r\n\r\n";
static const char stand_in[] = "POST / HTTP/1.1\r\n";
static const char stand_in_1_0[] = "POST / HTTP/1.0\r\n";

static bool is(struct worker_text text, const char *wanted) {
  return text.length == strlen(wanted) && memcmp(text.bytes, wanted, text.length) == 0;
}

static bool is_known_method(struct worker_text method) {
  static const char *const names[] = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"};
  for (size_t index = 0; index < sizeof names / sizeof *names; index++)
    if (is(method, names[index])) return true;
  return false;
}

static bool is_ascii(struct worker_text text) {
  for (size_t index = 0; index < text.length; index++)
    if ((unsigned char)text.bytes[index] > 127) return false;
  return true;
}

static bool is_odd(const struct request *request) {
  struct worker_text target = request->target;
  bool own_form = target.bytes[0] == '/' || is(target, "*");
  bool known_version = is(request->version, "HTTP/1.1") || is(request->version, "HTTP/1.0");
  return !own_form || !known_version || !is_known_method(request->method) || !is_ascii(target);
}

/* The request line with its end. */
static struct worker_text first_line(const struct request_bytes *made) {
  const struct request *request = made->request;
  if (!made->odd)
    return (struct worker_text){
        request->head.bytes, (size_t)(request->fields.bytes - request->head.bytes)};
  return (struct worker_text){request->http10 ? stand_in_1_0 : stand_in, sizeof stand_in - 1};
}

struct request_bytes request_bytes(const struct request *request) {
  struct request_bytes made = {.request = request, .odd = is_odd(request)};
  made.length = first_line(&made).length + request->fields.length + 2 + request->body.length;
  if (!request->chunked) return made;
  /* The library has put the chunks together: one is made of them. */
  made.length += sizeof last_chunk - 1;
  if (request->body.length == 0) return made;
  int line = snprintf(made.chunk, sizeof made.chunk, "%zx\r\n", request->body.length);
  made.length += (size_t)line + 2;
  return made;
}

static char *append(char *end, const char *bytes, size_t length) {
  memcpy(end, bytes, length);
  return end + length;
}

/* Node 20 refuses a tab beside the number of a Content-Length. */
static void replace_tabs(char *line, const char *end) {
  static const char name[] = "content-length:";
  if (memchr(line, '\t', (size_t)(end - line)) == NULL) return;
  while (line < end) {
    char *next = memchr(line, '\n', (size_t)(end - line));
    if (next == NULL) next = (char *)end;
    bool is_length = strncasecmp(line, name, sizeof name - 1) == 0;
    for (; line < next; line++)
      if (is_length && *line == '\t') *line = ' ';
    line = next + 1;
  }
}

void request_bytes_write(const struct request_bytes *made, char *end) {
  const struct request *request = made->request;
  struct worker_text line = first_line(made);
  end = append(end, line.bytes, line.length);
  char *fields = end;
  end = append(end, request->fields.bytes, request->fields.length);
  replace_tabs(fields, end);
  end = append(end, "\r\n", 2);
  end = append(end, made->chunk, strlen(made->chunk));
  end = append(end, request->body.bytes, request->body.length);
  if (made->chunk[0] != 0) end = append(end, "\r\n", 2);
  if (request->chunked) append(end, last_chunk, sizeof last_chunk - 1);
}
