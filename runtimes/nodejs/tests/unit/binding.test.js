// The compiled binding in a real worker, which the fake supervisor drives.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";

const SUPERVISOR = process.env.FAKE_SUPERVISOR ?? "fakesupervisor";
const WORKER = process.env.WORKER ?? "/opt/shim/worker.cjs";
const FOLDER = join(dirname(fileURLToPath(import.meta.url)), "functions");
const [FREE, HANDED, ACTIVE, ANSWERING, IDLE, , CLOSED] = [0, 1, 2, 3, 4, 5, 6];
const [READING, , CALLING] = [0, 1, 2];
const [STOP_CALL, RETIRE] = [18, 19];
let supervisor;
let lines;
let stderr;

/** Have the fake supervisor execute a command, and return its answer. */
async function command(...words) {
  supervisor.stdin.write(`${words.join(" ")}\n`);
  const { value } = await lines.next();
  const { error, ...answer } = JSON.parse(value);
  if (error !== undefined) throw new Error(`${words.join(" ")}: ${error}`);
  return answer;
}

beforeEach(() => start());

async function start(callsPerWorker = 1) {
  const env = {
    ...process.env,
    MOD_NAME: "driven",
    FUNC_HANDLER: "handler",
    KUBELESS_INSTALL_VOLUME: FOLDER,
    FUNC_TIMEOUT: "10",
    FUNC_CALLS_PER_WORKER: String(callsPerWorker),
  };
  supervisor = spawn(SUPERVISOR, [process.execPath, WORKER], { env });
  supervisor.stderr.on("data", (text) => (stderr += text));
  lines = createInterface({ input: supervisor.stdout })[Symbol.asyncIterator]();
  stderr = "";
  await command("await READY");
}

async function stop() {
  supervisor.stdin.end();
  if (supervisor.exitCode === null) await once(supervisor, "exit");
}

afterEach(stop);

/** Send a request on the connection in `slot`, which is opened if `isNew`. */
async function send(slot, path, { head = "", isNew = true } = {}) {
  if (isNew) await command("connect", slot);
  const text = `GET ${path} HTTP/1.1\r\nHost: x\r\n${head}\r\n`;
  await command("send", slot, JSON.stringify(text));
}

async function sendBytes(slot, text) {
  await command("connect", slot);
  await command("send", slot, JSON.stringify(text));
}

const receive = async (slot, text) =>
  (await command("receive", slot, JSON.stringify(text))).text;

test("a request is answered, recorded, and its connection waits for the next one", async () => {
  await send(0, "/hello?a=b", { head: "Referer: r\r\nUser-Agent: u\r\n" });
  assert.match(await receive(0, "hello"), /^HTTP\/1\.1 200 OK\r\n/);
  await command("wait", 0, IDLE);
  const { records } = await command("records");
  const [{ Status, Outcome, Bytes, Texts }] = records;
  assert.deepEqual([Status, Outcome, Bytes], [200, 1, 5]);
  const [, method, version, , target, referer, agent] = Texts;
  assert.deepEqual(
    [method, version, target, referer, agent],
    ["GET", "HTTP/1.1", "/hello?a=b", "r", "u"],
  );
});

test("what Node's parser would refuse reaches the function", async () => {
  await sendBytes(
    0,
    "PURGE http://x/\u00e9?q HTTP/1.2\r\nHost: x\r\nContent-Length:\t3\t\r\n\r\nabc",
  );
  const url = Buffer.from("/\u00e9?q").toString("hex");
  await receive(0, JSON.stringify({ method: "PURGE", url, data: "abc" }));
});

test("a body in chunks reaches the function whole, with what Node's parser would refuse", async () => {
  const chunks = "3 ; a = b\r\nabc\r\n2;\u00e9\r\nde\r\n0\r\n";
  const trailer = "Content-Length: 9\r\n";
  await sendBytes(
    0,
    `POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}${trailer}\r\n`,
  );
  await receive(0, '"data":"abcde"');
});

test("pipelined requests are answered in their order", async () => {
  const request = (path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
  await sendBytes(0, request("/sleep") + request("/hello"));
  const text = await receive(0, "hello");
  assert.match(text, /slept.*hello$/s);
  await command("wait", 0, IDLE);
  assert.equal((await command("records")).records.length, 2);
});

test("nothing is read of a connection while another one's call runs", async () => {
  await send(0, "/sleep");
  await command("wait", 0, ACTIVE);
  await send(1, "/hello");
  const { state } = await command("wait", 1, HANDED);
  assert.equal(state, HANDED);
  assert.deepEqual(await command("take", 1), { taken: true });
  await receive(0, "slept");
  await command("wait", 1, 0);
});

test("as many calls run beside each other as the header says, and nothing more is read", async () => {
  await stop();
  await start(2);
  for (const slot of [0, 1]) {
    await send(slot, "/sleep");
    await command("wait", slot, ACTIVE);
  }
  await send(2, "/hello");
  assert.equal((await command("wait", 2, HANDED)).state, HANDED);
  await receive(0, "slept");
  await receive(1, "slept");
  await receive(2, "hello");
  const slots = (await command("records")).records.map(({ Slot }) => Slot);
  assert.equal(slots.length, 3);
  assert.equal(slots[0], 0);
});

test("a call that is stopped sees its client gone, and those beside it go on", async () => {
  await stop();
  await start(2);
  await send(0, "/hangup");
  await command("wait", 0, ACTIVE);
  await send(1, "/sleep");
  await command("wait", 1, ACTIVE);
  await command("take", 0);
  await command("message", STOP_CALL, 0);
  await command("wait", 0, FREE);
  await receive(1, "slept");
});

test("an exit ends all calls of the process, each of which is told of", async () => {
  await stop();
  await start(2);
  await send(1, "/never");
  await command("wait", 1, ACTIVE);
  await send(0, "/exit");
  const slots = [];
  while (slots.length < 2) {
    slots.push((await command("await EXITING")).slot);
  }
  assert.deepEqual(slots, [0, 1]);
});

test("a request that is half read goes on being read, and waits for the call's end", async () => {
  await sendBytes(1, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n");
  assert.equal((await command("wait", 1, ACTIVE)).phase, READING);
  await send(0, "/sleep");
  await command("wait", 0, ACTIVE);
  await command("send", 1, '"abc"');
  await receive(0, "slept");
  await receive(1, '"data":"abc"');
});

test("a stream is ANSWERING and CALLING until it ends", async () => {
  await send(0, "/stream");
  await receive(0, "first");
  assert.equal((await command("wait", 0, ANSWERING)).phase, CALLING);
  await receive(0, "last");
  await command("wait", 0, IDLE);
  const { records } = await command("records");
  assert.equal(records[0].Bytes, 9);
});

test("a stream that fails is cut and recorded as a failure", async () => {
  await send(0, "/cut");
  await receive(0, "first");
  await command("wait", 0, CLOSED);
  const { records } = await command("records");
  assert.deepEqual([records[0].Status, records[0].Outcome], [200, 2]);
});

test("an answer larger than the socket's buffer is sent as the client takes it", async () => {
  await send(0, "/large", { head: "Connection: close\r\n" });
  const text = await receive(0, "");
  assert.equal(text.split("\r\n\r\n")[1].length, 8_000_000);
});

test("an exit in a call is told at once", async () => {
  await send(0, "/exit");
  assert.equal((await command("await EXITING")).slot, 0);
  assert.equal((await command("wait", 0, ACTIVE)).phase, CALLING);
});

test("a function learns that its client has closed its side, and may still answer", async () => {
  await send(0, "/hangup");
  await command("wait", 0, ACTIVE);
  await command("half-close", 0);
  await receive(0, "told");
});

test("a probe on a kept connection is the supervisor's", async () => {
  await send(0, "/hello");
  await receive(0, "hello");
  await command("wait", 0, IDLE);
  await send(0, "/readyz", { isNew: false });
  assert.equal((await command("await PROBE")).number, 1);
  await command("answer", 0, 503, '"draining\\n"');
  assert.match(await receive(0, "draining"), /^HTTP\/1\.1 503 /);
});

test("a process that a function starts inherits nothing of the supervisor's", async () => {
  await send(0, "/descriptors", { head: "Connection: close\r\n" });
  const text = await receive(0, "");
  const descriptors = text.split("\r\n\r\n")[1].split("\n");
  // 3 is the folder that `ls` reads: the first one that is free.
  for (const descriptor of ["4", "5"])
    assert.ok(!descriptors.includes(descriptor), text);
  assert.ok(descriptors.includes("3"), text);
});

test("a retired worker ends after what its calls have left behind", async () => {
  await send(0, "/background");
  await receive(0, "accepted");
  await command("wait", 0, IDLE);
  await command("message", RETIRE, 0);
  await command("take", 0);
  await assert.rejects(command("await EXITING"), /EOF/);
  assert.match(stderr, /background work is done/);
});
