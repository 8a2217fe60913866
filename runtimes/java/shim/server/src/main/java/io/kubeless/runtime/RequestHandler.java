package io.kubeless.runtime;

import io.kubeless.Event;

/** Answers requests with the function, or refuses them. */
final class RequestHandler {
  private final RunningCalls calls;
  private final FunctionCaller caller;

  RequestHandler(RunningCalls calls, FunctionCaller caller) {
    this.calls = calls;
    this.caller = caller;
  }

  /** Answers a whole request; returns when its answer has been sent. */
  void serve(int slot, RequestHead head, byte[] body) {
    Event event;
    try {
      event = EventReader.read(head, body);
    } catch (BadRequestException e) {
      refuse(slot, e.status);
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
      refuse(slot, 503);
      return;
    }
    try (place) {
      caller.call(slot, event, place);
    }
  }

  /** Answers for an error of the shim itself. */
  void fail(int slot, Throwable error) {
    FunctionCaller.report(error);
    refuse(slot, 500);
  }

  private static void refuse(int slot, int status) {
    Answer answer = Answer.refusal(status);
    WorkerLibrary.answer(slot, status, WorkerLibrary.NO_CALL, answer.fields(), answer.bytes());
  }
}
