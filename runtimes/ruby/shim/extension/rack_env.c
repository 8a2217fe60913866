#include "rack_env.h"
#include <ruby/encoding.h>
#include <ruby/version.h>
#include <string.h>

enum { METHOD, PATH, QUERY, URI, PROTOCOL, ADDRESS, CONTENT_TYPE, CONTENT_LENGTH, COOKIE, KEYS };
static VALUE keys[KEYS];

/* A key that Hash#[]= takes without a copy. */
static VALUE key(VALUE string) {
#if RUBY_API_VERSION_MAJOR >= 3
  return rb_str_to_interned_str(string);
#else
  return rb_obj_freeze(string);
#endif
}

void rack_env_init(void) {
  static const char *const names[KEYS] = {"REQUEST_METHOD", "PATH_INFO",       "QUERY_STRING",
                                          "REQUEST_URI",    "SERVER_PROTOCOL", "REMOTE_ADDR",
                                          "CONTENT_TYPE",   "CONTENT_LENGTH",  "HTTP_COOKIE"};
  for (int index = 0; index < KEYS; index++) {
    keys[index] = key(rb_str_new_cstr(names[index]));
    rb_gc_register_mark_object(keys[index]);
  }
}

/* UTF-8, or Latin-1 if the bytes are none: both can become JSON. */
static VALUE string(struct worker_text text) {
  VALUE made = rb_utf8_str_new(text.bytes, (long)text.length);
  if (rb_enc_str_coderange(made) == ENC_CODERANGE_BROKEN)
    rb_enc_associate(made, rb_enc_find("ISO-8859-1"));
  return made;
}

/* CONTENT_TYPE, CONTENT_LENGTH or HTTP_NAME; nil: the field is left out. */
static VALUE key_of_field(struct worker_text name) {
  static const char prefix[] = "HTTP_";
  size_t begin = sizeof prefix - 1, length = begin + name.length;
  if (memchr(name.bytes, '_', name.length) != NULL) return Qnil;
  VALUE made = rb_str_new(NULL, (long)length);
  char *bytes = RSTRING_PTR(made);
  memcpy(bytes, prefix, begin);
  for (size_t at = 0; at < name.length; at++) {
    char character = name.bytes[at];
    if (character >= 'a' && character <= 'z') character = (char)(character - 'a' + 'A');
    bytes[begin + at] = character == '-' ? '_' : character;
  }
  for (int index = CONTENT_TYPE; index <= CONTENT_LENGTH; index++)
    if (length == begin + (size_t)RSTRING_LEN(keys[index]) &&
        memcmp(bytes + begin, RSTRING_PTR(keys[index]), length - begin) == 0)
      return keys[index];
  return key(made);
}

/* REQUEST-17: the values of one name become one. */
static void add_field(VALUE env, struct worker_text name, struct worker_text value) {
  VALUE field = key_of_field(name);
  if (field == Qnil) return;
  VALUE made = string(value);
  VALUE present = rb_hash_lookup(env, field);
  if (present != Qnil) {
    VALUE whole = rb_str_dup(present);
    rb_str_cat_cstr(whole, rb_str_equal(field, keys[COOKIE]) == Qtrue ? "; " : ", ");
    made = rb_str_append(whole, made);
  }
  rb_hash_aset(env, field, made);
}

static VALUE path_and_query(const struct request *request, VALUE path) {
  if (request->query.bytes == NULL) return path;
  VALUE made = rb_str_dup(path);
  rb_str_cat_cstr(made, "?");
  return rb_str_cat(made, request->query.bytes, (long)request->query.length);
}

VALUE rack_env(VALUE base, const struct connection *connection, struct worker_text address) {
  const struct request *request = connection_request(connection);
  VALUE env = rb_hash_dup(base);
  VALUE path = string(request->path);
  struct worker_text query = request->query;
  if (query.bytes == NULL) query = (struct worker_text){"", 0};
  rb_hash_aset(env, keys[METHOD], string(request->method));
  rb_hash_aset(env, keys[PATH], path);
  rb_hash_aset(env, keys[QUERY], string(query));
  rb_hash_aset(env, keys[URI], path_and_query(request, path));
  rb_hash_aset(env, keys[PROTOCOL], string(request->version));
  rb_hash_aset(env, keys[ADDRESS], string(address));
  struct worker_text name, value;
  for (uint32_t at = 0; connection_next_field(connection, &at, &name, &value);)
    add_field(env, name, value);
  return env;
}
