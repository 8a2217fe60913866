package io.kubeless.runtime;

import io.kubeless.Context;
import io.kubeless.Event;
import java.io.IOException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;

/** Calls the function and answers with its result. */
final class Caller {
  private final Loader.Function function;
  private final Context context;
  private final Calls calls;
  private final Metrics metrics;
  private final AccessLog log;
  private final Link link;

  Caller(
      Settings settings,
      Loader.Function function,
      Calls calls,
      Metrics metrics,
      AccessLog log,
      Link link) {
    this.function = function;
    this.calls = calls;
    this.metrics = metrics;
    this.log = log;
    this.link = link;
    context = // REQUEST-21
        new Context(
            settings.handler(), settings.timeout(), settings.runtime(), settings.memoryLimit());
  }

  /** Calls and answers, unless the supervisor was faster. */
  void call(Exchange exchange, Event event, Table.Slot slot, Calls.Call call, int method) {
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
    call.close(); // a client that reads slowly holds no worker's place (CONCURRENCY-6)
    if (error != null) {
      report(error);
    }
    metrics.count(method, System.nanoTime() - started, error != null);
    try {
      exchange.send(answer, calls.retiring());
    } catch (IOException e) {
      exchange.abandon(); // the client has gone
    }
    log.write(exchange.entry());
  }

  private Object result(Event event) throws Throwable {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(function.classes());
    try {
      Object result = function.handler().invokeExact(event, context);
      if (result instanceof CompletionStage<?> stage) { // TIMEOUT-3: the deadline interrupts this
        result = await(stage);
      }
      return result;
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private static Object await(CompletionStage<?> stage) throws Throwable {
    try {
      return stage.toCompletableFuture().get();
    } catch (ExecutionException e) {
      throw e.getCause();
    }
  }

  private void stream(Exchange exchange, Answer answer, Table.Slot slot, int method, long started) {
    slot.answered(answer.status());
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
}
