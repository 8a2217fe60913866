/* The binding of the worker library: PHP receives requests by it, and answers them. */
#ifndef EXTENSION_H
#define EXTENSION_H

#include "loop.h"
#include <php.h>

/* What a worker holds; a template has only `worker`. */
struct state {
  struct worker *worker;
  bool is_template;
  struct loop *loop;
  struct connection *held; /* its request is in the function's hands; NULL: none */
  bool calling;            /* the answer of the call isn't whole yet */
  bool streaming;          /* the answer has begun */
  pid_t process;
  uint32_t shutdown_functions; /* that were registered before the first call */
};

extern struct state state;

/* Ends a process that the function has forked and that came back into the worker's code: the
   connections are its parent's. */
void end_strangers(void);

PHP_FUNCTION(open);
PHP_FUNCTION(fork_workers);
PHP_FUNCTION(body_limit);
PHP_FUNCTION(exiting);
PHP_FUNCTION(run_shutdown_functions);
PHP_FUNCTION(next_request);
PHP_FUNCTION(begin_call);
PHP_FUNCTION(answer);
PHP_FUNCTION(stream);
PHP_FUNCTION(write);
PHP_FUNCTION(end_stream);

#endif
