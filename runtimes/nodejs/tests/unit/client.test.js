import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { after, afterEach, before, test } from "node:test";
import { Client } from "../../shim/client.js";

const PROBE = "GET /healthz HTTP/1.1\r\n";
const ROUTES = { "/healthz": { last: false }, "/last": {} };
const open = [];
let server;
let clients;

/** Answer what ROUTES names; let all else wait for the test. */
function route(client) {
  clients.push(client);
  const options = ROUTES[client.request.path];
  if (options) client.answer(200, "OK", options);
}

before(async () => {
  server = createServer((socket) => {
    new Client(socket, {
      route,
      reject: (client, status) => client.answer(status, "refused"),
      closed: () => {},
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});

after(() => server.close());

afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy();
});

/** Open a connection and send `pieces`. */
function send(...pieces) {
  clients = [];
  const socket = connect(server.address().port, "127.0.0.1");
  open.push(socket);
  socket.setEncoding("latin1");
  for (const piece of pieces) socket.write(piece);
  return socket;
}

/** Return all that `socket` gets until the server ends the connection. */
async function received(socket) {
  return (await socket.toArray()).join("");
}

const statuses = (text) =>
  [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => Number(match[1]));

async function until(condition) {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

test("several probes on one connection are answered in their order", async () => {
  const last = "GET /last HTTP/1.1\r\n\r\n";
  const text = await received(
    send(`${PROBE}\r\n\r\n${PROBE}\r\n`, `${PROBE}X: y\r\n\r\n${last}${PROBE}`),
  );
  assert.deepEqual(statuses(text), [200, 200, 200, 200]);
  assert.equal(text.match(/Connection: keep-alive/g).length, 3);
  assert.match(text, /Connection: close\r\n\r\nOK$/);
});

test("an answer to HEAD has no body", async () => {
  const text = await received(send("HEAD /last HTTP/1.1\r\n\r\n"));
  assert.match(text, /Content-Length: 2\r\n[^]*\r\n\r\n$/);
});

for (const [what, rest] of [
  ["a length that is none", "Content-Length: x\r\n\r\n"],
  ["a negative length", "Content-Length: -23\r\n\r\n"],
]) {
  test(`${what} is refused once`, async () => {
    const text = await received(send(PROBE + rest));
    assert.deepEqual(statuses(text), [400]);
  });
}

const SECOND = "GET /second HTTP/1.1\r\n\r\n";
for (const [what, rest] of [
  ["a short body", `Content-Length: ${SECOND.length}\r\n\r\n${SECOND}`],
  ["a long body", `Content-Length: 2000000\r\n\r\n${SECOND}`],
  ["a chunked body", `Transfer-Encoding: chunked\r\n\r\n${SECOND}`],
  ["a bare LF", `X: y\nTransfer-Encoding: chunked\r\n\r\n${SECOND}`],
  ["a space before a colon", `Content-Length : 26\r\n\r\n${SECOND}`],
]) {
  test(`${what} of a probe is never taken for a request`, async () => {
    const text = await received(send(PROBE + rest));
    assert.deepEqual(statuses(text), [200]);
    assert.equal(clients.length, 1);
    assert.match(text, /Connection: close/);
  });
}

test("a probe of HTTP/1.0 ends its connection", async () => {
  const text = await received(send("GET /healthz HTTP/1.0\r\n\r\n"));
  assert.deepEqual(statuses(text), [200]);
});

test("a short body is waited for, a long one or one of unknown length isn't", async () => {
  const socket = send("POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nab");
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(clients.length, 0);
  socket.write("cd");
  await until(() => clients.length === 1);
  assert.match(clients[0].handOver().toString(), /abcd$/);
  for (const line of ["Content-Length: 2000000", "Expect: 100-continue"]) {
    send(`POST / HTTP/1.1\r\n${line}\r\n\r\n`);
    await until(() => clients.length === 1);
  }
});

test("what comes after the hand-over is left for the worker until it gives back", async () => {
  const socket = send("GET / HTTP/1.1\r\n\r\n");
  await until(() => clients.length === 1);
  const [client] = clients;
  client.handOver();
  socket.write("GET /last HTTP/1.1\r\n\r\n");
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(clients.length, 1);
  client.takeBack();
  assert.deepEqual(statuses(await received(socket)), [200]);
  assert.equal(client.request.path, "/last");
});

test("an answer reaches who is still sending", async () => {
  const socket = send("POST /last HTTP/1.1\r\nContent-Length: 9000000\r\n\r\n");
  await once(socket, "readable");
  for (let count = 0; count < 90; count += 1) socket.write("x".repeat(100_000));
  assert.deepEqual(statuses(await received(socket)), [200]);
});

test("a reset is seen as one", async () => {
  const socket = send("GET / HTTP/1.1\r\n\r\n");
  await until(() => clients.length === 1);
  clients[0].reset();
  await assert.rejects(received(socket), { code: "ECONNRESET" });
});
