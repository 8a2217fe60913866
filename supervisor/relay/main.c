/* relay COMMAND [ARGUMENT...]: serves what the supervisor hands over by the HTTP server that the
   command starts. */
#include "../library/loop.h"
#include "relay.h"
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct worker *worker;
static struct loop *loop;
static uint32_t most;    /* calls */
static uint32_t running; /* calls */
static int ended[2];     /* a pipe of calls that have ended */

/* The thread of a call that others go on beside. */
static void *execute(void *argument) {
  struct call *call = argument;
  call_relay(call);
  ssize_t written = write(ended[1], &call, sizeof call);
  if (written != sizeof call) _exit(1);
  return NULL;
}

/* False: there is no thread, so the caller executes it. */
static bool execute_beside(struct connection *connection) {
  struct call *call = malloc(sizeof *call);
  pthread_t thread;
  if (call == NULL) return false;
  *call = (struct call){worker, connection, PTHREAD_MUTEX_INITIALIZER, -1, false};
  connection_set_user(connection, call);
  if (++running == most) loop_gate(loop, false);
  if (pthread_create(&thread, NULL, execute, call) == 0) return pthread_detach(thread) == 0;
  if (running-- == most) loop_gate(loop, true);
  connection_set_user(connection, NULL);
  free(call);
  return false;
}

static void begin(struct connection *connection) {
  struct call call = {worker, connection, PTHREAD_MUTEX_INITIALIZER, -1, false};
  if (connection_call(connection)) {
    if (most > 1 && execute_beside(connection)) return;
    call_relay(&call);
  }
  loop_done(loop, connection);
}

static void take_ended(void) {
  struct call *call;
  if (read(ended[0], &call, sizeof call) != sizeof call) return;
  struct connection *connection = call->connection;
  connection_set_user(connection, NULL);
  free(call);
  loop_done(loop, connection);
  if (running-- == most) loop_gate(loop, true);
}

/* False: the process is to end. */
static bool handle(struct loop_event event) {
  switch (event.type) {
  case LOOP_REQUEST:
    begin(event.connection);
    break;
  case LOOP_STOP_CALL:
    if (event.user != NULL) call_stop(event.user);
    break;
  case LOOP_RETIRE:
    server_stop();
    return false;
  case LOOP_EXIT:
    return false;
  default:
    break;
  }
  return true;
}

static void serve(void) {
  struct pollfd awaited[2] = {
      {.fd = loop_descriptor(loop), .events = POLLIN}, {.fd = ended[0], .events = POLLIN}};
  for (;;) {
    poll(awaited, 2, loop_more(loop) ? 0 : -1);
    if (awaited[1].revents != 0) take_ended();
    struct loop_event event;
    do {
      event = loop_next(loop, 0);
      if (!handle(event)) return;
    } while (event.type != LOOP_NOTHING);
  }
}

static int refuse(const char *what) {
  perror(what);
  return 1;
}

int main(int count, char **arguments) {
  if (count < 2) return fprintf(stderr, "usage: relay COMMAND [ARGUMENT...]\n"), 2;
  worker = worker_open(
      PROTOCOL_CONTROL_DESCRIPTOR, PROTOCOL_TABLE_DESCRIPTOR, PROTOCOL_STDERR_DESCRIPTOR);
  if (worker == NULL) return refuse("error: this process has no supervisor");
  loop = loop_open(worker);
  if (loop == NULL || pipe2(ended, O_CLOEXEC) < 0) return refuse("error: there is no memory");
  most = worker_settings(worker).calls;
  if (!server_start(arguments + 1)) return refuse("error: the server can't be started");
  server_await();
  if (!worker_ready(worker)) return 1;
  serve();
  return 0;
}
