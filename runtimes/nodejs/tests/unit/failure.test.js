import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mock, test } from "node:test";
import { reportFailure } from "../../shim/failure.js";

/** Report `cause` and return what was written to stderr. */
function report(cause, log) {
  const write = mock.method(process.stderr, "write", () => true);
  try {
    reportFailure(cause, log);
    return write.mock.calls.map((call) => call.arguments[0]).join("");
  } finally {
    write.mock.restore();
  }
}

test("a cause is one line, on stderr and in the termination log", () => {
  const folder = mkdtempSync(join(tmpdir(), "failure-"));
  const log = join(folder, "log");
  assert.equal(report("first\n  second\n", log), "first second\n");
  assert.equal(readFileSync(log, "utf8"), "first second\n");
  rmSync(folder, { recursive: true });
});

test("a termination log that can't be written is no error", () => {
  assert.equal(report("cause", "/nowhere/log"), "cause\n");
});
