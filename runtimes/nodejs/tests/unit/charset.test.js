import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeText } from "../../shim/charset.js";

const swapped = (text) => Buffer.from(text, "utf16le").swap16();

for (const [charset, body] of [
  ["", Buffer.from("grüße")],
  ["; charset=", Buffer.from("\ufeffgrüße")],
  ['; charset="UTF-8"', Buffer.from("\ufeffgrüße")],
  ["; x=y; Charset = ISO-8859-1", Buffer.from("grüße", "latin1")],
  ["; charset=latin1", Buffer.from("grüße", "latin1")],
  ["; charset=utf-16", swapped("grüße")],
  ["; charset=utf-16", swapped("\ufeffgrüße")],
  ["; charset=utf-16", Buffer.from("\ufeffgrüße", "utf16le")],
  ["; charset=UTF-16LE", Buffer.from("\ufeffgrüße", "utf16le")],
  ["; charset=utf-16be", swapped("grüße")],
  ["; charset=windows-1252", Buffer.from("grüße", "latin1")],
]) {
  test(`\`a/b${charset}\` of ${body.length} bytes is decoded, without its mark`, () => {
    assert.equal(decodeText(body, `a/b${charset}`, true), "grüße");
    assert.equal(decodeText(body, `a/b${charset}`, false), "grüße");
  });
}

test("Latin 1 is not the Windows code page", () => {
  assert.equal(
    decodeText(Buffer.from([0x80]), "a/b; charset=iso-8859-1", true),
    "\x80",
  );
});

test("an unknown charset is refused", () => {
  for (const strict of [true, false]) {
    assert.throws(
      () => decodeText(Buffer.from("a"), "a/b; charset=klingon", strict),
      {
        status: 415,
      },
    );
  }
});

test("bytes that a charset doesn't have are refused where that is strict", () => {
  for (const charset of ["utf-8", "us-ascii", "utf-16le", "utf-16", "euc-jp"]) {
    const type = `a/b; charset=${charset}`;
    assert.throws(() => decodeText(Buffer.from([0xff]), type, true), {
      status: 400,
    });
    assert.equal(typeof decodeText(Buffer.from([0xff]), type, false), "string");
  }
});
