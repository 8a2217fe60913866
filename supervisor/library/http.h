/* Strict reading of HTTP/1.1 (RFC 9110, RFC 9112): pure functions over bytes in memory. */
#ifndef HTTP_H
#define HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_HEAD_LIMIT 65536
#define HTTP_CHUNKED (-1)

/* A part of the bytes that were given. */
struct http_slice {
  uint32_t at;
  uint32_t length;
};

/* What a head says. The slices count from the first of the bytes; those of fields that aren't there
   are at 0. */
struct http_head {
  struct http_slice method;
  struct http_slice target; /* as it was sent */
  struct http_slice path;   /* without scheme, authority and query; empty stands for `/` */
  struct http_slice query;  /* without the question mark */
  struct http_slice version;
  struct http_slice referer;
  struct http_slice agent;
  struct http_slice trace; /* trace ID of a valid traceparent */
  struct http_slice origin;
  struct http_slice requested_method;  /* of a CORS preflight */
  struct http_slice requested_headers; /* of a CORS preflight */
  uint32_t fields;                     /* where the first field begins */
  uint32_t length;                     /* empty lines before and after included */
  int64_t body;                        /* bytes, or HTTP_CHUNKED */
  uint16_t refusal;                    /* status, once the head is refused */
  uint8_t minor;                       /* of the version: 0, or 1 for all later ones */
  bool is_head;
  bool close;      /* the client asks for the end of the connection */
  bool keep_alive; /* an HTTP/1.0 client asks for another request */
  bool expects_continue;
  bool preflight;

  /* How far the reading is. */
  uint32_t line;     /* where the next line begins */
  uint32_t searched; /* before it no line ends */
  uint32_t start;    /* of the request line */
  uint8_t codings;
  uint8_t hosts;
  uint8_t lengths;
  uint8_t traces;
  bool begun; /* the request line has been read */
};

enum http_result { HTTP_MORE, HTTP_WHOLE, HTTP_REFUSED };

/* Reads on in a head of which `length` bytes are there by now; `head` is zero at first, and the
   bytes that were there stay. HTTP_REFUSED comes as soon as the answer is certain: its status is
   head->refusal. */
enum http_result http_read_head(struct http_head *head, const char *bytes, size_t length);

/* The same in one go, for bytes that were peeked. */
enum http_result worker_check_head(const char *bytes, size_t length, struct http_head *head);

/* Finds the field at *at (at first head->fields) and moves *at behind it. False: there is none
   left. The value comes without the blanks around it. */
bool http_next_field(
    const struct http_head *head, const char *bytes, uint32_t *at, struct http_slice *name,
    struct http_slice *value);

/* A chunked body that is decoded in place. */
struct http_chunks {
  uint64_t rest;    /* of the chunk */
  size_t decoded;   /* bytes of the body that are there */
  size_t searched;  /* before it no line ends */
  size_t trailers;  /* their bytes */
  uint16_t refusal; /* status */
  uint8_t part;
};

/* Decodes on: *length bytes are there, `chunks->decoded` of which are decoded. Afterwards *length
   is less by the framing that was taken out. HTTP_WHOLE: what follows the decoded bytes is the next
   request. A body over `limit` bytes is refused with 413. */
enum http_result
http_read_chunks(struct http_chunks *chunks, char *bytes, size_t *length, int64_t limit);

/* Used by both readers. */
enum {
  HTTP_TOKEN = 1,  /* of a method or a field's name */
  HTTP_VALUE = 2,  /* of a field's value */
  HTTP_TARGET = 4, /* of a request's target */
  HTTP_HOST = 8,   /* of a host and a port */
};
bool http_all(const char *bytes, size_t length, unsigned class);
bool http_is(const char *bytes, size_t length, const char *lower);

/* Finds the end of the line at `from`: returns the bytes with the line's end, 0 if it isn't
   there, -1 for a line that ends with a bare LF. *searched spares looking twice. */
long http_line(const char *bytes, size_t length, size_t from, size_t *searched);

/* Splits a line into name and value, without its end; false: it is no field. */
bool http_split_field(
    const char *bytes, uint32_t at, uint32_t length, struct http_slice *name,
    struct http_slice *value);

/* Reads a field into the head. Returns the status of a refusal, or 0. */
uint16_t http_read_field(struct http_head *head, const char *bytes, uint32_t at, uint32_t length);

/* The reason phrase of a status, empty for one without. */
const char *http_reason(unsigned status);

#endif
