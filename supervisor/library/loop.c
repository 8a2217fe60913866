/* The event loop.

   While a request is in the caller's hands its connection stays in the epoll as it is, because most
   calls are over before anything happens on it. Only what does happen is then masked. */
#include "loop.h"
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#define BATCH 32
#define CONTROL UINT64_MAX
#define READABLE (EPOLLIN | EPOLLRDHUP)

struct place {
  struct connection *connection;
  uint32_t serial;
  uint32_t events; /* in the epoll; 0: it isn't there */
  bool held;       /* a request is in the caller's hands, or a probe in the supervisor's */
  bool known;      /* the caller has had a request of this connection */
  bool parked;     /* there is something to read, and the gate is closed */
  bool next;       /* bytes of its next request have been received already */
  bool whole;      /* it came to its end while the gate was closed */
};

struct loop {
  struct worker *worker;
  int epoll;
  bool open;
  bool next_first; /* so that neither pipelined requests nor the others wait for ever */
  uint32_t serial;
  uint32_t nexts;
  int taken;
  int count;
  struct epoll_event batch[BATCH];
  uint32_t slots;
  struct place places[];
};

static const struct loop_event nothing = {LOOP_NOTHING, NULL, NULL};

struct loop *loop_open(struct worker *worker) {
  uint32_t slots = worker_settings(worker).slots;
  struct loop *loop = calloc(1, sizeof *loop + slots * sizeof *loop->places);
  if (loop == NULL) return NULL;
  loop->worker = worker;
  loop->slots = slots;
  loop->open = true;
  loop->epoll = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event control = {.events = EPOLLIN, .data.u64 = CONTROL};
  if (loop->epoll >= 0 &&
      epoll_ctl(loop->epoll, EPOLL_CTL_ADD, worker_control(worker), &control) == 0)
    return loop;
  free(loop);
  return NULL;
}

int loop_descriptor(const struct loop *loop) { return loop->epoll; }

static struct place *place_of(struct loop *loop, const struct connection *connection) {
  return &loop->places[connection_slot(connection)];
}

static struct loop_event tell(enum loop_type type, struct place *place) {
  void *user = connection_user(place->connection);
  return (struct loop_event){type, place->connection, user};
}

/* Changes what the epoll tells of a connection. 0 takes it out, because a hangup can't be masked.
 */
static void watch(struct loop *loop, struct place *place, uint32_t events) {
  if (place->events == events) return;
  int change = place->events == 0 ? EPOLL_CTL_ADD : events == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD;
  struct epoll_event event = {
      .events = events,
      .data.u64 = (uint64_t)place->serial << 32 | connection_slot(place->connection)};
  epoll_ctl(loop->epoll, change, connection_socket(place->connection), &event);
  place->events = events;
}

/* Forgets the connection. It leaves the epoll first, because the supervisor's copy would keep it
 * there. */
static struct loop_event end(struct loop *loop, struct place *place) {
  struct loop_event event = place->known ? tell(LOOP_GONE, place) : nothing;
  event.connection = NULL;
  watch(loop, place, 0);
  if (place->next) loop->nexts--;
  connection_close(place->connection);
  *place = (struct place){0};
  return event;
}

void loop_close(struct loop *loop) {
  for (uint32_t slot = 0; slot < loop->slots; slot++)
    if (loop->places[slot].connection != NULL) end(loop, &loop->places[slot]);
  close(loop->epoll);
  free(loop);
}

static bool may_begin(const struct loop *loop) {
  return loop->open && !worker_retired(loop->worker);
}

static void park(struct loop *loop, struct place *place) {
  watch(loop, place, 0);
  place->parked = true;
}

static struct loop_event deliver(struct place *place) {
  place->held = place->known = true;
  return tell(LOOP_REQUEST, place);
}

static void add_next(struct loop *loop, struct place *place) {
  if (!place->next) loop->nexts++;
  place->next = true;
}

/* The request was begun before the gate closed, and waits for its turn now. */
static struct loop_event defer(struct loop *loop, struct place *place) {
  if (!connection_queue(place->connection)) return end(loop, place);
  watch(loop, place, 0);
  place->whole = true;
  add_next(loop, place);
  return nothing;
}

static struct loop_event read_next(struct loop *loop, struct place *place) {
  uint32_t state = WORKER_STATE(worker_word(loop->worker, connection_slot(place->connection)));
  bool waits = state == PROTOCOL_HANDED || state == PROTOCOL_IDLE;
  if (waits && !may_begin(loop)) {
    park(loop, place);
    return nothing;
  }
  switch (connection_read(place->connection)) {
  case READING_REQUEST:
    return loop->open ? deliver(place) : defer(loop, place);
  case READING_OVER:
    return end(loop, place);
  case READING_PROBE:
    place->held = true;
    break;
  case READING_MORE:
    watch(loop, place, READABLE);
    break;
  }
  return nothing;
}

/* What happens to a connection whose request is in the caller's hands. */
static struct loop_event disturb(struct loop *loop, struct place *place, uint32_t events) {
  if (events & EPOLLOUT) {
    watch(loop, place, EPOLLRDHUP);
    return tell(LOOP_WRITABLE, place);
  }
  if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
    watch(loop, place, 0);
    return tell(LOOP_HANGUP, place);
  }
  watch(loop, place, EPOLLRDHUP);
  return nothing;
}

bool loop_done(struct loop *loop, struct connection *connection) {
  struct place *place = place_of(loop, connection);
  place->held = false;
  switch (connection_done(connection)) {
  case AFTER_CLOSE:
    end(loop, place);
    return false;
  case AFTER_IDLE:
    watch(loop, place, READABLE);
    return true;
  case AFTER_NEXT:
    add_next(loop, place);
  }
  return true;
}

void loop_watch(struct loop *loop, struct connection *connection) {
  struct place *place = place_of(loop, connection);
  if (place->held && place->events == 0) watch(loop, place, EPOLLRDHUP);
}

void loop_await_writable(struct loop *loop, struct connection *connection) {
  watch(loop, place_of(loop, connection), EPOLLOUT | EPOLLRDHUP);
}

void loop_gate(struct loop *loop, bool open) {
  loop->open = open;
  if (!may_begin(loop)) return;
  for (uint32_t slot = 0; slot < loop->slots; slot++) {
    struct place *place = &loop->places[slot];
    if (!place->parked) continue;
    place->parked = false;
    watch(loop, place, READABLE);
  }
}

/* Messages */

/* The supervisor hands over a connection that has something to read. */
static struct loop_event take_over(struct loop *loop, const struct worker_message *message) {
  int socket = message->descriptors[0];
  if (message->slot >= loop->slots || socket < 0) return nothing;
  struct place *place = &loop->places[message->slot];
  if (place->connection != NULL) end(loop, place);
  struct connection *connection = connection_open(loop->worker, message->slot, socket);
  if (connection == NULL) {
    close(socket);
    return nothing;
  }
  *place = (struct place){.connection = connection, .serial = ++loop->serial};
  return read_next(loop, place);
}

static struct loop_event
answer_probe(struct loop *loop, struct place *place, const struct worker_message *message) {
  if (place->connection == NULL || !place->held || message->length < sizeof(uint32_t))
    return nothing;
  uint32_t status = *(const uint32_t *)(const void *)message->payload;
  connection_answer_probe(
      place->connection, status, message->payload + sizeof status, message->length - sizeof status);
  loop_done(loop, place->connection);
  return nothing;
}

static struct loop_event
obey(struct loop *loop, struct place *place, const struct worker_message *message) {
  switch (message->type) {
  case PROTOCOL_MESSAGE_LET_GO:
    if (place->connection == NULL || place->held) return nothing;
    return end(loop, place);
  case PROTOCOL_MESSAGE_STOP_CALL:
    return place->connection == NULL ? nothing : tell(LOOP_STOP_CALL, place);
  case PROTOCOL_MESSAGE_PROBE_ANSWER:
    return answer_probe(loop, place, message);
  case PROTOCOL_MESSAGE_RETIRE:
    return (struct loop_event){LOOP_RETIRE, NULL, NULL};
  default:
    return nothing;
  }
}

static struct loop_event read_messages(struct loop *loop) {
  struct loop_event event = nothing;
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

/* Events */

/* An event may be older than its connection: then the slot has another one by now, or none. */
static struct loop_event handle(struct loop *loop, const struct epoll_event *event) {
  if (event->data.u64 == CONTROL) return read_messages(loop);
  struct place *place = &loop->places[(uint32_t)event->data.u64];
  if (place->connection == NULL || place->serial != event->data.u64 >> 32) return nothing;
  if (place->held) return disturb(loop, place, event->events);
  if (!place->next) return read_next(loop, place);
  watch(loop, place, 0);
  return nothing;
}

static struct loop_event read_pipelined(struct loop *loop) {
  struct loop_event event = nothing;
  for (uint32_t slot = 0; slot < loop->slots && event.type == LOOP_NOTHING; slot++) {
    struct place *place = &loop->places[slot];
    if (!place->next) continue;
    place->next = false;
    loop->nexts--;
    event = place->whole ? deliver(place) : read_next(loop, place);
    place->whole = false;
  }
  return event;
}

bool loop_more(const struct loop *loop) {
  return loop->taken < loop->count || (loop->nexts > 0 && loop->open);
}

struct loop_event loop_next(struct loop *loop, int milliseconds) {
  struct loop_event event = nothing;
  loop->next_first = !loop->next_first;
  if (loop->nexts > 0 && loop->open && loop->next_first) event = read_pipelined(loop);
  while (event.type == LOOP_NOTHING) {
    if (loop->taken == loop->count) {
      bool pipelined = loop->nexts > 0 && loop->open;
      loop->taken = 0;
      loop->count = epoll_wait(loop->epoll, loop->batch, BATCH, pipelined ? 0 : milliseconds);
      if (loop->count <= 0) {
        loop->count = 0;
        return pipelined ? read_pipelined(loop) : nothing;
      }
    }
    event = handle(loop, &loop->batch[loop->taken++]);
  }
  return event;
}
