import assert from "node:assert/strict";
import { test } from "node:test";
import { createContext, createEvent, decodeBody } from "../../shim/event.js";

const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
const eventOf = (headers, body) =>
  createEvent(
    { headers },
    {},
    body === undefined ? undefined : Buffer.from(body),
  );
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
  assert.equal(decodeBody(Buffer.from(" \n"), "application/json"), "");
});

test("text keeps its newlines, and its charset is undone", () => {
  assert.equal(decodeBody(Buffer.from("a\r\nb\n"), "text/plain"), "a\r\nb\n");
  assert.equal(
    decodeBody(Buffer.from([0xfc]), "text/plain; charset=iso-8859-1"),
    "ü",
  );
  assert.equal(
    decodeBody(Buffer.from("ü"), "text/plain; charset=unknown"),
    "ü",
  );
});

test("other bytes stay as they are", () => {
  assert.deepEqual(decodeBody(bytes, "application/octet-stream"), bytes);
  assert.deepEqual(decodeBody(bytes, undefined), bytes);
  assert.deepEqual(decodeBody(bytes, "application/jsonish"), bytes);
});

test("without a type a body is text where it can be", () => {
  assert.equal(decodeBody(Buffer.from("grüße"), undefined), "grüße");
});

test("fields without a header are null, data without a body is empty", () => {
  const { extensions, ...fields } = eventOf({ "event-id": "7" });
  assert.deepEqual(Object.keys(extensions), ["request", "response"]);
  assert.deepEqual(fields, {
    "event-id": "7",
    "event-type": null,
    "event-time": null,
    "event-namespace": null,
    data: "",
  });
});

const BINARY = {
  "ce-id": "1",
  "ce-type": "t",
  "ce-source": "/s",
  "ce-specversion": "1.0",
};

test("CloudEvents in binary mode", () => {
  const event = eventOf(
    { ...BINARY, "ce-time": "now", "content-type": "application/json" },
    "[1]",
  );
  assert.equal(event["event-id"], "1");
  assert.equal(event["event-type"], "t");
  assert.equal(event["event-time"], "now");
  assert.equal(event["event-namespace"], "/s");
  assert.deepEqual(event.data, [1]);
});

test("a malformed CloudEvent in binary mode is refused", () => {
  for (const name of Object.keys(BINARY)) {
    const headers = { ...BINARY };
    delete headers[name];
    assert.throws(() => eventOf(headers), isRefused, name);
  }
  assert.throws(
    () => eventOf({ ...BINARY, "ce-specversion": "2.0" }),
    isRefused,
  );
});

const STRUCTURED = { id: "1", type: "t", source: "/s", specversion: "1.0" };
const TYPE = { "content-type": "application/cloudevents+json; charset=utf-8" };

test("CloudEvents in structured mode", () => {
  const event = eventOf(
    TYPE,
    JSON.stringify({ ...STRUCTURED, data: { a: 1 } }),
  );
  assert.equal(event["event-namespace"], "/s");
  assert.deepEqual(event.data, { a: 1 });
  const encoded = JSON.stringify({
    ...STRUCTURED,
    data_base64: bytes.toString("base64"),
  });
  assert.deepEqual(eventOf(TYPE, encoded).data, bytes);
});

test("a malformed CloudEvent in structured mode is refused", () => {
  for (const body of [
    "",
    "null",
    "7",
    "[]",
    "{",
    JSON.stringify({ ...STRUCTURED, id: 5 }),
  ]) {
    assert.throws(() => eventOf(TYPE, body), isRefused, body);
  }
});

test("the context holds the settings", () => {
  const settings = {
    handlerName: "handler",
    timeout: 1.5,
    runtime: "r",
    memoryLimit: "64Mi",
  };
  assert.deepEqual(createContext(settings), {
    "function-name": "handler",
    timeout: 1.5,
    runtime: "r",
    "memory-limit": "64Mi",
  });
});
