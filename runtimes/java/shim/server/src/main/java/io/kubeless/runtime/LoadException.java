package io.kubeless.runtime;

/** The function can't be loaded; the message is the one-line cause (LOAD-7). */
final class LoadException extends Exception {
  private static final long serialVersionUID = 1L;

  LoadException(String message) {
    super(message);
  }

  LoadException(String message, Throwable cause) {
    super(message, cause);
  }
}
