/* Tells JavaScript what the loop tells. libuv watches one descriptor, that of the loop's epoll. */
#include "binding.h"
#include "request_bytes.h"
#include "uv_poll.h"
#include <poll.h>
#include <stdlib.h>

static napi_env environment;
static napi_ref listeners;
static uv_poll_t *watch;

/* Names of the listeners. */
static const char request_arrived[] = "request";
static const char client_closed[] = "clientClosed";
static const char rest_sent[] = "sent";
static const char connection_lost[] = "lost";
static const char supervisor_gone[] = "exit";

static uint32_t slot_of(struct loop_event event) { return (uint32_t)(uintptr_t)event.user; }

/* Calls a listener. What a function's own listeners throw in there is an uncaught exception. */
static void call(const char *name, size_t count, const napi_value *arguments) {
  napi_env env = environment;
  napi_value object, function, error;
  napi_get_reference_value(env, listeners, &object);
  napi_get_named_property(env, object, name, &function);
  if (napi_make_callback(env, NULL, object, function, count, arguments, NULL) == napi_ok) return;
  napi_get_and_clear_last_exception(env, &error);
  napi_fatal_exception(env, error);
}

static void tell(const char *name, struct loop_event event) {
  napi_value slot;
  napi_create_uint32(environment, slot_of(event), &slot);
  call(name, 1, &slot);
}

static napi_value text(struct worker_text text) {
  napi_value value;
  napi_create_string_latin1(environment, text.bytes, text.length, &value);
  return value;
}

/* Path and query, which are what a function sees of any form of a target. */
static napi_value target_of(const struct request *request) {
  if (request->target.length == 1 || request->query.bytes == NULL) return text(request->path);
  struct worker_text whole = request->query;
  char *bytes = malloc(request->path.length + 1 + whole.length);
  if (bytes == NULL) return text(request->path);
  size_t length = 0;
  for (; length < request->path.length; length++) bytes[length] = request->path.bytes[length];
  bytes[length++] = '?';
  for (size_t at = 0; at < whole.length; at++) bytes[length++] = whole.bytes[at];
  napi_value value = text((struct worker_text){bytes, length});
  free(bytes);
  return value;
}

static void deliver_request(struct loop_event event) {
  uint32_t slot = connection_slot(event.connection);
  connection_set_user(event.connection, (void *)(uintptr_t)slot);
  if (!connection_call(event.connection)) {
    loop_done(binding.loop, event.connection);
    return;
  }
  const struct request *request = connection_request(event.connection);
  struct request_bytes made = request_bytes(request);
  void *bytes;
  napi_value arguments[5];
  napi_create_uint32(environment, slot, &arguments[0]);
  napi_create_buffer(environment, made.length, &bytes, &arguments[1]);
  request_bytes_write(&made, bytes);
  napi_get_boolean(environment, !request->keep, &arguments[2]);
  if (made.odd) {
    arguments[3] = text(request->method);
    arguments[4] = target_of(request);
  }
  binding.held[slot] = (struct held){.connection = event.connection};
  binding.calls++;
  call(request_arrived, made.odd ? 5 : 3, arguments);
  if (binding.held[slot].connection == NULL) return;
  /* The call isn't over. If no other may run beside it, nothing is read of the other connections,
     so the supervisor can take them back. */
  if (binding.calls == binding.most) loop_gate(binding.loop, false);
  loop_watch(binding.loop, event.connection);
}

static bool is_reset(const struct connection *connection) {
  struct pollfd socket = {.fd = connection_socket(connection)};
  return poll(&socket, 1, 0) > 0 && (socket.revents & (POLLERR | POLLHUP)) != 0;
}

static void deliver_hangup(struct loop_event event) {
  napi_value arguments[2];
  napi_create_uint32(environment, slot_of(event), &arguments[0]);
  napi_get_boolean(environment, is_reset(event.connection), &arguments[1]);
  call(client_closed, 2, arguments);
}

/* A worker that is retired ends as soon as nothing runs that the function has left behind. */
static void hold_process(void) {
  bool idle = worker_retired(binding.worker) && binding.calls == 0;
  (idle ? uv_unref : uv_ref)((uv_handle_t *)watch);
}

static void deliver(struct loop_event event) {
  switch (event.type) {
  case LOOP_REQUEST:
    deliver_request(event);
    break;
  case LOOP_HANGUP:
    deliver_hangup(event);
    break;
  case LOOP_WRITABLE:
    if (send_rest(&binding.held[slot_of(event)])) tell(rest_sent, event);
    break;
  case LOOP_GONE:
    tell(connection_lost, event);
    break;
  case LOOP_EXIT:
    call(supervisor_gone, 0, NULL);
    break;
  case LOOP_STOP_CALL: /* TIMEOUT-14: a call beside others; the function sees its client gone */
    tell(connection_lost, event);
    break;
  default: /* else the supervisor kills the worker at a call's deadline (TIMEOUT-2) */
    break;
  }
}

void events_deliver(napi_env env) {
  napi_handle_scope scope;
  do {
    struct loop_event event = loop_next(binding.loop, 0);
    if (event.type == LOOP_NOTHING) break;
    napi_open_handle_scope(env, &scope);
    deliver(event);
    napi_close_handle_scope(env, scope);
  } while (loop_more(binding.loop));
  hold_process();
}

void events_call_ended(void) {
  binding.calls--;
  loop_gate(binding.loop, true);
  hold_process();
}

static void on_readable(uv_poll_t *handle, int status, int events) {
  (void)handle;
  (void)status;
  (void)events;
  events_deliver(environment);
}

napi_status events_open(napi_env env, napi_value object) {
  environment = env;
  return napi_create_reference(env, object, 1, &listeners);
}

napi_status events_start(napi_env env) {
  uv_loop_t *loop;
  napi_status status = napi_get_uv_event_loop(env, (struct uv_loop_s **)&loop);
  if (status != napi_ok) return status;
  watch = malloc(uv_handle_size(UV_POLL));
  if (watch == NULL || uv_poll_init(loop, watch, loop_descriptor(binding.loop)) != 0 ||
      uv_poll_start(watch, UV_READABLE, on_readable) != 0)
    return napi_generic_failure;
  return napi_ok;
}
