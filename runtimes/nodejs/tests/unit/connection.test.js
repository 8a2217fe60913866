import assert from "node:assert/strict";
import { Socket } from "node:net";
import { afterEach, beforeEach, mock, test } from "node:test";
import { Connections } from "../../shim/connections.js";
import { SENT } from "../../shim/worker_library.js";

const REQUEST = Buffer.from("GET /path HTTP/1.1\r\nHost: x\r\n\r\n");
const turn = () => new Promise((resolve) => setImmediate(resolve));
let library;
let serve;
let tell;

beforeEach(() => {
  library = {
    address: mock.fn(() => "192.0.2.1"),
    end: mock.fn(() => true),
    send: mock.fn(() => SENT.whole),
    finish: mock.fn(() => false),
    abort: mock.fn(),
    next: mock.fn(),
  };
  serve = mock.fn();
  tell = new Connections(library, (...given) => serve(...given)).listeners;
});

afterEach(() => mock.restoreAll());

/** Deliver a request (the first one of a connection is parsed in the next turn), and return `[request, response, connection]`, as a function sees them. */
async function deliver(bytes = REQUEST, ...line) {
  tell.request(3, bytes, false, ...line);
  await turn();
  const [request, response] = serve.mock.calls.at(-1).arguments;
  return [request, response, request.socket];
}

/** Answer as the application does, which tells the connection that the end comes. */
function answer([, response, connection], body = "text") {
  connection.answerEnds(response.statusCode, body.length);
  response.end(body);
}

const called = (method) =>
  library[method].mock.calls.map((call) => call.arguments);

test("a connection is a socket with the client's address", async () => {
  const [request] = await deliver();
  assert.ok(request.socket instanceof Socket);
  assert.equal(request.socket.remoteAddress, "192.0.2.1");
  assert.equal(request.socket.remoteFamily, "IPv4");
  assert.deepEqual(called("address"), [[3]]);
});

test("an answer is recorded before its first byte, and sent at once", async () => {
  library.send.mock.mockImplementation(() => {
    assert.deepEqual(called("end"), [[3, 1, 200, 4]]);
    return SENT.whole;
  });
  answer(await deliver());
  assert.equal(library.send.mock.callCount(), 1);
});

test("the next request is asked for when the answer has been sent", async () => {
  library.send.mock.mockImplementation(() => SENT.later);
  answer(await deliver());
  await turn();
  assert.deepEqual(called("finish"), []);
  tell.sent(3);
  await turn();
  assert.deepEqual(called("finish"), [[3, true]]);
});

test("a request that has arrived meanwhile is delivered in a later turn", async () => {
  library.finish.mock.mockImplementation(() => true);
  answer(await deliver());
  await turn();
  await turn();
  assert.equal(library.next.mock.callCount(), 1);
});

test("one connection serves several requests", async () => {
  answer(await deliver());
  await turn();
  const [, , first] = await deliver();
  const [, , second] = await deliver();
  assert.equal(first, second);
});

test("a call that goes on after its answer keeps the connection", async () => {
  const given = await deliver();
  const endCall = given[2].beginCall();
  answer(given);
  await turn();
  assert.deepEqual(called("finish"), []);
  endCall();
  assert.deepEqual(called("finish"), [[3, true]]);
});

test("a request that asks for it is the last one", async () => {
  answer(
    await deliver(
      Buffer.from("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
    ),
  );
  await turn();
  await turn();
  assert.deepEqual(called("finish"), [[3, false]]);
});

test("a connection knows its last answer", async () => {
  tell.request(3, REQUEST, true);
  await turn();
  assert.equal(serve.mock.calls[0].arguments[0].socket.last, true);
  const [, , connection] = await deliver();
  assert.equal(connection.last, false);
});

test("a connection that is destroyed in its answer looks broken to the client", async () => {
  const [, response, connection] = await deliver();
  response.write("first");
  connection.destroy();
  await turn();
  assert.deepEqual(called("abort"), [[3, 1, 200, 0]]);
  assert.deepEqual(called("finish"), []);
});

test("a connection that is destroyed while its call runs is given back after the call", async () => {
  const [, , connection] = await deliver();
  const endCall = connection.beginCall();
  connection.destroy();
  await turn();
  assert.deepEqual(called("abort"), []);
  endCall();
  assert.equal(library.abort.mock.callCount(), 1);
});

test("a slot whose connection was lost gets another one", async () => {
  const given = await deliver();
  answer(given);
  await turn();
  tell.lost(3);
  assert.ok(given[2].destroyed);
  const [, , connection] = await deliver();
  assert.notEqual(connection, given[2]);
});

test("an answer that the supervisor has given in its place is not sent", async () => {
  library.end.mock.mockImplementation(() => false);
  const given = await deliver();
  answer(given);
  await turn();
  assert.ok(given[2].destroyed);
  assert.deepEqual(called("send"), []);
  assert.deepEqual(called("finish"), []);
  assert.equal(library.abort.mock.callCount(), 1);
});

test("a function learns that its client has closed its side, and may still answer", async () => {
  const given = await deliver();
  const events = [];
  given[0].on("aborted", () => events.push("aborted"));
  given[0].on("close", () => events.push("request"));
  given[1].on("close", () => events.push("response"));
  tell.clientClosed(3, false);
  assert.deepEqual(events, ["aborted", "request", "response"]);
  answer(given);
  await turn();
  assert.equal(library.send.mock.callCount(), 1);
  assert.deepEqual(called("finish"), [[3, true]]);
});

test("a client that closes its side in the middle of the answer ends it", async () => {
  const [, response] = await deliver();
  const closed = mock.fn();
  response.on("close", closed);
  response.write("first");
  tell.clientClosed(3, false);
  await turn();
  assert.equal(closed.mock.callCount(), 1);
  assert.equal(library.abort.mock.callCount(), 1);
});

test("a client that resets its connection ends the answer", async () => {
  const [, response] = await deliver();
  tell.clientClosed(3, true);
  await turn();
  assert.ok(response.destroyed);
  assert.equal(library.abort.mock.callCount(), 1);
});

test("method and target come from the library if Node's parser refuses them", async () => {
  const [request] = await deliver(REQUEST, "PURGE", "/grün");
  assert.equal(request.method, "PURGE");
  assert.equal(request.url, "/grün");
});

test("`100 Continue` is the library's, and keeps the connection", async () => {
  const head = "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\n";
  const given = await deliver(Buffer.from(`${head}Content-Length: 0\r\n\r\n`));
  answer(given);
  await turn();
  assert.equal(library.send.mock.callCount(), 1);
  assert.match(String(called("send")[0][1]), /Connection: keep-alive/);
  assert.deepEqual(called("finish"), [[3, true]]);
});

test("a request with the method of HTTP/2's preface is served", async () => {
  const given = await deliver(REQUEST, "PRI", "/");
  assert.equal(given[0].method, "PRI");
  await turn();
  assert.equal(given[2].destroyed, false);
});

test("what Node's parser refuses is answered 400 without a call", async () => {
  tell.request(3, Buffer.from("GET / HTTP/1.1\r\nHost x\r\n\r\n"));
  await turn();
  assert.equal(serve.mock.callCount(), 0);
  assert.deepEqual(called("end"), [[3, 0, 400, 12]]);
  assert.match(
    String(called("send")[0][1]),
    /^HTTP\/1\.1 400 .*Bad Request\n$/s,
  );
  await turn();
  assert.deepEqual(called("finish"), [[3, false]]);
});

test("pieces that Node sends together leave in one send", async () => {
  const [, response, connection] = await deliver();
  connection.answerEnds(200, 4);
  response.end(Buffer.from("text"));
  assert.equal(library.send.mock.callCount(), 1);
  assert.match(String(called("send")[0][1]), /^HTTP\/1\.1 200 OK.*text$/s);
});

test("a timeout counts from the last byte", async (context) => {
  const [, response, connection] = await deliver();
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const listener = mock.fn();
  connection.setTimeout(100, listener);
  context.mock.timers.tick(90);
  response.write("piece");
  await turn();
  context.mock.timers.tick(90);
  assert.equal(listener.mock.callCount(), 0);
  context.mock.timers.tick(10);
  assert.equal(listener.mock.callCount(), 1);
});
