/* Makes of a request what Node's own parser accepts. The library checks requests more strictly, but
   it accepts some that Node refuses: other methods, bytes over 127 in a target, HTTP/1.2. */
#ifndef REQUEST_BYTES_H
#define REQUEST_BYTES_H

#include "connection.h"

struct request_bytes {
  const struct request *request;
  bool odd; /* the bytes have another method and target, which the caller tells in another way */
  char chunk[24]; /* line before a body that came in chunks; empty: none */
  size_t length;
};

/* Finds out how long the bytes are. */
struct request_bytes request_bytes(const struct request *request);

/* Writes them. */
void request_bytes_write(const struct request_bytes *made, char *end);

#endif
