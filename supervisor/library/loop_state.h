/* The state of the event loop: inside the library only. */
#ifndef LOOP_STATE_H
#define LOOP_STATE_H

#include "loop.h"
#include <sys/epoll.h>

#define BATCH 32

struct place {
  struct connection *connection;
  uint32_t serial;
  uint32_t events; /* in the epoll; 0: it isn't there */
  bool held;       /* a request is in the caller's hands */
  bool probed;     /* the supervisor makes the answer to a probe */
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
  uint32_t nexts;  /* places with `next` */
  uint32_t parked; /* places with `parked` */
  uint32_t connections;
  bool told; /* of the retirement */
  int taken;
  int count;
  struct epoll_event batch[BATCH];
  uint32_t slots;
  struct place places[];
};

static const struct loop_event loop_nothing = {LOOP_NOTHING, NULL, NULL};

/* An event of this place's connection. */
struct loop_event loop_tell(enum loop_type type, struct place *place);

/* Forgets the connection. It leaves the epoll first, because the supervisor's copy of
   the socket would keep it there. */
struct loop_event loop_end(struct loop *loop, struct place *place);

/* Reads on, if the gate is open or the request has begun before. */
struct loop_event loop_read_next(struct loop *loop, struct place *place);

/* Does what the messages say that are there, up to one that is an event. */
struct loop_event loop_read_messages(struct loop *loop);

#endif
