/* What PHP calls: the functions of the namespace FunctionRuntime. */
#include "extension.h"

struct state state;

ZEND_BEGIN_ARG_INFO(unchecked, 0)
ZEND_END_ARG_INFO()

#define FUNCTION(name) ZEND_NS_FE("FunctionRuntime", name, unchecked)

/* clang-format off */
static const zend_function_entry functions[] = {
  FUNCTION(open) FUNCTION(fork_workers) FUNCTION(body_limit) FUNCTION(exiting)
  FUNCTION(run_shutdown_functions) FUNCTION(next_request) FUNCTION(begin_call)
  FUNCTION(answer) FUNCTION(stream) FUNCTION(write) FUNCTION(end_stream)
  ZEND_FE_END
};
/* clang-format on */

zend_module_entry function_runtime_module_entry = {
    STANDARD_MODULE_HEADER, "function_runtime",        functions, NULL, NULL, NULL, NULL, NULL,
    NO_VERSION_YET,         STANDARD_MODULE_PROPERTIES};

ZEND_GET_MODULE(function_runtime)
