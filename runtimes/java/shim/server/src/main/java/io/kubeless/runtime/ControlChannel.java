package io.kubeless.runtime;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;

/** Acts on what the supervisor says, and on bytes of connections that no thread waits for. */
final class ControlChannel implements Runnable {
  private final RequestHandler handler;
  private final RunningCalls calls;
  private final ExecutorService threads;
  private final Map<Integer, Connection> connections = new HashMap<>();

  ControlChannel(RequestHandler handler, RunningCalls calls, ExecutorService threads) {
    this.handler = handler;
    this.calls = calls;
    this.threads = threads;
  }

  void start() {
    Thread thread = new Thread(this, "control-channel");
    thread.setDaemon(true);
    thread.start();
  }

  /** Receives for ever: the supervisor's end is this process's. */
  @Override
  public void run() {
    int[] slot = new int[1];
    while (true) {
      switch (WorkerLibrary.receive(slot)) {
        case WorkerLibrary.CONNECTION -> {
          connections.put(slot[0], new Connection(slot[0], handler));
          threads.execute(connections.get(slot[0]));
        }
        case WorkerLibrary.RESUME -> {
          connections.get(slot[0]).unpark();
          threads.execute(connections.get(slot[0]));
        }
        case WorkerLibrary.LET_GO -> connections.get(slot[0]).letGo();
        case WorkerLibrary.STOP_CALL -> calls.interrupt(slot[0]);
        default -> Runtime.getRuntime().halt(1);
      }
    }
  }
}
