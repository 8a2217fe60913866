package io.kubeless;

/** What a function can know of itself. */
public class Context {
  /** The handler's name, {@code FUNC_HANDLER}. */
  public final String functionName;

  /** Seconds that a call may take, {@code FUNC_TIMEOUT}. */
  public final String timeout;

  /** Value of {@code FUNC_RUNTIME}, or empty. */
  public final String runtime;

  /** Value of {@code FUNC_MEMORY_LIMIT}, or empty. */
  public final String memoryLimit;

  /** Makes a context. */
  public Context(String functionName, String timeout, String runtime, String memoryLimit) {
    this.functionName = functionName;
    this.timeout = timeout;
    this.runtime = runtime;
    this.memoryLimit = memoryLimit;
  }
}
