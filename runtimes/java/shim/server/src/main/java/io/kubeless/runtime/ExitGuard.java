package io.kubeless.runtime;

import java.util.HashSet;
import java.util.Set;

/**
 * Keeps {@code System.exit} from harming other calls (FAILURE-6): a shutdown hook that doesn't
 * return delays the end of the process, and the supervisor ends it when the other calls are done.
 */
final class ExitGuard implements Runnable {
  private static final long RESCAN_MILLIS = 50;

  private final RunningCalls calls;

  ExitGuard(RunningCalls calls) {
    this.calls = calls;
  }

  void install() {
    Runtime.getRuntime().addShutdownHook(new Thread(this, "exit-guard"));
  }

  @Override
  public void run() {
    Set<RunningCalls.Call> reported = new HashSet<>();
    boolean byFunction = report(reported);
    if (!byFunction && WorkerLibrary.ending()) {
      return;
    }
    if (!byFunction) {
      WorkerLibrary.replace();
    }
    try {
      while (true) {
        Thread.sleep(RESCAN_MILLIS);
        report(reported);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Tells the supervisor of each call that is about to exit; returns whether there is one. */
  private boolean report(Set<RunningCalls.Call> reported) {
    for (RunningCalls.Call call : calls.running()) {
      if (!reported.contains(call) && exits(call.thread.getStackTrace())) {
        reported.add(call);
        WorkerLibrary.exiting(call.slot);
        call.leave(); // its thread waits for this hook; others may need its place meanwhile
      }
    }
    return !reported.isEmpty();
  }

  private static boolean exits(StackTraceElement[] stack) {
    for (StackTraceElement frame : stack) {
      if (frame.getClassName().equals("java.lang.Runtime")
          && frame.getMethodName().equals("exit")) {
        return true;
      }
    }
    return false;
  }
}
