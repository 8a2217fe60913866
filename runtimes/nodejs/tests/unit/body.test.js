import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
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

const keep = (body) => body;
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
  test(`a body is ${what}`, async () => {
    assert.equal(String(await read(requestOf(["ab", "cd"]), keep)), "abcd");
  });

  test(`a body that is cut off isn't ${what}`, async () => {
    await assert.rejects(
      read(requestOf(["ab"], {}, { cut: true }), keep),
      refused(400),
    );
  });
}

test("what has been looked at can be read", async () => {
  const request = requestOf(["ab", "cd"]);
  await peekBody(request, keep);
  assert.equal(String(Buffer.concat(await request.toArray())), "abcd");
});

test("what is read and looked at is decoded, and so is what can be read after that", async () => {
  const decode = (body) => Buffer.from(`${body}!`);
  assert.equal(
    String(await readBody(requestOf(["ab", "cd"]), decode)),
    "abcd!",
  );
  const headers = { "content-encoding": "gzip", "content-length": "4" };
  const request = requestOf(["ab", "cd"], headers);
  assert.equal(String(await peekBody(request, decode)), "abcd!");
  assert.equal(String(Buffer.concat(await request.toArray())), "abcd!");
  assert.deepEqual(request.headers, { "content-length": "5" });
});

test("a body that can't be decoded is refused", async () => {
  const fail = () => {
    throw new RequestError(415);
  };
  for (const read of [readBody, peekBody]) {
    await assert.rejects(read(requestOf(["ab"]), fail), refused(415));
  }
});
