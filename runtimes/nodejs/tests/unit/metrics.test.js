import assert from "node:assert/strict";
import { test } from "node:test";
import { Counts, methodIndex } from "../../shim/counts.js";
import { renderMetrics } from "../../shim/metrics.js";

test("the metrics of SPEC.md, cumulative buckets included", async () => {
  const counts = new Counts();
  counts.observe(methodIndex("GET"), 0.02);
  counts.observe(methodIndex("GET"), 20, { failed: true, timedOut: true });
  const lines = (await renderMetrics(counts, 3)).split("\n");
  for (const line of [
    "# TYPE function_duration_seconds histogram",
    'function_duration_seconds_bucket{le="0.01",method="GET"} 0',
    'function_duration_seconds_bucket{le="0.025",method="GET"} 1',
    'function_duration_seconds_bucket{le="10",method="GET"} 1',
    'function_duration_seconds_bucket{le="+Inf",method="GET"} 2',
    'function_duration_seconds_sum{method="GET"} 20.02',
    'function_duration_seconds_count{method="GET"} 2',
    "# TYPE function_calls_total counter",
    'function_calls_total{method="GET"} 2',
    'function_failures_total{method="GET"} 1',
    'function_timeouts_total{method="GET"} 1',
    "# TYPE function_in_flight gauge",
    "function_in_flight 3",
  ]) {
    assert.ok(lines.includes(line), line);
  }
});

test("before the first call all metrics have their help and type", async () => {
  const text = await renderMetrics(new Counts(), 0);
  for (const name of [
    "duration_seconds",
    "calls_total",
    "failures_total",
    "timeouts_total",
  ]) {
    assert.match(text, new RegExp(`# TYPE function_${name} `));
  }
});
