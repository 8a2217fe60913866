import assert from "node:assert/strict";
import { test } from "node:test";
import { METHODS } from "../../shim/counts.js";
import {
  CALLING,
  clock,
  createLedgerFile,
  IDLE,
  LedgerReader,
  LedgerWriter,
  LINES,
  RESPONDING,
} from "../../shim/ledger.js";

function open() {
  const descriptor = createLedgerFile();
  return [new LedgerWriter(descriptor), new LedgerReader(descriptor)];
}

test("the reader sees what the writer does", () => {
  const [writer, reader] = open();
  assert.equal(reader.read().state, IDLE);
  const before = clock();
  writer.accept(7);
  writer.begin("POST", "grüße", 3, 0b101);
  const begun = reader.readAll();
  assert.equal(begun.state, CALLING);
  assert.equal(begun.started, 1);
  assert.deepEqual([begun.slot, begun.clean, begun.accepted], [3, 0b101, 7]);
  assert.equal(begun.text, "grüße");
  assert.equal(METHODS[begun.method], "POST");
  assert.ok(begun.since >= before && begun.since <= clock());
  writer.respond();
  assert.equal(reader.read().state, RESPONDING);
  writer.end(false);
  assert.equal(reader.read().state, IDLE);
  assert.ok(reader.read().lasted > 0);
  reader.close();
});

test("what is revoked in a call is known at its end", () => {
  const [writer, reader] = open();
  writer.begin("GET", "", 0, 0b10);
  assert.equal(reader.revoke(1, 5).clean, 0b10);
  writer.end(false);
  assert.deepEqual(writer.revoked(), { clean: 0b10, serial: 5 });
  writer.begin("GET", "", 0, 0);
  assert.equal(writer.revoked(), undefined);
  reader.close();
});

test("nothing is revoked from a call that has ended", () => {
  const [writer, reader] = open();
  writer.begin("GET", "", 0, 0b10);
  writer.end(false);
  assert.equal(reader.revoke(1, 5), undefined);
  writer.begin("GET", "", 0, 0b10);
  assert.equal(reader.revoke(1, 5), undefined);
  reader.close();
});

test("a call is counted once, however often it ends", () => {
  const [writer, reader] = open();
  writer.begin("GET", "");
  writer.end(true);
  writer.end(true);
  writer.respond();
  const [row] = reader.readAll().counts.rows();
  assert.equal(row.calls, 1);
  assert.equal(row.failures, 1);
  assert.equal(row.timeouts, 0);
  reader.close();
});

test("a request without a call has begun, and isn't counted", () => {
  const [writer, reader] = open();
  writer.skip();
  const { state, started, counts } = reader.readAll();
  assert.deepEqual([state, started, [...counts.rows()]], [IDLE, 1, []]);
  reader.close();
});

test("a text longer than the ledger is cut off", () => {
  const [writer, reader] = open();
  writer.begin("GET", "x".repeat(10_000));
  const { text } = reader.readAll();
  assert.ok(text.length > 1000 && /^x+$/.test(text));
  reader.close();
});

test("a ledger goes to the first folder that is writable", () => {
  new LedgerReader(createLedgerFile(["/nowhere", "/tmp"])).close();
  assert.throws(
    () => createLedgerFile(["/nowhere"]),
    /none of \/nowhere is writable/,
  );
});

test("the reader gets the lines that are kept", () => {
  const [writer, reader] = open();
  assert.equal(reader.readLines().length, 0);
  writer.keep(Buffer.from("first\n"), 0);
  writer.keep(Buffer.from("zweite, länger\n"), 6);
  assert.equal(reader.readLines().toString(), "first\nzweite, länger\n");
  writer.keep(Buffer.alloc(0), 0);
  assert.equal(reader.readLines().length, 0);
  writer.keep(Buffer.alloc(LINES, "x"), 0);
  assert.equal(reader.readLines().length, LINES);
  reader.close();
});
