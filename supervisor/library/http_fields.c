/* Reads the fields of a head that decide about framing, or that the log and the answer need. */
#include "http.h"
#include <stddef.h>
#include <string.h>

static bool digit(char letter) { return letter >= '0' && letter <= '9'; }

/* A taker returns the status of a refusal, or 0. */

/* HTTP-11 */
static uint16_t take_host(struct http_head *head, const char *bytes, struct http_slice value) {
  bool host = http_all(bytes + value.at, value.length, HTTP_HOST);
  return head->hosts++ == 0 && host ? 0 : 400;
}

/* HTTP-4 */
static uint16_t take_length(struct http_head *head, const char *bytes, struct http_slice value) {
  if (head->lengths++ > 0 || value.length == 0 || value.length > 18) return 400;
  for (uint32_t index = 0; index < value.length; index++) {
    char letter = bytes[value.at + index];
    if (!digit(letter)) return 400;
    head->body = head->body * 10 + (letter - '0');
  }
  return 0;
}

/* Cuts the first element off a list. False: there is none left. */
static bool next_element(const char *bytes, struct http_slice *list, struct http_slice *element) {
  if (list->length == 0) return false;
  const char *comma = memchr(bytes + list->at, ',', list->length);
  uint32_t length = comma == NULL ? list->length : (uint32_t)(comma - (bytes + list->at));
  uint32_t taken = comma == NULL ? length : length + 1;
  uint32_t first = list->at, end = first + length;
  while (first < end && (bytes[first] == ' ' || bytes[first] == '\t')) first++;
  while (end > first && (bytes[end - 1] == ' ' || bytes[end - 1] == '\t')) end--;
  *element = (struct http_slice){first, end - first};
  list->at += taken;
  list->length -= taken;
  return true;
}

/* HTTP-5, HTTP-6: `chunked` alone is understood; a list that ends with it is 501; all else
   has no certain end. */
static uint16_t take_coding(struct http_head *head, const char *bytes, struct http_slice value) {
  if (head->codings++ > 0 || head->minor == 0) return 400;
  struct http_slice element;
  bool comma_last = value.length > 0 && bytes[value.at + value.length - 1] == ',';
  bool chunked = false;
  bool other = false;
  while (next_element(bytes, &value, &element)) {
    if (chunked || element.length == 0) return 400;
    chunked = http_is(bytes + element.at, element.length, "chunked");
    other |= !chunked;
  }
  if (!chunked || comma_last) return 400;
  return other ? 501 : 0;
}

static uint16_t
take_connection(struct http_head *head, const char *bytes, struct http_slice value) {
  struct http_slice element;
  while (next_element(bytes, &value, &element)) {
    if (http_is(bytes + element.at, element.length, "close")) head->close = true;
    if (http_is(bytes + element.at, element.length, "keep-alive")) head->keep_alive = true;
  }
  return 0;
}

/* HTTP-18 */
static uint16_t take_expect(struct http_head *head, const char *bytes, struct http_slice value) {
  bool known = http_is(bytes + value.at, value.length, "100-continue");
  head->expects_continue |= known;
  return known || head->minor == 0 ? 0 : 417;
}

static bool lower_hex(const char *text, int from, int to) {
  bool nonzero = false;
  for (int index = from; index < to; index++) {
    char letter = text[index];
    if (!digit(letter) && !(letter >= 'a' && letter <= 'f')) return false;
    nonzero |= letter != '0';
  }
  return nonzero || to - from == 2;
}

/* OBSERVABILITY-11: the trace ID is kept only if the whole field is valid (W3C Trace Context). */
static uint16_t take_trace(struct http_head *head, const char *bytes, struct http_slice value) {
  const char *text = bytes + value.at;
  bool valid = value.length >= 55 && lower_hex(text, 0, 2) && text[2] == '-' &&
               lower_hex(text, 3, 35) && text[35] == '-' && lower_hex(text, 36, 52) &&
               text[52] == '-' && lower_hex(text, 53, 55) && memcmp(text, "ff", 2) != 0;
  if (valid && value.length > 55) valid = memcmp(text, "00", 2) != 0 && text[55] == '-';
  bool only = head->traces++ == 0;
  head->trace = (struct http_slice){value.at + 3, valid && only ? 32 : 0};
  return 0;
}

#define NAME(text) text, sizeof text - 1

/* A field without a taker is only kept, the first of its name. */
static const struct {
  const char *name;
  size_t length;
  uint16_t (*take)(struct http_head *, const char *, struct http_slice);
  size_t kept;
} known_fields[] = {
    {NAME("host"), take_host, 0},
    {NAME("content-length"), take_length, 0},
    {NAME("transfer-encoding"), take_coding, 0},
    {NAME("connection"), take_connection, 0},
    {NAME("expect"), take_expect, 0},
    {NAME("traceparent"), take_trace, 0},
    {NAME("referer"), NULL, offsetof(struct http_head, referer)},
    {NAME("user-agent"), NULL, offsetof(struct http_head, agent)},
    {NAME("origin"), NULL, offsetof(struct http_head, origin)},
    {NAME("access-control-request-method"), NULL, offsetof(struct http_head, requested_method)},
    {NAME("access-control-request-headers"), NULL, offsetof(struct http_head, requested_headers)},
};

uint16_t http_read_field(struct http_head *head, const char *bytes, uint32_t at, uint32_t length) {
  struct http_slice name, value;
  if (!http_split_field(bytes, at, length, &name, &value)) return 400;
  for (size_t index = 0; index < sizeof known_fields / sizeof *known_fields; index++) {
    if (known_fields[index].length != name.length) continue;
    if (!http_is(bytes + name.at, name.length, known_fields[index].name)) continue;
    if (known_fields[index].take != NULL) return known_fields[index].take(head, bytes, value);
    struct http_slice *kept = (void *)((char *)head + known_fields[index].kept);
    if (kept->length == 0) *kept = value;
    return 0;
  }
  return 0;
}
