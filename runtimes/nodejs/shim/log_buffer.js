// A worker's way to stdout. A write there wakes whoever reads the log, so the lines of a busy worker
// go out together. Until then they are kept in the ledger, from which the supervisor writes them
// where the worker was killed: no line is lost (OBSERVABILITY-6).

import { writeSync } from "node:fs";
import { LINES } from "./ledger.js";

const PACE = 10; // ms between two writes
const RETRY_AFTER = 5; // ms
const NEVER = new Int32Array(new SharedArrayBuffer(4));
const NOTHING = Buffer.alloc(0);

/** Write `bytes` whole to descriptor 1, and wait where that is a pipe which nobody reads. */
function writeOut(bytes) {
  for (let rest = bytes; rest.length > 0;) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      if (error.code !== "EAGAIN") return;
      Atomics.wait(NEVER, 0, 0, RETRY_AFTER);
    }
  }
}

/** Lines on their way; `ledger` is like a LedgerWriter, `writer(bytes)` writes to stdout. */
export class LogBuffer {
  constructor(ledger, writer = writeOut) {
    Object.assign(this, { ledger, writer, length: 0, writtenAt: -PACE });
  }

  /** Write a line: at once if it comes alone, else with others within a few milliseconds. */
  write(text) {
    const line = Buffer.from(text);
    const alone = this.length === 0 && performance.now() - this.writtenAt >= PACE;
    if (alone || line.length > LINES) {
      this.flush();
      return this.#writeNow(line);
    }
    if (this.length + line.length > LINES) this.flush();
    this.ledger.keep(line, this.length);
    this.length += line.length;
    this.timer ??= setTimeout(() => this.flush(), PACE);
    return undefined;
  }

  #writeNow(bytes) {
    this.writer(bytes);
    this.writtenAt = performance.now();
  }

  /** Write what waits. */
  flush() {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.length === 0) return;
    this.#writeNow(this.ledger.lines.subarray(0, this.length));
    this.length = 0;
    // Last: a line that is written twice is better than none.
    this.ledger.keep(NOTHING, 0);
  }
}
