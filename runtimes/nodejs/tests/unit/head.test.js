import assert from "node:assert/strict";
import { test } from "node:test";
import { inspectHead } from "../../shim/head.js";

const inspect = (text) => inspectHead(Buffer.from(text, "latin1"));

test("a whole request", () => {
  const head = "GET /a?b=c HTTP/1.1\r\nHost: x\r\nhost: y\r\n\r\n";
  const request = inspect(head);
  assert.equal(request.kind, "request");
  assert.equal(request.method, "GET");
  assert.equal(request.target, "/a?b=c");
  assert.equal(request.path, "/a");
  assert.equal(request.length, head.length);
  assert.equal(request.header("host"), "y");
  assert.equal(request.header("referer"), undefined);
  assert.equal(request.streamed, false);
});

test("the length counts the body, and not the next request", () => {
  const head = "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n";
  const request = inspect(`${head}12345GET / HTTP/1.1\r\n\r\n`);
  assert.equal(request.bodyLength, 5);
  assert.equal(request.length, head.length + 5);
});

test("a body of unknown length", () => {
  assert.equal(
    inspect("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n").streamed,
    true,
  );
  assert.equal(
    inspect("POST / HTTP/1.1\r\nExpect: 100-continue\r\n\r\n").streamed,
    true,
  );
});

test("part of a request", () => {
  for (const text of [
    "",
    "G",
    "GET / HTTP/1.1",
    "GET / HTTP/1.1\r\nHost",
    "\r\n",
    "\r\nGET",
  ]) {
    assert.equal(inspect(text).kind, "partial", JSON.stringify(text));
  }
});

test("empty lines before a request are allowed, and count", () => {
  const text = "\r\n\r\n\nGET / HTTP/1.1\r\n\r\n";
  const request = inspect(`${text}GET`);
  assert.equal(request.kind, "request");
  assert.equal(request.length, text.length);
});

test("what is not HTTP", () => {
  for (const text of [
    "\x16\x03\x01",
    "hello\r\n",
    "GET /\r\n",
    "get / HTTP/1.1\r\n\r\n",
    "GET / HTTP/2.0\r\n\r\n",
    "GET / HTTP/1.1\n",
  ]) {
    assert.deepEqual(
      inspect(text),
      { kind: "bad", status: 400 },
      JSON.stringify(text),
    );
  }
});

for (const lines of [
  ["Content-Length: x"],
  ["Content-Length: -5"],
  ["Content-Length: +5"],
  ["Content-Length: 5.0"],
  ["Content-Length:"],
  ["Content-Length: 0x10"],
  ["Content-Length: 5, 5"],
  ["Content-Length: 9999999999999999"],
  ["Content-Length: 5", "content-length: 6"],
]) {
  test(`\`${lines.join("`, `")}\` is no length`, () => {
    const text = `GET /healthz HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`;
    assert.deepEqual(inspect(text), { kind: "bad", status: 400 });
  });
}

test("a length that is repeated is one", () => {
  const lines = "Content-Length: 5\r\nContent-Length: 5";
  assert.equal(inspect(`POST / HTTP/1.1\r\n${lines}\r\n\r\n`).bodyLength, 5);
});

test("a head that other parsers may read in another way isn't strict", () => {
  for (const line of [
    "X: a\nTransfer-Encoding: chunked",
    "X: a\rTransfer-Encoding: chunked",
    "Content-Length : 40",
    " folded",
    "X: \0",
    "no colon",
    ": no name",
  ]) {
    const { kind, strict } = inspect(`GET / HTTP/1.1\r\n${line}\r\n\r\n`);
    assert.deepEqual([kind, strict], ["request", false], JSON.stringify(line));
  }
  assert.equal(inspect("GET / HTTP/1.0\r\n\r\n").strict, false);
  assert.equal(inspect("GET / HTTP/1.1\r\nX-Y:  é \r\n\r\n").strict, true);
});

test("a head without an end", () => {
  const text = `GET / HTTP/1.1\r\nX: ${"x".repeat(70_000)}`;
  assert.deepEqual(inspect(text), { kind: "bad", status: 431 });
  const empty = "\r\n".repeat(40_000);
  assert.deepEqual(inspect(empty), { kind: "bad", status: 431 });
});
