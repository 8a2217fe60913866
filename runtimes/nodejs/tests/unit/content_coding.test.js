import assert from "node:assert/strict";
import { test } from "node:test";
import {
  brotliCompressSync,
  deflateRawSync,
  deflateSync,
  gzipSync,
} from "node:zlib";
import { decoderFor } from "../../shim/content_coding.js";

const undo = async (coding, body, limit = 10) =>
  (await decoderFor(coding, limit))(body);

for (const [coding, encode] of [
  ["gzip", gzipSync],
  ["X-GZIP", gzipSync],
  ["deflate", deflateSync],
  ["Deflate", deflateRawSync],
  ["br", brotliCompressSync],
  ["identity, gzip", gzipSync],
]) {
  const length = encode("x").length;
  const encoded = encode(Buffer.from("grüße"));

  test(`\`${coding}\` of ${length} bytes is undone, and the limit is that of what it holds`, async () => {
    assert.equal(String(await undo(coding, encoded)), "grüße");
    await assert.rejects(undo(coding, encode("x".repeat(11))), { status: 413 });
  });

  test(`\`${coding}\` of ${length} bytes that is cut off or followed by bytes is refused`, async () => {
    const broken = [
      encoded.subarray(0, -1),
      Buffer.concat([encoded, Buffer.alloc(20)]),
    ];
    for (const body of [...broken, Buffer.from("x")]) {
      await assert.rejects(undo(coding, body), { status: 400 });
    }
  });
}

test("members of gzip behind each other are one body", async () => {
  const body = Buffer.concat([gzipSync("ab"), gzipSync("cd")]);
  assert.equal(String(await undo("gzip", body)), "abcd");
});

test("no coding leaves the body as it is, and any coding a body of no bytes", async () => {
  for (const coding of ["", "identity", " , Identity"]) {
    assert.equal(String(await undo(coding, Buffer.from("ab"))), "ab");
  }
  for (const coding of ["gzip", "zap", "gzip, gzip"]) {
    assert.equal((await undo(coding, Buffer.alloc(0))).length, 0);
  }
});

test("a coding that nobody knows is refused, names of an object's methods too", async () => {
  for (const coding of ["zap", "constructor", "gzip, gzip", "gzip;q=1"]) {
    await assert.rejects(undo(coding, Buffer.from("x")), {
      status: 415,
      headers: { "Accept-Encoding": "gzip, deflate, br" },
    });
  }
});
