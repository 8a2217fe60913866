import assert from "node:assert/strict";
import { once } from "node:events";
import { afterEach, beforeEach, test } from "node:test";
import { Leases } from "../../shim/leases.js";
import {
  createLedgerFile,
  LedgerReader,
  LedgerWriter,
} from "../../shim/ledger.js";
import { receive, useConnections } from "./connections.js";

const get = (path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
const connection = useConnections();
let reader;
let ledger;
let leases;
let reports;
let clients;
let served;

beforeEach(() => {
  const descriptor = createLedgerFile();
  ledger = new LedgerWriter(descriptor);
  reader = new LedgerReader(descriptor);
  [clients, reports, served] = [[], [], []];
  const own = reports;
  leases = new Leases({
    ledger,
    serve(request, response) {
      served.push(request.url);
      if (request.method === "GET") response.end(request.url);
    },
    report: (released) => own.push(released),
  });
});

afterEach(() => {
  for (const client of clients) client.destroy();
  reader.close();
});

/** Give a new connection to the worker, of which `head` has been read; return the client's end. */
async function give(slot, head, serial = slot + 1) {
  const [client, socket] = await connection();
  clients.push(client);
  leases.begin({ slot, serial, head: Buffer.from(head) }, socket);
  // However slow this machine is: a connection is given back when the test says so.
  for (const { limits } of leases.all) limits.idle = Infinity;
  return client;
}

async function until(condition) {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Two connections whose first requests are answered. */
async function two() {
  const pair = [await give(0, get("/0")), await give(1, get("/1"))];
  await Promise.all(
    pair.map((client, slot) => receive(client, new RegExp(`/${slot}$`))),
  );
  return [...pair, leases.all[0]];
}

const begin = (lease) =>
  ledger.begin("GET", "", lease.slot, leases.cleanBeside(lease));

test("several connections are served in one process", async () => {
  const [first, second] = await two();
  first.write(get("/again"));
  await receive(first, /\/again$/);
  second.write(get("/too"));
  await receive(second, /\/too$/);
});

test("idle connections are clean, one with half a request isn't", async () => {
  const [, second, lease] = await two();
  assert.equal(leases.cleanBeside(lease), 0b10);
  second.write("GET / HT");
  await until(() => leases.cleanBeside(lease) === 0);
});

test("while a call lasts, nothing is read from the others", async () => {
  const [, second, lease] = await two();
  begin(lease);
  leases.hold(lease);
  second.write(get("/waits"));
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.deepEqual(served, ["/0", "/1"]);
  ledger.end(false);
  leases.settle(lease);
  await receive(second, /\/waits$/);
});

test("a connection that is revoked is given back unread", async () => {
  const [, second, lease] = await two();
  begin(lease);
  leases.hold(lease);
  second.write(get("/elsewhere"));
  reader.revoke(1, 2);
  await until(() => ledger.age > 0.01);
  ledger.end(false);
  leases.settle(lease);
  assert.deepEqual(reports, [{ slot: 1, serial: 2, how: "idle" }]);
  await until(() => !leases.all[1].socket);
  assert.deepEqual(served, ["/0", "/1"]);
});

test("a connection that comes in a call, or was revoked on its way, is refused", async () => {
  const [, , lease] = await two();
  begin(lease);
  await give(2, get("/refused"));
  reader.revoke(1, 4);
  await until(() => ledger.age > 0.01);
  ledger.end(false);
  leases.settle(lease);
  await give(3, get("/revoked"));
  const refused = reports.filter(({ how }) => how === "refused");
  assert.deepEqual(
    refused.map(({ serial }) => serial),
    [3, 4],
  );
  await give(3, get("/welcome"), 5);
  await until(() => served.includes("/welcome"));
});

test("of two that come at once, the second is refused where the first takes its time", async () => {
  const serve = leases.serve;
  leases.serve = (request, response) => {
    begin(leases.of(request));
    serve.call(leases, request, response);
  };
  const sockets = [];
  for (let count = 0; count < 2; count += 1) {
    const [client, socket] = await connection();
    clients.push(client);
    sockets.push(socket);
  }
  const head = Buffer.from(get("/"));
  for (const [slot, socket] of sockets.entries()) {
    leases.begin({ slot, serial: slot + 1, head }, socket);
  }
  await until(() => reports.length > 0);
  assert.deepEqual(reports, [{ slot: 1, serial: 2, how: "refused" }]);
  assert.deepEqual(served, ["/"]);
  ledger.end(false);
  leases.settle(leases.all[0]);
});

test("a request that is slow to come shares with nobody", async () => {
  const [first] = await two();
  first.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n");
  await until(() => reports.length > 0);
  assert.deepEqual(reports, [{ slot: 1, serial: 2, how: "idle" }]);
  await give(2, get("/refused"));
  assert.equal(reports.at(-1).how, "refused");
});

test("who waits gets the worker's connections", async () => {
  await two();
  leases.yield();
  await until(() => reports.length === 2);
  assert.ok(reports.every(({ how }) => how === "idle"));
});

test("a drain gives all back, and those that come later after their request", async () => {
  await two();
  leases.drain();
  assert.equal(reports.length, 2);
  const late = await give(2, get("/last"));
  await receive(late, /Connection: close[^]*\/last$/i);
});

test("a connection that has ended on its way is reported", () => {
  leases.begin({ slot: 0, serial: 1, head: Buffer.alloc(0) }, undefined);
  assert.deepEqual(reports, [{ slot: 0, serial: 1, how: "closed" }]);
});

test("an expectation that isn't met leaves the connection free", async () => {
  const client = await give(
    0,
    "GET / HTTP/1.1\r\nHost: x\r\nExpect: tea\r\n\r\n",
  );
  await receive(client, /417/);
  leases.yield();
  await until(() => reports.length === 1);
});

test("a probe that is answered in a call leaves what was revoked in it", async () => {
  const [, , lease] = await two();
  begin(lease);
  leases.hold(lease);
  reader.revoke(1, 2);
  ledger.skip();
  await until(() => ledger.age > 0.01);
  ledger.end(false);
  leases.settle(lease);
  assert.deepEqual(reports, [{ slot: 1, serial: 2, how: "idle" }]);
});

test("who waits for a call to end gets its turn", async () => {
  const [, , lease] = await two();
  begin(lease);
  const turn = leases.turn();
  ledger.end(false);
  leases.settle(lease);
  await turn;
});

test("an answer that is broken off beside another's call is reported as that", async () => {
  const [first, , lease] = await two();
  leases.serve = () => lease.cut();
  begin(leases.all[1]);
  leases.hold(leases.all[1]);
  lease.cut();
  await once(first, "close").catch(() => {});
  ledger.end(false);
  leases.settle(leases.all[1]);
  await until(() => reports.length > 0);
  assert.deepEqual(reports, [{ slot: 0, serial: 1, how: "reset" }]);
});
