import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { LINES } from "../../shim/ledger.js";
import { LogBuffer } from "../../shim/log_buffer.js";

let written;
let ledger;
let log;

beforeEach(() => {
  written = [];
  ledger = {
    lines: Buffer.alloc(LINES + 1),
    kept: "",
    keep(line, at) {
      line.copy(this.lines, at);
      this.kept = this.lines.toString("utf8", 0, at + line.length);
    },
  };
  log = new LogBuffer(ledger, (bytes) => written.push(bytes.toString()));
});

test("a line that comes alone is written at once", () => {
  log.write("one\n");
  assert.deepEqual(written, ["one\n"]);
  assert.equal(ledger.kept, "");
});

test("lines that come close together are kept, and written together", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  for (const line of ["one\n", "two\n", "three\n"]) log.write(line);
  assert.deepEqual(written, ["one\n"]);
  assert.equal(ledger.kept, "two\nthree\n");
  context.mock.timers.tick(10);
  assert.deepEqual(written, ["one\n", "two\nthree\n"]);
  assert.equal(ledger.kept, "");
});

test("what the ledger can't keep is written before, in its order", () => {
  const long = `${"x".repeat(LINES - 10)}\n`;
  const endless = `${"y".repeat(LINES)}\n`;
  for (const line of ["one\n", "two\n", long, endless, "last\n"])
    log.write(line);
  log.flush();
  assert.equal(written.join(""), `one\ntwo\n${long}${endless}last\n`);
});
