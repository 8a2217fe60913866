package io.kubeless.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The memory shared with the supervisor; {@code table.go} has the same numbers. */
final class Table {
  static final int FREE = 0;
  static final int IDLE = 1;
  static final int READING = 2;
  static final int WAITING = 3;
  static final int CALLING = 4;
  static final int STREAMING = 5;
  static final int ANSWERING = 6;

  static final int HEAD = 1;
  static final int ORIGIN = 2;

  private static final int METRICS_SIZE = 4096;
  private static final int SLOT_SIZE = 2048;
  private static final int SLOT_COUNT = 8192;
  private static final int TEXT = 32;
  private static final VarHandle INT =
      MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());
  private static final VarHandle LONG =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private final ByteBuffer memory;

  Table(ByteBuffer memory) {
    this.memory = memory.order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Maps the descriptor that the supervisor has handed down. */
  static Table open(int descriptor) throws IOException {
    return new Table(map(descriptor, METRICS_SIZE + SLOT_SIZE * SLOT_COUNT));
  }

  static ByteBuffer map(int descriptor, int size) throws IOException {
    Path path = Path.of("/proc/self/fd/" + descriptor);
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return channel.map(FileChannel.MapMode.READ_WRITE, 0, size);
    }
  }

  /** Adds to one of the counters. */
  void add(int index, long amount) {
    long ignored = (long) LONG.getAndAdd(memory, index * Long.BYTES, amount);
  }

  /** The slot of one connection, while it belongs to the worker of this generation. */
  final class Slot {
    final int number;
    final int descriptor;
    private final int at;
    private final int owner;

    Slot(int number, int generation, int descriptor) {
      this.number = number;
      this.descriptor = descriptor;
      this.at = METRICS_SIZE + number * SLOT_SIZE;
      this.owner = generation << 8;
    }

    /**
     * Begins to read a request, or goes on with it; false if the connection has been given to
     * another worker.
     */
    boolean beginReading() {
      int word = (int) INT.getVolatile(memory, at);
      if (word == (owner | IDLE)) {
        return swap(IDLE, READING);
      }
      return (word & ~0xff) == owner;
    }

    /** Whether the connection is this worker's and has the state. */
    boolean is(int state) {
      return (int) INT.getVolatile(memory, at) == (owner | state);
    }

    /** Changes the state, unless the supervisor has taken the request over. */
    boolean swap(int before, int after) {
      return INT.compareAndSet(memory, at, owner | before, owner | after);
    }

    /** Changes the state to idle, unless the supervisor has taken the request over. */
    void idle() {
      int word = (int) INT.getVolatile(memory, at);
      if ((word & 0xff) != IDLE && (word & 0xff) <= ANSWERING && (word & ~0xff) == owner) {
        memory.putInt(at + 24, 0); // of the next request nothing is known yet
        boolean ignored = INT.compareAndSet(memory, at, word, owner | IDLE);
      }
    }

    /** Begins a call: from now on the supervisor watches its deadline. */
    boolean call(long started) {
      memory.putLong(at + 8, started);
      return swap(WAITING, CALLING);
    }

    /** Notes the status of a stream, for the supervisor that has to cut it off. */
    void answered(int status) {
      memory.putInt(at + 28, status);
    }

    /** Says what the supervisor needs to know in order to answer for this worker. */
    void describe(int flags, int method, long received, String... texts) {
      memory.putShort(at + 4, (short) flags);
      memory.putShort(at + 6, (short) method);
      memory.putLong(at + 16, received);
      byte[] text = String.join("\0", texts).getBytes(UTF_8);
      int length = Math.min(text.length, SLOT_SIZE - TEXT);
      memory.put(at + TEXT, text, 0, length);
      memory.putInt(at + 24, length);
    }
  }
}
