/* One request, from the client to the server and back. */
#include "relay.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define END_MILLISECONDS 50

static bool send_all(int socket, struct iovec *parts) {
  struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
  while (parts[0].iov_len + parts[1].iov_len > 0) {
    ssize_t sent = sendmsg(socket, &message, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return false;
    for (int part = 0; part < 2; part++) {
      size_t taken = (size_t)sent < parts[part].iov_len ? (size_t)sent : parts[part].iov_len;
      parts[part].iov_base = (char *)parts[part].iov_base + taken;
      parts[part].iov_len -= taken;
      sent -= (ssize_t)taken;
    }
  }
  return true;
}

/* A server may refuse a request before it has read all of it: then its answer is there. */
static bool ask(int socket, struct connection *connection, struct reply *reply) {
  const struct request *request = connection_request(connection);
  size_t length;
  char *head = request_head(connection, &length);
  if (head == NULL) return false;
  struct iovec parts[2] = {{head, length}, {(void *)request->body.bytes, request->body.length}};
  bool sent = send_all(socket, parts);
  free(head);
  bool answered = reply_read_head(reply, socket, request->is_head);
  if (!sent) reply->close = true;
  return answered;
}

static void set_socket(struct call *call, int socket) {
  pthread_mutex_lock(&call->mutex);
  call->socket = socket;
  if (call->stopped && socket >= 0) shutdown(socket, SHUT_RDWR);
  pthread_mutex_unlock(&call->mutex);
}

void call_stop(struct call *call) {
  pthread_mutex_lock(&call->mutex);
  call->stopped = true;
  if (call->socket >= 0) shutdown(call->socket, SHUT_RDWR);
  pthread_mutex_unlock(&call->mutex);
}

static bool is_stopped(struct call *call) {
  pthread_mutex_lock(&call->mutex);
  bool stopped = call->stopped;
  pthread_mutex_unlock(&call->mutex);
  return stopped;
}

static bool is_safe(const struct request *request) {
  static const char *const methods[] = {"get", "head", "options"};
  for (int index = 0; index < 3; index++)
    if (http_is(request->method.bytes, request->method.length, methods[index])) return true;
  return false;
}

/* Whether the request may be sent again: an idle connection may have ended just now. */
static bool may_retry(const struct call *call, const struct reply *reply, bool reused) {
  return reused && reply->length == 0 && is_safe(connection_request(call->connection));
}

/* FAILURE-4: the end of a server comes a moment after that of its connections. The supervisor
   answers then, and gives the next request to another worker. */
static void await_end(const struct call *call) {
  if (!server_has_ended(END_MILLISECONDS)) return;
  worker_exiting(call->worker, connection_slot(call->connection));
  for (;;) pause();
}

static void report(const struct reply *reply) {
  const char *what = reply->length == 0 ? "gives no answer" : "answers what is not HTTP/1";
  fprintf(stderr, "error: the server %s\n", what);
}

void call_relay(struct call *call) {
  bool reused = false, again = false;
  do {
    struct reply reply = {0};
    int socket = server_connect(again, &reused);
    set_socket(call, socket);
    bool answered = socket >= 0 && ask(socket, call->connection, &reply);
    if (!answered) await_end(call);
    bool stopped = is_stopped(call); /* TIMEOUT-6: then nothing executes it again */
    again = !answered && !again && !stopped && may_retry(call, &reply, reused);
    if (!answered && !again && !stopped) report(&reply);
    if (!answered) reply.status = 0;
    bool ended = !again && body_relay(call->connection, &reply, socket);
    set_socket(call, -1);
    if (ended && !reply.close)
      server_keep(socket);
    else if (socket >= 0)
      close(socket);
    reply_free(&reply);
  } while (again);
}
