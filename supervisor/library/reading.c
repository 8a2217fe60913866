/* Reads a connection's next request. */
#include "connection_state.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define FIRST_BYTES 4096

static enum reading over(struct connection *connection) {
  connection->keep = false;
  return READING_OVER;
}

static enum reading refuse(struct connection *connection, unsigned status) {
  connection_describe(connection);
  connection_refuse(connection, status);
  return over(connection);
}

static bool continue_body(struct connection *connection) {
  static char interim[] = "HTTP/1.1 100 Continue\r\n\r\n";
  struct iovec part = {interim, sizeof interim - 1};
  return connection_send_all(connection, &part, 1);
}

/* The status with which a request is refused whose head is well formed; 0: it is admitted
   (REQUEST-14, LIFECYCLE-2, CONCURRENCY-4). */
static unsigned admission(struct connection *connection, int64_t body_limit) {
  if (connection->head.body > body_limit) return 413;
  if (connection->probe != 0) return 0;
  if (connection->late) return 503;
  connection->admitted = worker_admit(connection->worker);
  return connection->admitted ? 0 : 503;
}

/* LIMITS-5: the body has a time of its own. */
static bool await_body(struct connection *connection, int64_t body_time, size_t there) {
  int64_t deadline = worker_clock() + body_time;
  if (!worker_phase(&connection->slot, PROTOCOL_READING, deadline)) return false;
  return !connection->head.expects_continue || there > 0 || continue_body(connection);
}

static enum reading accept_head(struct connection *connection) {
  const struct http_head *head = &connection->head;
  struct worker_settings settings = worker_settings(connection->worker);
  connection->head_whole = true;
  connection->probe = connection_probe(connection);
  connection->keep =
      !head->close && (head->minor > 0 || head->keep_alive) && !worker_draining(connection->worker);
  connection_describe(connection);
  unsigned refusal = admission(connection, settings.body_limit);
  if (refusal != 0) return refuse(connection, refusal);
  size_t there = connection->length - head->length;
  bool whole = head->body >= 0 && there >= (size_t)head->body;
  if (!whole && !await_body(connection, settings.body_time, there)) return over(connection);
  return READING_MORE;
}

static enum http_result read_body(struct connection *connection) {
  size_t there = connection->length - connection->head.length;
  if (connection->head.body != HTTP_CHUNKED)
    return there >= (size_t)connection->head.body ? HTTP_WHOLE : HTTP_MORE;
  char *body = connection->bytes + connection->head.length;
  int64_t limit = worker_settings(connection->worker).body_limit;
  enum http_result result = http_read_chunks(&connection->chunks, body, &there, limit);
  connection->length = connection->head.length + there;
  return result;
}

/* Looks whether what was received is a whole request. */
static enum reading parse(struct connection *connection) {
  if (!connection->head_whole) {
    enum http_result result =
        http_read_head(&connection->head, connection->bytes, connection->length);
    if (result == HTTP_MORE) return READING_MORE;
    if (result == HTTP_REFUSED) return refuse(connection, connection->head.refusal);
    if (accept_head(connection) == READING_OVER) return READING_OVER;
  }
  enum http_result result = read_body(connection);
  if (result == HTTP_MORE) return READING_MORE;
  if (result == HTTP_REFUSED) return refuse(connection, connection->chunks.refusal);
  connection_set_request(connection);
  return READING_REQUEST;
}

/* Makes room for the next bytes. A body's memory grows as it comes, because a length is only
   a promise. */
static bool make_room(struct connection *connection) {
  if (connection->length < connection->size) return true;
  size_t size = connection->size == 0 ? FIRST_BYTES : connection->size * 2;
  char *bytes = realloc(connection->bytes, size);
  if (bytes == NULL) return false;
  connection->bytes = bytes;
  connection->size = size;
  return true;
}

enum received { RECEIVED_MORE, RECEIVED_ALL, RECEIVED_NOTHING, RECEIVED_END, RECEIVED_ERROR };

static enum received receive(struct connection *connection) {
  if (!make_room(connection)) return RECEIVED_ERROR;
  size_t room = connection->size - connection->length;
  ssize_t count;
  do count = recv(connection->socket, connection->bytes + connection->length, room, MSG_DONTWAIT);
  while (count < 0 && errno == EINTR);
  if (count == 0) return RECEIVED_END;
  if (count < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? RECEIVED_NOTHING : RECEIVED_ERROR;
  connection->length += (size_t)count;
  return (size_t)count < room ? RECEIVED_ALL : RECEIVED_MORE;
}

/* Nothing but empty lines has come: there is no request yet. */
static enum reading rest(struct connection *connection) {
  if (connection->head_whole || connection->head.start < connection->length) return READING_MORE;
  connection->length = 0;
  connection->head = (struct http_head){0};
  return worker_idle(&connection->slot) ? READING_MORE : over(connection);
}

static enum reading end_of_file(struct connection *connection) {
  bool begun = connection->length > connection->head.start;
  return begun ? refuse(connection, 400) : over(connection);
}

static enum reading ask_probe(struct connection *connection) {
  if (!connection_queue(connection)) return over(connection);
  unsigned probe = connection->probe - 1u;
  return worker_probe(connection->worker, connection->slot.number, probe) ? READING_PROBE
                                                                          : over(connection);
}

/* Goes through what was received until a request is whole that is not answered in here. */
static enum reading advance(struct connection *connection) {
  while (connection->length > 0) {
    enum reading result = parse(connection);
    if (result != READING_REQUEST) return result;
    if (connection->probe != 0) return ask_probe(connection);
    if (!connection->head.preflight) return READING_REQUEST;
    connection_answer_preflight(connection);
    enum after after = connection_done(connection);
    if (after == AFTER_CLOSE) return over(connection);
    if (after == AFTER_IDLE) return READING_MORE;
  }
  return READING_MORE;
}

static bool is_active(const struct connection *connection) {
  return WORKER_STATE(connection->slot.word) == PROTOCOL_ACTIVE;
}

/* Whether the client has gone without another request. */
static bool ended(const struct connection *connection) {
  char byte;
  return connection->hung_up &&
         recv(connection->socket, &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT) == 0;
}

/* HANDED or IDLE to ACTIVE. */
static bool begin(struct connection *connection) {
  bool idle = WORKER_STATE(connection->slot.word) == PROTOCOL_IDLE;
  connection->late = idle && worker_draining(connection->worker);
  return worker_begin(&connection->slot);
}

enum reading connection_read(struct connection *connection) {
  if (!is_active(connection)) {
    if (connection->slot.word != 0 && worker_retired(connection->worker)) return READING_MORE;
    if (ended(connection) || !begin(connection)) return over(connection);
  }
  enum received received = RECEIVED_MORE;
  for (;;) {
    enum reading result = advance(connection);
    if (result != READING_MORE || !is_active(connection)) return result;
    if (received == RECEIVED_ALL || received == RECEIVED_NOTHING) return rest(connection);
    received = receive(connection);
    if (received == RECEIVED_END) return end_of_file(connection);
    if (received == RECEIVED_ERROR) return over(connection);
  }
}
