package io.kubeless.runtime;

import java.io.FileDescriptor;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Speaks with the supervisor; {@code worker.go} has the same letters. Connections come with their
 * descriptors, which needs one native method and the JDK's own constructor of a socket channel.
 */
final class Link {
  static final byte CONNECTION = 'C';
  static final byte INTERRUPT = 'T';
  static final byte RETIRE = 'R';
  static final byte LOADED = 'L';
  static final byte CLOSED = 'X';
  static final byte EXIT = 'E';
  static final byte REPLACE = 'F';
  static final byte LOGGED = 'A';

  private final int link;
  private final Constructor<?> channels;
  private final Method descriptors;
  private final byte[] buffer = new byte[64];
  private final int[] received = new int[1];

  Link(int link, Path library) throws ReflectiveOperationException {
    System.load(library.toString());
    this.link = link;
    channels =
        Class.forName("sun.nio.ch.SocketChannelImpl")
            .getDeclaredConstructor(
                SelectorProvider.class,
                ProtocolFamily.class,
                FileDescriptor.class,
                SocketAddress.class);
    channels.setAccessible(true);
    descriptors = Class.forName("sun.nio.ch.IOUtil").getMethod("newFD", int.class);
    descriptors.setAccessible(true);
  }

  /**
   * A message; generation, descriptor and channel are those of a connection. There is no channel
   * where the process has run out of descriptors, and the kernel has dropped this one.
   */
  record Message(byte kind, int slot, int generation, int descriptor, SocketChannel channel) {}

  /** Waits for a message; null when the supervisor has gone. */
  Message next() throws IOException {
    int length = receive(link, buffer, received);
    if (length < 5) {
      return null;
    }
    ByteBuffer data = ByteBuffer.wrap(buffer, 0, length).order(ByteOrder.LITTLE_ENDIAN);
    byte kind = data.get();
    int slot = data.getInt();
    if (kind != CONNECTION || received[0] < 0) {
      return new Message(kind, slot, 0, -1, null);
    }
    int generation = data.getInt();
    int port = Short.toUnsignedInt(data.getShort());
    InetAddress client = InetAddress.getByAddress(Arrays.copyOfRange(buffer, 11, length));
    SocketChannel channel = channel(new InetSocketAddress(client, port));
    return new Message(kind, slot, generation, received[0], channel);
  }

  private SocketChannel channel(InetSocketAddress client) throws IOException {
    try {
      Object descriptor = descriptors.invoke(null, received[0]);
      SelectorProvider provider = SelectorProvider.provider();
      ProtocolFamily family = StandardProtocolFamily.INET6;
      return (SocketChannel) channels.newInstance(provider, family, descriptor, client);
    } catch (ReflectiveOperationException e) {
      throw new IOException(e);
    }
  }

  void send(byte kind, int slot) {
    send(link, kind, slot);
  }

  /** Waits until there is something to be read from the descriptor; false if there isn't soon. */
  static native boolean await(int descriptor, int turns, int millis);

  private static native int receive(int link, byte[] message, int[] descriptor);

  private static native void send(int link, byte kind, int slot);
}
