/* Describes requests and writes their records. */
#include "table.h"
#include <stddef.h>
#include <string.h>
#include <time.h>

static const struct {
  size_t offset;
  size_t bound;
} places[PROTOCOL_TEXT_COUNT] = {
    [WORKER_ADDRESS] = {PROTOCOL_SLOT_ADDRESS, PROTOCOL_ADDRESS_BOUND},
    [WORKER_METHOD] = {PROTOCOL_SLOT_METHOD, PROTOCOL_METHOD_BOUND},
    [WORKER_HTTP_VERSION] = {PROTOCOL_SLOT_HTTP_VERSION, PROTOCOL_HTTP_VERSION_BOUND},
    [WORKER_TRACE_ID] = {PROTOCOL_SLOT_TRACE_ID, PROTOCOL_TRACE_ID_BOUND},
    [WORKER_TARGET] = {PROTOCOL_SLOT_TARGET, PROTOCOL_TARGET_BOUND},
    [WORKER_REFERER] = {PROTOCOL_SLOT_REFERER, PROTOCOL_REFERER_BOUND},
    [WORKER_USER_AGENT] = {PROTOCOL_SLOT_USER_AGENT, PROTOCOL_USER_AGENT_BOUND},
};

void worker_describe(
    struct worker_slot *slot, const struct worker_text texts[PROTOCOL_TEXT_COUNT], unsigned flags) {
  unsigned char *base = table_of(slot);
  for (int index = 0; index < PROTOCOL_TEXT_COUNT; index++) {
    if (texts[index].bytes == NULL && index == WORKER_ADDRESS) continue;
    size_t whole = texts[index].length;
    uint16_t length = (uint16_t)(whole < places[index].bound ? whole : places[index].bound);
    if (length > 0) memcpy(base + places[index].offset, texts[index].bytes, length);
    memcpy(base + PROTOCOL_SLOT_LENGTHS + index * sizeof length, &length, sizeof length);
  }
  base[PROTOCOL_SLOT_FLAGS] = (unsigned char)flags;
}

struct worker_text worker_address(const struct worker *worker, uint32_t slot) {
  const unsigned char *base = table_slot(worker, slot);
  uint16_t length;
  memcpy(&length, base + PROTOCOL_SLOT_LENGTHS, sizeof length);
  if (length > PROTOCOL_ADDRESS_BOUND) length = PROTOCOL_ADDRESS_BOUND;
  return (struct worker_text){(const char *)base + PROTOCOL_SLOT_ADDRESS, length};
}

/* The layout of a record, checked against the protocol's. */
struct record {
  uint32_t size;
  uint32_t slot;
  uint16_t sequence;
  uint16_t status;
  uint8_t outcome;
  uint16_t lengths[PROTOCOL_TEXT_COUNT];
  int64_t began;
  int64_t duration;
  int64_t call;
  int64_t bytes;
  unsigned char texts[1904];
};
#define LIES_AT(field, offset) _Static_assert(offsetof(struct record, field) == (offset), #field)
LIES_AT(slot, PROTOCOL_RECORD_SLOT);
LIES_AT(sequence, PROTOCOL_RECORD_SEQUENCE);
LIES_AT(status, PROTOCOL_RECORD_STATUS);
LIES_AT(outcome, PROTOCOL_RECORD_OUTCOME);
LIES_AT(lengths, PROTOCOL_RECORD_LENGTHS);
LIES_AT(began, PROTOCOL_RECORD_BEGAN);
LIES_AT(duration, PROTOCOL_RECORD_DURATION);
LIES_AT(call, PROTOCOL_RECORD_CALL_DURATION);
LIES_AT(bytes, PROTOCOL_RECORD_BODY_BYTES);
LIES_AT(texts, PROTOCOL_RECORD_BYTES);

/* Puts the slot's texts one after the other and returns their size with the padding. The lengths
   are checked again, because the memory is shared. */
static size_t add_texts(struct record *record, const unsigned char *base) {
  size_t size = 0;
  for (int index = 0; index < PROTOCOL_TEXT_COUNT; index++) {
    uint16_t length;
    memcpy(&length, base + PROTOCOL_SLOT_LENGTHS + index * sizeof length, sizeof length);
    if (length > places[index].bound) length = 0;
    record->lengths[index] = length;
    memcpy(record->texts + size, base + places[index].offset, length);
    size += length;
  }
  return (size + 7) & ~(size_t)7;
}

/* Waits until the ring has room: the supervisor has only to read. */
static void await_room(struct worker *worker, uint64_t written, size_t size) {
  _Atomic uint64_t *read = table_u64(worker->table, PROTOCOL_HEADER_RING_READ);
  while (written + size - atomic_load(read) > PROTOCOL_RING_BYTES)
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

/* Copies a record to the ring, past whose end it goes on at the beginning; the mark comes last, so
   that a worker which is killed leaves no half record. */
static void append(struct worker *worker, const struct record *record) {
  const unsigned char *bytes = (const unsigned char *)record;
  size_t size = record->size;
  _Atomic uint64_t *mark = table_u64(worker->table, PROTOCOL_HEADER_RING_WRITTEN);
  unsigned char *ring = worker->table + PROTOCOL_HEADER_BYTES;
  uint64_t written = atomic_load(mark);
  await_room(worker, written, size);
  size_t start = (size_t)(written % PROTOCOL_RING_BYTES);
  size_t first = size < PROTOCOL_RING_BYTES - start ? size : PROTOCOL_RING_BYTES - start;
  memcpy(ring + start, bytes, first);
  memcpy(ring, bytes + first, size - first);
  atomic_store(mark, written + size);
}

void worker_record(struct worker_slot *slot, uint32_t status, uint32_t outcome, int64_t bytes) {
  struct worker *worker = slot->worker;
  unsigned char *base = table_of(slot);
  int64_t now = worker_clock();
  int64_t began = table_get(base, PROTOCOL_SLOT_BEGAN);
  int64_t called = table_get(base, PROTOCOL_SLOT_CALLED);
  struct record record = {
      .slot = slot->number,
      .sequence = WORKER_SEQUENCE(slot->word),
      .status = (uint16_t)status,
      .outcome = (uint8_t)outcome,
      .began = began,
      .duration = now - began,
      .call = called == 0 ? 0 : now - called,
      .bytes = bytes,
  };
  record.size = (uint32_t)(PROTOCOL_RECORD_BYTES + add_texts(&record, base));
  pthread_mutex_lock(&worker->ring);
  append(worker, &record);
  pthread_mutex_unlock(&worker->ring);
  if (atomic_exchange(table_u32(worker->table, PROTOCOL_HEADER_READER_SLEEPS), 0) != 0)
    worker_send(worker, PROTOCOL_MESSAGE_RECORDS, 0, NULL);
}
