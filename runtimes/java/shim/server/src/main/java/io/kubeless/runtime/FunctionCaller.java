package io.kubeless.runtime;

import io.kubeless.Context;
import io.kubeless.Event;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;

/** Calls the function and answers with its result. */
final class FunctionCaller {
  private final Loader.Function function;
  private final Context context;
  private final RunningCalls calls;

  FunctionCaller(Settings settings, Loader.Function function, RunningCalls calls) {
    this.function = function;
    this.calls = calls;
    context = // REQUEST-21
        new Context(
            settings.handler(), settings.timeout(), settings.runtime(), settings.memoryLimit());
  }

  /** Calls and answers, unless the supervisor is faster. */
  void call(int slot, Event event, RunningCalls.Call call) {
    if (!WorkerLibrary.call(slot)) {
      return;
    }
    Answer answer;
    StreamOutput stream = null;
    Throwable error = null;
    try {
      answer = Answer.of(result(event));
      if (answer.stream() != null) {
        stream = new StreamOutput(slot, answer);
        answer.stream().write(stream);
        answer = stream.whole();
      }
    } catch (Throwable e) { // FAILURE-1: whatever it is
      error = e;
      answer = Answer.refusal(500); // RESPONSE-11
    }
    call.close(); // a client that reads slowly holds no place (CONCURRENCY-6)
    boolean streams = stream != null && stream.begun();
    boolean failed = error != null && !(streams && stream.broken());
    if (failed && WorkerLibrary.owns(slot)) {
      report(error);
    }
    int outcome = failed ? WorkerLibrary.FAILED_CALL : WorkerLibrary.CALL;
    if (streams) {
      stream.end(outcome, error == null);
    } else {
      send(slot, answer, outcome);
    }
  }

  private static void send(int slot, Answer answer, int outcome) {
    if (!WorkerLibrary.answer(slot, answer.status(), outcome, answer.fields(), answer.bytes())) {
      System.err.printf(
          "error: the status `%d` or one of the headers `%s` can't be sent%n",
          answer.status(), answer.headers());
      send(slot, Answer.refusal(500), WorkerLibrary.FAILED_CALL);
    }
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

  /** RESPONSE-12; a JVM that has run out of memory is replaced. */
  static void report(Throwable error) {
    error.printStackTrace();
    if (error instanceof VirtualMachineError && !(error instanceof StackOverflowError)) {
      WorkerLibrary.replace();
    }
  }
}
