/* The next request, as an array. */
#include "extension.h"

static void add_text(zval *to, const char *key, size_t length, struct worker_text text) {
  add_assoc_stringl_ex(to, key, length, text.bytes == NULL ? "" : text.bytes, text.length);
}

/* Adds a value to the list of its name, which is in lower case. */
static void add_field(HashTable *fields, struct worker_text name, struct worker_text value) {
  zend_string *key = zend_string_alloc(name.length, 0);
  zend_str_tolower_copy(ZSTR_VAL(key), name.bytes, name.length);
  zval *list = zend_symtable_find(fields, key);
  if (list == NULL) {
    zval made;
    array_init_size(&made, 1);
    list = zend_symtable_update(fields, key, &made);
  }
  add_next_index_stringl(list, value.bytes, value.length);
  zend_string_release(key);
}

static void describe(zval *to, const struct connection *connection) {
  const struct request *request = connection_request(connection);
  struct worker_text name, value;
  zval headers;
  array_init_size(to, 8);
  add_text(to, ZEND_STRL("method"), request->method);
  add_text(to, ZEND_STRL("path"), request->path);
  add_text(to, ZEND_STRL("query"), request->query);
  add_text(to, ZEND_STRL("version"), request->version);
  add_text(to, ZEND_STRL("body"), request->body);
  add_text(to, ZEND_STRL("address"), worker_address(state.worker, connection_slot(connection)));
  array_init(&headers);
  for (uint32_t at = 0; connection_next_field(connection, &at, &name, &value);)
    add_field(Z_ARRVAL(headers), name, value);
  add_assoc_zval(to, "headers", &headers);
}

/* next_request(): ?array. Waits for a request. NULL: none comes any more, so the worker ends. */
PHP_FUNCTION(next_request) {
  ZEND_PARSE_PARAMETERS_NONE();
  end_strangers();
  if (state.held != NULL) loop_done(state.loop, state.held);
  state.held = NULL;
  state.calling = state.streaming = false;
  for (;;) {
    struct loop_event event = loop_next(state.loop, -1);
    if (event.type == LOOP_EXIT || event.type == LOOP_RETIRE) RETURN_NULL();
    if (event.type != LOOP_REQUEST) continue;
    state.held = event.connection;
    describe(return_value, event.connection);
    return;
  }
}

/* begin_call(): bool. The deadline begins. False: the request is lost. */
PHP_FUNCTION(begin_call) {
  ZEND_PARSE_PARAMETERS_NONE();
  state.calling = connection_call(state.held);
  RETURN_BOOL(state.calling);
}
