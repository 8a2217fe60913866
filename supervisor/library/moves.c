/* The moves of a slot's word. Data is stored before the word, because the supervisor reads the word
 * first.
 */
#include "table.h"
#include <sys/socket.h>
#include <unistd.h>

static uint32_t make(uint32_t state, uint32_t phase, uint32_t sequence) {
  return state | phase << 8 | sequence << 16;
}

/* Returns the new word, or 0 where the slot's word is not `seen` any more. */
static uint32_t swap(struct worker *worker, uint32_t slot, uint32_t seen, uint32_t next) {
  _Atomic uint32_t *word = table_u32(table_slot(worker, slot), PROTOCOL_SLOT_WORD);
  return atomic_compare_exchange_strong(word, &seen, next) ? next : 0;
}

static bool is(uint32_t word, uint32_t state) { return WORKER_STATE(word) == state; }

static void set_deadline(struct worker *worker, uint32_t slot, int64_t deadline) {
  table_set(table_slot(worker, slot), PROTOCOL_SLOT_DEADLINE, deadline);
}

uint32_t worker_word(const struct worker *worker, uint32_t slot) {
  return *table_u32(table_slot(worker, slot), PROTOCOL_SLOT_WORD);
}

/* A request begins: its data, then the word. What is known of the request before is forgotten, but
   not what the supervisor knows of a connection that it has just handed over. */
static uint32_t read_next(struct worker *worker, uint32_t slot, uint32_t word) {
  unsigned char *base = table_slot(worker, slot);
  int64_t now = worker_clock();
  bool known = is(word, PROTOCOL_HANDED) && table_get(base, PROTOCOL_SLOT_BEGAN) != 0;
  if (!known) table_set(base, PROTOCOL_SLOT_BEGAN, now);
  table_set(base, PROTOCOL_SLOT_CALLED, 0);
  table_set(base, PROTOCOL_SLOT_END, 0);
  set_deadline(worker, slot, now + table_get(worker->table, PROTOCOL_HEADER_HEAD_TIME));
  *table_u32(base, PROTOCOL_SLOT_STATUS) = 0;
  if (!is(word, PROTOCOL_HANDED))
    worker_describe(worker, slot, (struct worker_text[PROTOCOL_TEXT_COUNT]){{NULL, 0}}, 0);
  uint32_t sequence = (WORKER_SEQUENCE(word) + 1) & 0xffff;
  return swap(worker, slot, word, make(PROTOCOL_ACTIVE, PROTOCOL_READING, sequence));
}

uint32_t worker_begin(struct worker *worker, uint32_t slot, uint32_t word) {
  if (!is(word, PROTOCOL_HANDED) && !is(word, PROTOCOL_IDLE)) return 0;
  return read_next(worker, slot, word);
}

uint32_t worker_continue(struct worker *worker, uint32_t slot, uint32_t word) {
  return is(word, PROTOCOL_ANSWERING) ? read_next(worker, slot, word) : 0;
}

uint32_t worker_phase(
    struct worker *worker, uint32_t slot, uint32_t word, uint32_t phase, int64_t deadline) {
  if (!is(word, PROTOCOL_ACTIVE)) return 0;
  set_deadline(worker, slot, deadline);
  return swap(worker, slot, word, make(PROTOCOL_ACTIVE, phase, WORKER_SEQUENCE(word)));
}

uint32_t worker_call(struct worker *worker, uint32_t slot, uint32_t word) {
  int64_t now = worker_clock();
  int64_t timeout = table_get(worker->table, PROTOCOL_HEADER_TIMEOUT);
  table_set(table_slot(worker, slot), PROTOCOL_SLOT_CALLED, now);
  return worker_phase(worker, slot, word, PROTOCOL_CALLING, now + timeout);
}

/* To ANSWERING, SENDING, from either state that a request can be in. */
static uint32_t send_rest(struct worker *worker, uint32_t slot, uint32_t word) {
  int64_t send_time = table_get(worker->table, PROTOCOL_HEADER_SEND_TIME);
  set_deadline(worker, slot, worker_clock() + send_time);
  uint32_t next = make(PROTOCOL_ANSWERING, PROTOCOL_SENDING, WORKER_SEQUENCE(word));
  return swap(worker, slot, word, next);
}

uint32_t worker_answer_whole(struct worker *worker, uint32_t slot, uint32_t word, int64_t sent) {
  if (!is(word, PROTOCOL_ACTIVE)) return 0;
  table_set(table_slot(worker, slot), PROTOCOL_SLOT_SENT, sent);
  return send_rest(worker, slot, word);
}

uint32_t worker_stream_ended(struct worker *worker, uint32_t slot, uint32_t word) {
  return is(word, PROTOCOL_ANSWERING) ? send_rest(worker, slot, word) : 0;
}

uint32_t worker_answer_stream(
    struct worker *worker, uint32_t slot, uint32_t word, int64_t sent, uint32_t status) {
  if (!is(word, PROTOCOL_ACTIVE)) return 0;
  table_set(table_slot(worker, slot), PROTOCOL_SLOT_SENT, sent);
  worker_sent(worker, slot, status);
  uint32_t next = make(PROTOCOL_ANSWERING, PROTOCOL_CALLING, WORKER_SEQUENCE(word));
  return swap(worker, slot, word, next);
}

void worker_sent(struct worker *worker, uint32_t slot, uint32_t status) {
  *table_u32(table_slot(worker, slot), PROTOCOL_SLOT_STATUS) = status;
}

void worker_set_end(struct worker *worker, uint32_t slot, int64_t end) {
  table_set(table_slot(worker, slot), PROTOCOL_SLOT_END, end);
}

uint32_t worker_idle(struct worker *worker, uint32_t slot, uint32_t word) {
  bool spurious = is(word, PROTOCOL_ACTIVE) && WORKER_PHASE(word) == PROTOCOL_READING;
  if (!spurious && !is(word, PROTOCOL_ANSWERING)) return 0;
  set_deadline(worker, slot, 0);
  return swap(worker, slot, word, make(PROTOCOL_IDLE, 0, WORKER_SEQUENCE(word)));
}

uint32_t worker_close(struct worker *worker, uint32_t slot, uint32_t word, unsigned flags) {
  unsigned char *place = table_slot(worker, slot) + PROTOCOL_SLOT_FLAGS;
  *place |= (unsigned char)flags;
  return swap(worker, slot, word, make(PROTOCOL_CLOSED, 0, WORKER_SEQUENCE(word)));
}

bool worker_release(struct worker *worker, uint32_t slot) {
  uint32_t word = worker_word(worker, slot);
  if (!is(word, PROTOCOL_TAKEN)) return false;
  uint32_t next = make(PROTOCOL_FREE, 0, WORKER_SEQUENCE(word));
  _Atomic uint32_t *place = table_u32(table_slot(worker, slot), PROTOCOL_SLOT_WORD);
  return atomic_compare_exchange_strong(place, &word, next);
}

void worker_hang_up(
    struct worker *worker, uint32_t slot, uint32_t word, int socket, unsigned flags) {
  if (worker_close(worker, slot, word, flags)) {
    if (!(flags & PROTOCOL_FLAG_RESET)) shutdown(socket, SHUT_WR);
    close(socket);
    return;
  }
  close(socket);
  worker_release(worker, slot);
}
