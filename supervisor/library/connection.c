/* Opens, waits for, rests and closes a connection. */
#include "connection_state.h"
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

/* Memory that a connection keeps while it waits for its next request. */
#define IDLE_BYTES 8192

struct connection *connection_open(struct worker *worker, uint32_t slot, int socket) {
  struct connection *connection = calloc(1, sizeof *connection);
  if (connection == NULL) return NULL;
  connection->worker = worker;
  /* The supervisor may have taken it back before its message was received. */
  uint32_t word = worker_word(worker, slot);
  connection->slot =
      (struct worker_slot){worker, slot, WORKER_STATE(word) == PROTOCOL_HANDED ? word : 0};
  connection->socket = socket;
  connection->keep = true;
  return connection;
}

void connection_set_user(struct connection *connection, void *user) { connection->user = user; }

void *connection_user(const struct connection *connection) { return connection->user; }

uint32_t connection_slot(const struct connection *connection) { return connection->slot.number; }

int connection_socket(const struct connection *connection) { return connection->socket; }

const struct request *connection_request(const struct connection *connection) {
  return &connection->request;
}

bool connection_owned(const struct connection *connection) {
  const struct worker_slot *slot = &connection->slot;
  return slot->word != 0 && worker_word(slot->worker, slot->number) == slot->word;
}

void connection_hung_up(struct connection *connection) { connection->hung_up = true; }

bool connection_wait(struct connection *connection, int wake, int looks, int milliseconds) {
  struct pollfd awaited[2] = {
      {.fd = connection->socket, .events = POLLIN | POLLRDHUP}, {.fd = wake, .events = POLLIN}};
  int found = 0;
  for (; found == 0 && looks > 0; looks--) {
    found = poll(awaited, 2, 0);
    if (found == 0) sched_yield();
  }
  if (found == 0) found = poll(awaited, 2, milliseconds);
  if (found <= 0) return false;
  connection->hung_up |= (awaited[0].revents & (POLLRDHUP | POLLHUP)) != 0;
  return awaited[0].revents != 0;
}

bool connection_queue(struct connection *connection) {
  return worker_phase(&connection->slot, PROTOCOL_WAITING, 0);
}

bool connection_call(struct connection *connection) { return worker_call(&connection->slot); }

static void leave(struct connection *connection) {
  if (connection->admitted) worker_leave(connection->worker);
  connection->admitted = false;
}

size_t connection_request_length(const struct connection *connection) {
  size_t head = connection->head.length;
  if (connection->head.body == HTTP_CHUNKED) return head + connection->chunks.decoded;
  return head + (size_t)connection->head.body;
}

/* Drops the request and moves the bytes of the next one to the front. */
static void forget_request(struct connection *connection) {
  size_t used = connection_request_length(connection);
  connection->length -= used;
  memmove(connection->bytes, connection->bytes + used, connection->length);
  connection->head = (struct http_head){0};
  connection->chunks = (struct http_chunks){0};
  connection->head_whole = false;
}

static void free_large_buffer(struct connection *connection) {
  if (connection->length > 0 || connection->size <= IDLE_BYTES) return;
  free(connection->bytes);
  connection->bytes = NULL;
  connection->size = 0;
}

enum after connection_done(struct connection *connection) {
  leave(connection);
  if (connection->slot.word == 0 || !connection->keep) return AFTER_CLOSE;
  forget_request(connection);
  free_large_buffer(connection);
  if (connection->length > 0) return worker_continue(&connection->slot) ? AFTER_NEXT : AFTER_CLOSE;
  return worker_idle(&connection->slot) ? AFTER_IDLE : AFTER_CLOSE;
}

void connection_last(struct connection *connection) { connection->keep = false; }

void connection_abort(struct connection *connection) {
  connection->keep = false;
  connection->close_flags = PROTOCOL_FLAG_RESET;
}

void connection_close(struct connection *connection) {
  leave(connection);
  worker_hang_up(&connection->slot, connection->socket, connection->close_flags);
  free(connection->bytes);
  free(connection);
}
