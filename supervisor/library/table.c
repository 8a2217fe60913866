/* Opens the table and reads its header. */
#include "table.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int64_t worker_clock(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static bool known(const struct worker *worker) {
  if (worker->size < PROTOCOL_HEADER_BYTES + PROTOCOL_RING_BYTES) return false;
  uint32_t version = *table_u32(worker->table, PROTOCOL_HEADER_VERSION);
  size_t slots = *table_u32(worker->table, PROTOCOL_HEADER_SLOTS);
  size_t size = PROTOCOL_HEADER_BYTES + PROTOCOL_RING_BYTES + slots * PROTOCOL_SLOT_BYTES;
  return version == PROTOCOL_VERSION && worker->size >= size;
}

/* Maps the table and closes its descriptor, which nobody needs afterwards. */
static bool map(struct worker *worker, int descriptor) {
  struct stat status;
  if (fstat(descriptor, &status) < 0) return false;
  worker->size = (size_t)status.st_size;
  void *table = mmap(NULL, worker->size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (table == MAP_FAILED) return false;
  worker->table = table;
  if (!known(worker)) {
    munmap(table, worker->size);
    errno = EPROTO;
    return false;
  }
  close(descriptor);
  return true;
}

struct worker *worker_open(int control, int table, int error) {
  struct worker *worker = calloc(1, sizeof *worker);
  if (worker == NULL) return NULL;
  worker->control = control;
  worker->error = error;
  pthread_mutex_init(&worker->ring, NULL);
  bool opened = fcntl(control, F_SETFD, FD_CLOEXEC) == 0 &&
                (error < 0 || fcntl(error, F_SETFD, FD_CLOEXEC) == 0) &&
                (table < 0 || map(worker, table));
  if (opened) return worker;
  free(worker);
  return NULL;
}

void worker_shut(struct worker *worker) {
  if (worker->table != NULL) munmap(worker->table, worker->size);
  close(worker->control);
  if (worker->error >= 0) close(worker->error);
  pthread_mutex_destroy(&worker->ring);
  free(worker);
}

struct worker_settings worker_settings(const struct worker *worker) {
  unsigned char *header = worker->table;
  return (struct worker_settings){
      .timeout = table_get(header, PROTOCOL_HEADER_TIMEOUT),
      .body_limit = table_get(header, PROTOCOL_HEADER_BODY_LIMIT),
      .head_time = table_get(header, PROTOCOL_HEADER_HEAD_TIME),
      .body_time = table_get(header, PROTOCOL_HEADER_BODY_TIME),
      .send_time = table_get(header, PROTOCOL_HEADER_SEND_TIME),
      .calls = *table_u32(header, PROTOCOL_HEADER_CALLS),
      .concurrency = *table_u32(header, PROTOCOL_HEADER_CONCURRENCY),
      .slots = *table_u32(header, PROTOCOL_HEADER_SLOTS),
  };
}

bool worker_draining(const struct worker *worker) {
  return *table_u32(worker->table, PROTOCOL_HEADER_DRAINING) != 0;
}

bool worker_retired(const struct worker *worker) { return worker->retired; }

bool worker_admit(struct worker *worker) {
  uint32_t bound = *table_u32(worker->table, PROTOCOL_HEADER_CONCURRENCY);
  if (atomic_fetch_add(&worker->admitted, 1) < bound) return true;
  worker_leave(worker);
  return false;
}

void worker_leave(struct worker *worker) { atomic_fetch_sub(&worker->admitted, 1); }

int worker_control(const struct worker *worker) { return worker->control; }
