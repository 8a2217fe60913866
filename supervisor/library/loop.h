/* An event loop for one thread: messages and connections on one epoll. */
#ifndef LOOP_H
#define LOOP_H

#include "connection.h"

struct loop;

enum loop_type {
  LOOP_NOTHING,   /* the time is over */
  LOOP_REQUEST,   /* a whole request: answer it, then call loop_done */
  LOOP_HANGUP,    /* the client of a request in the caller's hands has closed its side */
  LOOP_WRITABLE,  /* the socket takes more, after loop_await_writable */
  LOOP_GONE,      /* a connection that had a request in the caller's hands before has ended */
  LOOP_STOP_CALL, /* the call has passed its deadline: interrupt it */
  LOOP_RETIRE,    /* no request comes any more: exit once nothing of the function goes on */
  LOOP_EXIT,      /* the supervisor is gone */
};

struct loop_event {
  enum loop_type type;
  struct connection *connection; /* NULL for LOOP_GONE and events without one */
  void *user;                    /* the connection's */
};

/* NULL with errno set: no memory or no descriptor. */
struct loop *loop_open(struct worker *worker);

/* Closes all connections too. */
void loop_close(struct loop *loop);

/* A descriptor that is readable when loop_next has something. */
int loop_descriptor(const struct loop *loop);

/* Gives the next event. Waits for `milliseconds` in which nothing happens (-1: for ever). */
struct loop_event loop_next(struct loop *loop, int milliseconds);

/* True while loop_next has something that no descriptor tells of. */
bool loop_more(const struct loop *loop);

/* The answer has been sent, or can't be. False: the connection is gone and its memory is freed. */
bool loop_done(struct loop *loop, struct connection *connection);

/* Closed: no request is begun, so that the supervisor can take back connections which wait. Those
   that have begun are read on, and told of when it opens. */
void loop_gate(struct loop *loop, bool open);

/* The call goes on while the loop does: tell of its client's hangup. */
void loop_watch(struct loop *loop, struct connection *connection);

/* Tell once that the socket takes more. */
void loop_await_writable(struct loop *loop, struct connection *connection);

#endif
