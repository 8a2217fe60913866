package io.kubeless.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.random.RandomGenerator;

/** A worker: started by the supervisor, which hands it connections. */
public final class Main {
  private Main() {}

  /** Loads the function, then serves; the argument is the path of the native library. */
  public static void main(String[] arguments) throws Exception {
    System.setOut(stream(FileDescriptor.out));
    System.setErr(stream(FileDescriptor.err));
    System.load(arguments[0]);
    long[] limits = WorkerLibrary.open();
    Settings settings = Settings.read(System.getenv());
    RandomGenerator.getDefault(); // looked up once; the function's loader sees no jdk.random
    Loader.Function function;
    try {
      function = Loader.load(settings);
    } catch (LoadException e) {
      refuse(e);
      return;
    }
    RunningCalls calls = new RunningCalls((int) limits[1], limits[0]);
    RequestHandler handler =
        new RequestHandler(calls, new FunctionCaller(settings, function, calls), limits[3]);
    new ControlChannel(handler, calls, ConnectionThreads.start((int) limits[2])).start();
    new ExitGuard(calls).install();
    WorkerLibrary.ready();
    WarmUp.run();
    Thread.currentThread().join(); // all other threads are daemons
  }

  /** OBSERVABILITY-9, OBSERVABILITY-10: nothing written is held back. */
  private static PrintStream stream(FileDescriptor descriptor) {
    return new PrintStream(new Unbuffered(new FileOutputStream(descriptor)), true, UTF_8);
  }

  /** Says why the function can't be loaded; the supervisor keeps the last line (LOAD-7). */
  private static void refuse(LoadException error) {
    if (error.getCause() != null) { // LOAD-5
      error.getCause().printStackTrace();
    }
    String cause = error.getCause() == null ? "" : ": " + error.getCause();
    System.err.println((error.getMessage() + cause).lines().findFirst().orElse(""));
    Runtime.getRuntime().halt(1);
  }

  /** Collects what a print writes in pieces and passes it on when that flushes. */
  private static final class Unbuffered extends BufferedOutputStream {
    Unbuffered(OutputStream output) {
      super(output);
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
      super.write(bytes, offset, length);
      flush();
    }
  }
}
