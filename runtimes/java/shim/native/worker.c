/* The native methods that concern the whole process. */
#include "connections.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct worker *worker;
struct place *places;

static void fail(JNIEnv *env, const char *what) {
  char message[256];
  snprintf(message, sizeof message, "can't %s: %s", what, strerror(errno));
  (*env)->ThrowNew(env, (*env)->FindClass(env, "java/io/IOException"), message);
}

NATIVE(jlongArray, open)(JNIEnv *env, jclass class) {
  (void)class;
  worker = worker_open(
      PROTOCOL_CONTROL_DESCRIPTOR, PROTOCOL_TABLE_DESCRIPTOR, PROTOCOL_STDERR_DESCRIPTOR);
  if (worker == NULL) {
    fail(env, "open the supervisor's table");
    return NULL;
  }
  struct worker_settings settings = worker_settings(worker);
  places = calloc(settings.slots, sizeof *places);
  if (places == NULL || !events_open()) {
    fail(env, "wait for connections");
    return NULL;
  }
  jlong limits[] = {settings.timeout, settings.calls, settings.concurrency, settings.body_limit};
  jsize count = sizeof limits / sizeof limits[0];
  jlongArray result = (*env)->NewLongArray(env, count);
  if (result != NULL) (*env)->SetLongArrayRegion(env, result, 0, count, limits);
  return result;
}

NATIVE(void, ready)(JNIEnv *env, jclass class) {
  (void)env, (void)class;
  worker_ready(worker);
}

NATIVE(void, exiting)(JNIEnv *env, jclass class, jint slot) {
  (void)env, (void)class;
  worker_exiting(worker, (uint32_t)slot);
}

NATIVE(void, replace)(JNIEnv *env, jclass class) {
  (void)env, (void)class;
  worker_replace(worker);
}

NATIVE(jboolean, ending)(JNIEnv *env, jclass class) {
  (void)env, (void)class;
  return worker_retired(worker) || worker_draining(worker);
}
