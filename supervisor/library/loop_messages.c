/* What the supervisor's messages do to the loop. */
#include "loop_state.h"
#include <unistd.h>

/* The supervisor hands over a connection that has something to read. */
static struct loop_event take_over(struct loop *loop, const struct worker_message *message) {
  int socket = message->descriptors[0];
  if (message->slot >= loop->slots || socket < 0) return loop_nothing;
  struct place *place = &loop->places[message->slot];
  if (place->connection != NULL) loop_end(loop, place);
  struct connection *connection = connection_open(loop->worker, message->slot, socket);
  if (connection == NULL) {
    close(socket);
    return loop_nothing;
  }
  loop->connections++;
  *place = (struct place){.connection = connection, .serial = ++loop->serial};
  return loop_read_next(loop, place);
}

static struct loop_event
answer_probe(struct loop *loop, struct place *place, const struct worker_message *message) {
  if (place->connection == NULL || !place->probed || message->length < sizeof(uint32_t))
    return loop_nothing;
  uint32_t status = *(const uint32_t *)(const void *)message->payload;
  connection_answer_probe(
      place->connection, status, message->payload + sizeof status, message->length - sizeof status);
  place->probed = false;
  loop_done(loop, place->connection);
  return loop_nothing;
}

static struct loop_event
obey(struct loop *loop, struct place *place, const struct worker_message *message) {
  switch (message->type) {
  case PROTOCOL_MESSAGE_LET_GO:
    if (place->connection == NULL || place->held) return loop_nothing;
    return loop_end(loop, place);
  case PROTOCOL_MESSAGE_STOP_CALL:
    return place->connection == NULL ? loop_nothing : loop_tell(LOOP_STOP_CALL, place);
  case PROTOCOL_MESSAGE_PROBE_ANSWER:
    return answer_probe(loop, place, message);
  default:
    return loop_nothing;
  }
}

struct loop_event loop_read_messages(struct loop *loop) {
  struct loop_event event = loop_nothing;
  while (event.type == LOOP_NOTHING) {
    struct worker_message message;
    int received = worker_receive(loop->worker, &message, false);
    if (received < 0) event.type = LOOP_EXIT;
    if (received <= 0) break;
    if (message.type == PROTOCOL_MESSAGE_CONNECTION)
      event = take_over(loop, &message);
    else if (message.slot < loop->slots)
      event = obey(loop, &loop->places[message.slot], &message);
  }
  return event;
}
