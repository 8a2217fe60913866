package io.kubeless.runtime;

/** The request is answered with this status, without a call. */
final class BadRequestException extends Exception {
  private static final long serialVersionUID = 1L;
  final int status;

  BadRequestException(int status, String message) {
    super(message, null, false, false);
    this.status = status;
  }
}
