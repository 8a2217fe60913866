package io.kubeless.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RingTest {
  private final ByteBuffer memory =
      ByteBuffer.allocateDirect(Ring.LINES + Ring.SIZE).order(ByteOrder.nativeOrder());
  private final AtomicInteger calls = new AtomicInteger();
  private final Ring ring = new Ring(memory, calls::incrementAndGet);

  @Test
  void linesGoRound() {
    byte[] line = new byte[Ring.SIZE - 10];
    ring.write(line);
    memory.putLong(Ring.READ, line.length);
    byte[] text = "twenty characters...".getBytes();
    ring.write(text);
    assertEquals(line.length + 20, memory.getLong(0));
    byte[] found = new byte[20];
    memory.get(Ring.LINES + Ring.SIZE - 10, found, 0, 10);
    memory.get(Ring.LINES, found, 10, 10);
    assertArrayEquals(text, found);
  }

  @Test
  void aSleepingReaderIsWokenOnce() {
    ring.write(new byte[1]);
    assertEquals(0, calls.get());
    memory.putInt(Ring.ASLEEP, 1);
    ring.write(new byte[1]);
    ring.write(new byte[1]);
    assertEquals(1, calls.get());
  }

  @Test
  void aFullRingWaitsForItsReader() throws InterruptedException {
    ring.write(new byte[Ring.SIZE]);
    Thread writer = new Thread(() -> ring.write(new byte[1]));
    writer.start();
    while (writer.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    assertEquals(Ring.SIZE, memory.getLong(0));
    memory.putLong(Ring.READ, 1);
    writer.join();
    assertEquals(Ring.SIZE + 1, memory.getLong(0));
  }
}
