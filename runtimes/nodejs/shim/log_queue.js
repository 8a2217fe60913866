// The supervisor's way to stdout: its lines wait here where nobody reads the log, and nothing waits
// for them (CONCURRENCY-2).

import { constants, fstatSync, openSync, write } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

const LARGEST = 1_048_576; // bytes that may wait; what is more is dropped
const RETRY_AFTER = 20; // ms

/** Return a descriptor of stdout that doesn't block where it is a pipe that is full. */
export function openStdout() {
  try {
    // A flag on descriptor 1 would hold for the workers too, whose writes wait (OBSERVABILITY-10).
    const flags = constants.O_WRONLY | constants.O_NONBLOCK;
    if (fstatSync(1).isFIFO()) return openSync("/proc/self/fd/1", flags);
  } catch {
    // The pipe isn't this user's: a write that blocks then delays the exit, and nothing else.
  }
  return 1;
}

/** Lines on their way to `descriptor`, in their order; `writer` is like `fs.write`. */
export class LogQueue {
  constructor(descriptor, writer = write) {
    Object.assign(this, { descriptor, writer, lines: [], bytes: 0 });
  }

  /** Write `text`, a string or a Buffer. */
  write(text) {
    const line = Buffer.from(text);
    if (line.length === 0 || this.bytes + line.length > LARGEST) return;
    this.bytes += line.length;
    this.lines.push(line);
    if (this.lines.length === 1) this.#writeFirst();
  }

  #writeFirst() {
    if (this.lines.length === 0) return;
    const [line] = this.lines;
    this.writer(this.descriptor, line, (error, count) => {
      if (error?.code === "EAGAIN") return setTimeout(() => this.#writeFirst(), RETRY_AFTER);
      const done = error ? line.length : count;
      this.bytes -= done;
      if (done < line.length) this.lines[0] = line.subarray(done);
      else this.lines.shift();
      return this.#writeFirst();
    });
  }

  /** Resolve once all is written, or after `patience` ms. */
  async flush(patience) {
    const end = performance.now() + patience;
    while (this.lines.length > 0 && performance.now() < end) await pause(5);
  }
}
