package io.kubeless.runtime;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads that serve connections: as many as there is work for, within a bound. */
final class ConnectionThreads {
  private static final int MOST = 4096;
  private static final int KEEP_SECONDS = 60;

  private ConnectionThreads() {}

  static ExecutorService start(int concurrency) {
    AtomicInteger number = new AtomicInteger();
    return new ThreadPoolExecutor(
        2,
        Math.min(concurrency + 32 + Connection.MOST_AWAITING, MOST),
        KEEP_SECONDS,
        TimeUnit.SECONDS,
        new IdleThreads(),
        task -> {
          Thread thread = new Thread(task, "connection-" + number.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        },
        (task, pool) -> pool.getQueue().add(task));
  }

  /** Refuses a task that no idle thread takes at once, because the pool then starts a thread. */
  private static final class IdleThreads extends LinkedTransferQueue<Runnable> {
    private static final long serialVersionUID = 1L;

    @Override
    public boolean offer(Runnable task) {
      return tryTransfer(task);
    }
  }
}
