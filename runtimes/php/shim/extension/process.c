/* The life of a worker: the template it is forked from, and its end. */
#include "extension.h"
#include "template.h"
#include <errno.h>
#include <ext/standard/basic_functions.h>
#include <string.h>
#include <unistd.h>
#if PHP_VERSION_ID >= 80200
#include <ext/random/php_random.h>
#else
#include <ext/standard/php_lcg.h>
#endif

/* open(): void. Opens the supervisor's descriptors, before the function is loaded, because its
   children must not inherit them. A template has no table, the worker of a test has one. */
PHP_FUNCTION(open) {
  ZEND_PARSE_PARAMETERS_NONE();
  state.worker = worker_open(
      PROTOCOL_CONTROL_DESCRIPTOR, PROTOCOL_TABLE_DESCRIPTOR, PROTOCOL_STDERR_DESCRIPTOR);
  state.is_template = state.worker == NULL;
  if (state.is_template)
    state.worker = worker_open(PROTOCOL_CONTROL_DESCRIPTOR, -1, PROTOCOL_STDERR_DESCRIPTOR);
  if (state.worker == NULL)
    zend_throw_error(NULL, "the worker can't be opened: %s", strerror(errno));
}

/* What the function has drawn while it was loaded would be the same in all workers. */
static void forget_randomness(void) {
#if PHP_VERSION_ID >= 80200
  RANDOM_G(combined_lcg_seeded) = false;
  RANDOM_G(mt19937_seeded) = false;
#else
  LCG(seeded) = 0;
  BG(mt_rand_is_seeded) = 0;
#endif
}

/* fork_workers(): bool. Says that the function is loaded, and forks. True in each worker, false in
   the template once the supervisor is gone. */
PHP_FUNCTION(fork_workers) {
  ZEND_PARSE_PARAMETERS_NONE();
  if (state.is_template) {
    if (!worker_ready(state.worker)) RETURN_FALSE;
    state.worker = template_run(state.worker, NULL);
    if (state.worker == NULL) RETURN_FALSE;
  }
  state.process = getpid();
  state.loop = loop_open(state.worker);
  HashTable *registered = BG(user_shutdown_function_names);
  state.shutdown_functions = registered == NULL ? 0 : zend_hash_num_elements(registered);
  forget_randomness();
  RETURN_BOOL(state.loop != NULL && worker_ready(state.worker));
}

void end_strangers(void) {
  if (state.process != getpid()) _exit(0);
}

/* body_limit(): int. In bytes. */
PHP_FUNCTION(body_limit) {
  ZEND_PARSE_PARAMETERS_NONE();
  RETURN_LONG(worker_settings(state.worker).body_limit);
}

/* exiting(): void. FAILURE-4: the call wants to end the process, by `exit` or by an error that
 * nothing catches. */
PHP_FUNCTION(exiting) {
  ZEND_PARSE_PARAMETERS_NONE();
  if (state.calling && state.process == getpid())
    worker_exiting(state.worker, connection_slot(state.held));
}

/* Moves the functions that the call has registered into a list of their own. */
static HashTable *shutdown_functions_of_call(HashTable *all) {
  HashTable *own;
  dtor_func_t destroy = all->pDestructor;
  ALLOC_HASHTABLE(own);
  zend_hash_init(own, 8, NULL, destroy, 0);
  all->pDestructor = NULL;
  for (zend_ulong at = state.shutdown_functions; at < (zend_ulong)all->nNextFreeElement; at++) {
    zval *entry = zend_hash_index_find(all, at);
    if (entry == NULL) continue;
    zend_hash_next_index_insert(own, entry);
    zend_hash_index_del(all, at);
  }
  all->pDestructor = destroy;
  all->nNextFreeElement = (zend_long)state.shutdown_functions;
  return own;
}

/* run_shutdown_functions(): void. A function may count on it that what it registers runs at the end
 * of its request. */
PHP_FUNCTION(run_shutdown_functions) {
  ZEND_PARSE_PARAMETERS_NONE();
  HashTable *all = BG(user_shutdown_function_names);
  if (all == NULL || zend_hash_num_elements(all) <= state.shutdown_functions) return;
  zend_execute_data *frame = EG(current_execute_data);
  BG(user_shutdown_function_names) = shutdown_functions_of_call(all);
  php_call_shutdown_functions();
  php_free_shutdown_functions();
  BG(user_shutdown_function_names) = all;
  /* A fatal error in one of them has taken the frame away: nothing can be returned to. */
  if (EG(current_execute_data) != frame) zend_bailout();
}
