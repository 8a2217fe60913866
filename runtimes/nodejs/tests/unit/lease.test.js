import assert from "node:assert/strict";
import { createServer } from "node:http";
import { afterEach, beforeEach, test } from "node:test";
import { Lease } from "../../shim/lease.js";
import { receive, useConnections } from "./connections.js";

const GET = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
const POST = "POST / HTTP/1.1\r\nHost: x\r\n";
const connection = useConnections();
let lease;
let calling;
let serve;
let reported;
let client;

beforeEach(() => {
  calling = false;
  serve = (request, response) => response.end(request.url);
  const server = createServer({ keepAliveTimeout: 0 });
  server.emit("listening");
  reported = new Promise((resolve) => {
    lease = new Lease({
      server,
      isCalling: () => calling,
      isParsing: () => false,
      serve: (...all) => serve(...all),
      report: resolve,
    });
  });
});

afterEach(() => client.destroy());

/** Let the lease serve a new connection, of which `head` has been read. */
async function begin(head) {
  let socket;
  [client, socket] = await connection();
  lease.begin(socket, Buffer.from(head));
}

const received = (pattern) => receive(client, pattern);

test("an idle connection is given back", async () => {
  await begin(GET);
  assert.match(await received(/\/$/), /^HTTP\/1\.1 200/);
  assert.equal(await reported, "idle");
});

test("a client that leaves is reported", async () => {
  serve = () => client.destroy();
  await begin(GET);
  assert.equal(await reported, "closed");
});

test("pipelined requests are called one after the other", async () => {
  const order = [];
  serve = (request, response) => {
    order.push(`begin ${request.url}`);
    setTimeout(() => {
      order.push(`end ${request.url}`);
      response.end(request.url);
    }, 10);
  };
  await begin(GET + GET.replace("/", "/second"));
  await received(/\/second$/);
  const expected = ["begin /", "end /", "begin /second", "end /second"];
  assert.deepEqual(order, expected);
});

test("a drain lets the request in progress be the last", async () => {
  serve = (request, response) => {
    lease.drain();
    response.end("last");
  };
  await begin(GET + GET);
  lease.draining = true;
  assert.match(await received(/last$/), /Connection: close/i);
  assert.equal(await reported, "closed");
});

test("who waits gets the worker after the request in progress", async () => {
  await begin(GET);
  lease.yield();
  assert.equal(await reported, "idle");
});

test("what is not HTTP is answered 400", async () => {
  await begin("GET / HTTP/1.1\r\nno colon\r\n\r\n");
  assert.match(await received(/Bad Request$/), /^HTTP\/1\.1 400/);
  assert.equal(await reported, "closed");
});

test("an answer is broken off", async () => {
  serve = (request, response) => {
    response.write("part");
    lease.cut();
  };
  await begin(GET);
  assert.equal(await reported, "reset");
});

test("a body that stalls doesn't keep the worker", async () => {
  lease.limits.stalled = 50;
  serve = () => {};
  await begin(`${POST}Content-Length: 9\r\n\r\n`);
  assert.equal(await reported, "closed");
});

const CHUNKED = `${POST}Transfer-Encoding: chunked\r\n\r\n`;
for (const [what, rest, piece] of [
  ["a body that never ends", CHUNKED, "1\r\nx\r\n"],
  ["a head that never ends", `${GET}GET / HTTP/1.1\r\nX: `, "x"],
]) {
  test(`${what} doesn't keep the worker`, async () => {
    lease.limits.withoutCall = 200;
    if (rest.startsWith("POST")) serve = () => {};
    await begin(rest);
    const drip = setInterval(() => client.write(piece), 20);
    client.resume();
    assert.equal(await reported, "closed");
    clearInterval(drip);
  });
}

test("a call may take as long as it likes", async () => {
  lease.limits.withoutCall = 50;
  serve = (request, response) => {
    calling = true;
    setTimeout(() => {
      calling = false;
      response.end("done");
    }, 200);
  };
  await begin(GET);
  await received(/done$/);
  assert.equal(await reported, "idle");
});
