// The ledger of one worker: what it executes now and what it has executed, in a file in memory.
//
// The worker writes it before and after each call; the supervisor reads it when it wants to know.
// It outlives the worker, so a `kill -9` loses no count (OBSERVABILITY-3), and as nobody waits for
// the other, the way of a call from worker to client is as short as without a supervisor.

import { closeSync, openSync, readSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { Counts, COUNTS, methodIndex } from "./counts.js";

/** States of a worker: no call, a call without an answer, a call whose answer has begun. */
export const IDLE = 0;
export const CALLING = 1;
export const RESPONDING = 2;

const STATE_AT = COUNTS;
const [STATE, STARTED, METHOD, SINCE, LASTED, SLOT, CLEAN, ACCEPTED, TEXT_LENGTH] = Array(9).keys();
const TEXT_AT = (STATE_AT + TEXT_LENGTH + 1) * 8;
const SIZE = 4096;
// What the supervisor writes lies behind what is the worker's.
const MARK_AT = SIZE;
const MARK = new Float64Array(2);
// Lines of the access log, up to the first zero.
const LINES_AT = MARK_AT + MARK.byteLength;

/** Number of bytes of lines that a ledger can keep. */
export const LINES = 16_384;

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
      writeSync(descriptor, Buffer.alloc(LINES_AT + LINES + 1));
      return descriptor;
    } catch {
      continue;
    }
  }
  throw new Error(`no ledger can be made: none of ${folders.join(", ")} is writable`);
}

/** The worker's side; `descriptor` is a file of `createLedgerFile`. */
export class LedgerWriter {
  constructor(descriptor) {
    this.descriptor = descriptor;
    this.buffer = Buffer.alloc(SIZE);
    this.numbers = new Float64Array(this.buffer.buffer, this.buffer.byteOffset, SIZE / 8);
    this.counts = new Counts(this.numbers.subarray(0, COUNTS));
    this.state = this.numbers.subarray(STATE_AT, STATE_AT + TEXT_LENGTH + 1);
    this.lines = Buffer.alloc(LINES + 1);
  }

  #write(from, to) {
    writeSync(this.descriptor, this.buffer, from, to - from, from);
  }

  /** Whether a call runs. */
  get calling() {
    return this.state[STATE] !== IDLE;
  }

  /** Seconds since the last call began. Where it has ended, that is known to the supervisor. */
  get age() {
    return clock() - this.state[SINCE];
  }

  /** The connection that came as number `serial` is here. */
  accept(serial) {
    this.state[ACCEPTED] = serial;
    this.#write(STATE_AT * 8, TEXT_AT);
  }

  /**
   * A call begins; `text` describes its request to the supervisor. It came on the connection in
   * `slot`; `clean` has a bit for the slot of each other one of which nothing is read.
   */
  begin(method, text, slot, clean) {
    const { state } = this;
    state[STATE] = CALLING;
    state[STARTED] += 1;
    state[METHOD] = methodIndex(method);
    state[SINCE] = clock();
    state[SLOT] = slot;
    state[CLEAN] = clean;
    state[TEXT_LENGTH] = this.buffer.utf8Write(text, TEXT_AT, SIZE - TEXT_AT);
    this.#write(STATE_AT * 8, TEXT_AT + state[TEXT_LENGTH]);
  }

  /** A request is answered without a call: nobody may serve it once more. */
  skip() {
    if (this.calling) return; // STARTED is the name of the call that runs (`revoke`)
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
    if (!this.calling) return;
    state[LASTED] = clock() - state[SINCE];
    this.counts.observe(state[METHOD], state[LASTED], { failed });
    state[STATE] = IDLE;
    this.#write(0, TEXT_AT);
  }

  /** Keep `line`, a Buffer, behind the first `at` bytes of lines; what was behind them is gone. */
  keep(line, at) {
    const end = at + line.copy(this.lines, at);
    this.lines[end] = 0;
    writeSync(this.descriptor, this.lines, at, end + 1 - at, LINES_AT + at);
  }

  /** Return what the supervisor has revoked during the call that has just ended, if anything:
   * the bits of slots, and the number of the last connection it had sent (see `revoke`). */
  revoked() {
    readSync(this.descriptor, MARK, 0, MARK.byteLength, MARK_AT);
    const [started, serial] = MARK;
    return started === this.state[STARTED] ? { clean: this.state[CLEAN], serial } : undefined;
  }
}

/** The supervisor's side. */
export class LedgerReader {
  constructor(descriptor) {
    this.descriptor = descriptor;
    this.buffer = Buffer.alloc(SIZE);
    this.numbers = new Float64Array(this.buffer.buffer, this.buffer.byteOffset, SIZE / 8);
  }

  /** Return the worker's state, and what `begin`, `accept` and `end` have written last. */
  read() {
    const from = STATE_AT * 8;
    readSync(this.descriptor, this.buffer, from, TEXT_AT - from, from);
    const state = this.numbers.subarray(STATE_AT);
    return {
      state: state[STATE],
      started: state[STARTED],
      since: state[SINCE],
      lasted: state[LASTED],
      slot: state[SLOT],
      clean: state[CLEAN],
      accepted: state[ACCEPTED],
    };
  }

  /** Return the lines that the worker has kept, a Buffer. */
  readLines() {
    const lines = Buffer.alloc(LINES + 1);
    readSync(this.descriptor, lines, 0, lines.length, LINES_AT);
    return lines.subarray(0, lines.indexOf(0));
  }

  /** Return what `read` does, and the counts, the method's index and the request's text. */
  readAll() {
    readSync(this.descriptor, this.buffer, 0, SIZE, 0);
    const state = this.numbers.subarray(STATE_AT);
    return {
      ...this.read(),
      method: state[METHOD],
      text: this.buffer.toString("utf8", TEXT_AT, TEXT_AT + state[TEXT_LENGTH]),
      counts: new Counts(this.numbers.slice(0, COUNTS)),
    };
  }

  /**
   * Revoke the connections that are clean in the call `started`, and those up to `serial` that
   * the worker hasn't accepted. Return what `read` does if that call still runs: they are the
   * supervisor's then. If it doesn't, the worker may or may not have seen it, and gives them back.
   *
   * Each side writes first and reads then, so that never both believe that they have them.
   */
  revoke(started, serial) {
    MARK.set([started, serial]);
    writeSync(this.descriptor, MARK, 0, MARK.byteLength, MARK_AT);
    const now = this.read();
    return now.state !== IDLE && now.started === started ? now : undefined;
  }

  close() {
    closeSync(this.descriptor);
  }
}
