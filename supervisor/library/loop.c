/* The event loop.

   While a request is in the caller's hands its connection stays in the epoll as it is, because most
   calls are over before anything happens on it. Only what does happen is then masked. */
#include "loop_state.h"
#include <stdlib.h>
#include <unistd.h>

#define CONTROL UINT64_MAX
#define READABLE (EPOLLIN | EPOLLRDHUP)

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
  if (loop->epoll >= 0) close(loop->epoll);
  free(loop);
  return NULL;
}

int loop_descriptor(const struct loop *loop) { return loop->epoll; }

static struct place *place_of(struct loop *loop, const struct connection *connection) {
  return &loop->places[connection_slot(connection)];
}

struct loop_event loop_tell(enum loop_type type, struct place *place) {
  void *user = connection_user(place->connection);
  return (struct loop_event){type, place->connection, user};
}

/* Changes what the epoll tells of a connection. 0: nothing, not even its hangup. */
static void watch(struct loop *loop, struct place *place, uint32_t events) {
  if (place->events == events) return;
  int change = place->events == 0 ? EPOLL_CTL_ADD : events == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD;
  struct epoll_event event = {
      .events = events,
      .data.u64 = (uint64_t)place->serial << 32 | connection_slot(place->connection)};
  epoll_ctl(loop->epoll, change, connection_socket(place->connection), &event);
  place->events = events;
}

/* Forgets the connection. It leaves the epoll first, because the supervisor's copy of
   the socket would keep it there. */
struct loop_event loop_end(struct loop *loop, struct place *place) {
  struct loop_event event = place->known ? loop_tell(LOOP_GONE, place) : loop_nothing;
  event.connection = NULL;
  watch(loop, place, 0);
  loop->nexts -= place->next;
  loop->parked -= place->parked;
  connection_close(place->connection);
  loop->connections--;
  *place = (struct place){0};
  return event;
}

void loop_close(struct loop *loop) {
  for (uint32_t slot = 0; slot < loop->slots; slot++)
    if (loop->places[slot].connection != NULL) loop_end(loop, &loop->places[slot]);
  close(loop->epoll);
  free(loop);
}

static bool may_begin(const struct loop *loop) {
  return loop->open && !worker_retired(loop->worker);
}

static void park(struct loop *loop, struct place *place) {
  watch(loop, place, 0);
  loop->parked += !place->parked;
  place->parked = true;
}

static struct loop_event deliver(struct place *place) {
  place->held = place->known = true;
  return loop_tell(LOOP_REQUEST, place);
}

static void add_next(struct loop *loop, struct place *place) {
  loop->nexts += !place->next;
  place->next = true;
}

/* The request was begun before the gate closed, and waits for its turn now. */
static struct loop_event defer(struct loop *loop, struct place *place) {
  if (!connection_queue(place->connection)) return loop_end(loop, place);
  watch(loop, place, 0);
  place->whole = true;
  add_next(loop, place);
  return loop_nothing;
}

struct loop_event loop_read_next(struct loop *loop, struct place *place) {
  uint32_t state = WORKER_STATE(worker_word(loop->worker, connection_slot(place->connection)));
  bool waits = state == PROTOCOL_HANDED || state == PROTOCOL_IDLE;
  if (waits && !may_begin(loop)) {
    park(loop, place);
    return loop_nothing;
  }
  switch (connection_read(place->connection)) {
  case READING_REQUEST:
    return loop->open ? deliver(place) : defer(loop, place);
  case READING_OVER:
    return loop_end(loop, place);
  case READING_PROBE:
    place->probed = true;
    break;
  case READING_MORE:
    watch(loop, place, READABLE);
    break;
  }
  return loop_nothing;
}

/* What happens to a connection whose request is in the caller's hands. */
static struct loop_event disturb(struct loop *loop, struct place *place, uint32_t events) {
  if (events & EPOLLOUT) {
    watch(loop, place, EPOLLRDHUP);
    return loop_tell(LOOP_WRITABLE, place);
  }
  if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
    watch(loop, place, 0);
    return loop_tell(LOOP_HANGUP, place);
  }
  watch(loop, place, EPOLLRDHUP);
  return loop_nothing;
}

bool loop_done(struct loop *loop, struct connection *connection) {
  struct place *place = place_of(loop, connection);
  place->held = false;
  switch (connection_done(connection)) {
  case AFTER_CLOSE:
    loop_end(loop, place);
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
  for (uint32_t slot = 0; slot < loop->slots && loop->parked > 0; slot++) {
    struct place *place = &loop->places[slot];
    if (!place->parked) continue;
    place->parked = false;
    loop->parked--;
    watch(loop, place, READABLE);
  }
}

/* Events */

/* An event may be older than its connection: then the slot has another one by now, or none. */
static struct loop_event handle(struct loop *loop, const struct epoll_event *event) {
  if (event->data.u64 == CONTROL) return loop_read_messages(loop);
  struct place *place = &loop->places[(uint32_t)event->data.u64];
  if (place->connection == NULL || place->serial != event->data.u64 >> 32) return loop_nothing;
  if (place->held) return disturb(loop, place, event->events);
  if (event->events & EPOLLRDHUP) connection_hung_up(place->connection);
  if (!place->next && !place->probed) return loop_read_next(loop, place);
  watch(loop, place, 0);
  return loop_nothing;
}

static struct loop_event read_pipelined(struct loop *loop) {
  struct loop_event event = loop_nothing;
  for (uint32_t slot = 0; slot < loop->slots && loop->nexts > 0; slot++) {
    if (event.type != LOOP_NOTHING) break;
    struct place *place = &loop->places[slot];
    if (!place->next) continue;
    place->next = false;
    loop->nexts--;
    event = place->whole ? deliver(place) : loop_read_next(loop, place);
    place->whole = false;
  }
  return event;
}

bool loop_more(const struct loop *loop) {
  return loop->taken < loop->count || (loop->nexts > 0 && loop->open);
}

/* Once, when a retired worker has lost its last connection. */
static bool has_retired(struct loop *loop) {
  if (loop->told || loop->connections > 0 || !worker_retired(loop->worker)) return false;
  return loop->told = true;
}

struct loop_event loop_next(struct loop *loop, int milliseconds) {
  struct loop_event event = loop_nothing;
  loop->next_first = !loop->next_first;
  if (loop->nexts > 0 && loop->open && loop->next_first) event = read_pipelined(loop);
  while (event.type == LOOP_NOTHING) {
    if (has_retired(loop)) return (struct loop_event){LOOP_RETIRE, NULL, NULL};
    if (loop->taken == loop->count) {
      bool pipelined = loop->nexts > 0 && loop->open;
      loop->taken = 0;
      loop->count = epoll_wait(loop->epoll, loop->batch, BATCH, pipelined ? 0 : milliseconds);
      if (loop->count <= 0) {
        loop->count = 0;
        return pipelined ? read_pipelined(loop) : loop_nothing;
      }
    }
    event = handle(loop, &loop->batch[loop->taken++]);
  }
  return event;
}
