/* The functions of the namespace FunctionRuntime, as PHP knows them; phpstan.stub has their types. */
#include "extension.h"

struct state state;

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(returns_nothing, 0, 0, IS_VOID, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(returns_bool, 0, 0, _IS_BOOL, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(returns_int, 0, 0, IS_LONG, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(returns_request, 0, 0, IS_ARRAY, 1)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(takes_answer, 0, 3, IS_VOID, 0)
ZEND_ARG_TYPE_INFO(0, status, IS_LONG, 0)
ZEND_ARG_TYPE_INFO(0, fields, IS_ARRAY, 0)
ZEND_ARG_TYPE_INFO(0, body, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(takes_head, 0, 2, IS_VOID, 0)
ZEND_ARG_TYPE_INFO(0, status, IS_LONG, 0)
ZEND_ARG_TYPE_INFO(0, fields, IS_ARRAY, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(takes_bytes, 0, 1, _IS_BOOL, 0)
ZEND_ARG_TYPE_INFO(0, bytes, IS_STRING, 0)
ZEND_END_ARG_INFO()

/* clang-format off */
static const zend_function_entry functions[] = {
  ZEND_NS_FE("FunctionRuntime", open, returns_nothing)
  ZEND_NS_FE("FunctionRuntime", fork_workers, returns_bool)
  ZEND_NS_FE("FunctionRuntime", body_limit, returns_int)
  ZEND_NS_FE("FunctionRuntime", exiting, returns_nothing)
  ZEND_NS_FE("FunctionRuntime", run_shutdown_functions, returns_nothing)
  ZEND_NS_FE("FunctionRuntime", next_request, returns_request)
  ZEND_NS_FE("FunctionRuntime", begin_call, returns_bool)
  ZEND_NS_FE("FunctionRuntime", answer, takes_answer)
  ZEND_NS_FE("FunctionRuntime", refuse, takes_head)
  ZEND_NS_FE("FunctionRuntime", fail, returns_nothing)
  ZEND_NS_FE("FunctionRuntime", stream, takes_head)
  ZEND_NS_FE("FunctionRuntime", write, takes_bytes)
  ZEND_NS_FE("FunctionRuntime", end_stream, returns_nothing)
  ZEND_FE_END
};
/* clang-format on */

zend_module_entry function_runtime_module_entry = {
    STANDARD_MODULE_HEADER,
    "function_runtime",
    functions,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NO_VERSION_YET,
    STANDARD_MODULE_PROPERTIES};

ZEND_GET_MODULE(function_runtime)
