/* Characters, lines and fields: what heads, chunks and trailers have in common. */
#include "http.h"
#include <string.h>

#define NAME (HTTP_TOKEN | HTTP_VALUE | HTTP_TARGET)
#define ALPHA (NAME | HTTP_HOST)
#define TEXT (HTTP_VALUE | HTTP_TARGET)

static const unsigned char classes[256] = {
    ['\t'] = HTTP_VALUE,
    [' '] = HTTP_VALUE,
    ['!'] = ALPHA,
    ['"'] = TEXT,
    ['#'] = NAME & ~HTTP_TARGET, /* a fragment is never sent */
    ['$' ... '\''] = ALPHA,
    ['(' ... ')'] = TEXT | HTTP_HOST,
    ['*' ... '+'] = ALPHA,
    [','] = TEXT | HTTP_HOST,
    ['-' ... '.'] = ALPHA,
    ['/'] = TEXT,
    ['0' ... '9'] = ALPHA,
    [':' ... ';'] = TEXT | HTTP_HOST,
    ['<'] = TEXT,
    ['='] = TEXT | HTTP_HOST,
    ['>' ... '@'] = TEXT,
    ['A' ... 'Z'] = ALPHA,
    ['['] = TEXT | HTTP_HOST,
    ['\\'] = TEXT,
    [']'] = TEXT | HTTP_HOST,
    ['^'] = NAME,
    ['_'] = ALPHA,
    ['`'] = NAME,
    ['a' ... 'z'] = ALPHA,
    ['{'] = TEXT,
    ['|'] = NAME,
    ['}'] = TEXT,
    ['~'] = ALPHA,
    [0x80 ... 0xff] = TEXT,
};

bool http_all(const char *bytes, size_t length, unsigned class) {
  for (size_t index = 0; index < length; index++)
    if (!(classes[(unsigned char)bytes[index]] & class)) return false;
  return true;
}

bool http_is(const char *bytes, size_t length, const char *lower) {
  if (strlen(lower) != length) return false;
  for (size_t index = 0; index < length; index++) {
    char letter = bytes[index];
    if (letter >= 'A' && letter <= 'Z') letter |= 0x20;
    if (letter != lower[index]) return false;
  }
  return true;
}

long http_line(const char *bytes, size_t length, size_t from, size_t *searched) {
  size_t start = *searched > from ? *searched : from;
  const char *end = start < length ? memchr(bytes + start, '\n', length - start) : NULL;
  if (end == NULL) {
    *searched = length;
    return 0;
  }
  if (end == bytes + from || end[-1] != '\r') return -1;
  return end + 1 - (bytes + from);
}

static bool blank(char letter) { return letter == ' ' || letter == '\t'; }

bool http_split_field(
    const char *bytes, uint32_t at, uint32_t length, struct http_slice *name,
    struct http_slice *value) {
  const char *colon = memchr(bytes + at, ':', length);
  if (colon == NULL) return false;
  *name = (struct http_slice){at, (uint32_t)(colon - (bytes + at))};
  uint32_t first = at + name->length + 1, end = at + length;
  while (first < end && blank(bytes[first])) first++;
  while (end > first && blank(bytes[end - 1])) end--;
  *value = (struct http_slice){first, end - first};
  return name->length > 0 && http_all(bytes + at, name->length, HTTP_TOKEN) &&
         http_all(bytes + first, value->length, HTTP_VALUE);
}

const char *http_reason(unsigned status) {
  static const struct {
    unsigned status;
    const char *reason;
  } reasons[] = {
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {204, "No Content"},
      {206, "Partial Content"},
      {300, "Multiple Choices"},
      {301, "Moved Permanently"},
      {302, "Found"},
      {303, "See Other"},
      {304, "Not Modified"},
      {307, "Temporary Redirect"},
      {308, "Permanent Redirect"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {406, "Not Acceptable"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {410, "Gone"},
      {412, "Precondition Failed"},
      {413, "Content Too Large"},
      {415, "Unsupported Media Type"},
      {417, "Expectation Failed"},
      {422, "Unprocessable Content"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {502, "Bad Gateway"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
      {505, "HTTP Version Not Supported"},
  };
  for (size_t index = 0; index < sizeof reasons / sizeof *reasons; index++)
    if (reasons[index].status == status) return reasons[index].reason;
  return "";
}
