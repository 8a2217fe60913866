// What a worker has executed: a row of numbers for each method, in memory that may be shared.

/** Label values of metrics; the last stands for every unknown method (OBSERVABILITY-12). */
export const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"];

/** Upper bounds of the histogram's buckets in seconds; +Inf follows (OBSERVABILITY-2). */
export const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

// A row a method: calls, failures, timeouts, sum of seconds, then one count for each bucket.
const [CALLS, FAILURES, TIMEOUTS, SECONDS, FIRST_BUCKET] = [0, 1, 2, 3, 4];
const ROW = FIRST_BUCKET + BUCKETS.length + 1;

/** Number of 64-bit floating point numbers in the table. */
export const COUNTS = METHODS.length * ROW;

/** A table of counts, one row a method. */
export class Counts {
  constructor(numbers = new Float64Array(COUNTS)) {
    this.numbers = numbers;
  }

  /** Count one call: `method` is an index of METHODS, `seconds` its duration. */
  observe(method, seconds, { failed = false, timedOut = false } = {}) {
    const row = method * ROW;
    this.numbers[row + CALLS] += 1;
    if (failed) this.numbers[row + FAILURES] += 1;
    if (timedOut) this.numbers[row + TIMEOUTS] += 1;
    this.numbers[row + SECONDS] += seconds;
    let bucket = 0;
    while (bucket < BUCKETS.length && seconds > BUCKETS[bucket]) bucket += 1;
    this.numbers[row + FIRST_BUCKET + bucket] += 1;
  }

  /** Add the counts of `other` to these. */
  add(other) {
    for (let index = 0; index < COUNTS; index += 1) this.numbers[index] += other.numbers[index];
  }

  /** Yield a row for each method that was called; its buckets are not yet cumulative. */
  *rows() {
    for (const [index, method] of METHODS.entries()) {
      const row = this.numbers.subarray(index * ROW, (index + 1) * ROW);
      if (row[CALLS] === 0) continue;
      yield {
        method,
        calls: row[CALLS],
        failures: row[FAILURES],
        timeouts: row[TIMEOUTS],
        seconds: row[SECONDS],
        buckets: row.subarray(FIRST_BUCKET),
      };
    }
  }
}

/** Return the index in METHODS that stands for `method`. */
export function methodIndex(method) {
  const index = METHODS.indexOf(method);
  return index < 0 ? METHODS.length - 1 : index;
}
