package io.kubeless.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.SocketBufferHandler;

/**
 * A connection whose thread waits for the next request itself, for a moment: to wait for it in
 * Tomcat's poller, and to wake a thread from there, costs more than a short call.
 */
final class HandoverChannel extends NioChannel {
  private final HandoverEndpoint endpoint;

  HandoverChannel(SocketBufferHandler buffers, HandoverEndpoint endpoint) {
    super(buffers);
    this.endpoint = endpoint;
  }

  /** Tomcat reads to the beginning of its buffer when nothing of a request is in there. */
  @Override
  public int read(ByteBuffer target) throws IOException {
    Table.Slot slot = endpoint.slot();
    if (target.position() == 0 && slot.is(Table.ANSWERING)) {
      slot.idle();
      if (!endpoint.await(slot) || !slot.beginReading()) {
        return 0; // to the poller, or another worker has it
      }
    }
    return super.read(target);
  }
}
