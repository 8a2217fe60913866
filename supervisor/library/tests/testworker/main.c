/* A worker of kind `one` for tests. The path of a request chooses its function:

   /hello  /echo  /sleep?MILLISECONDS  /spin  /exit  /kill  /large?BYTES  /fields (bad ones)
   /stream?PIECES  /cut?PIECES (a stream that fails)  /hold (goes on in the loop with the gate
   closed, until something happens to it)  /raw?BYTES (after an interim answer); every other path
   tells what was received.

   testworker [template] */
#include "../../loop.h"
#include "../../template.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static struct worker *worker;
static struct loop *loop;

static void
answer(struct connection *connection, unsigned status, const void *body, size_t length) {
  static const char fields[] = "Content-Type\0text/plain\0Content-Length\0999\0X-Test\0yes\0";
  struct answer answer = {
      .status = status,
      .fields = fields,
      .fields_length = sizeof fields - 1,
      .body = body,
      .body_length = length,
      .outcome = status == 500 ? PROTOCOL_OUTCOME_FAILED_CALL : PROTOCOL_OUTCOME_CALL,
  };
  connection_answer(connection, &answer);
}

static long number(const struct request *request) {
  char text[32] = {0};
  size_t length = request->query.length < 31 ? request->query.length : 31;
  if (length > 0) memcpy(text, request->query.bytes, length);
  return strtol(text, NULL, 10);
}

static void pause_milliseconds(long milliseconds) {
  struct timespec left = {milliseconds / 1000, milliseconds % 1000 * 1000000};
  nanosleep(&left, NULL);
}

static void hello(struct connection *connection, const struct request *request) {
  (void)request;
  answer(connection, 200, "hello world", 11);
}

static void echo(struct connection *connection, const struct request *request) {
  answer(connection, 200, request->body.bytes, request->body.length);
}

static void slow(struct connection *connection, const struct request *request) {
  pause_milliseconds(number(request));
  answer(connection, 200, "slept", 5);
}

static void spin(struct connection *connection, const struct request *request) {
  (void)connection;
  (void)request;
  for (volatile int turns = 0;; turns++) continue;
}

static void leave(struct connection *connection, const struct request *request) {
  (void)request;
  worker_exiting(worker, connection_slot(connection));
  exit(3);
}

static void die(struct connection *connection, const struct request *request) {
  (void)connection;
  (void)request;
  kill(getpid(), SIGKILL);
}

static void large(struct connection *connection, const struct request *request) {
  size_t length = (size_t)number(request);
  char *body = malloc(length);
  memset(body, 'x', length);
  answer(connection, 200, body, length);
  free(body);
}

static void bad_fields(struct connection *connection, const struct request *request) {
  (void)request;
  static const char fields[] = "X-Split\0a\r\nSet-Cookie: b\0";
  struct answer split = {
      .status = 200, .fields = fields, .fields_length = sizeof fields - 1, .outcome = 1};
  if (connection_answer(connection, &split) == SENDING_INVALID)
    answer(connection, 500, "invalid", 7);
}

static void
stream_pieces(struct connection *connection, const struct request *request, bool whole) {
  struct answer begin = {.status = 201, .fields = "X-Test\0yes\0", .fields_length = 11};
  connection_stream(connection, &begin);
  for (long piece = 0; piece < number(request); piece++) {
    char text[32];
    int length = snprintf(text, sizeof text, "piece %ld\n", piece);
    connection_stream_write(connection, text, (size_t)length);
    pause_milliseconds(5);
  }
  connection_stream_end(connection, whole ? 1 : 2, whole);
}

static void stream(struct connection *connection, const struct request *request) {
  stream_pieces(connection, request, true);
}

static void cut(struct connection *connection, const struct request *request) {
  stream_pieces(connection, request, false);
}

/* As a call does that an event loop goes on beside: no other request may begin meanwhile. */
static void hold(struct connection *connection, const struct request *request) {
  (void)request;
  loop_gate(loop, false);
  loop_watch(loop, connection);
  struct loop_event event = loop_next(loop, -1);
  if (event.type == LOOP_REQUEST) abort();
  loop_gate(loop, true);
  const char *text = event.type == LOOP_HANGUP ? "hangup" : "stopped";
  answer(connection, 200, text, strlen(text));
}

/* As a language does that makes the bytes of its answers itself, and never blocks. */
static void raw(struct connection *connection, const struct request *request) {
  char interim[] = "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n";
  struct iovec part = {interim, sizeof interim - 1};
  connection_send(connection, &part, 1);
  size_t body = (size_t)number(request);
  char *bytes = malloc(body + 100);
  size_t head = (size_t)sprintf(bytes, "HTTP/1.1 202 A\r\nContent-Length: %zu\r\n\r\n", body);
  memset(bytes + head, 'x', body);
  connection_answer_ends(connection, 202, PROTOCOL_OUTCOME_CALL, (int64_t)body, true);
  loop_gate(loop, false);
  part = (struct iovec){bytes, head + body};
  connection_rest(connection, part.iov_len);
  for (;;) {
    long sent = connection_send(connection, &part, 1);
    if (sent < 0 || (size_t)sent == part.iov_len) break;
    part.iov_base = (char *)part.iov_base + sent;
    part.iov_len -= (size_t)sent;
    loop_await_writable(loop, connection);
    if (loop_next(loop, -1).type != LOOP_WRITABLE) break;
  }
  loop_gate(loop, true);
  free(bytes);
}

/* METHOD PATH QUERY, the fields, an empty line, the body. */
static void inspect(struct connection *connection, const struct request *request) {
  struct worker_text name, value;
  char *text = NULL;
  size_t length = 0;
  FILE *out = open_memstream(&text, &length);
  fwrite(request->method.bytes, 1, request->method.length, out);
  fputc(' ', out);
  fwrite(request->path.bytes, 1, request->path.length, out);
  fputc(' ', out);
  if (request->query.bytes != NULL) fwrite(request->query.bytes, 1, request->query.length, out);
  fputc('\n', out);
  for (uint32_t at = 0; connection_next_field(connection, &at, &name, &value); fputc('\n', out)) {
    fwrite(name.bytes, 1, name.length, out);
    fputs(": ", out);
    fwrite(value.bytes, 1, value.length, out);
  }
  fputc('\n', out);
  fwrite(request->body.bytes, 1, request->body.length, out);
  fclose(out);
  answer(connection, 200, text, length);
  free(text);
}

static const struct {
  const char *path;
  void (*function)(struct connection *, const struct request *);
} functions[] = {
    {"/hello", hello},   {"/echo", echo}, {"/sleep", slow},  {"/spin", spin},
    {"/exit", leave},    {"/kill", die},  {"/large", large}, {"/fields", bad_fields},
    {"/stream", stream}, {"/cut", cut},   {"/hold", hold},   {"/raw", raw},
};

static void call(struct connection *connection) {
  const struct request *request = connection_request(connection);
  if (!connection_call(connection)) return;
  for (size_t index = 0; index < sizeof functions / sizeof *functions; index++) {
    const char *path = functions[index].path;
    bool same = strlen(path) == request->path.length &&
                memcmp(path, request->path.bytes, request->path.length) == 0;
    if (same) return functions[index].function(connection, request);
  }
  inspect(connection, request);
}

static int serve(void) {
  loop = loop_open(worker);
  if (loop == NULL || !worker_ready(worker)) return 1;
  for (;;) {
    struct loop_event event = loop_next(loop, -1);
    if (event.type == LOOP_EXIT || event.type == LOOP_RETIRE) break;
    if (event.type != LOOP_REQUEST) continue;
    call(event.connection);
    loop_done(loop, event.connection);
  }
  loop_close(loop);
  worker_shut(worker);
  return 0;
}

int main(int count, char **arguments) {
  bool is_template = count > 1 && strcmp(arguments[1], "template") == 0;
  int table = is_template ? -1 : PROTOCOL_TABLE_DESCRIPTOR;
  worker = worker_open(PROTOCOL_CONTROL_DESCRIPTOR, table, PROTOCOL_STDERR_DESCRIPTOR);
  if (worker == NULL) {
    perror("error: the worker can't be opened");
    return 1;
  }
  if (!is_template) return serve();
  dup2(STDIN_FILENO, PROTOCOL_TABLE_DESCRIPTOR); /* as a runtime does that needs a descriptor */
  if (!worker_ready(worker)) return 1;
  struct worker *template = worker;
  worker = template_run(template, NULL);
  if (worker != NULL) return serve();
  worker_shut(template);
  return 0;
}
