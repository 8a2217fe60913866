package io.kubeless.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.coyote.http11.Http11NioProtocol;

/** A worker: started by the supervisor, which hands it connections. */
public final class Main {
  private static final int LINK = 3;
  private static final int TABLE = 4;
  private static final int RING = 5;
  private static final int MAX_THREADS = 4096;
  private static final int HEADERS_BYTES = 64 * 1024;
  private static final int MINUTE_MILLIS = 60_000;

  private Main() {}

  /** Loads the function, then serves; the argument is the shim's folder. */
  public static void main(String[] arguments) throws Exception {
    System.setOut(stream(FileDescriptor.out));
    System.setErr(stream(FileDescriptor.err));
    Logger.getLogger("").setLevel(Level.WARNING);
    Settings settings = Settings.read(System.getenv());
    Link link = new Link(LINK, Path.of(arguments[0], "libhandover.so"));
    Loader.Function function;
    try {
      function = Loader.load(settings);
    } catch (LoadException e) {
      refuse(e);
      return;
    }
    Table table = Table.open(TABLE);
    Calls calls = new Calls(settings);
    HandoverEndpoint endpoint = new HandoverEndpoint(link, table, calls);
    serve(settings, function, endpoint, link, table, calls);
    new ExitGuard(calls, link).install();
    link.send(Link.LOADED, 0);
    try {
      WarmUp.run(endpoint);
    } catch (IOException e) {
      System.err.println("warning: the first calls will be slow: " + e);
    }
    Thread.currentThread().join(); // all other threads are daemons
  }

  /** OBSERVABILITY-9, OBSERVABILITY-10: nothing written is held back. */
  private static PrintStream stream(FileDescriptor descriptor) {
    return new PrintStream(new Unbuffered(new FileOutputStream(descriptor)), true, UTF_8);
  }

  private static void serve(
      Settings settings,
      Loader.Function function,
      HandoverEndpoint endpoint,
      Link link,
      Table table,
      Calls calls)
      throws Exception {
    Http11NioProtocol protocol = new Http11NioProtocol(endpoint);
    AccessLog log = new AccessLog(settings.jsonLog(), Ring.open(RING, link));
    Caller caller = new Caller(settings, function, calls, new Metrics(table), log, link);
    EventReader reader = new EventReader(settings.bodyLimit());
    Probes probes = new Probes(settings.port());
    protocol.setAdapter(new FunctionAdapter(endpoint, calls, caller, reader, log, probes));
    int threads = settings.concurrency() + 32 + HandoverEndpoint.MOST_AWAITING;
    protocol.setMaxThreads(Math.min(threads, MAX_THREADS));
    protocol.setMinSpareThreads(2);
    protocol.setMaxConnections(-1); // the supervisor bounds them
    protocol.setMaxKeepAliveRequests(-1);
    protocol.setKeepAliveTimeout(5 * MINUTE_MILLIS);
    protocol.setConnectionTimeout(MINUTE_MILLIS);
    protocol.setMaxSwallowSize(
        (int) Math.min(Integer.MAX_VALUE, 4 * settings.bodyLimit() + HEADERS_BYTES));
    protocol.setMaxHttpHeaderSize(HEADERS_BYTES);
    protocol.setRelaxedPathChars("<>[\\]^`{|}\""); // REQUEST-2
    protocol.setRelaxedQueryChars("<>[\\]^`{|}\"");
    protocol.setContinueResponseTiming("onRead");
    ScheduledThreadPoolExecutor background = new ScheduledThreadPoolExecutor(1, Main::daemon);
    protocol.setUtilityExecutor(background);
    protocol.init();
    protocol.start();
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "tomcat-background");
    thread.setDaemon(true);
    return thread;
  }

  private static void refuse(LoadException error) throws IOException {
    if (error.getCause() != null) { // LOAD-5
      error.getCause().printStackTrace();
    }
    String cause = error.getCause() == null ? "" : ": " + error.getCause();
    String line = (error.getMessage() + cause).lines().findFirst().orElse("") + "\n";
    System.err.print(line);
    Path log = Path.of("/dev/termination-log");
    if (Files.isWritable(log)) { // LOAD-7
      Files.writeString(log, line, StandardOpenOption.WRITE);
    }
    Runtime.getRuntime().halt(1);
  }

  /** Collects what a print writes in pieces and passes it on when that flushes. */
  private static final class Unbuffered extends java.io.BufferedOutputStream {
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
