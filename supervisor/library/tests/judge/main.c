/* Reads requests as the library does, whole and in random pieces, and sees that both come to the
   same.

   stdin: u32 length, bytes, again and again. stdout: a line for each: the status of the refusal, or
   200 and where the request ends and where its body does after decoding, or 0 for a request that
   isn't whole. */
#include "../../http.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT (50 << 20)
#define ROUNDS 40

struct outcome {
  size_t status;
  size_t end;  /* of the request, in the bytes as they came */
  size_t body; /* bytes, decoded */
};

static size_t whole(size_t left) { return left; }

static size_t single(size_t left) {
  (void)left;
  return 1;
}

static size_t piece(size_t left) {
  return 1 + (size_t)rand() % (left < 40 || rand() % 4 == 0 ? left : 40);
}

/* The bytes of each piece lie in memory of their own size, so that the sanitizer sees
   a read beyond. */
static struct outcome judge(const char *bytes, size_t length, size_t (*next)(size_t)) {
  struct http_head head = {0};
  struct http_chunks chunks = {0};
  enum http_result result = HTTP_MORE;
  size_t end = 0, there = 0;
  char *received = NULL;
  while (result == HTTP_MORE && end < length) {
    size_t added = next(length - end);
    char *grown = malloc(there + added);
    if (there > 0) memcpy(grown, received, there);
    memcpy(grown + there, bytes + end, added);
    free(received);
    received = grown;
    there += added;
    end += added;
    if (head.length == 0) {
      result = http_read_head(&head, received, there);
      if (result != HTTP_WHOLE) continue;
    }
    if (head.body != HTTP_CHUNKED) {
      result = there - head.length >= (size_t)head.body ? HTTP_WHOLE : HTTP_MORE;
      continue;
    }
    size_t body = there - head.length;
    result = http_read_chunks(&chunks, received + head.length, &body, LIMIT);
    there = head.length + body;
  }
  free(received);
  if (result == HTTP_REFUSED)
    return (struct outcome){head.refusal != 0 ? head.refusal : chunks.refusal, 0, 0};
  if (result == HTTP_MORE) return (struct outcome){0, 0, 0};
  size_t body = head.body == HTTP_CHUNKED ? chunks.decoded : (size_t)head.body;
  return (struct outcome){200, end - (there - head.length - body), body};
}

static void compare(const char *bytes, size_t length) {
  struct outcome first = judge(bytes, length, whole);
  for (int round = 0; round < ROUNDS; round++) {
    struct outcome other = judge(bytes, length, round == 0 ? single : piece);
    if (memcmp(&first, &other, sizeof first) == 0) continue;
    printf("%zu in one piece, %zu in pieces\n", first.status, other.status);
    return;
  }
  printf("%zu %zu %zu\n", first.status, first.end, first.body);
}

int main(void) {
  uint32_t length;
  while (fread(&length, sizeof length, 1, stdin) == 1) {
    char *bytes = malloc(length + 1);
    if (fread(bytes, 1, length, stdin) != length) return 1;
    compare(bytes, length);
    free(bytes);
  }
  return 0;
}
