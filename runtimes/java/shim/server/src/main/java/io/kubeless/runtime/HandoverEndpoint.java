package io.kubeless.runtime;

import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.net.SocketBufferHandler;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;

/** Tomcat's endpoint, but connections come from the supervisor instead of a listening socket. */
final class HandoverEndpoint extends NioEndpoint {
  /** How many threads may wait for the next request of their connection (CONCURRENCY-7). */
  static final int MOST_AWAITING = 32;

  /**
   * How often a thread that awaits a request alone looks for it before it sleeps, which is some 40
   * microseconds: to be woken takes as long, and a busy client has sent the next one by then.
   */
  private static final int TURNS = 50;

  private static final int PATIENCE_MILLIS = 100;
  private final Link link;
  private final Table table;
  private final Calls calls;
  private final Map<SocketChannel, Table.Slot> slots = new ConcurrentHashMap<>();
  private final ThreadLocal<Table.Slot> current = new ThreadLocal<>();
  private final AtomicInteger awaiting = new AtomicInteger();

  HandoverEndpoint(Link link, Table table, Calls calls) {
    this.link = link;
    this.table = table;
    this.calls = calls;
  }

  /** Returns the slot of the connection that the current thread serves. */
  Table.Slot slot() {
    return current.get();
  }

  /** Waits for bytes of the next request; false if there are none soon. */
  boolean await(Table.Slot slot) {
    try {
      int threads = awaiting.incrementAndGet();
      return threads <= MOST_AWAITING
          && Link.await(slot.descriptor, threads == 1 ? TURNS : 0, PATIENCE_MILLIS);
    } finally {
      awaiting.decrementAndGet();
    }
  }

  /** Serves a connection that the supervisor doesn't know. */
  void adopt(SocketChannel channel, Table.Slot slot) {
    slots.put(channel, slot);
    setSocketOptions(channel);
  }

  @Override
  protected NioChannel createChannel(SocketBufferHandler buffers) {
    return new HandoverChannel(buffers, this);
  }

  @Override
  protected void initServerSocket() {
    // The supervisor has it.
  }

  @Override
  protected SocketChannel serverSocketAccept() throws Exception {
    while (true) {
      Link.Message message = link.next();
      if (message == null) {
        Runtime.getRuntime().halt(1);
        return null;
      }
      switch (message.kind()) {
        case Link.INTERRUPT -> calls.interrupt(message.slot());
        case Link.RETIRE -> calls.retire();
        case Link.CONNECTION -> {
          if (message.channel() == null) {
            link.send(Link.CLOSED, message.slot());
            continue;
          }
          int descriptor = message.descriptor();
          Table.Slot slot = table.new Slot(message.slot(), message.generation(), descriptor);
          slots.put(message.channel(), slot);
          return message.channel();
        }
        default -> throw new IllegalStateException("unknown message " + message);
      }
    }
  }

  @Override
  public void setHandler(Handler<NioChannel> handler) {
    super.setHandler(new Tracking(handler));
  }

  /** Keeps the slots up to date around Tomcat's own handler. */
  private final class Tracking implements Handler<NioChannel> {
    private final Handler<NioChannel> handler;

    Tracking(Handler<NioChannel> handler) {
      this.handler = handler;
    }

    @Override
    public SocketState process(SocketWrapperBase<NioChannel> socket, SocketEvent event) {
      Table.Slot slot = slots.get(socket.getSocket().getIOChannel());
      if (slot == null || !slot.beginReading()) {
        return SocketState.LONG; // another worker has it now: neither read from it nor close it
      }
      current.set(slot);
      SocketState state = handler.process(socket, event);
      if (state == SocketState.OPEN) {
        slot.idle();
      }
      return state;
    }

    @Override
    public void release(SocketWrapperBase<NioChannel> socket) {
      handler.release(socket);
      Table.Slot slot = slots.remove(socket.getSocket().getIOChannel());
      if (slot != null && slot != WarmUp.SLOT) {
        link.send(Link.CLOSED, slot.number);
      }
    }

    @Override
    public Object getGlobal() {
      return handler.getGlobal();
    }

    @Override
    public void pause() {
      handler.pause();
    }

    @Override
    public void recycle() {
      handler.recycle();
    }
  }
}
