package io.kubeless.runtime;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * Sends the worker a few requests of its own, all the way but for the call, so that the first one
 * from outside finds everything loaded (TIMEOUT-8, IMAGE-15).
 */
final class WarmUp {
  private static final int TIMES = 20;
  private static final String BODY = "{\"list\": [1, 2.5, \"text\", true, null]}";
  private static final byte[] REQUEST =
      """
      POST /warm?up HTTP/1.1\r
      Host: localhost\r
      Content-Type: application/json\r
      Content-Length: %d\r
      \r
      %s\
      """
          .formatted(BODY.length(), BODY)
          .getBytes(US_ASCII);

  /** In a table of its own: the supervisor knows nothing of it. */
  static final Table.Slot SLOT = new Table(ByteBuffer.allocateDirect(8192)).new Slot(0, 0, -1);

  private WarmUp() {}

  static void run(HandoverEndpoint endpoint) throws IOException {
    try (ServerSocketChannel listener = ServerSocketChannel.open()) {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      try (SocketChannel client = SocketChannel.open(listener.getLocalAddress())) {
        endpoint.adopt(listener.accept(), SLOT);
        ByteBuffer answer = ByteBuffer.allocate(4096);
        for (int time = 0; time < TIMES; time++) {
          client.write(ByteBuffer.wrap(REQUEST));
          answer.clear();
          if (client.read(answer) < 0) {
            return;
          }
        }
      }
    }
  }
}
