package io.kubeless.runtime;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Who may call the function, and who does (deadlines are the supervisor's, in deadline.go). */
final class Calls {
  private final Semaphore workers;
  private final int concurrency;
  private final long timeoutNanos;
  private final AtomicInteger admitted = new AtomicInteger();
  private final Map<Integer, Call> running = new ConcurrentHashMap<>();
  private volatile boolean retiring;

  Calls(Settings settings) {
    workers = new Semaphore(settings.workers(), true);
    concurrency = settings.concurrency();
    timeoutNanos = settings.timeoutNanos();
  }

  /** A call that has a worker's place until it is closed. */
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
        workers.release();
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

  /** Admits a request (CONCURRENCY-4); each one admitted must leave. */
  boolean admit() {
    if (admitted.incrementAndGet() <= concurrency) {
      return true;
    }
    admitted.decrementAndGet();
    return false;
  }

  void leave() {
    admitted.decrementAndGet();
  }

  /** Waits for a worker's place (CONCURRENCY-5); null if there is none within one timeout. */
  Call begin(int slot) throws InterruptedException {
    if (!workers.tryAcquire() && !workers.tryAcquire(timeoutNanos, TimeUnit.NANOSECONDS)) {
      return null;
    }
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

  /** Closes connections after their present answers: this worker is to end. */
  void retire() {
    retiring = true;
  }

  boolean retiring() {
    return retiring;
  }

  Iterable<Call> running() {
    return running.values();
  }
}
