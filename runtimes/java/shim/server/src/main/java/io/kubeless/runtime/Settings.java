package io.kubeless.runtime;

import java.util.Map;

/**
 * What the environment says of this worker. The supervisor has checked the values (LOAD-11).
 *
 * @param timeout seconds as given, for the context
 * @param timeoutNanos the same in nanoseconds
 * @param bodyLimit largest request body in bytes
 */
record Settings(
    String module,
    String handler,
    String timeout,
    long timeoutNanos,
    int port,
    String volume,
    long bodyLimit,
    int workers,
    int concurrency,
    boolean jsonLog,
    String runtime,
    String memoryLimit) {

  static Settings read(Map<String, String> environment) {
    String timeout = value(environment, "FUNC_TIMEOUT", "180");
    return new Settings(
        environment.get("MOD_NAME"),
        environment.get("FUNC_HANDLER"),
        timeout,
        (long) (Double.parseDouble(timeout) * 1e9),
        Integer.parseInt(value(environment, "FUNC_PORT", "8080")),
        value(environment, "KUBELESS_INSTALL_VOLUME", "/kubeless"),
        (long) (Double.parseDouble(value(environment, "REQ_MB_LIMIT", "50")) * (1 << 20)),
        Integer.parseInt(value(environment, "FUNC_WORKERS", "16")),
        Integer.parseInt(value(environment, "FUNC_CONCURRENCY", "128")),
        value(environment, "FUNC_LOG_FORMAT", "apache").equals("json"),
        environment.getOrDefault("FUNC_RUNTIME", ""),
        environment.getOrDefault("FUNC_MEMORY_LIMIT", ""));
  }

  private static String value(Map<String, String> environment, String name, String fallback) {
    String value = environment.getOrDefault(name, "");
    return value.isEmpty() ? fallback : value;
  }
}
