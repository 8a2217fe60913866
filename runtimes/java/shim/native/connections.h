/* What the native methods share: the worker, and a place for each slot of its table. */
#ifndef CONNECTIONS_H
#define CONNECTIONS_H

#include "connection.h"
#include <jni.h>

struct place {
  struct connection *connection;
  bool watched;                /* the epoll knows the socket */
  bool answered;               /* the request has been read and answered */
  unsigned char *probe_answer; /* of a probe that came on this connection */
  size_t probe_length;
  uint32_t probe_status;
};

extern struct worker *worker;
extern struct place *places;

/* Opens the epoll of the control socket and the parked connections. */
bool events_open(void);

/* True where the connection is idle in a retired process: it is the supervisor's to take, and its
   bytes are the next process's. */
bool place_rests(jint slot);

/* Closes the connection of a place, which the supervisor may give to the next one at once. */
void place_close(struct place *place);

#define NATIVE(type, name) JNIEXPORT type JNICALL Java_io_kubeless_runtime_WorkerLibrary_##name

#endif
