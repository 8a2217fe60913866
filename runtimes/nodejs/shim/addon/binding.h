/* What the parts of the binding share. A process has one binding, which its main thread uses. */
#ifndef BINDING_H
#define BINDING_H

#include "loop.h"
#include <node_api.h>

/* A connection whose request JavaScript has: each is a call. */
struct held {
  struct connection *connection; /* NULL: none */
  char *rest;                    /* bytes of its answer that the socket has not taken yet */
  size_t rest_at;
  size_t rest_length;
  bool begun;    /* something has been sent */
  bool recorded; /* the end of the answer has been announced */
  bool in_one;   /* all of the answer is sent at once */
};

struct binding {
  struct worker *worker;
  struct loop *loop;
  struct held *held; /* by slot */
  uint32_t slots;
  uint32_t calls; /* that run */
  uint32_t most;  /* that may run at the same time */
};

extern struct binding binding;

/* The connection in the slot that a function's argument names; NULL: JavaScript has none there. */
struct held *binding_held(napi_env env, napi_value slot);

/* sending.c: the function `send`; `send_rest` is true once everything has been sent. */
napi_value binding_send(napi_env env, napi_callback_info info);
bool send_rest(struct held *held);
void drop_rest(struct held *held);

/* events.c: keeps the listeners, tells them of events, and has libuv wait for events. */
napi_status events_open(napi_env env, napi_value listeners);
napi_status events_start(napi_env env);
void events_deliver(napi_env env);

/* A call has ended: another request may be delivered. */
void events_call_ended(void);

#endif
