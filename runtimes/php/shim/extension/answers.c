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

/* Sends an answer, or the head of a stream. Throws if a field or the status can't be sent. */
static void send_answer(struct answer answer, HashTable *fields, bool stream) {
  smart_str text = {0};
  enum sending sent = SENDING_INVALID;
  end_strangers();
  if (put_fields(&text, fields)) {
    answer.fields = text.s == NULL ? "" : ZSTR_VAL(text.s);
    answer.fields_length = text.s == NULL ? 0 : ZSTR_LEN(text.s);
    sent = stream ? connection_stream(state.held, &answer) : connection_answer(state.held, &answer);
  }
  smart_str_free(&text);
  if (sent != SENDING_INVALID)
    state.calling = state.streaming = stream;
  else if (!EG(exception))
    zend_throw_exception(NULL, "the status or a header of the answer can't be sent", 0);
}

/* answer(int $status, array $fields, ?string $body, int $outcome = CALL): void. Without a body it
   is the phrase of the status (RESPONSE-15). */
PHP_FUNCTION(answer) {
  char phrase[64];
  zend_long status, outcome = PROTOCOL_OUTCOME_CALL;
  HashTable *fields;
  zend_string *body;
  if (zend_parse_parameters(ZEND_NUM_ARGS(), "lhS!|l", &status, &fields, &body, &outcome) ==
      FAILURE)
    return;
  int length = snprintf(phrase, sizeof phrase, "%s\n", http_reason((unsigned)status));
  struct answer answer = {
      .status = (unsigned)status,
      .body = body == NULL ? phrase : ZSTR_VAL(body),
      .body_length = body == NULL ? (size_t)length : ZSTR_LEN(body),
      .outcome = (unsigned)outcome,
  };
  send_answer(answer, fields, false);
}

/* stream(int $status, array $fields): void. */
PHP_FUNCTION(stream) {
  zend_long status;
  HashTable *fields;
  if (zend_parse_parameters(ZEND_NUM_ARGS(), "lh", &status, &fields) == FAILURE) return;
  send_answer((struct answer){.status = (unsigned)status}, fields, true);
}

/* write(string $bytes): bool. Sends a piece; false: nobody reads any more. */
PHP_FUNCTION(write) {
  zend_string *bytes;
  if (zend_parse_parameters(ZEND_NUM_ARGS(), "S", &bytes) == FAILURE) return;
  end_strangers();
  RETURN_BOOL(
      connection_stream_write(state.held, ZSTR_VAL(bytes), ZSTR_LEN(bytes)) == SENDING_DONE);
}

/* end_stream(bool $whole): bool. If it isn't whole the client sees a cut; false: none has begun. */
PHP_FUNCTION(end_stream) {
  bool whole;
  if (zend_parse_parameters(ZEND_NUM_ARGS(), "b", &whole) == FAILURE) return;
  end_strangers();
  if (!state.streaming) RETURN_FALSE;
  unsigned outcome = whole ? PROTOCOL_OUTCOME_CALL : PROTOCOL_OUTCOME_FAILED_CALL;
  connection_stream_end(state.held, outcome, whole);
  state.calling = state.streaming = false;
  RETURN_TRUE;
}
