import assert from "node:assert/strict";
import { createServer } from "node:http";
import { Readable } from "node:stream";
import { after, before, mock, test } from "node:test";
import { gzipSync } from "node:zlib";
import { createApp } from "../../shim/app.js";
import {
  createLedgerFile,
  LedgerReader,
  LedgerWriter,
} from "../../shim/ledger.js";

const descriptor = createLedgerFile();
const ledger = new LedgerWriter(descriptor);
const reader = new LedgerReader(descriptor);
const settings = {
  handlerName: "handler",
  timeout: 5,
  runtime: "",
  memoryLimit: "",
  bodyLimit: 1000,
  logFormat: "apache",
};
const lease = { slot: 0, cut: mock.fn(), linger: mock.fn() };
const leases = {
  of: () => lease,
  hold: mock.fn(),
  settle: mock.fn(),
  cleanBeside: () => 0,
};
let handler;
let server;
let address;

before(async () => {
  mock.method(process.stderr, "write", () => true);
  server = createServer(
    createApp({
      settings,
      handler: (...all) => handler(...all),
      ledger,
      leases,
      log: { write: () => true },
    }),
  );
  lease.cut.mock.mockImplementation(() => server.closeAllConnections());
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${server.address().port}`;
});

after(() => {
  mock.restoreAll();
  server.close();
  reader.close();
});

/** Let `returned`, a function or a value, answer one request, and return the response. */
function ask(returned, { path = "/", ...options } = {}) {
  handler = typeof returned === "function" ? returned : () => returned;
  return fetch(address + path, options);
}

function counts() {
  return Object.fromEntries(
    [...reader.readAll().counts.rows()].map((row) => [row.method, row]),
  );
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
    const failures = counts().PUT?.failures ?? 0;
    const response = await ask(() => fail(), { method: "PUT" });
    assert.equal(response.status, 500);
    assert.equal(await response.text(), "Internal Server Error");
    assert.equal(counts().PUT.failures, failures + 1);
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

test("a body over the limit is 413, with or without a declared length", async () => {
  const body = "x".repeat(1001);
  assert.equal((await ask("unreached", { method: "POST", body })).status, 413);
  const stream = new Blob([body]).stream();
  const options = { method: "POST", body: stream, duplex: "half" };
  assert.equal((await ask("unreached", options)).status, 413);
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
  assert.equal((await send("zap")).status, 415);
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
});

test("a preflight is answered without a call", async () => {
  const called = mock.fn();
  const headers = {
    Origin: "http://a",
    "Access-Control-Request-Method": "PUT",
  };
  const response = await ask(called, { method: "OPTIONS", headers });
  assert.equal(response.status, 204);
  assert.match(response.headers.get("access-control-allow-methods"), /PUT/);
  assert.equal(called.mock.callCount(), 0);
});

test("OPTIONS without a preflight's headers is the function's", async () => {
  assert.equal(await (await ask("mine", { method: "OPTIONS" })).text(), "mine");
});

test("every origin is allowed, unless the function names one", async () => {
  const allowed = async (returned) =>
    (await ask(returned)).headers.get("access-control-allow-origin");
  assert.equal(await allowed("any"), "*");
  const own = ({ extensions }) =>
    void extensions.response.set("Access-Control-Allow-Origin", "b");
  assert.equal(await allowed(own), "b");
});
