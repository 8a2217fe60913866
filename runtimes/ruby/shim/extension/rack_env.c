#include "rack_env.h"
#include <ruby/encoding.h>
#include <ruby/version.h>
#include <string.h>

/* Longer names of fields get no memory on the stack. */
#define NAME_BYTES 128

static VALUE request_method, path_info, query_string, request_uri, server_protocol, remote_addr;
static VALUE content_type, content_length, http_cookie;

/* A key that Hash#[]= takes without a copy. */
static VALUE key(const char *bytes, long length) {
#if RUBY_API_VERSION_MAJOR >= 3
  return rb_interned_str(bytes, length);
#else
  return rb_obj_freeze(rb_str_new(bytes, length));
#endif
}

static VALUE constant(const char *name) {
  VALUE made = key(name, (long)strlen(name));
  rb_gc_register_mark_object(made);
  return made;
}

void rack_env_init(void) {
  request_method = constant("REQUEST_METHOD");
  path_info = constant("PATH_INFO");
  query_string = constant("QUERY_STRING");
  request_uri = constant("REQUEST_URI");
  server_protocol = constant("SERVER_PROTOCOL");
  remote_addr = constant("REMOTE_ADDR");
  content_type = constant("CONTENT_TYPE");
  content_length = constant("CONTENT_LENGTH");
  http_cookie = constant("HTTP_COOKIE");
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
  char on_stack[NAME_BYTES];
  size_t begin = sizeof prefix - 1, length = begin + name.length;
  if (memchr(name.bytes, '_', name.length) != NULL) return Qnil;
  VALUE memory = Qnil;
  char *made = length <= sizeof on_stack ? on_stack : ALLOCV_N(char, memory, length);
  memcpy(made, prefix, begin);
  for (size_t at = 0; at < name.length; at++) {
    char character = name.bytes[at];
    if (character >= 'a' && character <= 'z') character = (char)(character - 'a' + 'A');
    made[begin + at] = character == '-' ? '_' : character;
  }
  VALUE found = key(made, (long)length);
  if (memory != Qnil) ALLOCV_END(memory);
  if (length == 17 && memcmp(RSTRING_PTR(found), "HTTP_CONTENT_TYPE", 17) == 0)
    return content_type;
  if (length == 19 && memcmp(RSTRING_PTR(found), "HTTP_CONTENT_LENGTH", 19) == 0)
    return content_length;
  return found;
}

/* REQUEST-17: the values of one name become one. */
static void add_field(VALUE env, struct worker_text name, struct worker_text value) {
  VALUE field = key_of_field(name);
  if (field == Qnil) return;
  VALUE made = string(value);
  VALUE present = rb_hash_lookup(env, field);
  if (present != Qnil) {
    VALUE whole = rb_str_dup(present);
    rb_str_cat_cstr(whole, rb_str_equal(field, http_cookie) == Qtrue ? "; " : ", ");
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
  rb_hash_aset(env, request_method, string(request->method));
  rb_hash_aset(env, path_info, path);
  rb_hash_aset(env, query_string, string(query));
  rb_hash_aset(env, request_uri, path_and_query(request, path));
  rb_hash_aset(env, server_protocol, string(request->version));
  rb_hash_aset(env, remote_addr, string(address));
  struct worker_text name, value;
  for (uint32_t at = 0; connection_next_field(connection, &at, &name, &value);)
    add_field(env, name, value);
  return env;
}
