/* What a request says: to the table, and to the caller. */
#include "connection_state.h"
#include <string.h>

static struct worker_text text(const struct connection *connection, struct http_slice slice) {
  return (struct worker_text){connection->bytes + slice.at, slice.length};
}

/* What could be read of a refused request line may hold anything. */
static struct worker_text
printable(const struct connection *connection, struct http_slice slice, unsigned class) {
  struct worker_text found = text(connection, slice);
  bool checked = connection->head.refusal == 0;
  if (checked || http_all(found.bytes, found.length, class)) return found;
  return (struct worker_text){NULL, 0};
}

void connection_describe(struct connection *connection) {
  const struct http_head *head = &connection->head;
  struct worker_text texts[PROTOCOL_TEXT_COUNT] = {
      [WORKER_METHOD] = printable(connection, head->method, HTTP_TOKEN),
      [WORKER_HTTP_VERSION] = printable(connection, head->version, HTTP_TARGET),
      [WORKER_TRACE_ID] = text(connection, head->trace),
      [WORKER_TARGET] = printable(connection, head->target, HTTP_TARGET),
      [WORKER_REFERER] = text(connection, head->referer),
      [WORKER_USER_AGENT] = text(connection, head->agent),
  };
  unsigned flags = (head->is_head ? PROTOCOL_FLAG_HEAD : 0) |
                   (head->origin.at > 0 ? PROTOCOL_FLAG_CROSS_ORIGIN : 0);
  worker_describe(&connection->slot, texts, flags);
}

void connection_set_request(struct connection *connection) {
  const struct http_head *head = &connection->head;
  const char *bytes = connection->bytes;
  struct request *request = &connection->request;
  *request = (struct request){
      .method = text(connection, head->method),
      .target = text(connection, head->target),
      .path = text(connection, head->path),
      .query = text(connection, head->query),
      .version = text(connection, head->version),
      .head = {bytes + head->method.at, head->length - head->method.at},
      .fields = {bytes + head->fields, head->length - 2 - head->fields},
      .body = {bytes + head->length, (size_t)head->body},
      .chunked = head->body == HTTP_CHUNKED,
      .keep = connection->keep,
      .is_head = head->is_head,
      .cross_origin = head->origin.at > 0,
      .http10 = head->minor == 0,
  };
  if (request->chunked) request->body.length = connection->chunks.decoded;
  if (head->query.at == 0) request->query.bytes = NULL;
  if (request->path.length == 0) request->path = (struct worker_text){"/", 1};
}

bool connection_next_field(
    const struct connection *connection, uint32_t *at, struct worker_text *name,
    struct worker_text *value) {
  struct http_slice first, second;
  if (*at == 0) *at = connection->head.fields;
  if (!http_next_field(&connection->head, connection->bytes, at, &first, &second)) return false;
  *name = text(connection, first);
  *value = text(connection, second);
  return true;
}

uint8_t connection_probe(const struct connection *connection) {
  static const char *const paths[] = {
      [PROTOCOL_PROBE_HEALTH] = "/healthz",
      [PROTOCOL_PROBE_READINESS] = "/readyz",
      [PROTOCOL_PROBE_METRICS] = "/metrics",
  };
  struct worker_text path = text(connection, connection->head.path);
  for (uint8_t probe = 0; probe < 3; probe++)
    if (strlen(paths[probe]) == path.length && memcmp(path.bytes, paths[probe], path.length) == 0)
      return probe + 1;
  return 0;
}
