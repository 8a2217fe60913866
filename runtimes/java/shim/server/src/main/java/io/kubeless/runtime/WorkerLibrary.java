package io.kubeless.runtime;

import java.io.IOException;

/**
 * The C worker library (docs/worker-protocol.md); {@code native/} has the other half. A connection
 * is named by its slot. One thread receives; everything else may be called by any thread, but a
 * connection belongs to one thread at a time.
 */
final class WorkerLibrary {
  /** What {@link #receive} returns: the supervisor is gone, or what is to be done in a slot. */
  static final int GONE = 0;

  static final int CONNECTION = 1;
  static final int RESUME = 2;
  static final int LET_GO = 3;
  static final int STOP_CALL = 4;

  /** What {@link #next} returns. */
  static final int REQUEST = 1;

  static final int LATER = 2;
  static final int OVER = 3;

  /** The outcomes of a request, for its record. */
  static final int NO_CALL = 0;

  static final int CALL = 1;
  static final int FAILED_CALL = 2;

  private WorkerLibrary() {}

  /**
   * Opens the table and the control socket that this process was started with.
   *
   * @return FUNC_TIMEOUT in nanoseconds, calls at the same time, FUNC_CONCURRENCY, REQ_MB_LIMIT in
   *     bytes
   * @throws IOException if the process was not started by a supervisor of this version
   */
  static native long[] open() throws IOException;

  /** Says that the function is loaded. */
  static native void ready();

  /** Says that the call in this slot wants to end the process (FAILURE-4). */
  static native void exiting(int slot);

  /** Asks for a successor of this process. */
  static native void replace();

  /** Whether the supervisor has retired this process, or drains. */
  static native boolean ending();

  /** Waits until there is something to be done; {@code slot[0]} receives where. */
  static native int receive(int[] slot);

  /**
   * Waits for the next request of a connection, and reads it whole.
   *
   * @param looks how often it looks before it sleeps
   * @param millis how long it sleeps at most
   * @param lengths receives those of the head and of the body
   * @return REQUEST; LATER: nothing has come, {@link #park} it; OVER: leave it alone
   */
  static native int next(int slot, int looks, int millis, int[] lengths);

  /**
   * Copies the request: method, target (its origin form), then names and values of the fields, each
   * with a NUL behind it; what is left of {@code head} is zeros.
   */
  static native void request(int slot, byte[] head, byte[] body);

  /** Has {@link #receive} watch the connection; false: it is over. */
  static native boolean park(int slot);

  /** Closes a parked connection that the supervisor has taken. */
  static native void letGo(int slot);

  /** Says that the request waits for its turn; false: the supervisor has answered it. */
  static native boolean queue(int slot);

  /** Begins the call; false: as above. */
  static native boolean call(int slot);

  /** Whether the request still is this process's to answer. */
  static native boolean owns(int slot);

  /**
   * Records and sends a whole answer, unless the supervisor was faster.
   *
   * @param fields names and values, each with a NUL behind it
   * @return false if a field or the status can't be sent; then nothing was sent
   */
  static native boolean answer(int slot, int status, int outcome, byte[] fields, byte[] body);

  /** Begins an answer whose call goes on; false: as above. */
  static native boolean beginStream(int slot, int status, byte[] fields);

  /** Sends a piece of it; false: the client has gone, or the supervisor has cut the answer off. */
  static native boolean write(int slot, byte[] bytes, int offset, int length);

  /** Records and ends the stream; if it is not whole, its client learns that. */
  static native void endStream(int slot, int outcome, boolean whole);
}
