import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, mock, test } from "node:test";
import { fileURLToPath } from "node:url";
import { LedgerWriter } from "../../shim/ledger.js";
import { readSettings } from "../../shim/settings.js";
import { Supervisor } from "../../shim/supervisor.js";

const WORKER = fileURLToPath(new URL("../../shim/worker.js", import.meta.url));
const FUNCTION = `
  exports.handler = async (event) => {
    const { url } = event.extensions.request;
    if (url === "/wait") await new Promise((resolve) => setTimeout(resolve, 300));
    if (url === "/never") await new Promise(() => {});
    if (url === "/exit") process.exit(3);
    if (url === "/stream") {
      event.extensions.response.write("part");
      await new Promise(() => {});
    }
    return String(process.pid);
  };`;
const folder = mkdtempSync(join(tmpdir(), "supervisor-"));
const lines = [];
let supervisor;

before(() => {
  writeFileSync(join(folder, "function.js"), FUNCTION);
  Object.assign(process.env, {
    MOD_NAME: "function",
    FUNC_HANDLER: "handler",
    KUBELESS_INSTALL_VOLUME: folder,
  });
});

after(() => rmSync(folder, { recursive: true }));

afterEach(async () => {
  await supervisor.drain();
  for (const client of supervisor.clients) client.close();
});

/** Start a supervisor with `variables` on a free port; return how to send it requests. */
async function start(variables = {}) {
  process.env.FUNC_LOG_FORMAT = "json";
  const environment = { ...process.env, ...variables };
  const settings = { ...readSettings(environment), port: 0 };
  lines.length = 0;
  supervisor = new Supervisor(settings, WORKER, {
    write: (text) => {
      for (const line of String(text).split("\n").filter(Boolean))
        lines.push(JSON.parse(line));
    },
    flush: async () => {},
  });
  await supervisor.start();
  const { port } = supervisor.listener.address();
  const ask = (path, options) =>
    fetch(`http://127.0.0.1:${port}${path}`, options);
  return { ask, port };
}

async function until(condition) {
  while (!(await condition()))
    await new Promise((resolve) => setTimeout(resolve, 10));
}

const executing = () => until(() => supervisor.workers.inFlight > 0);

test("calls and probes are answered", async () => {
  const { ask } = await start();
  assert.match(await (await ask("/")).text(), /^\d+$/);
  assert.equal((await ask("/healthz")).status, 200);
  assert.match(
    await (await ask("/metrics")).text(),
    /function_calls_total{method="GET"} 1/,
  );
  assert.deepEqual(lines, []);
});

test("a call past its deadline is answered 408, counted and logged", async () => {
  const { ask } = await start({ FUNC_TIMEOUT: "0.3" });
  assert.equal((await ask("/never", { method: "PUT" })).status, 408);
  const metrics = await (await ask("/metrics")).text();
  assert.match(metrics, /function_timeouts_total{method="PUT"} 1/);
  const [{ status, path, method }] = lines;
  assert.deepEqual([status, path, method], [408, "/never", "PUT"]);
});

test("the last call of a drain that passes its deadline is answered 408", async () => {
  const { ask } = await start({ FUNC_TIMEOUT: "0.5" });
  const answer = ask("/never");
  await executing();
  await supervisor.drain();
  assert.equal((await answer).status, 408);
  assert.deepEqual(
    lines.map(({ status }) => status),
    [408],
  );
  const [row] = supervisor.workers.counts().rows();
  assert.deepEqual([row.calls, row.failures, row.timeouts], [1, 1, 1]);
});

test("a drain completes what is in flight and refuses what is new", async () => {
  const { ask } = await start();
  const answer = ask("/wait");
  await executing();
  const drained = supervisor.drain();
  const refused = await ask("/");
  assert.equal(refused.status, 503);
  assert.equal(refused.headers.get("retry-after"), "1");
  assert.equal((await ask("/readyz")).status, 503);
  assert.equal((await ask("/healthz")).status, 200);
  assert.equal((await answer).status, 200);
  await drained;
});

test("what waits when the grace is over is answered", async () => {
  const { ask } = await start({ FUNC_WORKERS: "1", FUNC_TIMEOUT: "1" });
  supervisor.settings = { ...supervisor.settings, grace: 0.2 };
  const first = ask("/never");
  await executing();
  const second = ask("/");
  await until(() => supervisor.workers.queue.length === 1);
  await supervisor.drain();
  assert.equal((await first).status, 500);
  assert.equal((await second).status, 503);
});

test("a call that ends its worker is answered 500", async () => {
  const { ask } = await start();
  assert.equal((await ask("/exit")).status, 500);
  assert.equal((await ask("/")).status, 200);
});

test("an answer that has begun is cut off at the deadline", async () => {
  const { ask } = await start({ FUNC_TIMEOUT: "0.3" });
  const response = await ask("/stream");
  await assert.rejects(response.text());
  assert.equal(lines[0].status, 200);
});

test("over the concurrency is 503, over the limit of a body 413", async () => {
  const { ask } = await start({ FUNC_CONCURRENCY: "1", REQ_MB_LIMIT: "0.001" });
  const answer = ask("/wait");
  await executing();
  assert.equal((await ask("/")).status, 503);
  await answer;
  const body = "x".repeat(2000);
  assert.equal((await ask("/", { method: "POST", body })).status, 413);
});

test("requests that come together are counted, though a worker's calls are short", async () => {
  const { ask } = await start({ FUNC_CONCURRENCY: "2", FUNC_WORKERS: "1" });
  await (await ask("/")).text();
  const answers = await Promise.all(
    Array.from({ length: 6 }, () => ask("/wait")),
  );
  const count = (status) =>
    answers.filter((answer) => answer.status === status).length;
  assert.deepEqual([count(200), count(503)], [2, 4]);
});

test("a probe is answered on a connection that a worker still has", async () => {
  const { port } = await start();
  const socket = connect(port, "127.0.0.1").setEncoding("latin1");
  const request = (path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
  socket.write(request("/") + request("/readyz") + request("/metrics"));
  let text = "";
  while (!text.includes("function_in_flight"))
    text += (await once(socket, "data"))[0];
  assert.equal(text.match(/HTTP\/1\.1 200 OK/g).length, 3);
  assert.match(text, /Content-Type: text\/plain\r\n[^]*\nOK\r\n/);
  socket.destroy();
});

/** End the worker that has got the connection of `head`, and return what the client then gets. */
async function afterTheEnd(head) {
  const { port } = await start({ FUNC_WORKERS: "1" });
  const { workers } = supervisor;
  let ended = false;
  for (const worker of workers.all) {
    const { serve } = worker;
    worker.serve = function (client) {
      // A process that is stopped reads nothing until it is killed.
      if (!ended) process.kill(worker.child.pid, "SIGSTOP");
      serve.call(worker, client);
      if (!ended) process.kill(worker.child.pid, "SIGKILL");
      ended = true;
    };
  }
  const socket = connect(port, "127.0.0.1").setEncoding("latin1");
  socket.write(head);
  const [text] = await once(socket, "data");
  socket.destroy();
  return Number(text.split(" ")[1]);
}

test("a request that no call has begun for goes to another worker", async () => {
  assert.equal(await afterTheEnd("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), 200);
});

test("a request of which more may have been read is answered 500, and counted", async () => {
  const { port } = await start({ FUNC_WORKERS: "1" });
  const socket = connect(port, "127.0.0.1").setEncoding("latin1");
  socket.write(
    "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
  );
  const { workers } = supervisor;
  const holder = () =>
    [...workers.all].find(({ ledger }) => ledger.read().accepted > 0);
  await until(holder);
  process.kill(holder().child.pid, "SIGKILL");
  assert.match((await once(socket, "data"))[0], /^HTTP\/1\.1 500/);
  socket.destroy();
  const [row] = workers.counts().rows();
  assert.deepEqual([row.method, row.calls, row.failures], ["POST", 1, 1]);
  assert.equal(lines[0].status, 500);
});

test("short calls of many connections share a process, until one of them lasts", async () => {
  const { ask, port } = await start();
  supervisor.settings = { ...supervisor.settings, grace: 0.2 };
  const { workers } = supervisor;
  workers.lanes = 1;
  await (await ask("/")).text();
  const request = (path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
  const sockets = Array.from({ length: 4 }, () => connect(port, "127.0.0.1"));
  const load = sockets.map(async (socket) => {
    socket.setEncoding("latin1");
    for (let count = 0; count < 50; count += 1) {
      socket.write(request("/"));
      await once(socket, "data");
    }
  });
  await until(() => [...workers.all].some(({ held }) => held.size > 1));
  await Promise.all(load);
  await until(() => [...workers.all].some(({ state }) => state === "ready"));
  const [slow, fast] = sockets;
  slow.write(request("/never"));
  await executing();
  fast.write(request("/"));
  await once(fast, "data");
  assert.equal(workers.inFlight, 1);
  for (const socket of sockets) socket.destroy();
});

test("the lines of a worker that is killed are written", async () => {
  await start();
  const [{ ledger, child }] = supervisor.workers.all;
  new LedgerWriter(ledger.descriptor).keep(
    Buffer.from('{"path":"/kept"}\n'),
    0,
  );
  process.kill(child.pid, "SIGKILL");
  await until(() => lines.length > 0);
  assert.deepEqual(lines, [{ path: "/kept" }]);
});

test("a drain serves what was revoked with a request, and closes what had none", async () => {
  const { ask } = await start();
  const answer = ask("/wait");
  await executing();
  const drained = supervisor.drain();
  const client = (idle) => ({ idle, takeBack: mock.fn(), close: mock.fn() });
  const [waiting, idle, left] = [client(false), client(true), client(true)];
  const { released } = supervisor.workers.events;
  for (const each of [waiting, idle]) released(each, "revoked");
  released(left, "idle");
  await until(() => idle.close.mock.callCount() === 1);
  assert.deepEqual(waiting.takeBack.mock.calls[0].arguments, [
    { inFlight: true },
  ]);
  assert.equal(waiting.close.mock.callCount(), 0);
  assert.equal(left.takeBack.mock.callCount(), 0);
  assert.equal((await answer).status, 200);
  await drained;
});
