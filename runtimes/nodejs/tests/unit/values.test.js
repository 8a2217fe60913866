// What a function may return beside strings, objects and streams, and what is refused.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { Readable } from "node:stream";
import { after, before, beforeEach, mock, test } from "node:test";
import { gzipSync } from "node:zlib";
import { createApp } from "../../shim/app.js";
import { Connections } from "../../shim/connections.js";
import { FakeLibrary } from "./fake_library.js";

const service = { handler: () => {}, context: {}, bodyLimit: 1000 };
const library = new FakeLibrary();
let address;
let written;

before(async () => {
  mock.method(process.stderr, "write", (text) => (written += text));
  library.open(new Connections(library, createApp(service)).listeners);
  address = await library.listen();
});

beforeEach(() => (written = ""));

after(() => {
  mock.restoreAll();
  library.close();
});

/** Let `handler` answer one request, and return the response. */
function ask(handler, { path = "/", ...options } = {}) {
  service.handler = handler;
  return fetch(address + path, options);
}

for (const [what, make, type, body] of [
  ["a Map", () => new Map([["a", new Set([1])]]), "json", '{"a":[1]}'],
  [
    "a boxed number",
    () => ({ a: {}, b: new Number(5) }),
    "json",
    '{"a":{},"b":5}',
  ],
  ["a Set", () => new Set(["b"]), "json", '["b"]'],
  ["a Map in an object", () => ({ a: new Map() }), "json", '{"a":{}}'],
  ["an empty object", () => ({ a: {}, b: [{}] }), "json", '{"a":{},"b":[{}]}'],
  ["a URL", () => [new URL("a:b")], "json", '["a:b"]'],
  ["URLSearchParams", () => new URLSearchParams("a=1"), "urlencoded", "a=1"],
  ["a Blob", () => new Blob(["ab"], { type: "text/csv" }), "csv", "ab"],
  ["a FormData", () => new FormData(), "multipart/form-data", null],
]) {
  test(`${what} is answered`, async () => {
    const response = await ask(make);
    assert.equal(response.status, 200);
    assert.ok(response.headers.get("content-type").includes(type));
    if (body !== null) assert.equal(await response.text(), body);
  });
}

test("a Response of fetch is answered", async () => {
  const response = await ask(() => {
    const headers = new Headers({ "X-Kind": "teapot", Connection: "upgrade" });
    headers.append("Set-Cookie", "a=1");
    headers.append("Set-Cookie", "b=2; Expires=Mon, 30 Nov 2026 00:00:00 GMT");
    const stream = new Blob(["short ", "and stout"]).stream();
    return new Response(stream, { status: 418, statusText: "Tea", headers });
  });
  assert.equal(response.status, 418);
  assert.equal(response.statusText, "Tea");
  assert.equal(response.headers.get("x-kind"), "teapot");
  assert.equal(response.headers.getSetCookie().length, 2);
  assert.equal(await response.text(), "short and stout");
});

test("a Response without a body, and one of JSON", async () => {
  const redirect = () => Response.redirect("http://localhost/there", 303);
  const response = await ask(redirect, { redirect: "manual" });
  assert.equal(response.status, 303);
  assert.equal(response.headers.get("location"), "http://localhost/there");
  assert.deepEqual(await (await ask(() => Response.json([1]))).json(), [1]);
  const empty = () => new Response(null, { status: 204 });
  assert.equal((await ask(empty)).status, 204);
});

test("a Response answers HEAD with its headers alone", async () => {
  const answer = () => new Response("text", { headers: { "X-Own": "1" } });
  const response = await ask(answer, { method: "HEAD" });
  assert.equal(response.headers.get("x-own"), "1");
  assert.equal(await response.text(), "");
});

test("what fetch has decoded isn't sent as if it were encoded", async () => {
  const packed = gzipSync("x".repeat(5000));
  const upstream = createServer((request, answer) => {
    answer.setHeader("Content-Encoding", "gzip");
    answer.setHeader("Content-Length", packed.length);
    answer.end(packed);
  });
  await once(upstream.listen(0), "listening");
  const { port } = upstream.address();
  const response = await ask(() => fetch(`http://127.0.0.1:${port}/`));
  assert.equal((await response.text()).length, 5000);
  upstream.close();
});

test("what a function has encoded itself keeps its header", async () => {
  const headers = { "Content-Encoding": "gzip" };
  const response = await ask(() => new Response(gzipSync("ab"), { headers }));
  assert.equal(response.headers.get("content-encoding"), "gzip");
  assert.equal(await response.text(), "ab");
});

async function readResponse() {
  const response = new Response("secret");
  await response.text();
  return response;
}

function failing() {
  return new Readable({
    read() {
      this.destroy(new Error("secret"));
    },
  });
}

function failingWebStream() {
  const fail = (controller) => controller.error(new Error("secret"));
  return new ReadableStream({ pull: fail });
}

for (const [what, make] of [
  ["an Error", () => Object.assign(new Error("secret"), { code: 1 })],
  ["an Error in an object", () => ({ a: new Error("secret") })],
  ["a Promise in an object", () => ({ a: Promise.resolve("secret") })],
  ["a RegExp in an array", () => [/secret/]],
  ["a Response that has been read", readResponse],
  ["Response.error()", () => Response.error()],
  ["a stream that fails at once", failing],
  ["a stream of a missing file", () => createReadStream("/missing")],
  ["a stream that was destroyed", () => Readable.from(["a"]).destroy()],
  ["a web stream that fails at once", failingWebStream],
  [
    "a Response whose body fails at once",
    () => new Response(failingWebStream(), { status: 201, statusText: "Made" }),
  ],
]) {
  test(`${what} is 500, with a sentence in the log`, async () => {
    const response = await ask(make);
    assert.equal(response.status, 500);
    assert.equal(response.statusText, "Internal Server Error");
    assert.equal(await response.text(), "Internal Server Error\n");
    assert.notEqual(written, "");
  });
}

test("a query with brackets is an object, which a function can change", async () => {
  const path = "/?filter[name]=ada&tag[]=a&tag[]=b";
  const change = ({ extensions: { request } }) => {
    request.query.more = 1;
    return request.query;
  };
  const response = await ask(change, { path });
  const expected = { filter: { name: "ada" }, tag: ["a", "b"], more: 1 };
  assert.deepEqual(await response.json(), expected);
});
