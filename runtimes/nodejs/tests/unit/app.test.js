import assert from "node:assert/strict";
import { connect } from "node:net";
import { Readable } from "node:stream";
import { after, before, beforeEach, mock, test } from "node:test";
import { gzipSync } from "node:zlib";
import { createApp } from "../../shim/app.js";
import { Connections } from "../../shim/connections.js";
import { FakeLibrary } from "./fake_library.js";

const [NO_CALL, CALL, FAILED_CALL] = [0, 1, 2];
let library;
let tell;
let address;
let written;
const service = {
  handler: () => {},
  context: { "function-name": "handler" },
  bodyLimit: 1000,
};
const app = createApp(service);

before(async () => {
  mock.method(process.stderr, "write", (text) => (written += text));
  library = new FakeLibrary();
  tell = new Connections(library, app).listeners;
  library.open(tell);
  address = await library.listen();
});

beforeEach(() => {
  written = "";
  library.records = [];
  library.aborted = [];
});

after(() => {
  mock.restoreAll();
  library.close();
});

/** Let `returned`, a function or a value, answer one request, and return the response. */
function ask(returned, { path = "/", ...options } = {}) {
  service.handler = typeof returned === "function" ? returned : () => returned;
  return fetch(address + path, options);
}

for (const [what, value, type, body] of [
  ["a string", "grüße", "text/html; charset=utf-8", "grüße"],
  ["an object", { a: 1 }, "application/json; charset=utf-8", '{"a":1}'],
  ["an array", [1, "b"], "application/json; charset=utf-8", '[1,"b"]'],
  ["a number", 42, "application/json; charset=utf-8", "42"],
  ["a boolean", false, "application/json; charset=utf-8", "false"],
  ["null", null, null, ""],
  ["undefined", undefined, null, ""],
  ["a Buffer", Buffer.from("bytes"), "application/octet-stream", "bytes"],
  [
    "a typed array",
    new Uint8Array([104, 105]),
    "application/octet-stream",
    "hi",
  ],
  [
    "an ArrayBuffer",
    new Uint8Array([104, 105]).buffer,
    "application/octet-stream",
    "hi",
  ],
  ["a promise", Promise.resolve("later"), "text/html; charset=utf-8", "later"],
]) {
  test(`${what} is answered`, async () => {
    const response = await ask(value);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), type);
    assert.equal(await response.text(), body);
  });
}

for (const [what, make] of [
  ["a Node stream", () => Readable.from([Buffer.from("a"), Buffer.from("b")])],
  ["a web stream", () => new Blob(["ab"]).stream()],
  ["a generator", () => ["a", "b"].values()],
  [
    "an async generator",
    async function* () {
      yield "a";
      yield "b";
    },
  ],
]) {
  test(`${what} is streamed`, async () => {
    const response = await ask(() => make());
    assert.equal(
      response.headers.get("content-type"),
      "application/octet-stream",
    );
    assert.equal(response.headers.get("content-length"), null);
    assert.equal(await response.text(), "ab");
  });
}

test("a generator may set the answer's headers", async () => {
  const response = await ask(async function* (event) {
    event.extensions.response.status(201).type("text/csv");
    yield "a,b";
  });
  assert.equal(response.status, 201);
  assert.equal(response.headers.get("content-type"), "text/csv; charset=utf-8");
  assert.equal(await response.text(), "a,b");
});

test("a generator without a piece is an empty answer", async () => {
  const response = await ask(() => [].values());
  assert.equal(response.status, 200);
  assert.equal(await response.text(), "");
});

test("a generator that fails before its first piece is answered 500", async () => {
  const response = await ask(async function* (event) {
    yield event.missing.piece;
  });
  assert.equal(response.status, 500);
});

test("status and headers are the function's", async () => {
  const response = await ask((event) => {
    event.extensions.response
      .status(201)
      .append("X-A", "1")
      .append("X-A", "2")
      .type("text");
    return "made";
  });
  assert.equal(response.status, 201);
  assert.equal(response.headers.get("x-a"), "1, 2");
  assert.equal(
    response.headers.get("content-type"),
    "text/plain; charset=utf-8",
  );
});

test("204 has no body", async () => {
  const response = await ask((event) => {
    event.extensions.response.status(204);
    return "dropped";
  });
  assert.equal(response.status, 204);
  assert.equal(response.headers.get("content-type"), null);
});

test("a function writes the answer itself", async () => {
  const response = await ask(({ extensions }) => {
    extensions.response.write("a");
    setTimeout(() => extensions.response.end("b"), 10);
  });
  assert.equal(await response.text(), "ab");
});

for (const [what, fail] of [
  [
    "an error",
    () => {
      throw new Error("secret");
    },
  ],
  ["a rejection", () => Promise.reject(new Error("secret"))],
  ["a thrown string", () => Promise.reject("secret")],
  ["what can't be serialised", () => () => "secret"],
  ["a BigInt", () => 1n],
]) {
  test(`${what} is 500, without a word of it, and counts as a failure`, async () => {
    const response = await ask(() => fail(), { method: "PUT" });
    assert.equal(response.status, 500);
    assert.equal(await response.text(), "Internal Server Error\n");
    assert.deepEqual(library.records, [
      { outcome: FAILED_CALL, status: 500, bytes: 22 },
    ]);
    assert.notEqual(written, "");
  });
}

test("an error leaves none of the function's headers", async () => {
  const response = await ask((event) => {
    event.extensions.response.set("X-Own", "1");
    throw new Error("late");
  });
  assert.equal(response.headers.get("x-own"), null);
});

test("an error in an answer that has begun breaks it off", async () => {
  const response = await ask(async function* () {
    yield "a";
    throw new Error("late");
  });
  await assert.rejects(response.text());
});

test("a body up to the limit is the function's", async () => {
  const body = "x".repeat(1000);
  assert.equal(
    await (await ask((event) => event.data, { method: "POST", body })).text(),
    body,
  );
});

test("a content encoding is undone, and counts unpacked", async () => {
  const headers = { "Content-Encoding": "gzip", "Content-Type": "text/plain" };
  const send = (text) =>
    ask((event) => event.data, {
      method: "POST",
      headers,
      body: gzipSync(text),
    });
  assert.equal(await (await send("text")).text(), "text");
  assert.equal((await send("x".repeat(1001))).status, 413);
});

test("an unknown content encoding is 415, a broken one 400", async () => {
  const send = (encoding) =>
    ask("unreached", {
      method: "POST",
      headers: { "Content-Encoding": encoding },
      body: "x",
    });
  const unknown = await send("zap");
  assert.equal(unknown.status, 415);
  assert.equal(unknown.headers.get("accept-encoding"), "gzip, deflate, br");
  assert.equal((await send("gzip")).status, 400);
});

test("the raw body is there", async () => {
  const headers = { "Content-Type": "application/json" };
  const read = (event) => event.extensions.request.rawBody.toString();
  const response = await ask(read, {
    method: "POST",
    headers,
    body: '{ "a":1 }',
  });
  assert.equal(await response.text(), '{ "a":1 }');
});

test("a multipart form can be read from the request", async () => {
  const body = new FormData();
  body.set("field", "value");
  const read = async ({ extensions: { request } }) => {
    const { headers } = request;
    return (
      await new Response(Readable.toWeb(request), { headers }).formData()
    ).get("field");
  };
  assert.equal(
    await (await ask(read, { method: "POST", body })).text(),
    "value",
  );
});

test("malformed JSON is 400 without a call", async () => {
  const headers = { "Content-Type": "application/json" };
  const called = mock.fn();
  assert.equal(
    (await ask(called, { method: "POST", headers, body: "{" })).status,
    400,
  );
  assert.equal(called.mock.callCount(), 0);
  assert.deepEqual(library.records, [
    { outcome: NO_CALL, status: 400, bytes: 12 },
  ]);
});

test("every origin is allowed, unless the function names one", async () => {
  const allowed = async (returned) =>
    (await ask(returned)).headers.get("access-control-allow-origin");
  assert.equal(await allowed("any"), "*");
  const own = ({ extensions }) =>
    void extensions.response.set("Access-Control-Allow-Origin", "b");
  assert.equal(await allowed(own), "b");
});

test("an answer is recorded with its status and the bytes of its body", async () => {
  await ask((event) => {
    event.extensions.response.status(201);
    return "grüße";
  });
  assert.deepEqual(library.records, [{ outcome: CALL, status: 201, bytes: 7 }]);
});

test("a streamed answer is recorded with all bytes", async () => {
  const response = await ask(async function* (event) {
    event.extensions.response.status(202);
    yield "ab";
    yield "c";
  });
  assert.equal(await response.text(), "abc");
  assert.deepEqual(library.records, [{ outcome: CALL, status: 202, bytes: 3 }]);
});

test("a stream that fails is recorded as a failure with the status that was sent", async () => {
  const response = await ask(async function* () {
    yield "a";
    throw new Error("late");
  });
  await assert.rejects(response.text());
  assert.deepEqual(library.records, []);
  assert.deepEqual(library.aborted, [
    { outcome: FAILED_CALL, status: 200, bytes: 1 },
  ]);
});

test("HEAD sends no body and counts none", async () => {
  const response = await ask("text", { method: "HEAD" });
  assert.equal(response.headers.get("content-length"), "4");
  assert.deepEqual(library.records, [{ outcome: CALL, status: 200, bytes: 0 }]);
});

test("the last answer of a connection says so", async () => {
  library.last = true;
  const response = await ask("text");
  library.last = false;
  assert.equal(response.headers.get("connection"), "close");
});

test("what a function does after its own answer fails no call", async () => {
  let fail;
  const response = await ask(async ({ extensions }) => {
    extensions.response.end("mine");
    await new Promise((resolve) => (fail = resolve));
    throw new Error("in the background");
  });
  assert.equal(await response.text(), "mine");
  fail();
  await new Promise((resolve) => setImmediate(resolve));
  assert.match(written, /in the background/);
  assert.deepEqual(library.records, [{ outcome: CALL, status: 200, bytes: 4 }]);
});

test("pipelined requests are called one after the other", async () => {
  let running = 0;
  service.handler = async ({ extensions: { request } }) => {
    running += 1;
    assert.equal(running, 1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    running -= 1;
    return request.url;
  };
  const socket = connect(new URL(address).port, "127.0.0.1");
  const head = (path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n`;
  socket.write(`${head("/a")}\r\n${head("/b")}Connection: close\r\n\r\n`);
  const text = Buffer.concat(await socket.toArray()).toString();
  assert.match(text, /\r\n\r\n\/aHTTP\/1\.1 200 .*\r\n\r\n\/b$/s);
});

test("Upgrade is ignored, and a request that expects to go on isn't told so twice", async () => {
  service.handler = () => "plain";
  const socket = connect(new URL(address).port, "127.0.0.1");
  socket.write(
    "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nExpect: 100-continue\r\n" +
      "Connection: upgrade, close\r\n\r\n",
  );
  const text = Buffer.concat(await socket.toArray()).toString();
  assert.match(text, /^HTTP\/1\.1 200 .*plain$/s);
});
