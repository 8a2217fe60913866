import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeBody } from "../../shim/data.js";

const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
const isRefused = { status: 400 };

for (const type of [
  "application/json",
  "Application/JSON; charset=utf-8",
  "application/vnd.api+json",
]) {
  test(`\`${type}\` is parsed`, () => {
    assert.deepEqual(decodeBody(Buffer.from('{"a": [1, null]}'), type), {
      a: [1, null],
    });
  });
}

test("JSON scalars stay what they are", () => {
  for (const value of [0, false, null, "text", []]) {
    assert.deepEqual(
      decodeBody(Buffer.from(JSON.stringify(value)), "application/json"),
      value,
    );
  }
});

test("malformed JSON is refused, bytes that aren't UTF-8 too", () => {
  assert.throws(
    () => decodeBody(Buffer.from("{"), "application/json"),
    isRefused,
  );
  assert.throws(
    () => decodeBody(Buffer.from([34, 255, 34]), "application/json"),
    isRefused,
  );
});

test("an empty JSON body stays empty", () => {
  assert.equal(decodeBody(Buffer.alloc(0), "application/json"), "");
});

test("a JSON body of blanks is refused, and so are numbers that JSON lacks", () => {
  for (const text of [" \n", "NaN", "Infinity", "[-Infinity]"]) {
    assert.throws(
      () => decodeBody(Buffer.from(text), "application/json"),
      isRefused,
      text,
    );
  }
});

test("text keeps its newlines, and its charset is undone", () => {
  assert.equal(decodeBody(Buffer.from("a\r\nb\n"), "text/plain"), "a\r\nb\n");
  assert.equal(
    decodeBody(Buffer.from([0xfc]), "text/plain; charset=iso-8859-1"),
    "ü",
  );
  assert.throws(
    () => decodeBody(Buffer.from("ü"), "text/plain; charset=unknown"),
    { status: 415 },
  );
  const empty = Buffer.alloc(0);
  assert.equal(decodeBody(empty, "text/plain; charset=unknown"), "");
});

test("a byte order mark before JSON is dropped, and its charset undone", () => {
  assert.equal(decodeBody(Buffer.from("\ufeff1"), "application/json"), 1);
  const body = Buffer.from('"ü"', "utf16le");
  const type = "application/json; charset=utf-16le";
  assert.equal(decodeBody(body, type), "ü");
});

test("other bytes stay as they are", () => {
  assert.deepEqual(decodeBody(bytes, "application/octet-stream"), bytes);
  assert.deepEqual(decodeBody(bytes, undefined), bytes);
  assert.deepEqual(decodeBody(bytes, "application/jsonish"), bytes);
});

test("without a type a body is text where it can be", () => {
  assert.equal(decodeBody(Buffer.from("grüße"), undefined), "grüße");
});
