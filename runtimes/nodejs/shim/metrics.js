// The metrics of all workers together, rendered by prom-client.

import { AggregatorRegistry, Registry } from "prom-client";
import { BUCKETS } from "./counts.js";

const NAMES = {
  duration: ["function_duration_seconds", "Duration of the calls in seconds"],
  calls: ["function_calls_total", "Number of calls"],
  failures: ["function_failures_total", "Number of calls that failed"],
  timeouts: ["function_timeouts_total", "Number of calls that timed out"],
  inFlight: ["function_in_flight", "Number of calls that are executed now"],
};

export const CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

const metric = ([name, help], type, values) => ({ name, help, type, values, aggregator: "sum" });

/** The samples of one histogram row, cumulative as Prometheus wants them. */
function histogramValues({ method, calls, seconds, buckets }) {
  const [name] = NAMES.duration;
  let count = 0;
  const values = [...BUCKETS, "+Inf"].map((le, index) => {
    count += buckets[index];
    return { metricName: `${name}_bucket`, labels: { le, method }, value: count };
  });
  values.push({ metricName: `${name}_sum`, labels: { method }, value: seconds });
  values.push({ metricName: `${name}_count`, labels: { method }, value: calls });
  return values;
}

/** Return the text of `/metrics` for `counts` (a Counts) and `inFlight` calls (OBSERVABILITY-1). */
export async function renderMetrics(counts, inFlight) {
  const rows = [...counts.rows()];
  const counter = (key) => rows.map((row) => ({ labels: { method: row.method }, value: row[key] }));
  const registry = AggregatorRegistry.aggregate([
    [
      metric(NAMES.duration, "histogram", rows.flatMap(histogramValues)),
      metric(NAMES.calls, "counter", counter("calls")),
      metric(NAMES.failures, "counter", counter("failures")),
      metric(NAMES.timeouts, "counter", counter("timeouts")),
      metric(NAMES.inFlight, "gauge", [{ labels: {}, value: inFlight }]),
    ],
  ]);
  return registry.metrics();
}
