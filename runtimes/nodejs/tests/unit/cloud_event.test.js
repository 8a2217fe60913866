import assert from "node:assert/strict";
import { test } from "node:test";
import {
  binaryFields,
  isBinary,
  isStructured,
  structuredEvent,
} from "../../shim/cloud_event.js";

const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
const isRefused = { status: 400 };
const BINARY = {
  "ce-id": "1",
  "ce-type": "t",
  "ce-source": "/s",
  "ce-specversion": "1.0",
};
const STRUCTURED = { id: "1", type: "t", source: "/s", specversion: "1.0" };
const TYPE = "application/cloudevents+json; charset=utf-8";

test("each of four headers makes a CloudEvent", () => {
  for (const name of Object.keys(BINARY)) {
    assert.ok(isBinary({ [name]: "x" }), name);
  }
  assert.equal(isBinary({ "ce-time": "now", "event-id": "1" }), false);
});

test("the content type tells structured mode", () => {
  assert.ok(isStructured(TYPE));
  assert.equal(isStructured("application/json"), false);
  assert.equal(isStructured(undefined), false);
});

test("attributes become fields", () => {
  const expected = {
    "event-id": "1",
    "event-type": "t",
    "event-time": "now",
    "event-namespace": "/s",
  };
  assert.deepEqual(binaryFields({ ...BINARY, "ce-time": "now" }), expected);
  const envelope = JSON.stringify({ ...STRUCTURED, time: "now", data: [1] });
  assert.deepEqual(structuredEvent(Buffer.from(envelope), TYPE), {
    ...expected,
    data: [1],
  });
});

for (const [value, decoded] of [
  ["a%20b", "a b"],
  ["/caf%C3%A9/orders", "/café/orders"],
  ["%e2%82%ac%F0%9F%98%80", "€😀"],
  ["100%", "100%"],
  ["%zz%4", "%zz%4"],
  ["%E9", "%E9"],
  ["%41%E9%42", "A%E9B"],
  ["%C0%80%ED%A0%80", "%C0%80%ED%A0%80"],
  ["a+b", "a+b"],
]) {
  test(`\`${value}\` in a header is \`${decoded}\``, () => {
    const fields = binaryFields({ ...BINARY, "ce-source": value });
    assert.equal(fields["event-namespace"], decoded);
  });
}

test("versions of the first major version are accepted", () => {
  for (const version of ["1", "1.0", "1.1"]) {
    binaryFields({ ...BINARY, "ce-specversion": version });
  }
  for (const version of ["0.3", "2.0", "10.0", "one"]) {
    const headers = { ...BINARY, "ce-specversion": version };
    assert.throws(() => binaryFields(headers), isRefused, version);
  }
});

test("each required attribute is required", () => {
  for (const name of Object.keys(BINARY)) {
    const headers = { ...BINARY };
    delete headers[name];
    assert.throws(() => binaryFields(headers), isRefused, name);
  }
  for (const body of [
    "",
    "null",
    "7",
    "[]",
    "{",
    JSON.stringify({ ...STRUCTURED, id: 5 }),
  ]) {
    const read = () => structuredEvent(Buffer.from(body), TYPE);
    assert.throws(read, isRefused, body);
  }
});

test("encoded data is decoded", () => {
  const envelope = { ...STRUCTURED, data_base64: bytes.toString("base64") };
  const { data } = structuredEvent(Buffer.from(JSON.stringify(envelope)), TYPE);
  assert.deepEqual(data, bytes);
});
