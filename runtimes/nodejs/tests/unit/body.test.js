import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { hasBody, peekBody, readBody } from "../../shim/body.js";
import { RequestError } from "../../shim/request_error.js";

/** A request with `headers` that has got `pieces`, and ends unless they are cut off. */
function requestOf(pieces, headers = {}, { cut = false } = {}) {
  const request = new PassThrough();
  Object.assign(request, { headers, complete: !cut });
  for (const piece of pieces) request.write(piece);
  if (cut) setImmediate(() => request.destroy());
  else request.end();
  return request;
}

const refused = (status) => (error) =>
  error instanceof RequestError && error.status === status;

test("a body is what has a length or a coding", () => {
  assert.equal(hasBody({ headers: {} }), false);
  assert.equal(hasBody({ headers: { "content-length": "0" } }), true);
  assert.equal(hasBody({ headers: { "transfer-encoding": "chunked" } }), true);
});

for (const [what, read] of [
  ["read", readBody],
  ["looked at", peekBody],
]) {
  test(`a body up to the limit is ${what}`, async () => {
    assert.equal(String(await read(requestOf(["ab", "cd"]), 4)), "abcd");
  });

  test(`a body that is cut off isn't ${what}`, async () => {
    await assert.rejects(
      read(requestOf(["ab"], {}, { cut: true }), 4),
      refused(400),
    );
  });
}

test("what has been looked at can be read", async () => {
  const request = requestOf(["ab", "cd"]);
  await peekBody(request);
  assert.equal(String(Buffer.concat(await request.toArray())), "abcd");
});

for (const [encoding, encode] of [
  ["gzip", gzipSync],
  ["X-GZIP", gzipSync],
  ["deflate", deflateSync],
  ["br", brotliCompressSync],
  ["identity", (text) => text],
]) {
  test(`\`${encoding}\` is undone, and the limit is that of what it holds`, async () => {
    const headers = { "content-encoding": encoding };
    const send = (text) => requestOf([encode(text)], headers);
    assert.equal(String(await readBody(send("grüße"), 10)), "grüße");
    await assert.rejects(readBody(send("x".repeat(11)), 10), refused(413));
  });
}

test("an encoding that nobody knows is refused, names of an object's methods too", async () => {
  for (const encoding of ["zap", "constructor"]) {
    const request = requestOf(["x"], { "content-encoding": encoding });
    await assert.rejects(readBody(request, 10), refused(415));
  }
});
