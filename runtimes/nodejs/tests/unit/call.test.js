import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { afterEach, beforeEach, mock, test } from "node:test";
import { runCall, surviveErrors } from "../../shim/call.js";

const context = { "function-name": "handler" };
let ledger;
let leases;
let written;
let listeners;

beforeEach(() => {
  written = "";
  mock.method(process.stderr, "write", (text) => (written += text));
  listeners = mock.method(process, "on", () => process);
  surviveErrors();
  listeners.mock.restore();
  ledger = { begin: mock.fn(), end: mock.fn() };
  leases = { hold: mock.fn(), cleanBeside: () => 0b10 };
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
  const request = { method: "GET", headers: {}, socket: {} };
  const extensions = { request, response };
  const lease = { slot: 0, cut: () => {} };
  await runCall({ ledger, leases, handler, context }, lease, { extensions });
  return response;
}

const ends = () =>
  ledger.end.mock.calls.map(({ arguments: [failed] }) => failed);

test("a call has its beginning and its end in the ledger", async () => {
  assert.equal((await call(() => "text")).body, "text");
  assert.equal(ledger.begin.mock.callCount(), 1);
  assert.ok(ends().every((failed) => failed === false) && ends().length > 0);
});

test("the ledger knows the other connections of which nothing is read", async () => {
  await call(() => "text");
  assert.equal(ledger.begin.mock.calls[0].arguments.at(-1), 0b10);
});

test("only a call that isn't over at once keeps the others from being read", async () => {
  await call(() => "text");
  assert.equal(leases.hold.mock.callCount(), 0);
  await call(async () => "text");
  assert.equal(leases.hold.mock.callCount(), 1);
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
  assert.deepEqual(ends(), [true]);
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
