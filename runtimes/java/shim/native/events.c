/* Waits for messages, and for bytes on connections that no thread waits for. Only the thread of the
   control channel receives; any thread parks. */
#include "connections.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { GONE, CONNECTION, RESUME, LET_GO, STOP_CALL };
enum { CONTROL = -1 };

static int epoll = -1;

static bool watch(int operation, int socket, jint slot, uint32_t events) {
  struct epoll_event event = {.events = events, .data.fd = slot};
  return epoll_ctl(epoll, operation, socket, &event) == 0;
}

bool events_open(void) {
  epoll = epoll_create1(EPOLL_CLOEXEC);
  return epoll >= 0 && watch(EPOLL_CTL_ADD, worker_control(worker), CONTROL, EPOLLIN);
}

void place_close(struct place *place) {
  struct connection *connection = place->connection;
  if (place->watched) epoll_ctl(epoll, EPOLL_CTL_DEL, connection_socket(connection), NULL);
  free(place->probe_answer);
  memset(place, 0, sizeof *place);
  connection_close(connection); /* the slot can come again from here on */
}

NATIVE(jboolean, park)(JNIEnv *env, jclass class, jint slot) {
  (void)env, (void)class;
  struct place *place = &places[slot];
  int operation = place->watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  if (!place_rests(slot)) {
    place->watched = true;
    int socket = connection_socket(place->connection);
    watch(operation, socket, slot, EPOLLIN | EPOLLRDHUP | EPOLLONESHOT);
  }
  if (connection_owned(place->connection)) return JNI_TRUE;
  place_close(place); /* LET_GO may have come before this thread had left */
  return JNI_FALSE;
}

NATIVE(void, letGo)(JNIEnv *env, jclass class, jint slot) {
  (void)env, (void)class;
  place_close(&places[slot]);
}

static void keep_probe_answer(struct place *place, const struct worker_message *message) {
  if (message->length < sizeof place->probe_status) return;
  memcpy(&place->probe_status, message->payload, sizeof place->probe_status);
  place->probe_length = message->length - sizeof place->probe_status;
  place->probe_answer = malloc(place->probe_length + 1);
  if (place->probe_answer == NULL) return;
  memcpy(place->probe_answer, message->payload + sizeof place->probe_status, place->probe_length);
}

/* Returns what is to be done, or -1. */
static int act_on(const struct worker_message *message) {
  struct place *place = &places[message->slot];
  switch (message->type) {
  case PROTOCOL_MESSAGE_CONNECTION:
    place->connection = connection_open(worker, message->slot, message->descriptors[0]);
    return place->connection == NULL ? -1 : CONNECTION;
  case PROTOCOL_MESSAGE_LET_GO:
    return LET_GO;
  case PROTOCOL_MESSAGE_STOP_CALL:
    return STOP_CALL;
  case PROTOCOL_MESSAGE_PROBE_ANSWER:
    keep_probe_answer(place, message);
    return RESUME;
  default:
    return -1;
  }
}

static int receive(jint *slot) {
  struct worker_message message;
  int received = worker_receive(worker, &message, false);
  if (received < 0) return GONE;
  *slot = (jint)message.slot;
  return received == 0 ? -1 : act_on(&message);
}

NATIVE(jint, receive)(JNIEnv *env, jclass class, jintArray slot) {
  (void)class;
  jint place = 0;
  int what = -1;
  while (what < 0) {
    struct epoll_event event;
    int count = epoll_wait(epoll, &event, 1, -1);
    if (count < 0 && errno != EINTR) return GONE;
    if (count <= 0) continue;
    place = event.data.fd;
    what = place == CONTROL ? receive(&place) : RESUME;
  }
  (*env)->SetIntArrayRegion(env, slot, 0, 1, &place);
  return what;
}
