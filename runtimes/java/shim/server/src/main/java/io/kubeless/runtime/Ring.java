package io.kubeless.runtime;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Hands the access log to the supervisor, which writes it: one system call there for the lines of
 * many requests, and no line is lost with this worker. {@code ring.go} has the same numbers.
 */
final class Ring {
  static final int LINES = 4096;
  static final int SIZE = 256 * 1024;
  static final int READ = 64;
  static final int ASLEEP = 128;
  private static final VarHandle INT =
      MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());
  private static final VarHandle LONG =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private final ByteBuffer memory;
  private final Runnable wake;
  private long written;

  /** The supervisor is told by {@code wake} when it waits for a line. */
  Ring(ByteBuffer memory, Runnable wake) {
    this.memory = memory;
    this.wake = wake;
  }

  static Ring open(int descriptor, Link link) throws IOException {
    return new Ring(Table.map(descriptor, LINES + SIZE), () -> link.send(Link.LOGGED, 0));
  }

  /** Appends a line, and waits while the supervisor is that far behind. */
  synchronized void write(byte[] line) {
    int length = Math.min(line.length, SIZE);
    awaitPlace(length);
    int at = (int) (written % SIZE);
    int first = Math.min(length, SIZE - at);
    memory.put(LINES + at, line, 0, first);
    memory.put(LINES, line, first, length - first);
    written += length;
    // This moves last: a worker that is killed before leaves no half line behind.
    LONG.setVolatile(memory, 0, written);
    if ((int) INT.getVolatile(memory, ASLEEP) != 0) {
      INT.setVolatile(memory, ASLEEP, 0);
      wake.run();
    }
  }

  private void awaitPlace(int length) {
    boolean interrupted = false;
    while (written + length - (long) LONG.getVolatile(memory, READ) > SIZE) {
      try {
        Thread.sleep(1);
      } catch (InterruptedException e) {
        interrupted = true; // of a call, which has ended already
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
