/* Sends bytes on a connection, and waits for a client that is slow to take them. */
#include "connection_state.h"
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

/* How often a wait looks whether the supervisor has taken the connection. */
#define LOOK_MILLISECONDS 200

/* The supervisor cuts at the deadline; this much later the worker does so itself. */
#define PATIENCE 2000000000

static ssize_t send_some(struct connection *connection, const struct iovec *parts, int count) {
  struct msghdr message = {.msg_iov = (struct iovec *)parts, .msg_iovlen = (size_t)count};
  ssize_t sent;
  do sent = sendmsg(connection->socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  if (sent > 0) connection->sent += sent;
  if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return 0;
  return sent;
}

/* Takes `sent` bytes off the front; returns how many parts are empty now. */
static int advance(struct iovec *parts, int count, size_t sent) {
  int index = 0;
  for (; index < count && sent >= parts[index].iov_len; index++) sent -= parts[index].iov_len;
  if (index < count) {
    parts[index].iov_base = (char *)parts[index].iov_base + sent;
    parts[index].iov_len -= sent;
  }
  return index;
}

/* Waits until the socket takes more. False: the connection was taken, or the time is
   over. */
static bool await_writable(const struct connection *connection, int64_t limit) {
  struct pollfd awaited = {.fd = connection->socket, .events = POLLOUT};
  while (poll(&awaited, 1, LOOK_MILLISECONDS) <= 0)
    if (!connection_owned(connection) || worker_clock() > limit) return false;
  return true;
}

/* Nothing can be sent any more, whoever has the connection. */
static bool fail(struct connection *connection) {
  connection_abort(connection);
  return false;
}

bool connection_send_all(struct connection *connection, struct iovec *parts, int count) {
  int64_t limit = 0;
  while (count > 0) {
    ssize_t sent = send_some(connection, parts, count);
    if (sent < 0) return fail(connection);
    int whole = advance(parts, count, (size_t)sent);
    parts += whole;
    count -= whole;
    if (count == 0) return true;
    if (limit == 0)
      limit = worker_clock() + worker_settings(connection->worker).send_time + PATIENCE;
    if (!await_writable(connection, limit)) return fail(connection);
  }
  return true;
}

/* The status in the first line of an answer, or 0. */
static unsigned status_of(const struct iovec *part) {
  const char *line = part->iov_base;
  if (part->iov_len < 12 || memcmp(line, "HTTP/1.1 ", 9) != 0) return 0;
  return (unsigned)((line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0'));
}

long connection_send(struct connection *connection, const struct iovec *parts, int count) {
  if (WORKER_STATE(connection->slot.word) == PROTOCOL_ACTIVE) {
    unsigned status = status_of(parts);
    bool interim = status >= 100 && status < 200 && status != 101;
    if (!interim && !worker_answer_stream(&connection->slot, connection->sent, status)) return -1;
  } else if (connection->slot.word == 0) {
    return -1;
  }
  long sent = send_some(connection, parts, count);
  if (sent < 0) fail(connection);
  return sent;
}

bool connection_answer_ends(
    struct connection *connection, unsigned status, unsigned outcome, int64_t bytes, bool keep) {
  struct worker_slot *slot = &connection->slot;
  bool begun = WORKER_STATE(slot->word) == PROTOCOL_ANSWERING;
  bool moved = begun ? worker_stream_ended(slot) : worker_answer_whole(slot, connection->sent);
  if (!moved) return false;
  connection->keep &= keep;
  worker_record(slot, status, outcome, bytes);
  worker_sent(slot, status);
  return true;
}
