package io.kubeless.runtime;

/** Counts calls in the shared table, where the supervisor's {@code metrics.go} reads them. */
final class Metrics {
  private static final String[] METHODS = {
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"
  };
  private static final long[] BUCKETS_MICROS = {
    5_000,
    10_000,
    25_000,
    50_000,
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000
  };
  private static final int FIELDS = 16;
  private static final int SUM = 12;
  private static final int FAILURES = 13;

  private final Table table;

  Metrics(Table table) {
    this.table = table;
  }

  /** Returns the number of a method; all unknown ones share one (OBSERVABILITY-12). */
  static int method(String name) {
    for (int index = 0; index < METHODS.length; index++) {
      if (METHODS[index].equals(name)) {
        return index;
      }
    }
    return METHODS.length;
  }

  /** Counts a call; timeouts are counted by the supervisor. */
  void count(int method, long nanos, boolean failed) {
    int bucket = 0;
    while (bucket < BUCKETS_MICROS.length && nanos > BUCKETS_MICROS[bucket] * 1000) {
      bucket++;
    }
    table.add(method * FIELDS + bucket, 1);
    table.add(method * FIELDS + SUM, nanos);
    if (failed) {
      table.add(method * FIELDS + FAILURES, 1);
    }
  }
}
