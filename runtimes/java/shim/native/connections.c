/* The native methods of one connection. Everything that blocks works on memory outside the heap,
   because the collector must not wait for a client. */
#include "connections.h"
#include <stdlib.h>
#include <string.h>

enum { REQUEST = 1, LATER, OVER };
enum { STACK_SIZE = 16384 };

/* Ends what is left of the last request. Returns whether the next one's bytes are awaited. */
static enum after finish(struct place *place) {
  if (place->probe_answer != NULL) {
    connection_answer_probe(
        place->connection, place->probe_status, place->probe_answer, place->probe_length);
    free(place->probe_answer);
    place->probe_answer = NULL;
    place->answered = true;
  }
  if (!place->answered) return AFTER_IDLE;
  place->answered = false;
  return connection_done(place->connection);
}

bool place_rests(jint slot) {
  uint32_t word = worker_word(worker, (uint32_t)slot);
  return worker_retired(worker) && WORKER_STATE(word) != PROTOCOL_ACTIVE;
}

NATIVE(jint, next)(
    JNIEnv *env, jclass class, jint slot, jint looks, jint millis, jintArray lengths) {
  (void)class;
  struct place *place = &places[slot];
  enum after after = finish(place);
  if (after == AFTER_CLOSE) {
    place_close(place);
    return OVER;
  }
  while (after == AFTER_NEXT || connection_wait(place->connection, -1, looks, millis)) {
    after = AFTER_IDLE;
    switch (connection_read(place->connection)) {
    case READING_MORE:
      if (place_rests(slot)) return LATER;
      break;
    case READING_PROBE:
      return OVER; /* until the answer comes, and resumes it */
    case READING_OVER:
      place_close(place);
      return OVER;
    case READING_REQUEST: {
      const struct request *request = connection_request(place->connection);
      jint sizes[] = {(jint)request->head.length, (jint)request->body.length};
      (*env)->SetIntArrayRegion(env, lengths, 0, 2, sizes);
      place->answered = true;
      return REQUEST;
    }
    }
  }
  return LATER;
}

/* Appends a text and a NUL; returns the place behind it. */
static char *append(char *target, const char *bytes, size_t length) {
  memcpy(target, bytes, length);
  target[length] = 0;
  return target + length + 1;
}

NATIVE(void, request)(JNIEnv *env, jclass class, jint slot, jbyteArray head, jbyteArray body) {
  (void)class;
  const struct request *request = connection_request(places[slot].connection);
  char *target = (*env)->GetPrimitiveArrayCritical(env, head, NULL);
  if (target == NULL) return;
  char *end = append(target, request->method.bytes, request->method.length);
  end = append(end, request->path.bytes, request->path.length);
  if (request->query.bytes != NULL) {
    end[-1] = '?';
    end = append(end, request->query.bytes, request->query.length);
  }
  struct worker_text name, value;
  for (uint32_t at = 0; connection_next_field(places[slot].connection, &at, &name, &value);) {
    end = append(end, name.bytes, name.length);
    end = append(end, value.bytes, value.length);
  }
  (*env)->ReleasePrimitiveArrayCritical(env, head, target, 0);
  jsize length = (jsize)request->body.length;
  (*env)->SetByteArrayRegion(env, body, 0, length, (const jbyte *)request->body.bytes);
}

NATIVE(jboolean, queue)(JNIEnv *env, jclass class, jint slot) {
  (void)env, (void)class;
  return connection_queue(places[slot].connection);
}

NATIVE(jboolean, call)(JNIEnv *env, jclass class, jint slot) {
  (void)env, (void)class;
  return connection_call(places[slot].connection);
}

NATIVE(jboolean, owns)(JNIEnv *env, jclass class, jint slot) {
  (void)env, (void)class;
  return connection_owned(places[slot].connection);
}

/* Copies part of an array: to `stack` if it fits. NULL if there is no memory; freed by `drop`. */
static jbyte *
copy(JNIEnv *env, jbyteArray array, jint offset, jint length, jbyte stack[STACK_SIZE]) {
  jbyte *bytes = length <= STACK_SIZE ? stack : malloc((size_t)length);
  if (bytes != NULL) (*env)->GetByteArrayRegion(env, array, offset, length, bytes);
  return bytes;
}

static void drop(jbyte *bytes, const jbyte *stack) {
  if (bytes != stack) free(bytes);
}

NATIVE(jboolean, answer)(
    JNIEnv *env, jclass class, jint slot, jint status, jint outcome, jbyteArray fields,
    jbyteArray body) {
  (void)class;
  jbyte field_stack[STACK_SIZE], body_stack[STACK_SIZE];
  jint field_length = (*env)->GetArrayLength(env, fields);
  jint body_length = (*env)->GetArrayLength(env, body);
  jbyte *field_bytes = copy(env, fields, 0, field_length, field_stack);
  jbyte *body_bytes = copy(env, body, 0, body_length, body_stack);
  bool sent =
      field_bytes != NULL && body_bytes != NULL &&
      connection_answer(
          places[slot].connection, &(struct answer){
                                       .status = (unsigned)status,
                                       .outcome = (unsigned)outcome,
                                       .fields = (const char *)field_bytes,
                                       .fields_length = (size_t)field_length,
                                       .body = body_bytes,
                                       .body_length = (size_t)body_length}) != SENDING_INVALID;
  drop(field_bytes, field_stack);
  drop(body_bytes, body_stack);
  return sent;
}

NATIVE(jboolean, beginStream)(
    JNIEnv *env, jclass class, jint slot, jint status, jbyteArray fields) {
  (void)class;
  jbyte stack[STACK_SIZE];
  jint length = (*env)->GetArrayLength(env, fields);
  jbyte *bytes = copy(env, fields, 0, length, stack);
  struct answer answer = {
      .status = (unsigned)status, .fields = (const char *)bytes, .fields_length = (size_t)length};
  bool begun =
      bytes != NULL && connection_stream(places[slot].connection, &answer) != SENDING_INVALID;
  drop(bytes, stack);
  return begun;
}

NATIVE(jboolean, write)(
    JNIEnv *env, jclass class, jint slot, jbyteArray source, jint offset, jint length) {
  (void)class;
  jbyte stack[STACK_SIZE];
  jbyte *bytes = copy(env, source, offset, length, stack);
  struct connection *connection = places[slot].connection;
  bool written =
      bytes != NULL && connection_stream_write(connection, bytes, (size_t)length) == SENDING_DONE;
  drop(bytes, stack);
  return written;
}

NATIVE(void, endStream)(JNIEnv *env, jclass class, jint slot, jint outcome, jboolean whole) {
  (void)env, (void)class;
  connection_stream_end(places[slot].connection, (unsigned)outcome, whole);
}
