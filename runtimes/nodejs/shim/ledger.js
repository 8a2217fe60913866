// The ledger of one worker: what it executes now and what it has executed, in a file in memory.
//
// The worker writes it before and after each call; the supervisor reads it when it wants to know.
// It outlives the worker, so a `kill -9` loses no count (OBSERVABILITY-3), and as nobody waits for
// the other, the way of a call from worker to client is as short as without a supervisor.

import { closeSync, openSync, readSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";

/** Label values of metrics; the last stands for every unknown method (OBSERVABILITY-12). */
export const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"];

/** Upper bounds of the histogram's buckets in seconds; +Inf follows (OBSERVABILITY-2). */
export const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** States of a worker: no call, a call without an answer, a call whose answer has begun. */
export const IDLE = 0;
export const CALLING = 1;
export const RESPONDING = 2;

// A row a method: calls, failures, timeouts, sum of seconds, then one count for each bucket.
const [CALLS, FAILURES, TIMEOUTS, SECONDS, FIRST_BUCKET] = [0, 1, 2, 3, 4];
const ROW = FIRST_BUCKET + BUCKETS.length + 1;
const STATE_AT = METHODS.length * ROW;
const [STATE, STARTED, METHOD, SINCE, TEXT_LENGTH, STATE_FIELDS] = [0, 1, 2, 3, 4, 5];
const TEXT_AT = (STATE_AT + STATE_FIELDS) * 8;
const SIZE = 4096;

/** Seconds on the clock that all processes of the machine share. */
export function clock() {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds + nanoseconds / 1e9;
}

/** Create the file of a ledger in the first of `folders` that is writable; returns its descriptor. */
export function createLedgerFile(folders = ["/dev/shm", "/tmp"]) {
  for (const folder of folders) {
    const path = join(folder, `.ledger-${process.pid}-${Math.random().toString(36).slice(2)}`);
    try {
      const descriptor = openSync(path, "wx+", 0o600);
      unlinkSync(path);
      writeSync(descriptor, Buffer.alloc(SIZE));
      return descriptor;
    } catch {
      continue;
    }
  }
  throw new Error(`no ledger can be made: none of ${folders.join(", ")} is writable`);
}

/** A table of counts, one row a method. */
export class Counts {
  constructor(numbers = new Float64Array(STATE_AT)) {
    this.numbers = numbers;
  }

  /** Count one call: `method` is an index of METHODS, `seconds` its duration. */
  observe(method, seconds, { failed = false, timedOut = false } = {}) {
    const row = method * ROW;
    this.numbers[row + CALLS] += 1;
    if (failed) this.numbers[row + FAILURES] += 1;
    if (timedOut) this.numbers[row + TIMEOUTS] += 1;
    this.numbers[row + SECONDS] += seconds;
    let bucket = 0;
    while (bucket < BUCKETS.length && seconds > BUCKETS[bucket]) bucket += 1;
    this.numbers[row + FIRST_BUCKET + bucket] += 1;
  }

  /** Add the counts of `other` to these. */
  add(other) {
    for (let index = 0; index < STATE_AT; index += 1) this.numbers[index] += other.numbers[index];
  }

  /** Yield a row for each method that was called; its buckets are not yet cumulative. */
  *rows() {
    for (const [index, method] of METHODS.entries()) {
      const row = this.numbers.subarray(index * ROW, (index + 1) * ROW);
      if (row[CALLS] === 0) continue;
      yield {
        method,
        calls: row[CALLS],
        failures: row[FAILURES],
        timeouts: row[TIMEOUTS],
        seconds: row[SECONDS],
        buckets: row.subarray(FIRST_BUCKET),
      };
    }
  }
}

/** Return the index in METHODS that stands for `method`. */
export function methodIndex(method) {
  const index = METHODS.indexOf(method);
  return index < 0 ? METHODS.length - 1 : index;
}

/** The worker's side; `descriptor` is a file of `createLedgerFile`. */
export class LedgerWriter {
  constructor(descriptor) {
    this.descriptor = descriptor;
    this.buffer = Buffer.alloc(SIZE);
    this.numbers = new Float64Array(this.buffer.buffer, this.buffer.byteOffset, SIZE / 8);
    this.counts = new Counts(this.numbers.subarray(0, STATE_AT));
    this.state = this.numbers.subarray(STATE_AT, STATE_AT + STATE_FIELDS);
  }

  #write(from, to) {
    writeSync(this.descriptor, this.buffer, from, to - from, from);
  }

  /** A call begins; `text` describes its request to the supervisor. */
  begin(method, text) {
    const { state } = this;
    state[STATE] = CALLING;
    state[STARTED] += 1;
    state[METHOD] = methodIndex(method);
    state[SINCE] = clock();
    state[TEXT_LENGTH] = this.buffer.utf8Write(text, TEXT_AT, SIZE - TEXT_AT);
    this.#write(STATE_AT * 8, TEXT_AT + state[TEXT_LENGTH]);
  }

  /** A request is answered without a call: nobody may serve it once more. */
  skip() {
    this.state[STARTED] += 1;
    this.#write(STATE_AT * 8, TEXT_AT);
  }

  /** The first byte of the answer is about to be sent, the call goes on. */
  respond() {
    if (this.state[STATE] !== CALLING) return;
    this.state[STATE] = RESPONDING;
    this.#write(STATE_AT * 8, TEXT_AT);
  }

  /** The call has ended. */
  end(failed) {
    const { state } = this;
    if (state[STATE] === IDLE) return;
    this.counts.observe(state[METHOD], clock() - state[SINCE], { failed });
    state[STATE] = IDLE;
    this.#write(0, TEXT_AT);
  }
}

/** The supervisor's side. */
export class LedgerReader {
  constructor(descriptor) {
    this.descriptor = descriptor;
    this.buffer = Buffer.alloc(SIZE);
    this.numbers = new Float64Array(this.buffer.buffer, this.buffer.byteOffset, SIZE / 8);
  }

  /** Return the state, the number of requests begun and the call's start in seconds. */
  read() {
    const from = STATE_AT * 8;
    readSync(this.descriptor, this.buffer, from, TEXT_AT - from, from);
    const state = this.numbers.subarray(STATE_AT);
    return { state: state[STATE], started: state[STARTED], since: state[SINCE] };
  }

  /** Return what `read` does, and the counts, the method's index and the request's text. */
  readAll() {
    readSync(this.descriptor, this.buffer, 0, SIZE, 0);
    const state = this.numbers.subarray(STATE_AT);
    return {
      ...this.read(),
      method: state[METHOD],
      text: this.buffer.toString("utf8", TEXT_AT, TEXT_AT + state[TEXT_LENGTH]),
      counts: new Counts(this.numbers.slice(0, STATE_AT)),
    };
  }

  close() {
    closeSync(this.descriptor);
  }
}
