package io.kubeless.runtime;

/** The request is answered with this status, without a call. */
final class BadRequestException extends Exception {
  private static final long serialVersionUID = 1L;
  final int status;

  /** Whether the content coding is what can't be accepted. */
  final boolean isCoding;

  BadRequestException(int status, String message) {
    this(status, message, false);
  }

  private BadRequestException(int status, String message, boolean isCoding) {
    super(message, null, false, false);
    this.status = status;
    this.isCoding = isCoding;
  }

  /** Returns what answers 415 with the codings that are known (REQUEST-29). */
  static BadRequestException ofCoding(String message) {
    return new BadRequestException(415, message, true);
  }
}
