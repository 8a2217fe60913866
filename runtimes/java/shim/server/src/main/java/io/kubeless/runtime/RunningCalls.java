package io.kubeless.runtime;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** The calls that execute now. Admission is the library's, deadlines are the supervisor's. */
final class RunningCalls {
  private final Semaphore places;
  private final long timeoutNanos;
  private final Map<Integer, Call> running = new ConcurrentHashMap<>();

  RunningCalls(int places, long timeoutNanos) {
    this.places = new Semaphore(places, true);
    this.timeoutNanos = timeoutNanos;
  }

  /** A call that has a place until it is closed. */
  final class Call implements AutoCloseable {
    final int slot;
    final Thread thread = Thread.currentThread();
    private boolean placed = true;
    private boolean ended;

    private Call(int slot) {
      this.slot = slot;
    }

    /** Gives the place up, though the thread may never return. */
    synchronized void leave() {
      if (placed) {
        placed = false;
        places.release();
      }
    }

    private synchronized void interrupt() {
      if (!ended) {
        thread.interrupt();
      }
      leave(); // TIMEOUT-9: a stuck thread doesn't shrink what this worker can do meanwhile
    }

    @Override
    public synchronized void close() {
      ended = true;
      boolean ignored = Thread.interrupted(); // the thread's next call begins without it
      leave();
      running.remove(slot, this);
    }
  }

  /** Begins a call if a place is free; else returns null. */
  Call tryBegin(int slot) {
    return places.tryAcquire() ? begun(slot) : null;
  }

  /** Waits for a place (CONCURRENCY-5); returns null if there is none within one timeout. */
  Call begin(int slot) {
    long end = System.nanoTime() + timeoutNanos;
    while (true) {
      try {
        long left = end - System.nanoTime();
        return places.tryAcquire(left, TimeUnit.NANOSECONDS) ? begun(slot) : null;
      } catch (InterruptedException e) {
        continue; // meant for a call that this thread has executed
      }
    }
  }

  private Call begun(int slot) {
    boolean ignored = Thread.interrupted(); // as above
    Call call = new Call(slot);
    running.put(slot, call);
    return call;
  }

  /** Interrupts the call that has passed its deadline. */
  void interrupt(int slot) {
    Call call = running.get(slot);
    if (call != null) {
      call.interrupt();
    }
  }

  Iterable<Call> running() {
    return running.values();
  }
}
