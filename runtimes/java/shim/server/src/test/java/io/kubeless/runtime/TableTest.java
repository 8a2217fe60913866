package io.kubeless.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class TableTest {
  private static final int SLOT_3 = 4096 + 3 * 2048;

  private final ByteBuffer memory = ByteBuffer.allocateDirect(16384).order(ByteOrder.LITTLE_ENDIAN);
  private final Table table = new Table(memory);
  private final Table.Slot slot = table.new Slot(3, 7, -1);

  private void set(int generation, int state) {
    memory.putInt(SLOT_3, generation << 8 | state);
  }

  @Test
  void anIdleConnectionIsReadByItsOwnerOnly() {
    set(8, Table.IDLE);
    assertFalse(slot.beginReading());
    set(7, Table.IDLE);
    assertTrue(slot.beginReading());
    assertEquals(7 << 8 | Table.READING, memory.getInt(SLOT_3));
    assertTrue(slot.beginReading());
  }

  @Test
  void aCallThatWasTakenIsNotAnswered() {
    set(7, Table.WAITING);
    assertTrue(slot.call(1234));
    assertEquals(1234, memory.getLong(SLOT_3 + 8));
    set(7, 7);
    assertFalse(slot.swap(Table.CALLING, Table.ANSWERING));
    slot.idle();
    assertEquals(7 << 8 | 7, memory.getInt(SLOT_3));
  }

  @Test
  void countersAddUp() {
    new Metrics(table).count(Metrics.method("POST"), 30_000_000, true);
    int post = 2 * 16 * Long.BYTES;
    assertEquals(1, memory.getLong(post + 3 * Long.BYTES));
    assertEquals(30_000_000, memory.getLong(post + 12 * Long.BYTES));
    assertEquals(1, memory.getLong(post + 13 * Long.BYTES));
    assertEquals(Metrics.method("MADE"), Metrics.method("UP"));
  }
}
