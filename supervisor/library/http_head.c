/* Reads a request's head line by line, and refuses what is ambiguous. */
#include "http.h"
#include <string.h>

#define EMPTY_LINES_LIMIT 64

static enum http_result refuse(struct http_head *head, uint16_t status) {
  head->refusal = status;
  return HTTP_REFUSED;
}

static bool equals(const char *bytes, struct http_slice slice, const char *text) {
  return strlen(text) == slice.length && memcmp(bytes + slice.at, text, slice.length) == 0;
}

/* The request line */

/* HTTP-12: splits the line at its first two blanks. A third one makes the version a bad one. */
static bool split_line(struct http_head *head, const char *bytes, uint32_t at, uint32_t length) {
  const char *begin = bytes + at, *end = begin + length;
  if (!http_all(begin, length, HTTP_VALUE) || memchr(begin, '\t', length) != NULL) return false;
  const char *first = memchr(begin, ' ', length);
  if (first == NULL) return false;
  const char *second = memchr(first + 1, ' ', (size_t)(end - first - 1));
  if (second == NULL) return false;
  head->method = (struct http_slice){at, (uint32_t)(first - begin)};
  head->target = (struct http_slice){at + head->method.length + 1, (uint32_t)(second - first - 1)};
  head->version = (struct http_slice){(uint32_t)(second + 1 - bytes), (uint32_t)(end - second - 1)};
  return head->method.length > 0 && head->target.length > 0;
}

static bool digit(char letter) { return letter >= '0' && letter <= '9'; }

/* HTTP-16, HTTP-17, HTTP-24 */
static uint16_t check_version(struct http_head *head, const char *bytes) {
  const char *version = bytes + head->version.at;
  bool known = head->version.length == 8 && memcmp(version, "HTTP/", 5) == 0 && digit(version[5]) &&
               version[6] == '.' && digit(version[7]);
  if (!known) return 400;
  head->minor = version[7] == '0' ? 0 : 1;
  return version[5] == '1' ? 0 : 505;
}

/* HTTP-20: returns the bytes of `http://authority` before the path, 0 for an origin form, -1
   for neither. */
static long authority(const char *target, size_t length) {
  if (target[0] == '/') return 0;
  size_t scheme = length > 7 && http_is(target, 7, "http://")    ? 7
                  : length > 8 && http_is(target, 8, "https://") ? 8
                                                                 : 0;
  if (scheme == 0) return -1;
  size_t end = scheme;
  while (end < length && target[end] != '/' && target[end] != '?') end++;
  bool host = end > scheme && http_all(target + scheme, end - scheme, HTTP_HOST);
  return host ? (long)end : -1;
}

/* HTTP-15, HTTP-25 */
static uint16_t check_target(struct http_head *head, const char *bytes) {
  const char *target = bytes + head->target.at;
  if (!http_all(target, head->target.length, HTTP_TARGET)) return 400;
  head->path = head->target;
  if (equals(bytes, head->target, "*")) return equals(bytes, head->method, "OPTIONS") ? 0 : 400;
  long before = authority(target, head->target.length);
  if (before < 0) return 400;
  head->path.at += (uint32_t)before;
  head->path.length -= (uint32_t)before;
  const char *mark = memchr(bytes + head->path.at, '?', head->path.length);
  if (mark == NULL) return 0;
  uint32_t path = (uint32_t)(mark - (bytes + head->path.at));
  head->query = (struct http_slice){head->path.at + path + 1, head->path.length - path - 1};
  head->path.length = path;
  return 0;
}

static uint16_t
read_request_line(struct http_head *head, const char *bytes, uint32_t at, uint32_t length) {
  if (!split_line(head, bytes, at, length)) return 400;
  if (!http_all(bytes + at, head->method.length, HTTP_TOKEN)) return 400;
  uint16_t refusal = check_version(head, bytes);
  if (refusal != 0) return refusal;
  if (equals(bytes, head->method, "CONNECT")) return 501; /* HTTP-14 */
  head->is_head = equals(bytes, head->method, "HEAD");
  return check_target(head, bytes);
}

/* What only the whole head can tell (HTTP-3, HTTP-11). */
static enum http_result finish(struct http_head *head, const char *bytes) {
  if (head->minor > 0 && head->hosts == 0) return refuse(head, 400);
  if (head->codings > 0 && head->lengths > 0) return refuse(head, 400);
  if (head->codings > 0) head->body = HTTP_CHUNKED;
  head->expects_continue &= head->minor > 0 && head->body != 0;
  head->preflight = head->origin.at > 0 && head->requested_method.at > 0 &&
                    equals(bytes, head->method, "OPTIONS");
  return HTTP_WHOLE;
}

/* HTTP-19: bytes that can't begin a request are refused before the line's end, which may never
   come. Those before `searched` have been looked at, except for a CR that could have begun an empty
   line. */
static bool can_begin(const struct http_head *head, const char *bytes, size_t length) {
  const char *begin = bytes + head->start;
  size_t there = length - head->start;
  if (there == 1 && begin[0] == '\r') return true;
  const char *blank = memchr(begin, ' ', there);
  const char *end = blank == NULL ? begin + there : blank;
  const char *from = head->searched > head->start + 1 ? bytes + head->searched : begin;
  return blank != begin && (from >= end || http_all(from, (size_t)(end - from), HTTP_TOKEN));
}

/* HTTP-23 */
static bool skip_empty_lines(struct http_head *head, const char *bytes, size_t length) {
  while (head->start + 2 <= length && memcmp(bytes + head->start, "\r\n", 2) == 0) head->start += 2;
  head->line = head->start;
  return head->start <= EMPTY_LINES_LIMIT;
}

/* Reads one line that is there. */
static enum http_result
read_line(struct http_head *head, const char *bytes, uint32_t at, uint32_t length) {
  uint16_t refusal = 0;
  if (!head->begun) {
    refusal = read_request_line(head, bytes, at, length);
    head->begun = true;
    head->fields = head->line;
  } else if (length == 0) {
    head->length = head->line;
    return finish(head, bytes);
  } else {
    refusal = http_read_field(head, bytes, at, length);
  }
  return refusal == 0 ? HTTP_MORE : refuse(head, refusal);
}

enum http_result http_read_head(struct http_head *head, const char *bytes, size_t length) {
  if (!head->begun) {
    if (!skip_empty_lines(head, bytes, length)) return refuse(head, 400);
    if (head->start < length && !can_begin(head, bytes, length)) return refuse(head, 400);
  }
  size_t limit = (size_t)head->start + HTTP_HEAD_LIMIT;
  size_t there = length < limit ? length : limit;
  enum http_result result = HTTP_MORE;
  while (result == HTTP_MORE) {
    size_t searched = head->searched;
    long line = http_line(bytes, there, head->line, &searched);
    head->searched = (uint32_t)searched;
    if (line < 0) return refuse(head, 400); /* HTTP-9 */
    if (line == 0) return length >= limit ? refuse(head, 431) : HTTP_MORE;
    uint32_t at = head->line;
    head->line += (uint32_t)line;
    result = read_line(head, bytes, at, (uint32_t)line - 2);
  }
  return result;
}

enum http_result worker_check_head(const char *bytes, size_t length, struct http_head *head) {
  *head = (struct http_head){0};
  return http_read_head(head, bytes, length);
}

bool http_next_field(
    const struct http_head *head, const char *bytes, uint32_t *at, struct http_slice *name,
    struct http_slice *value) {
  if (*at + 2 >= head->length) return false;
  size_t searched = 0;
  long line = http_line(bytes, head->length, *at, &searched);
  if (line <= 2 || !http_split_field(bytes, *at, (uint32_t)line - 2, name, value)) return false;
  *at += (uint32_t)line;
  return true;
}
