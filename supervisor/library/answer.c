/* Sends answers: whole ones, streams, and those that the library makes itself. */
#include "connection_state.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SMALL_HEAD 2048

/* RESPONSE-7, RESPONSE-8 */
static bool has_body(const struct connection *connection, unsigned status) {
  return !connection->head.is_head && status != 204 && status != 304;
}

void connection_rest(struct connection *connection, size_t rest) {
  if (connection->keep && connection->length == connection_request_length(connection))
    worker_set_end(&connection->slot, connection->sent + (int64_t)rest);
}

/* The record comes before the bytes, so that a client which has its answer finds it counted. */
static enum sending send_whole(
    struct connection *connection, const struct answer *answer, struct worker_text head,
    bool recorded) {
  size_t length = has_body(connection, answer->status) ? answer->body_length : 0;
  struct worker_slot *slot = &connection->slot;
  if (!worker_answer_whole(slot, connection->sent)) return SENDING_LOST;
  if (recorded) worker_record(slot, answer->status, answer->outcome, (int64_t)length);
  worker_sent(slot, answer->status);
  connection_rest(connection, head.length + length);
  struct iovec parts[2] = {{(void *)head.bytes, head.length}, {(void *)answer->body, length}};
  return connection_send_all(connection, parts, length > 0 ? 2 : 1) ? SENDING_DONE : SENDING_LOST;
}

static enum sending
answer_whole(struct connection *connection, const struct answer *answer, bool recorded) {
  char small[SMALL_HEAD];
  size_t room = answer_head_room(answer);
  char *head = room <= sizeof small ? small : malloc(room);
  if (head == NULL) return SENDING_INVALID;
  size_t length = answer_head(connection, answer, false, head);
  enum sending result = SENDING_INVALID;
  if (length > 0)
    result = send_whole(connection, answer, (struct worker_text){head, length}, recorded);
  if (head != small) free(head);
  return result;
}

enum sending connection_answer(struct connection *connection, const struct answer *answer) {
  if (worker_draining(connection->worker)) connection->keep = false;
  return answer_whole(connection, answer, true);
}

#define PLAIN "Content-Type\0text/plain; charset=utf-8\0"
#define RETRY "Retry-After\0001\0"

/* A text of the library's own; 503 says when to come back (CONCURRENCY-4). */
static struct answer plain(unsigned status, const void *body, size_t length) {
  static const char fields[] = PLAIN RETRY;
  size_t all = sizeof fields - 1, without_retry = sizeof PLAIN - 1;
  return (struct answer){
      .status = status,
      .fields = fields,
      .fields_length = status == 503 ? all : without_retry,
      .body = body,
      .body_length = length,
      .outcome = PROTOCOL_OUTCOME_NO_CALL,
  };
}

void connection_refuse(struct connection *connection, unsigned status) {
  char body[64];
  int length = snprintf(body, sizeof body, "%s\n", http_reason(status));
  struct answer answer = plain(status, body, (size_t)length);
  connection->keep = false;
  connection->close_flags = PROTOCOL_FLAG_LINGER;
  answer_whole(connection, &answer, true);
}

void connection_answer_probe(
    struct connection *connection, unsigned status, const void *body, size_t length) {
  static const char metrics[] = "Content-Type\0text/plain; version=0.0.4; charset=utf-8\0";
  struct answer answer = plain(status, body, length);
  if (connection->probe == PROTOCOL_PROBE_METRICS + 1) {
    answer.fields = metrics;
    answer.fields_length = sizeof metrics - 1;
  }
  answer_whole(connection, &answer, false);
}

/* RESPONSE-13: without a call. */
void connection_answer_preflight(struct connection *connection) {
  static const char fixed[] =
      "Access-Control-Allow-Origin\0*\0"
      "Access-Control-Allow-Methods\0GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\0"
      "Vary\0Access-Control-Request-Headers\0Access-Control-Allow-Headers";
  struct http_slice asked = connection->head.requested_headers;
  struct worker_text allowed = {"*", 1};
  if (asked.length > 0) allowed = (struct worker_text){connection->bytes + asked.at, asked.length};
  char *fields = malloc(sizeof fixed + allowed.length + 1);
  if (fields == NULL) return connection_refuse(connection, 500);
  memcpy(fields, fixed, sizeof fixed);
  memcpy(fields + sizeof fixed, allowed.bytes, allowed.length);
  fields[sizeof fixed + allowed.length] = 0;
  struct answer answer = {
      .status = 204, .fields = fields, .fields_length = sizeof fixed + allowed.length + 1};
  connection_answer(connection, &answer);
  free(fields);
}

/* Streams */

static enum sending
stream_head(struct connection *connection, const struct answer *answer, struct worker_text head) {
  if (!worker_answer_stream(&connection->slot, connection->sent, answer->status))
    return SENDING_LOST;
  connection->status = answer->status;
  connection->chunked = connection->head.minor > 0;
  connection->bodiless = !has_body(connection, answer->status);
  connection->body_bytes = 0;
  struct iovec part = {(void *)head.bytes, head.length};
  return connection_send_all(connection, &part, 1) ? SENDING_DONE : SENDING_LOST;
}

enum sending connection_stream(struct connection *connection, const struct answer *answer) {
  if (worker_draining(connection->worker) || connection->head.minor == 0) connection->keep = false;
  char *head = malloc(answer_head_room(answer));
  if (head == NULL) return SENDING_INVALID;
  size_t length = answer_head(connection, answer, true, head);
  enum sending result = SENDING_INVALID;
  if (length > 0) result = stream_head(connection, answer, (struct worker_text){head, length});
  free(head);
  return result;
}

enum sending
connection_stream_write(struct connection *connection, const void *bytes, size_t length) {
  if (!connection_owned(connection)) return SENDING_LOST;
  if (length == 0 || connection->bodiless) return SENDING_DONE;
  char size[24];
  int digits = snprintf(size, sizeof size, "%zx\r\n", length);
  struct iovec chunk[3] = {{size, (size_t)digits}, {(void *)bytes, length}, {"\r\n", 2}};
  bool chunked = connection->chunked;
  connection->body_bytes += (int64_t)length;
  return connection_send_all(connection, chunked ? chunk : chunk + 1, chunked ? 3 : 1)
             ? SENDING_DONE
             : SENDING_LOST;
}

enum sending connection_stream_end(struct connection *connection, unsigned outcome, bool whole) {
  if (!worker_stream_ended(&connection->slot)) return SENDING_LOST;
  worker_record(&connection->slot, connection->status, outcome, connection->body_bytes);
  if (!whole) connection_abort(connection);
  if (!whole || connection->bodiless || !connection->chunked) return SENDING_DONE;
  connection_rest(connection, 5);
  struct iovec last = {"0\r\n\r\n", 5};
  return connection_send_all(connection, &last, 1) ? SENDING_DONE : SENDING_LOST;
}
