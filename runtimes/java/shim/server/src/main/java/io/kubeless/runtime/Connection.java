package io.kubeless.runtime;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A connection from the supervisor. Its thread waits for the next request itself for a moment,
 * because to be woken by another thread costs more than a short call.
 */
final class Connection implements Runnable {
  /** How many threads may wait for the next request of their connection (CONCURRENCY-7). */
  static final int MOST_AWAITING = 32;

  /** Looks before a lone thread sleeps, about 40 microseconds: as long as a wake-up takes. */
  private static final int LOOKS = 50;

  private static final int WAIT_MILLIS = 100;
  private static final byte[] NOTHING = {};
  private static final AtomicInteger AWAITING = new AtomicInteger();

  private final int slot;
  private final RequestHandler handler;
  private boolean parked;

  Connection(int slot, RequestHandler handler) {
    this.slot = slot;
    this.handler = handler;
  }

  /** Serves requests until none comes for a while, or the connection is over. */
  @Override
  public void run() {
    int[] lengths = new int[2];
    int what;
    while ((what = next(lengths)) == WorkerLibrary.REQUEST) {
      serve(lengths[0], lengths[1]);
    }
    if (what == WorkerLibrary.LATER) {
      park();
    }
  }

  private void serve(int headLength, int bodyLength) {
    try {
      byte[] head = new byte[headLength];
      byte[] body = bodyLength == 0 ? NOTHING : new byte[bodyLength];
      WorkerLibrary.request(slot, head, body);
      handler.serve(slot, RequestHead.parse(head), body);
    } catch (Throwable e) { // out of memory, say: the request must be answered all the same
      handler.fail(slot, e);
    }
  }

  private int next(int[] lengths) {
    int threads = AWAITING.incrementAndGet();
    try {
      int looks = threads == 1 ? LOOKS : 0;
      return WorkerLibrary.next(slot, looks, threads <= MOST_AWAITING ? WAIT_MILLIS : 0, lengths);
    } finally {
      AWAITING.decrementAndGet();
    }
  }

  /** Leaves the wait to the control channel, which may be told to let the connection go. */
  private synchronized void park() {
    parked = WorkerLibrary.park(slot);
  }

  /** Takes the connection out of its parking place, and lets its next thread run. */
  synchronized void unpark() {
    parked = false;
  }

  /** Lets a connection go that the supervisor has taken; one with a thread notices by itself. */
  synchronized void letGo() {
    if (parked) {
      parked = false;
      WorkerLibrary.letGo(slot);
    }
  }
}
