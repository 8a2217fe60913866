/* The moves of a slot's word. Data is stored before the word, because the supervisor reads
   the word first. */
#include "table.h"
#include <sys/socket.h>
#include <unistd.h>

/* Moves to a state and a phase if the word is still the one seen last, and in the state `from`. */
static bool
move(struct worker_slot *slot, uint32_t from, uint32_t state, uint32_t phase, uint32_t requests) {
  uint32_t seen = slot->word;
  uint32_t next = state | phase << 8 | (WORKER_SEQUENCE(seen) + requests) << 16;
  _Atomic uint32_t *word = table_u32(table_of(slot), PROTOCOL_SLOT_WORD);
  bool moved = WORKER_STATE(seen) == from && atomic_compare_exchange_strong(word, &seen, next);
  slot->word = moved ? next : 0;
  return moved;
}

static bool is(const struct worker_slot *slot, uint32_t state) {
  return WORKER_STATE(slot->word) == state;
}

static void set(struct worker_slot *slot, size_t field, int64_t value) {
  table_set(table_of(slot), field, value);
}

/* The time by which something must have ended that may take a time of the header. */
static int64_t within(const struct worker_slot *slot, size_t field) {
  return worker_clock() + table_get(slot->worker->table, field);
}

uint32_t worker_word(const struct worker *worker, uint32_t number) {
  return *table_u32(table_slot(worker, number), PROTOCOL_SLOT_WORD);
}

/* A request begins. What is known of the one before is forgotten, but not what the supervisor knows
   of a connection that it has just handed over. */
static bool read_next(struct worker_slot *slot, uint32_t from) {
  if (!is(slot, from)) {
    slot->word = 0;
    return false;
  }
  bool handed = from == PROTOCOL_HANDED;
  if (!handed || table_get(table_of(slot), PROTOCOL_SLOT_BEGAN) == 0)
    set(slot, PROTOCOL_SLOT_BEGAN, worker_clock());
  set(slot, PROTOCOL_SLOT_CALLED, 0);
  set(slot, PROTOCOL_SLOT_END, 0);
  set(slot, PROTOCOL_SLOT_DEADLINE, within(slot, PROTOCOL_HEADER_HEAD_TIME));
  worker_sent(slot, 0);
  if (!handed) worker_describe(slot, (struct worker_text[PROTOCOL_TEXT_COUNT]){{NULL, 0}}, 0);
  return move(slot, from, PROTOCOL_ACTIVE, PROTOCOL_READING, 1);
}

bool worker_begin(struct worker_slot *slot) {
  return read_next(slot, is(slot, PROTOCOL_HANDED) ? PROTOCOL_HANDED : PROTOCOL_IDLE);
}

bool worker_continue(struct worker_slot *slot) { return read_next(slot, PROTOCOL_ANSWERING); }

bool worker_phase(struct worker_slot *slot, uint32_t phase, int64_t deadline) {
  set(slot, PROTOCOL_SLOT_DEADLINE, deadline);
  return move(slot, PROTOCOL_ACTIVE, PROTOCOL_ACTIVE, phase, 0);
}

bool worker_call(struct worker_slot *slot) {
  set(slot, PROTOCOL_SLOT_CALLED, worker_clock());
  return worker_phase(slot, PROTOCOL_CALLING, within(slot, PROTOCOL_HEADER_TIMEOUT));
}

bool worker_answer_whole(struct worker_slot *slot, int64_t sent) {
  set(slot, PROTOCOL_SLOT_SENT, sent);
  set(slot, PROTOCOL_SLOT_DEADLINE, within(slot, PROTOCOL_HEADER_SEND_TIME));
  return move(slot, PROTOCOL_ACTIVE, PROTOCOL_ANSWERING, PROTOCOL_SENDING, 0);
}

bool worker_answer_stream(struct worker_slot *slot, int64_t sent, uint32_t status) {
  set(slot, PROTOCOL_SLOT_SENT, sent);
  worker_sent(slot, status);
  return move(slot, PROTOCOL_ACTIVE, PROTOCOL_ANSWERING, PROTOCOL_CALLING, 0);
}

bool worker_stream_ended(struct worker_slot *slot) {
  set(slot, PROTOCOL_SLOT_DEADLINE, within(slot, PROTOCOL_HEADER_SEND_TIME));
  return move(slot, PROTOCOL_ANSWERING, PROTOCOL_ANSWERING, PROTOCOL_SENDING, 0);
}

void worker_sent(struct worker_slot *slot, uint32_t status) {
  *table_u32(table_of(slot), PROTOCOL_SLOT_STATUS) = status;
}

void worker_set_end(struct worker_slot *slot, int64_t end) { set(slot, PROTOCOL_SLOT_END, end); }

bool worker_idle(struct worker_slot *slot) {
  bool spurious = is(slot, PROTOCOL_ACTIVE) && WORKER_PHASE(slot->word) == PROTOCOL_READING;
  set(slot, PROTOCOL_SLOT_DEADLINE, 0);
  return move(slot, spurious ? PROTOCOL_ACTIVE : PROTOCOL_ANSWERING, PROTOCOL_IDLE, 0, 0);
}

/* A slot that was taken is the worker's to free, once its descriptor is closed. */
static void release(struct worker_slot *slot) {
  slot->word = worker_word(slot->worker, slot->number);
  move(slot, PROTOCOL_TAKEN, PROTOCOL_FREE, 0, 0);
}

void worker_hang_up(struct worker_slot *slot, int socket, unsigned flags) {
  bool ours = slot->word != 0;
  if (ours) table_of(slot)[PROTOCOL_SLOT_FLAGS] |= (unsigned char)flags;
  bool closed = ours && move(slot, WORKER_STATE(slot->word), PROTOCOL_CLOSED, 0, 0);
  if (closed && !(flags & PROTOCOL_FLAG_RESET)) shutdown(socket, SHUT_WR);
  close(socket);
  if (!closed) release(slot);
}
