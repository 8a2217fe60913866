package io.kubeless.runtime;

/** The request is answered with this status, without a call. */
final class BadRequestException extends Exception {
  private static final long serialVersionUID = 1L;
  final int status;

  /** Whether bytes of the request are left that can't be told from the next one. */
  final boolean unread;

  BadRequestException(int status, String message) {
    this(status, message, false);
  }

  BadRequestException(int status, String message, boolean unread) {
    super(message, null, false, false);
    this.status = status;
    this.unread = unread;
  }
}
