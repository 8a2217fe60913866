/* One connection in the worker's hands: its requests are read strictly, its answers are framed.

   There is no global state and no epoll here. Any thread may call these functions, one thread a
   connection at a time. loop.h has an event loop on top of them. */
#ifndef CONNECTION_H
#define CONNECTION_H

#include "http.h"
#include "worker.h"

struct connection;

/* A whole request. The texts are valid until connection_done. */
struct request {
  struct worker_text method;
  struct worker_text target; /* as it was sent */
  struct worker_text path;   /* without scheme, authority and query */
  struct worker_text query;  /* bytes are NULL without a question mark */
  struct worker_text version;
  struct worker_text head;   /* from the request line to the empty line */
  struct worker_text fields; /* the head without the request line and the empty line */
  struct worker_text body;   /* decoded */
  bool chunked;              /* the body came in chunks */
  bool keep;                 /* the connection goes on after the answer */
  bool is_head;              /* the method is HEAD */
  bool cross_origin;
  bool http10;
};

/* Takes over the connection of a CONNECTION message. NULL: no memory. */
struct connection *connection_open(struct worker *worker, uint32_t slot, int socket);

/* A pointer of the caller's own. */
void connection_set_user(struct connection *connection, void *user);
void *connection_user(const struct connection *connection);

uint32_t connection_slot(const struct connection *connection);
int connection_socket(const struct connection *connection);

/* True while the supervisor has not taken the connection. */
bool connection_owned(const struct connection *connection);

/* Waits until there is something to read, or `wake` (-1: none) is readable. Looks `looks` times,
   giving the processor to others in between, before it sleeps for up to `milliseconds` (-1: for
   ever). */
bool connection_wait(struct connection *connection, int wake, int looks, int milliseconds);

/* Says that the client has closed its side (EPOLLRDHUP): connection_read then looks whether there
   is anything to read, before it begins a request that isn't there. */
void connection_hung_up(struct connection *connection);

enum reading {
  READING_MORE,    /* wait until there is more to read, then call connection_read again */
  READING_REQUEST, /* whole: connection_request tells of it */
  READING_PROBE,   /* a probe: its answer comes as a message, for connection_answer_probe */
  READING_OVER,    /* refused, or the client is gone, or the supervisor has it: connection_close */
};

/* Reads what is there and never blocks: begins the request, checks and describes it, decodes its
   body. Refusals, preflights and `100 Continue` are answered in here. */
enum reading connection_read(struct connection *connection);
const struct request *connection_request(const struct connection *connection);

/* Gives the next field; *at is 0 at first. False: there is none left. */
bool connection_next_field(
    const struct connection *connection, uint32_t *at, struct worker_text *name,
    struct worker_text *value);

/* The request waits for its turn (WAITING), or its call begins (CALLING). False: lost. */
bool connection_queue(struct connection *connection);
bool connection_call(struct connection *connection);

/* Answers a request that is not executed, with a text of its own and `Connection: close`. */
void connection_refuse(struct connection *connection, unsigned status);
void connection_answer_probe(
    struct connection *connection, unsigned status, const void *body, size_t length);

/* `fields` is "name\0value\0name\0value\0". The library drops the fields that are its own (framing,
   Date, Connection and the like), and adds Date, Content-Length, Connection and, for a cross-origin
   request, Access-Control-Allow-Origin. */
struct answer {
  unsigned status; /* 200 to 999 */
  const char *fields;
  size_t fields_length;
  const void *body;
  size_t body_length;
  unsigned outcome; /* PROTOCOL_OUTCOME_* */
};

enum sending {
  SENDING_DONE,
  SENDING_LOST,    /* the client is gone, or the supervisor has the connection */
  SENDING_INVALID, /* the status or a field can't be sent, so nothing has been: answer 500 */
};

/* Sends a whole answer. Blocks while the client is slow, at most for the time that the
   header allows. */
enum sending connection_answer(struct connection *connection, const struct answer *answer);

/* Send an answer piece by piece; a body in the answer is not looked at. If it is not `whole`, the
   client sees a cut. */
enum sending connection_stream(struct connection *connection, const struct answer *answer);
enum sending
connection_stream_write(struct connection *connection, const void *bytes, size_t length);
enum sending connection_stream_end(struct connection *connection, unsigned outcome, bool whole);

/* For a language that makes the answer's bytes itself: sends without blocking, and moves the word
   before the first byte of a final answer, whose status it reads. Returns the bytes taken, 0 if the
   socket is full, -1 if the connection is lost. */
struct iovec;
long connection_send(struct connection *connection, const struct iovec *parts, int count);

/* Comes before the last connection_send. `bytes`: of the body. `keep`: what the answer says of the
   connection. False: lost. */
bool connection_answer_ends(
    struct connection *connection, unsigned status, unsigned outcome, int64_t bytes, bool keep);

/* The next connection_send has the last `rest` bytes of the answer. If the worker dies after they
   have left, the connection goes on. */
void connection_rest(struct connection *connection, size_t rest);

/* No request follows on this connection. */
void connection_last(struct connection *connection);

/* The answer can't be finished: the client sees a reset. */
void connection_abort(struct connection *connection);

enum after {
  AFTER_IDLE,  /* wait for the next request */
  AFTER_NEXT,  /* bytes of the next request are here: call connection_read at once */
  AFTER_CLOSE, /* connection_close */
};

/* The answer has been sent. */
enum after connection_done(struct connection *connection);

/* Ends the connection and frees its memory. The caller has removed it from its epoll. */
void connection_close(struct connection *connection);

#endif
