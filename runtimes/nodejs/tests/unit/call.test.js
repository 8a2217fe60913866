import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { afterEach, beforeEach, mock, test } from "node:test";
import { runCall, surviveErrors } from "../../shim/call.js";

const context = { "function-name": "handler" };
let connection;
let written;
let listeners;

beforeEach(() => {
  written = "";
  mock.method(process.stderr, "write", (text) => (written += text));
  listeners = mock.method(process, "on", () => process);
  surviveErrors();
  listeners.mock.restore();
  connection = { endCall: mock.fn(), destroy: mock.fn() };
  connection.beginCall = mock.fn(() => connection.endCall);
});

afterEach(() => mock.restoreAll());

/** Tell the shim of an error that nobody has caught. */
function uncaught(error) {
  const { calls } = listeners.mock;
  const [listener] = calls.filter(
    (call) => call.arguments[0] === "uncaughtException",
  );
  listener.arguments[1](error);
}

class Response extends EventEmitter {
  headers = {};
  getHeaderNames = () => Object.keys(this.headers);
  hasHeader = (name) => name in this.headers;
  setHeader = (name, value) => (this.headers[name] = value);
  removeHeader = (name) => delete this.headers[name];
  status(code) {
    this.statusCode = code;
    return this;
  }
  type = () => this;
  end(body) {
    this.body = body;
    this.writableEnded = this.writableFinished = this.headersSent = true;
  }
}

async function call(handler) {
  const response = new Response();
  const request = { method: "GET", headers: {}, socket: connection };
  const extensions = { request, response };
  await runCall(handler, { extensions }, context);
  return response;
}

test("the connection knows when a call begins and ends", async () => {
  let running;
  await call(() => {
    running = [
      connection.beginCall.mock.callCount(),
      connection.endCall.mock.callCount(),
    ];
    return "text";
  });
  assert.deepEqual(running, [1, 0]);
  assert.equal(connection.endCall.mock.callCount(), 1);
});

test("a call's changes to its context are its own", async () => {
  await call((event, given) => delete given["function-name"]);
  assert.deepEqual(context, { "function-name": "handler" });
});

test("an error outside of the promise fails the call", async () => {
  const response = await call(() => {
    uncaught(new Error("expected"));
    return new Promise(() => {});
  });
  assert.equal(response.statusCode, 500);
  assert.equal(connection.outcome, 2);
  assert.match(written, /Error: expected\n.* at /);
});

test("an error of a call that has ended fails no other", async () => {
  let late;
  await call(() => {
    late = new Promise((resolve) => setTimeout(resolve, 5)).then(() =>
      uncaught(new Error("late failure")),
    );
    return "first";
  });
  const response = await call(async () => {
    await late;
    return "second";
  });
  assert.equal(response.body, "second");
  assert.match(written, /late failure/);
});
