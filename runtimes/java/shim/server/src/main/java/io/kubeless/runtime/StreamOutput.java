package io.kubeless.runtime;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * What a streaming function writes to. The answer begins with the first flush or the first full
 * buffer, so an error before that is still answered 500.
 */
final class StreamOutput extends OutputStream {
  private static final int BUFFER = 8192;

  private final int slot;
  private final Answer answer;
  private final byte[] buffer = new byte[BUFFER];
  private int length;
  private boolean begun;
  private boolean broken;

  StreamOutput(int slot, Answer answer) {
    this.slot = slot;
    this.answer = answer;
  }

  /** Whether something of the answer was sent. */
  boolean begun() {
    return begun;
  }

  /** Whether the client has gone, or the supervisor has cut the answer off (TIMEOUT-13). */
  boolean broken() {
    return broken;
  }

  /** The whole answer, if the function has ended before anything was sent. */
  Answer whole() {
    return answer.withBody(Arrays.copyOf(buffer, length));
  }

  @Override
  public void write(int single) throws IOException {
    write(new byte[] {(byte) single}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int count) throws IOException {
    if (length + count > BUFFER) {
      flush();
    }
    if (count > BUFFER) {
      send(bytes, offset, count);
    } else {
      System.arraycopy(bytes, offset, buffer, length, count);
      length += count;
    }
  }

  /** Sends what has been written (RESPONSE-9). */
  @Override
  public void flush() throws IOException {
    if (!begun) {
      if (!WorkerLibrary.beginStream(slot, answer.status(), answer.fields())) {
        throw new IllegalArgumentException("the status or a header of the answer can't be sent");
      }
      begun = true;
    }
    send(buffer, 0, length);
    length = 0;
  }

  private void send(byte[] bytes, int offset, int count) throws IOException {
    broken = broken || (count > 0 && !WorkerLibrary.write(slot, bytes, offset, count));
    if (broken) {
      throw new IOException("the client has gone");
    }
  }

  /** Ends a stream that has begun: as if it were whole, or cut. */
  void end(int outcome, boolean whole) {
    boolean sent = whole && (length == 0 || WorkerLibrary.write(slot, buffer, 0, length));
    WorkerLibrary.endStream(slot, outcome, sent);
  }
}
