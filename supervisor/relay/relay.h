/* The relay: a worker that starts an HTTP server of its own and hands it one request after the
   other (path `request`). It reads and answers with the worker library. */
#ifndef RELAY_H
#define RELAY_H

#include "../library/connection.h"
#include <pthread.h>

/* server.c: the HTTP server, a child process. */

/* Starts the command, in which ${WORKER_SOCKET} or ${WORKER_PORT} stands for the address that it
   has to listen on. The process ends when the server does. False with errno set: it can't be
   started. */
bool server_start(char **command);

/* Waits until the server accepts connections, of which it keeps the first. */
void server_await(void);

/* Whether the server has ended, or does so within `milliseconds`. */
bool server_has_ended(int milliseconds);

/* Asks the server to end, and waits for that for a while. */
void server_stop(void);

/* Gives a connection to the server: an idle one if there is one and `fresh` is false, of which it
 * sets reused. -1: the server takes none. */
int server_connect(bool fresh, bool *reused);

/* Keeps a connection for another request. */
void server_keep(int socket);

/* reply.c: an answer of the server. */

enum framing { FRAMING_NONE, FRAMING_LENGTH, FRAMING_CHUNKED, FRAMING_END };

struct reply {
  char *bytes; /* received */
  size_t size;
  size_t length;
  size_t head; /* bytes of it */
  unsigned status;
  enum framing framing;
  int64_t body; /* bytes that Content-Length has told, -1: none */
  bool close;   /* no request follows on the connection */
  char *fields; /* as struct answer wants them */
  size_t fields_length;
};

/* Receives more. Returns the bytes; 0: the end; -1: an error. */
long reply_receive(struct reply *reply, int socket);

/* Receives the head. False: there is none; then reply->length tells whether anything has come. */
bool reply_read_head(struct reply *reply, int socket, bool to_head);

void reply_free(struct reply *reply);

/* call.c: one request, from the client to the server and back. */

struct call {
  struct worker *worker;
  struct connection *connection;
  pthread_mutex_t mutex; /* of the socket, which STOP_CALL shuts down */
  int socket;            /* to the server, -1: none */
  bool stopped;          /* its deadline has passed; under the mutex too */
};

/* Answers the request of a connection whose call has begun. */
void call_relay(struct call *call);

/* Lets the server see that its client is gone. */
void call_stop(struct call *call);

/* body.c: sends the body of a reply. Returns whether it came to its end. */
bool body_relay(struct connection *connection, struct reply *reply, int socket);

/* request.c: the request as the server gets it. Its length is in *length; NULL: no memory. */
char *request_head(struct connection *connection, size_t *length);

#endif
