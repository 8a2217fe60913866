import assert from "node:assert/strict";
import { test } from "node:test";
import { createContext, createEvent } from "../../shim/event.js";

const eventOf = (headers, body) =>
  createEvent(
    { headers },
    {},
    body === undefined ? undefined : Buffer.from(body),
  );

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

test("a CloudEvent in binary mode", () => {
  const headers = {
    "ce-id": "1",
    "ce-type": "t",
    "ce-source": "/s",
    "ce-specversion": "1.0",
    "content-type": "application/json",
  };
  const { extensions, ...fields } = eventOf(headers, "[1]");
  assert.notEqual(extensions, undefined);
  assert.deepEqual(fields, {
    "event-id": "1",
    "event-type": "t",
    "event-time": null,
    "event-namespace": "/s",
    data: [1],
  });
});

test("a CloudEvent in structured mode", () => {
  const envelope = { id: "1", type: "t", source: "/s", specversion: "1.0" };
  const type = { "content-type": "application/cloudevents+json" };
  const event = eventOf(type, JSON.stringify({ ...envelope, data: { a: 1 } }));
  assert.equal(event["event-namespace"], "/s");
  assert.deepEqual(event.data, { a: 1 });
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
