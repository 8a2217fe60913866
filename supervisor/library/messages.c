/* Sends and receives the messages of the control socket. */
#include "table.h"
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Blocks while the socket is full: the supervisor never blocks in a send, so it comes to read. */
bool worker_send(struct worker *worker, uint32_t type, uint32_t slot, const uint32_t *payload) {
  uint32_t message[3] = {type, slot, payload == NULL ? 0 : *payload};
  size_t length = payload == NULL ? MESSAGE_HEAD : sizeof message;
  ssize_t sent;
  do sent = send(worker->control, message, length, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent == (ssize_t)length;
}

bool worker_ready(struct worker *worker) {
  uint32_t process = (uint32_t)getpid();
  if (!worker_send(worker, PROTOCOL_MESSAGE_READY, 0, &process)) return false;
  if (worker->error < 0) return true;
  dup2(worker->error, STDERR_FILENO);
  close(worker->error);
  worker->error = -1;
  return true;
}

bool worker_exiting(struct worker *worker, uint32_t slot) {
  return worker_send(worker, PROTOCOL_MESSAGE_EXITING, slot, NULL);
}

bool worker_replace(struct worker *worker) {
  return worker_send(worker, PROTOCOL_MESSAGE_REPLACE, 0, NULL);
}

bool worker_probe(struct worker *worker, uint32_t slot, uint32_t probe) {
  return worker_send(worker, PROTOCOL_MESSAGE_PROBE_RECEIVED, slot, &probe);
}

static void take_descriptors(struct msghdr *header, struct worker_message *message) {
  message->descriptors[0] = message->descriptors[1] = -1;
  struct cmsghdr *part = CMSG_FIRSTHDR(header);
  if (part == NULL || part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) return;
  size_t size = part->cmsg_len - CMSG_LEN(0);
  if (size > sizeof message->descriptors) size = sizeof message->descriptors;
  memcpy(message->descriptors, CMSG_DATA(part), size);
}

int worker_receive(struct worker *worker, struct worker_message *message, bool wait) {
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(2 * sizeof(int))];
  } control;
  struct iovec vector = {.iov_base = worker->message, .iov_len = sizeof worker->message};
  struct msghdr header = {
      .msg_iov = &vector,
      .msg_iovlen = 1,
      .msg_control = &control,
      .msg_controllen = sizeof control};
  ssize_t length;
  do length = recvmsg(worker->control, &header, MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT));
  while (length < 0 && errno == EINTR);
  if (length < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return 0;
  if (length < MESSAGE_HEAD) return -1;
  take_descriptors(&header, message);
  memcpy(&message->type, worker->message, sizeof message->type);
  memcpy(&message->slot, worker->message + 4, sizeof message->slot);
  if (message->type == PROTOCOL_MESSAGE_RETIRE) worker->retired = true;
  message->length = (size_t)length - MESSAGE_HEAD;
  message->payload = worker->message + MESSAGE_HEAD;
  return 1;
}
