/* A connection's state: inside the library only. */
#ifndef CONNECTION_STATE_H
#define CONNECTION_STATE_H

#include "connection.h"
#include <sys/uio.h>

struct connection {
  struct worker *worker;
  void *user;
  uint32_t slot;
  uint32_t word; /* as it was seen last; 0: lost */
  int socket;
  int64_t sent; /* bytes on this connection, interim answers included */

  char *bytes; /* received */
  size_t size;
  size_t length;
  struct http_head head;
  struct http_chunks chunks;
  struct request request;
  bool head_whole;
  bool late; /* begun in the drain */
  bool admitted;
  uint8_t probe; /* PROTOCOL_PROBE_* + 1, 0: none */

  bool keep;            /* the answer has not said `Connection: close` */
  unsigned close_flags; /* PROTOCOL_FLAG_RESET, PROTOCOL_FLAG_LINGER */
  unsigned status;      /* of the answer that is being sent */
  bool chunked;         /* the answer is sent in chunks */
  bool bodiless;        /* the answer has no body */
  int64_t body_bytes;   /* of the answer */
};

/* True where the word has moved; else the connection is lost. */
bool connection_moved(struct connection *connection, uint32_t word);

/* Where the request ends in what was received. */
size_t connection_request_length(const struct connection *connection);

/* Sends all bytes, and waits for a slow client. False: the connection is of no use any more. */
bool connection_send_all(struct connection *connection, struct iovec *parts, int count);

/* Writes the record of the request. */
void connection_record(
    struct connection *connection, unsigned status, unsigned outcome, int64_t bytes);

/* Answers a CORS preflight. */
void connection_answer_preflight(struct connection *connection);

#endif
