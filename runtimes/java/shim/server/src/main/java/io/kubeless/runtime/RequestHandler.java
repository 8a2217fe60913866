package io.kubeless.runtime;

import io.kubeless.Event;

/** Answers requests with the function, or refuses them. */
final class RequestHandler {
  private final RunningCalls calls;
  private final FunctionCaller caller;
  private final long bodyLimit;

  /**
   * @param bodyLimit bytes that a body may have once it is decoded
   */
  RequestHandler(RunningCalls calls, FunctionCaller caller, long bodyLimit) {
    this.calls = calls;
    this.caller = caller;
    this.bodyLimit = bodyLimit;
  }

  /** Answers a whole request; returns when its answer has been sent. */
  void serve(int slot, RequestHead head, byte[] body) {
    Event event;
    try {
      event = EventReader.read(head, body, bodyLimit);
    } catch (BadRequestException e) {
      refuse(slot, Answer.refusal(e));
      return;
    }
    RunningCalls.Call call = calls.tryBegin(slot);
    if (call != null) {
      call(slot, event, call);
    } else if (WorkerLibrary.queue(slot)) {
      call(slot, event, calls.begin(slot));
    }
  }

  private void call(int slot, Event event, RunningCalls.Call place) {
    if (place == null) {
      refuse(slot, Answer.refusal(503));
      return;
    }
    try (place) {
      caller.call(slot, event, place);
    }
  }

  /** Answers for an error of the shim itself. */
  void fail(int slot, Throwable error) {
    FunctionCaller.report(error);
    refuse(slot, Answer.refusal(500));
  }

  private static void refuse(int slot, Answer answer) {
    WorkerLibrary.answer(
        slot, answer.status(), WorkerLibrary.NO_CALL, answer.fields(), answer.bytes());
  }
}
