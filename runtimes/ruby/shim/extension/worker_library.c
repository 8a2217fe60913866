/* The module WorkerLibrary: the worker library for Ruby. A process has one worker, which executes
   one call at a time, so what belongs to them is static. The lock of the interpreter is given up
   where a client or the supervisor may take long, because threads that a call has left behind go
   on meanwhile. */
#include "loop.h"
#include "rack_env.h"
#include "template.h"
#include <locale.h>
#include <ruby/thread.h>
#include <unistd.h>

/* A shorter answer fits into the socket's buffer. */
#define LONG_ANSWER 16384

static struct worker *worker;
static struct loop *loop;
static struct connection *calling; /* NULL: no call runs */
static bool streaming;             /* its answer has begun */
static pid_t process;              /* the worker's */
static VALUE base_env;

/* A function that forks has all of this in its child too. */
static bool is_worker(void) { return getpid() == process; }

/* False: the call has been answered, or runs on in a child. */
static bool in_call(void) { return calling != NULL && is_worker(); }

static void end_call(void) {
  struct connection *connection = calling;
  calling = NULL;
  streaming = false;
  loop_done(loop, connection);
}

static void end_stream_with(unsigned outcome, bool whole) {
  connection_stream_end(calling, outcome, whole);
  end_call();
}

static int fork_ruby(void) {
  VALUE child = rb_funcall(rb_mProcess, rb_intern("fork"), 0);
  return child == Qnil ? 0 : NUM2INT(child);
}

/* Opens the template's side, before the function is loaded. */
static VALUE open_library(VALUE self) {
  setlocale(LC_CTYPE, "C.UTF-8"); /* IMAGE-17: of the strings in ENV, whatever LC_ALL says */
  worker = worker_open(PROTOCOL_CONTROL_DESCRIPTOR, -1, PROTOCOL_STDERR_DESCRIPTOR);
  if (worker == NULL) rb_sys_fail("this process has no supervisor");
  return self;
}

/* The function is loaded. */
static VALUE ready(VALUE self) {
  if (!worker_ready(worker)) rb_raise(rb_eIOError, "the supervisor is gone");
  return self;
}

/* become_worker(env): returns true in each worker, false in the template when it is to end. `env`
   is what all Rack environments have in common. */
static VALUE become_worker(VALUE self, VALUE env) {
  (void)self;
  base_env = env;
  worker = template_run(worker, fork_ruby);
  if (worker == NULL) return Qfalse;
  loop = loop_open(worker);
  if (loop == NULL) rb_sys_fail("there is no memory");
  process = getpid();
  return Qtrue;
}

static VALUE body_limit(VALUE self) {
  (void)self;
  return LL2NUM(worker_settings(worker).body_limit);
}

static void *wait_for_event(void *event) {
  *(struct loop_event *)event = loop_next(loop, -1);
  return event;
}

/* Interrupts are looked at only while there is no event that they could lose. */
static struct loop_event next_event(void) {
  struct loop_event event = {LOOP_NOTHING, NULL, NULL};
  while (event.type == LOOP_NOTHING) {
    rb_thread_call_without_gvl2(wait_for_event, &event, RUBY_UBF_IO, NULL);
    if (event.type == LOOP_NOTHING) rb_thread_check_ints();
  }
  return event;
}

/* receive: waits for a request, whose deadline begins. Returns its Rack environment and its body,
   nil if this process is to end. */
static VALUE receive(VALUE self) {
  (void)self;
  while (is_worker()) {
    struct loop_event event = next_event();
    if (event.type == LOOP_EXIT || event.type == LOOP_RETIRE) return Qnil;
    if (event.type != LOOP_REQUEST) continue;
    if (!connection_call(event.connection)) {
      loop_done(loop, event.connection);
      continue;
    }
    calling = event.connection;
    struct worker_text body = connection_request(calling)->body;
    struct worker_text address = worker_address(worker, connection_slot(calling));
    VALUE bytes = rb_str_new(body.bytes, (long)body.length);
    return rb_assoc_new(rack_env(base_env, calling, address), bytes);
  }
  return Qnil;
}

/* Without the interpreter's lock. Interrupts wait until the call has ended, because an exception
   of another thread must not come between an answer and its end. */
static void run_unlocked(void *(*function)(void *), void *data) {
  if (rb_thread_call_without_gvl2(function, data, NULL, NULL) == NULL) function(data);
}

struct sending_call {
  struct answer answer;
  enum sending result;
};

static void *send_answer(void *data) {
  struct sending_call *call = data;
  call->result = connection_answer(calling, &call->answer);
  return data;
}

static struct answer answer_of(VALUE status, VALUE fields) {
  StringValue(fields);
  return (struct answer){
      .status = NUM2UINT(status),
      .fields = RSTRING_PTR(fields),
      .fields_length = (size_t)RSTRING_LEN(fields),
  };
}

static void check(enum sending result) {
  if (result == SENDING_INVALID)
    rb_raise(rb_eArgError, "the status or a header of the answer can't be sent");
}

/* answer(status, fields, body, outcome): ends the call. `fields` is "name\0value\0name\0value\0".
   Raises ArgumentError if a field can't be sent, before anything is. A stream that has begun is cut
   instead. */
static VALUE answer(VALUE self, VALUE status, VALUE fields, VALUE body, VALUE outcome) {
  if (!in_call()) return self;
  if (streaming) {
    end_stream_with(NUM2UINT(outcome), false);
    return self;
  }
  VALUE bytes = rb_str_new_frozen(body);
  struct sending_call call = {.answer = answer_of(status, fields)};
  call.answer.body = RSTRING_PTR(bytes);
  call.answer.body_length = (size_t)RSTRING_LEN(bytes);
  call.answer.outcome = NUM2UINT(outcome);
  if (call.answer.body_length < LONG_ANSWER)
    send_answer(&call);
  else
    run_unlocked(send_answer, &call);
  RB_GC_GUARD(bytes);
  RB_GC_GUARD(fields);
  check(call.result);
  end_call();
  return self;
}

/* begin_stream(status, fields): as `answer` */
static VALUE begin_stream(VALUE self, VALUE status, VALUE fields) {
  if (!in_call()) return self;
  struct answer answer = answer_of(status, fields);
  check(connection_stream(calling, &answer));
  streaming = true;
  RB_GC_GUARD(fields);
  return self;
}

static void *send_piece(void *data) {
  struct sending_call *call = data;
  call->result = connection_stream_write(calling, call->answer.body, call->answer.body_length);
  return data;
}

/* write(piece): false if the client is gone or the deadline has passed. */
static VALUE write_piece(VALUE self, VALUE text) {
  (void)self;
  if (!in_call()) return Qfalse;
  VALUE bytes = rb_str_new_frozen(text);
  struct sending_call call = {.answer = {.body = RSTRING_PTR(bytes)}};
  call.answer.body_length = (size_t)RSTRING_LEN(bytes);
  run_unlocked(send_piece, &call);
  RB_GC_GUARD(bytes);
  return call.result == SENDING_DONE ? Qtrue : Qfalse;
}

/* end_stream: ends the call, whose answer is whole. */
static VALUE end_stream(VALUE self) {
  if (in_call()) end_stream_with(PROTOCOL_OUTCOME_CALL, true);
  return self;
}

/* FAILURE-4: the supervisor answers 500 without waiting for the end of this process. */
static VALUE exiting(VALUE self) {
  if (in_call()) worker_exiting(worker, connection_slot(calling));
  return self;
}

RUBY_FUNC_EXPORTED void Init_worker_library(void) {
  VALUE module = rb_define_module("WorkerLibrary");
  rb_gc_register_address(&base_env);
  rack_env_init();
  rb_define_const(module, "NO_CALL", INT2FIX(PROTOCOL_OUTCOME_NO_CALL));
  rb_define_const(module, "CALL", INT2FIX(PROTOCOL_OUTCOME_CALL));
  rb_define_const(module, "FAILED_CALL", INT2FIX(PROTOCOL_OUTCOME_FAILED_CALL));
  rb_define_module_function(module, "open", open_library, 0);
  rb_define_module_function(module, "ready", ready, 0);
  rb_define_module_function(module, "become_worker", become_worker, 1);
  rb_define_module_function(module, "body_limit", body_limit, 0);
  rb_define_module_function(module, "receive", receive, 0);
  rb_define_module_function(module, "answer", answer, 4);
  rb_define_module_function(module, "begin_stream", begin_stream, 2);
  rb_define_module_function(module, "write", write_piece, 1);
  rb_define_module_function(module, "end_stream", end_stream, 0);
  rb_define_module_function(module, "exiting", exiting, 0);
}
