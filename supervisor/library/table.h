/* Access to the table's fields: inside the library only. */
#ifndef TABLE_H
#define TABLE_H

#include "worker.h"
#include <pthread.h>
#include <stdatomic.h>

#define MESSAGE_HEAD 8 /* type and slot */

struct worker {
  int control;
  int error;
  unsigned char *table;
  size_t size;
  pthread_mutex_t ring;
  atomic_bool retired;
  atomic_uint admitted;
  unsigned char message[PROTOCOL_MESSAGE_BYTES];
};

static inline unsigned char *table_slot(const struct worker *worker, uint32_t slot) {
  return worker->table + PROTOCOL_HEADER_BYTES + PROTOCOL_RING_BYTES +
         (size_t)slot * PROTOCOL_SLOT_BYTES;
}

/* The mapping is aligned to a page and each field to its size, so these casts are safe. */
static inline _Atomic uint32_t *table_u32(unsigned char *base, size_t offset) {
  return (_Atomic uint32_t *)(void *)(base + offset);
}

static inline _Atomic uint64_t *table_u64(unsigned char *base, size_t offset) {
  return (_Atomic uint64_t *)(void *)(base + offset);
}

static inline _Atomic int64_t *table_i64(unsigned char *base, size_t offset) {
  return (_Atomic int64_t *)(void *)(base + offset);
}

/* Plain data: ordered by the swap of the word that follows, or the load that went before. */
static inline int64_t table_get(unsigned char *base, size_t offset) {
  return atomic_load_explicit(table_i64(base, offset), memory_order_relaxed);
}

static inline void table_set(unsigned char *base, size_t offset, int64_t value) {
  atomic_store_explicit(table_i64(base, offset), value, memory_order_relaxed);
}

static inline unsigned char *table_of(const struct worker_slot *slot) {
  return table_slot(slot->worker, slot->number);
}

bool worker_send(struct worker *worker, uint32_t type, uint32_t slot, const uint32_t *payload);

#endif
