// How the runtime ends when it can't serve.

import { appendFileSync } from "node:fs";

const TERMINATION_LOG = "/dev/termination-log";

/** Write `cause` as one line to stderr and the termination log (LOAD-7). */
export function reportFailure(cause, log = TERMINATION_LOG) {
  const line = `${cause.replace(/\s*\n\s*/g, " ").trim()}\n`;
  process.stderr.write(line);
  try {
    appendFileSync(log, line, { flag: "a" });
  } catch {
    // LOAD-7: only where the file is writable.
  }
}
