/* What Java can't do itself: receive a descriptor (SCM_RIGHTS), use a SOCK_SEQPACKET socket, and wait
   for one descriptor without a selector. */
#include <errno.h>
#include <jni.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>

#define MESSAGE_SIZE 64

/* Waits for a message; returns its length, 0 when the supervisor has gone. descriptor[0] is the
   descriptor that came with it, or -1. */
JNIEXPORT jint JNICALL Java_io_kubeless_runtime_Link_receive(
    JNIEnv *env, jclass class, jint link, jbyteArray message, jintArray descriptor) {
  (void)class;
  char data[MESSAGE_SIZE];
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int))];
  } control;
  struct iovec vector = {.iov_base = data, .iov_len = sizeof data};
  struct msghdr header = {.msg_iov = &vector,
                          .msg_iovlen = 1,
                          .msg_control = &control,
                          .msg_controllen = sizeof control};
  ssize_t length;
  do {
    length = recvmsg(link, &header, MSG_CMSG_CLOEXEC);
  } while (length < 0 && errno == EINTR);
  if (length <= 0) return 0;
  jint received = -1;
  struct cmsghdr *part = CMSG_FIRSTHDR(&header);
  if (part != NULL && part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_RIGHTS)
    memcpy(&received, CMSG_DATA(part), sizeof(int));
  (*env)->SetByteArrayRegion(env, message, 0, (jsize)length, (const jbyte *)data);
  (*env)->SetIntArrayRegion(env, descriptor, 0, 1, &received);
  return (jint)length;
}

/* Sends a type byte and a slot. */
JNIEXPORT void JNICALL Java_io_kubeless_runtime_Link_send(
    JNIEnv *env, jclass class, jint link, jbyte kind, jint slot) {
  (void)env;
  (void)class;
  unsigned char data[5] = {(unsigned char)kind, (unsigned char)slot, (unsigned char)(slot >> 8),
                           (unsigned char)(slot >> 16), (unsigned char)(slot >> 24)};
  while (send(link, data, sizeof data, MSG_NOSIGNAL) < 0 && errno == EINTR) {
  }
}

/* Waits until the descriptor is readable; an interruption by a signal counts as nothing to read.
   `turns` times everybody else has the processor first, and the thread stays awake meanwhile. */
JNIEXPORT jboolean JNICALL Java_io_kubeless_runtime_Link_await(
    JNIEnv *env, jclass class, jint descriptor, jint turns, jint millis) {
  (void)env;
  (void)class;
  struct pollfd awaited = {.fd = descriptor, .events = POLLIN};
  for (; turns > 0; turns--) {
    if (poll(&awaited, 1, 0) > 0) return JNI_TRUE;
    sched_yield();
  }
  return poll(&awaited, 1, millis) > 0;
}
