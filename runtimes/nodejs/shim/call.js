// Runs the handler: errors of calls that run are told from those of calls that have ended.

import { AsyncLocalStorage } from "node:async_hooks";
import { inspect } from "node:util";
import { sendValue } from "./answer.js";
import { OUTCOME } from "./worker_library.js";

/** @typedef {import("./event.js").Event} Event */

/** @type {AsyncLocalStorage<Call>} */
const storage = new AsyncLocalStorage();

/**
 * Write `error` whole to stderr (RESPONSE-12).
 *
 * @param {unknown} error
 */
export function reportError(error) {
  process.stderr.write(`${inspect(error)}\n`);
}

/** One execution of the handler. */
class Call {
  /** @type {(error: unknown) => void} */
  break = () => {};
  /** @type {Promise<never>} */
  broken = new Promise((resolve, reject) => {
    this.break = reject;
  });

  /** Whether an error of it can still be answered. */
  running = true;

  constructor() {
    this.broken.catch(() => {});
  }

  /**
   * Return `value`, or wait for its promise. An error outside the promise ends the call too, and so
   * does the end of the answer that the function has sent by itself.
   *
   * @param {any} value
   * @param {import("express").Response} response
   */
  settle(value, response) {
    if (typeof value?.then !== "function") return value;
    const answered = new Promise((resolve) => response.once("finish", () => resolve(undefined)));
    const settled = Promise.resolve(value);
    settled.catch((error) => this.running || reportError(error));
    return Promise.race([settled, this.broken, answered]);
  }
}

/**
 * Keep the process alive at an error that nobody has caught. One of a call that runs fails that
 * call; one of a call that has ended is only reported (FAILURE-3).
 */
export function surviveErrors() {
  process.on("uncaughtException", (error) => {
    const call = storage.getStore();
    if (call?.running) call.break(error);
    else reportError(error);
  });
  process.on("unhandledRejection", reportError);
}

/**
 * Answer 500 without a word of the error (RESPONSE-11).
 *
 * @param {import("express").Response} response
 */
function sendFailure(response) {
  for (const name of response.getHeaderNames()) {
    if (!name.startsWith("access-control-") && name !== "vary") response.removeHeader(name);
  }
  response.statusMessage = "";
  response.status(500).type("text/plain").end("Internal Server Error\n");
}

/**
 * Call `handler` with `event`, and send what it returns. Never rejects.
 *
 * @param {(event: Event, context: object) => any} handler
 * @param {Event} event
 * @param {object} context of which the function gets a copy
 */
export async function runCall(handler, event, context) {
  const { request, response } = event.extensions;
  const connection = /** @type {import("./connection.js").Connection} */ (request.socket);
  const endCall = connection.beginCall();
  const call = new Call();
  try {
    const value = await call.settle(storage.run(call, handler, event, { ...context }), response);
    await call.settle(sendValue(response, value), response);
  } catch (error) {
    reportError(error);
    connection.outcome = OUTCOME.failedCall;
    if (!response.headersSent) sendFailure(response);
    else if (!response.writableEnded) connection.destroy();
  } finally {
    call.running = false;
    endCall();
  }
}
