package io.kubeless.runtime;

import java.util.Map;

/**
 * What the environment says of the function. The supervisor has checked the values (LOAD-11), and
 * the table has the numbers.
 *
 * @param timeout seconds as given, for the context
 */
record Settings(
    String module,
    String handler,
    String timeout,
    String volume,
    String runtime,
    String memoryLimit) {

  static Settings read(Map<String, String> environment) {
    return new Settings(
        environment.get("MOD_NAME"),
        environment.get("FUNC_HANDLER"),
        value(environment, "FUNC_TIMEOUT", "180"),
        value(environment, "KUBELESS_INSTALL_VOLUME", "/kubeless"),
        environment.getOrDefault("FUNC_RUNTIME", ""),
        environment.getOrDefault("FUNC_MEMORY_LIMIT", ""));
  }

  private static String value(Map<String, String> environment, String name, String fallback) {
    String value = environment.getOrDefault(name, "");
    return value.isEmpty() ? fallback : value;
  }
}
