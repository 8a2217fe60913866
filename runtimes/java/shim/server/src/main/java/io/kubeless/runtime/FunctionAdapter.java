package io.kubeless.runtime;

import io.kubeless.Context;
import io.kubeless.Event;
import java.io.IOException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.apache.coyote.Adapter;
import org.apache.coyote.Request;
import org.apache.coyote.Response;
import org.apache.tomcat.util.net.SocketEvent;

/** Answers Tomcat's requests with the function. */
final class FunctionAdapter implements Adapter {
  private final Loader.Function function;
  private final Context context;
  private final HandoverEndpoint endpoint;
  private final Calls calls;
  private final EventReader reader;
  private final Metrics metrics;
  private final AccessLog log;
  private final Probes probes;
  private final Link link;

  FunctionAdapter(
      Settings settings,
      Loader.Function function,
      HandoverEndpoint endpoint,
      Calls calls,
      Table table,
      Link link,
      int port) {
    this.function = function;
    this.endpoint = endpoint;
    this.calls = calls;
    this.link = link;
    context = // REQUEST-21
        new Context(
            settings.handler(), settings.timeout(), settings.runtime(), settings.memoryLimit());
    reader = new EventReader(settings.bodyLimit());
    metrics = new Metrics(table);
    log = new AccessLog(settings.jsonLog());
    probes = new Probes(port);
  }

  @Override
  public void service(Request request, Response response) throws Exception {
    Exchange exchange = new Exchange(request, response);
    if (response.getStatus() >= 400) { // REQUEST-22: Tomcat has refused it already
      refuse(exchange, Answer.plain(response.getStatus(), "Bad Request"));
      return;
    }
    if (Probes.isProbe(request.requestURI().toString())) { // OBSERVABILITY-8
      exchange.send(probes.ask(request.requestURI().toString()), calls.retiring());
      return;
    }
    if (Cors.isPreflight(request)) {
      exchange.send(Cors.preflight(request), calls.retiring());
      log.write(exchange.entry());
    } else if (!calls.admit()) { // CONCURRENCY-4
      refuse(exchange, busy());
    } else {
      try {
        admitted(exchange);
      } finally {
        calls.leave();
      }
    }
  }

  private static Answer busy() {
    return Answer.plain(503, "Service Unavailable").with("Retry-After", "1");
  }

  private void refuse(Exchange exchange, Answer answer) throws IOException {
    exchange.begin(answer, answer.status() == 413 || calls.retiring());
    exchange.response.setContentLength(answer.bytes().length);
    exchange.response.doWrite(java.nio.ByteBuffer.wrap(answer.bytes()));
    exchange.flush(); // REQUEST-14
    log.write(exchange.entry());
  }

  private void admitted(Exchange exchange) throws Exception {
    Table.Slot slot = endpoint.slot();
    Event event;
    try {
      event = reader.read(exchange.request);
    } catch (BadRequestException e) {
      String text = e.status == 413 ? "Payload Too Large" : "Bad Request: " + e.getMessage();
      refuse(exchange, Answer.plain(e.status, text));
      return;
    }
    AccessLog.Entry entry = exchange.entry();
    int method = Metrics.method(entry.method());
    String line = entry.method() + " " + entry.path() + " " + entry.protocol();
    slot.describe(
        exchange.flags(),
        method,
        exchange.received,
        line,
        text(entry.referer()),
        text(entry.agent()),
        text(entry.trace()),
        entry.address());
    slot.swap(Table.ANSWERING, Table.READING); // a further request that was read with the last one
    slot.swap(Table.READING, Table.WAITING);
    try (Calls.Call call = calls.begin(slot.number)) {
      if (call == null) {
        slot.swap(Table.WAITING, Table.ANSWERING);
        refuse(exchange, busy());
        return;
      }
      call(exchange, event, slot, method);
    }
  }

  private static String text(String value) {
    return value == null ? "" : value;
  }

  private void call(Exchange exchange, Event event, Table.Slot slot, int method)
      throws IOException {
    long started = System.nanoTime();
    if (!slot.call(started)) {
      exchange.abandon();
      return;
    }
    Answer answer;
    Throwable error = null;
    try {
      answer = Answer.of(result(event));
      if (answer.stream() != null) {
        stream(exchange, answer, slot, method, started);
        return;
      }
    } catch (Throwable e) { // FAILURE-1: whatever it is
      error = e;
      answer = Answer.plain(500, "Internal Server Error"); // RESPONSE-11
    }
    if (!slot.swap(Table.CALLING, Table.ANSWERING)) {
      exchange.abandon(); // the supervisor has answered
      return;
    }
    if (error != null) {
      report(error);
    }
    metrics.count(method, System.nanoTime() - started, error != null);
    exchange.send(answer, calls.retiring());
    log.write(exchange.entry());
  }

  private Object result(Event event) throws Throwable {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(function.classes());
    try {
      Object result = function.handler().invokeExact(event, context);
      if (result instanceof CompletionStage<?> stage) { // TIMEOUT-3: the deadline interrupts this
        result = stage.toCompletableFuture().get();
      }
      return result;
    } catch (ExecutionException e) {
      throw e.getCause();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private void stream(Exchange exchange, Answer answer, Table.Slot slot, int method, long started) {
    if (!slot.swap(Table.CALLING, Table.STREAMING)) {
      exchange.abandon();
      return;
    }
    Throwable error = null;
    try {
      exchange.begin(answer, calls.retiring());
      exchange.flush();
      answer.stream().write(exchange.output());
    } catch (Throwable e) {
      error = e;
    }
    if (!slot.swap(Table.STREAMING, Table.ANSWERING)) {
      exchange.abandon(); // TIMEOUT-13
      return;
    }
    metrics.count(method, System.nanoTime() - started, error != null);
    if (error != null) {
      report(error);
      exchange.abandon(); // not as if it were whole
    } else {
      exchange.finish();
    }
    log.write(exchange.entry());
  }

  /** RESPONSE-12; a JVM that has run out of memory is replaced. */
  private void report(Throwable error) {
    error.printStackTrace();
    if (error instanceof VirtualMachineError && !(error instanceof StackOverflowError)) {
      link.send(Link.REPLACE, 0);
    }
  }

  @Override
  public void log(Request request, Response response, long time) {
    log.write(new Exchange(request, response).entry()); // what Tomcat has refused itself
  }

  @Override
  public boolean prepare(Request request, Response response) {
    return true;
  }

  @Override
  public boolean asyncDispatch(Request request, Response response, SocketEvent event) {
    return false;
  }

  @Override
  public void checkRecycled(Request request, Response response) {
    // Nothing is kept on them.
  }

  @Override
  public String getDomain() {
    return null; // no JMX
  }
}
