/* Writes the head of a request for the server. */
#include "relay.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The relay's own lines take less than this. */
#define OWN_ROOM 128

/* Fields that are about the client's connection, or about framing, are the relay's. */
static const char *const own_fields[] = {
    "connection", "content-length", "expect",  "keep-alive",        "proxy-connection",
    "te",         "trailer",        "upgrade", "transfer-encoding",
};

static bool is_own(struct worker_text name) {
  for (size_t index = 0; index < sizeof own_fields / sizeof *own_fields; index++)
    if (http_is(name.bytes, name.length, own_fields[index])) return true;
  return false;
}

static char *put(char *to, struct worker_text text, const char *end) {
  memcpy(to, text.bytes, text.length);
  return stpcpy(to + text.length, end);
}

/* HTTP-20: the server sees path and query of any form of a target. */
static char *put_line(char *to, const struct request *request) {
  to = put(to, request->method, " ");
  to = put(to, request->path, request->query.bytes == NULL ? "" : "?");
  if (request->query.bytes != NULL) to = put(to, request->query, "");
  return stpcpy(to, " HTTP/1.1\r\n");
}

char *request_head(struct connection *connection, size_t *length) {
  const struct request *request = connection_request(connection);
  /* A field of no blanks, `a:`, has at least four bytes, and gets one more. */
  char *head = malloc(2 * request->head.length + OWN_ROOM);
  if (head == NULL) return NULL;
  char *to = put_line(head, request);
  bool has_host = false, has_length = request->chunked;
  struct worker_text name, value;
  for (uint32_t at = 0; connection_next_field(connection, &at, &name, &value);) {
    has_host |= http_is(name.bytes, name.length, "host");
    has_length |= http_is(name.bytes, name.length, "content-length");
    if (is_own(name)) continue;
    to = put(to, name, ": ");
    to = put(to, value, "\r\n");
  }
  if (!has_host) to = stpcpy(to, "Host: localhost\r\n"); /* HTTP-24 */
  if (has_length) to += sprintf(to, "Content-Length: %zu\r\n", request->body.length);
  to = stpcpy(to, "\r\n");
  *length = (size_t)(to - head);
  return head;
}
