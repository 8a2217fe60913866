/* The low level of the worker library: the table, the messages, the moves of a slot's word, the
   records (docs/worker-protocol.md). connection.h is built on it.

   One thread receives messages. Every other function may be called by any thread, but one slot
   belongs to one thread at a time. */
#ifndef WORKER_H
#define WORKER_H

#include "protocol.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct worker;

/* Times are nanoseconds, sizes are bytes. */
struct worker_settings {
  int64_t timeout;
  int64_t body_limit;
  int64_t head_time;
  int64_t body_time;
  int64_t send_time;
  uint32_t calls;
  uint32_t concurrency;
  uint32_t slots;
};

/* The texts of a request, in the slot's order. */
enum worker_text_name {
  WORKER_ADDRESS,
  WORKER_METHOD,
  WORKER_HTTP_VERSION,
  WORKER_TRACE_ID,
  WORKER_TARGET,
  WORKER_REFERER,
  WORKER_USER_AGENT,
};

struct worker_text {
  const char *bytes; /* NULL: none; of the address: the slot keeps it */
  size_t length;
};

struct worker_message {
  uint32_t type;
  uint32_t slot;
  int descriptors[2]; /* -1: none */
  size_t length;
  const unsigned char *payload; /* valid until the next message is received */
};

/* Opens the worker's side: maps the table, sets close-on-exec on its descriptors. `control`,
   `table` and `error` are PROTOCOL_*_DESCRIPTOR except in tests; `error` is -1 if there is none,
   `table` -1 in a template. Returns NULL with errno set: EPROTO is a table of another version. */
struct worker *worker_open(int control, int table, int error);

/* Gives memory, mapping and control descriptor back. Only tests need it. */
void worker_shut(struct worker *worker);

/* The settings in the table's header. They don't change. */
struct worker_settings worker_settings(const struct worker *worker);

/* True once the runtime drains: answer the requests that are there, refuse new ones with 503. */
bool worker_draining(const struct worker *worker);

/* True once RETIRE has been received: nothing is read any more of a connection that waits for its
   next request, because the supervisor takes it back. */
bool worker_retired(const struct worker *worker);

/* Counts a request that is to be executed: false if FUNC_CONCURRENCY of them are there already
   (CONCURRENCY-4). worker_leave takes it back. */
bool worker_admit(struct worker *worker);
void worker_leave(struct worker *worker);

/* Nanoseconds of CLOCK_MONOTONIC. */
int64_t worker_clock(void);

/* The descriptor to poll for messages. */
int worker_control(const struct worker *worker);

/* Says READY, and makes stderr the container's. False: the supervisor is gone. */
bool worker_ready(struct worker *worker);

/* Receives one message. Returns 1, 0 if none is there (only without `wait`), -1 if the
   supervisor is gone: exit. */
int worker_receive(struct worker *worker, struct worker_message *message, bool wait);

/* Send EXITING (answer 500 for this slot's call, and retire me), REPLACE (start a successor, then
   retire me) and PROBE (one of PROTOCOL_PROBE_*). False: the supervisor is gone. */
bool worker_exiting(struct worker *worker, uint32_t slot);
bool worker_replace(struct worker *worker);
bool worker_probe(struct worker *worker, uint32_t slot, uint32_t probe);

/* A slot in the worker's hands. A move goes from the word that was seen last, and stores the new
   one in here; so a late thread can't touch the connection that has the slot by now. A move is
   false if the supervisor was faster, or the word isn't one to move from: then the connection is
   lost. */
struct worker_slot {
  struct worker *worker;
  uint32_t number;
  uint32_t word; /* 0: lost */
};

#define WORKER_STATE(word) ((word) & 0xff)
#define WORKER_PHASE(word) ((word) >> 8 & 0xff)
#define WORKER_SEQUENCE(word) ((word) >> 16)

/* The word in the table: what to begin with when a connection is received. */
uint32_t worker_word(const struct worker *worker, uint32_t number);

/* HANDED or IDLE to ACTIVE, before the first read. */
bool worker_begin(struct worker_slot *slot);

/* Another phase of an ACTIVE request, which must end by `deadline` (0: never). */
bool worker_phase(struct worker_slot *slot, uint32_t phase, int64_t deadline);

/* ACTIVE to phase CALLING: the call begins now and must end within FUNC_TIMEOUT. */
bool worker_call(struct worker_slot *slot);

/* ACTIVE to ANSWERING, before the first byte of an answer that is whole (SENDING), or of one that
   is still being made (CALLING). `sent`: the bytes that this worker has sent on the connection
   before, interim answers included. */
bool worker_answer_whole(struct worker_slot *slot, int64_t sent);
bool worker_answer_stream(struct worker_slot *slot, int64_t sent, uint32_t status);

/* ANSWERING, CALLING to SENDING: the stream has ended; the last byte is not sent yet. */
bool worker_stream_ended(struct worker_slot *slot);

/* Says with which status bytes of the answer are leaving, so that nobody sends another one. */
void worker_sent(struct worker_slot *slot, uint32_t status);

/* Says where the answer ends, counted as `sent` is, before its last byte is sent: if the worker
   dies after that byte has left, the connection goes on. Not if bytes of the next request have been
   read. */
void worker_set_end(struct worker_slot *slot, int64_t end);

/* ANSWERING to IDLE, before the wait for the next request; also from ACTIVE, READING if nothing
   was there to read. */
bool worker_idle(struct worker_slot *slot);

/* ANSWERING to ACTIVE: the next request's bytes are in the worker's memory already. */
bool worker_continue(struct worker_slot *slot);

/* Ends a connection: swaps the word to CLOSED, shuts the socket down (not for a reset) and closes
   it; or, if the supervisor has taken it, closes the socket and frees the slot. `flags`: 0,
   PROTOCOL_FLAG_RESET (the supervisor closes by RST, because the answer must not look whole) or
   PROTOCOL_FLAG_LINGER (it reads on for a while, so that the client can read a refusal). The caller
   has removed the socket from its epoll, because the supervisor's copy keeps it there. */
void worker_hang_up(struct worker_slot *slot, int socket, unsigned flags);

/* Describes the request of an ACTIVE slot for the log: texts by worker_text_name, each cut at its
   bound; flags of PROTOCOL_FLAG_*. */
void worker_describe(
    struct worker_slot *slot, const struct worker_text texts[PROTOCOL_TEXT_COUNT], unsigned flags);

/* The client's address in the slot; the bytes are the table's. */
struct worker_text worker_address(const struct worker *worker, uint32_t slot);

/* Writes the record of a request, with the slot's texts: after the swap to SENDING, before the last
   byte. Waits while the ring is full. `outcome` is one of PROTOCOL_OUTCOME_*, `bytes` those of the
   body. */
void worker_record(struct worker_slot *slot, uint32_t status, uint32_t outcome, int64_t bytes);

#endif
