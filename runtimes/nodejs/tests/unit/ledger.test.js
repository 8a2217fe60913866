import assert from "node:assert/strict";
import { test } from "node:test";
import {
  BUCKETS,
  CALLING,
  clock,
  Counts,
  createLedgerFile,
  IDLE,
  LedgerReader,
  LedgerWriter,
  METHODS,
  methodIndex,
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
  writer.begin("POST", "grüße");
  const begun = reader.readAll();
  assert.equal(begun.state, CALLING);
  assert.equal(begun.started, 1);
  assert.equal(begun.text, "grüße");
  assert.equal(METHODS[begun.method], "POST");
  assert.ok(begun.since >= before && begun.since <= clock());
  writer.respond();
  assert.equal(reader.read().state, RESPONDING);
  writer.end(false);
  assert.equal(reader.read().state, IDLE);
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

test("durations fall into the buckets of SPEC.md", () => {
  const counts = new Counts();
  for (const seconds of [0.001, 0.005, 0.3, 10, 11]) counts.observe(0, seconds);
  const [row] = counts.rows();
  const found = Object.fromEntries(
    [...BUCKETS, "+Inf"]
      .map((bound, index) => [bound, row.buckets[index]])
      .filter((x) => x[1]),
  );
  assert.deepEqual(found, { 0.005: 2, 0.5: 1, 10: 1, "+Inf": 1 });
});

test("counts add up", () => {
  const [one, other] = [new Counts(), new Counts()];
  one.observe(methodIndex("GET"), 1);
  other.observe(methodIndex("GET"), 2, { failed: true, timedOut: true });
  one.add(other);
  const [row] = one.rows();
  assert.deepEqual(
    [row.method, row.calls, row.failures, row.timeouts, row.seconds],
    ["GET", 2, 1, 1, 3],
  );
});

test("unknown methods share a label", () => {
  assert.equal(METHODS[methodIndex("BREW")], "other");
});

test("a ledger goes to the first folder that is writable", () => {
  new LedgerReader(createLedgerFile(["/nowhere", "/tmp"])).close();
  assert.throws(
    () => createLedgerFile(["/nowhere"]),
    /none of \/nowhere is writable/,
  );
});
