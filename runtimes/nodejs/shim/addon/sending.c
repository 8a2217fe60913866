/* Sends what http has made of an answer. */
#include "binding.h"
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

enum { LOST = -1, LATER = 0, WHOLE = 1 };

/* Longer strings get memory of their own. */
#define STACK_BYTES 16384

void drop_rest(struct held *held) {
  free(held->rest);
  held->rest = NULL;
}

bool send_rest(struct held *held) {
  struct iovec part = {held->rest + held->rest_at, held->rest_length - held->rest_at};
  long sent = connection_send(held->connection, &part, 1);
  if (sent > 0) held->rest_at += (size_t)sent;
  bool over = sent < 0 || held->rest_at == held->rest_length;
  if (over)
    drop_rest(held);
  else
    loop_await_writable(binding.loop, held->connection);
  return over;
}

/* Whether these bytes are the end of the answer: http sends all of it together, or the last chunk
   with what was still to be sent. */
static bool is_last(const struct held *held, const char *bytes, size_t length) {
  static const char last_chunk[] = "0\r\n\r\n";
  static const size_t size = sizeof last_chunk - 1;
  if (!held->recorded || held->in_one) return held->recorded;
  return length >= size && memcmp(bytes + length - size, last_chunk, size) == 0;
}

static int send_bytes(struct held *held, const char *bytes, size_t length) {
  if (is_last(held, bytes, length)) connection_rest(held->connection, length);
  held->begun = true;
  struct iovec part = {(void *)bytes, length};
  long sent = connection_send(held->connection, &part, 1);
  if (sent < 0) return LOST;
  if ((size_t)sent == length) return WHOLE;
  held->rest_at = 0;
  held->rest_length = length - (size_t)sent;
  held->rest = malloc(held->rest_length);
  if (held->rest == NULL) return LOST;
  memcpy(held->rest, bytes + sent, held->rest_length);
  loop_await_writable(binding.loop, held->connection);
  return LATER;
}

typedef napi_status read_string(napi_env, napi_value, char *, size_t, size_t *);

/* `encoding` is `latin1` for a head of http's, `utf8` for anything else. */
static int send_string(napi_env env, struct held *held, napi_value text, napi_value encoding) {
  char name[8] = "", on_stack[STACK_BYTES];
  size_t length = 0, written = 0;
  napi_get_value_string_utf8(env, encoding, name, sizeof name, &length);
  read_string *read =
      strcmp(name, "latin1") == 0 ? napi_get_value_string_latin1 : napi_get_value_string_utf8;
  read(env, text, NULL, 0, &length);
  char *bytes = length < sizeof on_stack ? on_stack : malloc(length + 1);
  if (bytes == NULL) return LOST;
  read(env, text, bytes, length + 1, &written);
  int result = send_bytes(held, bytes, written);
  if (bytes != on_stack) free(bytes);
  return result;
}

/* send(slot, piece, encoding): sends a string or a Buffer. */
napi_value binding_send(napi_env env, napi_callback_info info) {
  size_t count = 3;
  napi_value arguments[3], result;
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  struct held *held = binding_held(env, arguments[0]);
  void *bytes;
  size_t length;
  int sent = LOST;
  if (held == NULL || held->rest != NULL)
    sent = LOST;
  else if (napi_get_buffer_info(env, arguments[1], &bytes, &length) == napi_ok)
    sent = send_bytes(held, bytes, length);
  else
    sent = send_string(env, held, arguments[1], arguments[2]);
  napi_create_int32(env, sent, &result);
  return result;
}
