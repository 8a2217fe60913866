import assert from "node:assert/strict";
import { test } from "node:test";
import { BUCKETS, Counts, METHODS, methodIndex } from "../../shim/counts.js";

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
