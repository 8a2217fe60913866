/* Answers: whole ones, and streams. */
#include "extension.h"
#include <Zend/zend_exceptions.h>
#include <Zend/zend_smart_str.h>
#include <string.h>

static bool has_zero(const zend_string *text) {
  return memchr(ZSTR_VAL(text), 0, ZSTR_LEN(text)) != NULL;
}

static bool put_field(smart_str *to, zend_string *name, zval *value) {
  zend_string *text = zval_get_string(value);
  bool valid = !EG(exception) && !has_zero(name) && !has_zero(text);
  if (valid) {
    smart_str_appendl(to, ZSTR_VAL(name), ZSTR_LEN(name) + 1);
    smart_str_appendl(to, ZSTR_VAL(text), ZSTR_LEN(text) + 1);
  }
  zend_string_release(text);
  return valid;
}

/* Makes "name\0value\0" of names and their values, or lists of values. */
static bool put_fields(smart_str *to, HashTable *fields) {
  zend_ulong number;
  zend_string *key;
  zval *values, *value;
  bool valid = true;
  ZEND_HASH_FOREACH_KEY_VAL(fields, number, key, values) {
    zend_string *name = key ? zend_string_copy(key) : zend_long_to_str((zend_long)number);
    if (Z_TYPE_P(values) == IS_ARRAY) {
      ZEND_HASH_FOREACH_VAL(Z_ARRVAL_P(values), value) {
        valid = valid && put_field(to, name, value);
      }
      ZEND_HASH_FOREACH_END();
    } else {
      valid = valid && put_field(to, name, values);
    }
    zend_string_release(name);
  }
  ZEND_HASH_FOREACH_END();
  return valid;
}

static unsigned status_of(zend_long status) {
  return status < 0 || status > 999 ? 0 : (unsigned)status;
}

/* Sends an answer, or the head of a stream. Throws if a field or the status can't be sent. */
static void send_answer(struct answer answer, HashTable *fields, bool stream) {
  smart_str text = {0};
  enum sending sent = SENDING_INVALID;
  end_strangers();
  if (put_fields(&text, fields)) {
    if (text.s != NULL) {
      answer.fields = ZSTR_VAL(text.s);
      answer.fields_length = ZSTR_LEN(text.s);
    }
    sent =
        stream ? connection_stream(state.held, &answer) : connection_answer(state.held, &answer);
  }
  smart_str_free(&text);
  if (sent != SENDING_INVALID)
    state.calling = state.streaming = stream;
  else if (!EG(exception))
    zend_throw_exception(NULL, "the status or a header of the answer can't be sent", 0);
}

PHP_FUNCTION(answer) {
  zend_long status;
  HashTable *fields;
  zend_string *body;
  ZEND_PARSE_PARAMETERS_START(3, 3)
  Z_PARAM_LONG(status)
  Z_PARAM_ARRAY_HT(fields)
  Z_PARAM_STR(body)
  ZEND_PARSE_PARAMETERS_END();
  struct answer answer = {
      .status = status_of(status),
      .body = ZSTR_VAL(body),
      .body_length = ZSTR_LEN(body),
      .outcome = PROTOCOL_OUTCOME_CALL,
  };
  send_answer(answer, fields, false);
}

static void send_phrase(unsigned status, HashTable *fields, unsigned outcome) {
  char body[64];
  int length = snprintf(body, sizeof body, "%s\n", http_reason(status));
  struct answer answer = {
      .status = status, .body = body, .body_length = (size_t)length, .outcome = outcome};
  send_answer(answer, fields, false);
}

/* Answers what never reaches the function. */
PHP_FUNCTION(refuse) {
  zend_long status;
  HashTable *fields;
  ZEND_PARSE_PARAMETERS_START(2, 2)
  Z_PARAM_LONG(status)
  Z_PARAM_ARRAY_HT(fields)
  ZEND_PARSE_PARAMETERS_END();
  send_phrase(status_of(status), fields, PROTOCOL_OUTCOME_NO_CALL);
}

/* FAILURE-1, RESPONSE-11: 500 without a word of the error, or a cut if the answer has begun. */
PHP_FUNCTION(fail) {
  ZEND_PARSE_PARAMETERS_NONE();
  end_strangers();
  if (state.streaming) {
    connection_stream_end(state.held, PROTOCOL_OUTCOME_FAILED_CALL, false);
  } else if (state.calling) {
    zval fields;
    array_init_size(&fields, 1);
    add_assoc_string(&fields, "Content-Type", "text/plain; charset=utf-8");
    send_phrase(500, Z_ARRVAL(fields), PROTOCOL_OUTCOME_FAILED_CALL);
    zval_ptr_dtor(&fields);
  }
  state.calling = state.streaming = false;
}

PHP_FUNCTION(stream) {
  zend_long status;
  HashTable *fields;
  ZEND_PARSE_PARAMETERS_START(2, 2)
  Z_PARAM_LONG(status)
  Z_PARAM_ARRAY_HT(fields)
  ZEND_PARSE_PARAMETERS_END();
  send_answer((struct answer){.status = status_of(status)}, fields, true);
}

/* Sends a piece. False: nobody reads any more. */
PHP_FUNCTION(write) {
  zend_string *bytes;
  ZEND_PARSE_PARAMETERS_START(1, 1)
  Z_PARAM_STR(bytes)
  ZEND_PARSE_PARAMETERS_END();
  end_strangers();
  RETURN_BOOL(
      connection_stream_write(state.held, ZSTR_VAL(bytes), ZSTR_LEN(bytes)) == SENDING_DONE);
}

PHP_FUNCTION(end_stream) {
  ZEND_PARSE_PARAMETERS_NONE();
  end_strangers();
  connection_stream_end(state.held, PROTOCOL_OUTCOME_CALL, true);
  state.calling = state.streaming = false;
}
