/* The functions of worker_library.js, on the worker library and Node-API: one build serves all
   versions of Node. */
#include "binding.h"
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

struct binding binding;

struct held *binding_held(napi_env env, napi_value slot) {
  uint32_t index;
  if (napi_get_value_uint32(env, slot, &index) != napi_ok || index >= binding.slots) return NULL;
  struct held *held = &binding.held[index];
  return held->connection == NULL ? NULL : held;
}

static napi_value boolean(napi_env env, bool value) {
  napi_value result;
  napi_get_boolean(env, value, &result);
  return result;
}

static napi_value fail(napi_env env, const char *message) {
  napi_throw_error(env, NULL, message);
  return NULL;
}

/* The numbers among the arguments of `end` and `abort`, behind the slot. */
struct end {
  uint32_t outcome;
  uint32_t status;
  int64_t bytes;
};

static struct held *arguments_of(napi_env env, napi_callback_info info, struct end *end) {
  size_t count = 4;
  napi_value arguments[4];
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  napi_get_value_uint32(env, arguments[1], &end->outcome);
  napi_get_value_uint32(env, arguments[2], &end->status);
  napi_get_value_int64(env, arguments[3], &end->bytes);
  return binding_held(env, arguments[0]);
}

/* False: the supervisor has answered. */
static bool record(struct held *held, struct end end) {
  if (held->recorded) return true;
  held->in_one = !held->begun;
  held->recorded =
      connection_answer_ends(held->connection, end.status, end.outcome, end.bytes, true);
  return held->recorded;
}

/* JavaScript has no request of this connection any more. */
static void give_back(struct held *held) {
  struct connection *connection = held->connection;
  drop_rest(held);
  held->connection = NULL;
  loop_done(binding.loop, connection);
  events_call_ended();
}

/* OBSERVABILITY-10: libuv makes pipes non-blocking, and would keep what a full one doesn't take. */
static void block_output(void) {
  for (int descriptor = STDOUT_FILENO; descriptor <= STDERR_FILENO; descriptor++)
    fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK);
}

/* open(listeners): {bodyLimit} */
static napi_value open_library(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value listeners, result, limit;
  napi_get_cb_info(env, info, &count, &listeners, NULL, NULL);
  binding.worker = worker_open(
      PROTOCOL_CONTROL_DESCRIPTOR, PROTOCOL_TABLE_DESCRIPTOR, PROTOCOL_STDERR_DESCRIPTOR);
  if (binding.worker == NULL) return fail(env, "this process has no supervisor");
  block_output();
  struct worker_settings settings = worker_settings(binding.worker);
  binding.loop = loop_open(binding.worker);
  binding.slots = settings.slots;
  binding.most = settings.calls;
  binding.held = calloc(settings.slots, sizeof *binding.held);
  if (binding.loop == NULL || binding.held == NULL) return fail(env, "there is no memory");
  if (events_open(env, listeners) != napi_ok) return NULL;
  napi_create_object(env, &result);
  napi_create_int64(env, settings.body_limit, &limit);
  napi_set_named_property(env, result, "bodyLimit", limit);
  return result;
}

static napi_value start(napi_env env, napi_callback_info info) {
  (void)info;
  if (!worker_ready(binding.worker)) return fail(env, "the supervisor is gone");
  block_output(); /* stderr is another one by now */
  if (events_start(env) != napi_ok) return fail(env, "libuv can't watch the library's descriptor");
  return NULL;
}

static napi_value next(napi_env env, napi_callback_info info) {
  (void)info;
  if (binding.calls < binding.most) events_deliver(env);
  return NULL;
}

/* address(slot) */
static napi_value address(napi_env env, napi_callback_info info) {
  size_t count = 1;
  uint32_t slot = 0;
  napi_value argument, result;
  napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
  napi_get_value_uint32(env, argument, &slot);
  if (slot >= binding.slots) return fail(env, "there is no such slot");
  struct worker_text text = worker_address(binding.worker, slot);
  napi_create_string_latin1(env, text.bytes, text.length, &result);
  return result;
}

/* end(slot, outcome, status, bytes) */
static napi_value end_answer(napi_env env, napi_callback_info info) {
  struct end end = {0};
  struct held *held = arguments_of(env, info, &end);
  return boolean(env, held != NULL && record(held, end));
}

/* finish(slot, keep) */
static napi_value finish(napi_env env, napi_callback_info info) {
  size_t count = 2;
  bool keep = false;
  napi_value arguments[2];
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  napi_get_value_bool(env, arguments[1], &keep);
  struct held *held = binding_held(env, arguments[0]);
  if (held == NULL) return boolean(env, false);
  if (!keep) connection_last(held->connection);
  give_back(held);
  return boolean(env, loop_more(binding.loop));
}

/* abort(slot, outcome, status, bytes) */
static napi_value abort_answer(napi_env env, napi_callback_info info) {
  struct end end = {0};
  struct held *held = arguments_of(env, info, &end);
  if (held == NULL) return NULL;
  record(held, end);
  connection_abort(held->connection);
  give_back(held);
  return NULL;
}

/* FAILURE-4: the supervisor answers 500 without waiting for the end of this process, and of all its
   calls. */
static napi_value exiting(napi_env env, napi_callback_info info) {
  (void)env;
  (void)info;
  for (uint32_t slot = 0; slot < binding.slots && binding.held != NULL; slot++)
    if (binding.held[slot].connection != NULL) worker_exiting(binding.worker, slot);
  return NULL;
}

static void add(napi_env env, napi_value exports, const char *name, napi_callback function) {
  napi_value value;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, function, NULL, &value);
  napi_set_named_property(env, exports, name, value);
}

NAPI_MODULE_INIT() {
#ifdef __GLIBC__
  /* IMAGE-10: what V8 needs while it compiles goes back to the system, 10 MB in each worker. */
  mallopt(M_MMAP_THRESHOLD, 16384);
#endif
  add(env, exports, "open", open_library);
  add(env, exports, "start", start);
  add(env, exports, "next", next);
  add(env, exports, "address", address);
  add(env, exports, "end", end_answer);
  add(env, exports, "send", binding_send);
  add(env, exports, "finish", finish);
  add(env, exports, "abort", abort_answer);
  add(env, exports, "exiting", exiting);
  return exports;
}
