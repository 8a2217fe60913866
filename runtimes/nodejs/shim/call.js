// Runs the handler: one call at a time, its errors told from those of calls that have ended.

import { AsyncLocalStorage } from "node:async_hooks";
import { inspect } from "node:util";
import { describeRequest } from "./access_log.js";
import { sendValue } from "./answer.js";

const storage = new AsyncLocalStorage();

/** Write `error` whole to stderr (RESPONSE-12). */
export function reportError(error) {
  process.stderr.write(`${inspect(error)}\n`);
}

/** One execution of the handler; `wait()` is called where it isn't over at once. */
class Call {
  constructor(wait) {
    this.wait = wait;
    this.broken = new Promise((resolve, reject) => {
      this.break = reject;
    });
    this.broken.catch(() => {});
  }

  /** Return `value`, or wait for its promise; an error outside the promise ends the call too. */
  settle(value) {
    if (typeof value?.then !== "function") return value;
    this.wait();
    return Promise.race([value, this.broken]);
  }
}

let current = null;

/**
 * Keep the process alive at an error that nobody has caught. One of the call that runs now fails
 * that call; one of a call that has ended is only reported (FAILURE-3).
 */
export function surviveErrors() {
  process.on("uncaughtException", (error) => {
    const call = storage.getStore();
    if (call !== undefined && call === current) call.break(error);
    else reportError(error);
  });
  process.on("unhandledRejection", reportError);
}

/** Answer 500 without a word of the error (RESPONSE-11). */
function sendFailure(response) {
  for (const name of response.getHeaderNames()) {
    if (!name.startsWith("access-control-") && name !== "vary") response.removeHeader(name);
  }
  response.status(500).type("text/plain").end("Internal Server Error");
}

/** Call `handler` with the `event` of a request of `lease`, and send what it returns. */
export async function runCall({ ledger, leases, handler, context }, lease, event) {
  const { request, response } = event.extensions;
  const call = new Call(() => leases.hold(lease));
  current = call;
  const clean = leases.cleanBeside(lease);
  ledger.begin(request.method, describeRequest(request), lease.slot, clean);
  try {
    const value = await call.settle(storage.run(call, handler, event, { ...context }));
    await call.settle(sendValue(response, value, () => ledger.end(false)));
    ledger.end(false);
  } catch (error) {
    reportError(error);
    ledger.end(true);
    if (!response.headersSent) sendFailure(response);
    else if (!response.writableEnded) lease.cut();
  } finally {
    current = null;
  }
}
