/* A connection's state: inside the library only. */
#ifndef CONNECTION_STATE_H
#define CONNECTION_STATE_H

#include "connection.h"
#include <sys/uio.h>

struct connection {
  struct worker *worker;
  struct worker_slot slot;
  void *user;
  int socket;
  int64_t sent; /* bytes on this connection, interim answers included */

  char *bytes; /* received */
  size_t size;
  size_t length;
  struct http_head head;
  struct http_chunks chunks;
  struct request request;
  bool head_whole;
  bool late;    /* begun in the drain */
  bool hung_up; /* the client may have closed its side */
  bool admitted;
  uint8_t probe; /* PROTOCOL_PROBE_* + 1, 0: none */

  bool keep;            /* the answer has not said `Connection: close` */
  unsigned close_flags; /* PROTOCOL_FLAG_RESET, PROTOCOL_FLAG_LINGER */
  unsigned status;      /* of the answer that is being sent */
  bool chunked;         /* the answer is sent in chunks */
  bool bodiless;        /* the answer has no body */
  int64_t body_bytes;   /* of the answer */
};

/* Where the request ends in what was received. */
size_t connection_request_length(const struct connection *connection);

/* Describes the request in the table, as far as it could be read. */
void connection_describe(struct connection *connection);

/* Fills in what connection_request returns. */
void connection_set_request(struct connection *connection);

/* PROTOCOL_PROBE_* + 1 for the path of a probe, else 0. */
uint8_t connection_probe(const struct connection *connection);

/* Sends all bytes, and waits for a slow client. False: the connection is of no use any more. */
bool connection_send_all(struct connection *connection, struct iovec *parts, int count);

/* Room that the head of an answer needs at most. */
size_t answer_head_room(const struct answer *answer);

/* Writes the head of an answer. Returns its length, 0 if the status or a field can't be sent.
   `stream`: the body's length isn't known. */
size_t answer_head(
    const struct connection *connection, const struct answer *answer, bool stream, char *to);

/* Answers a CORS preflight. */
void connection_answer_preflight(struct connection *connection);

#endif
