import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { createApp } from "../../shim/app.js";
import { warmUp } from "../../shim/warm_up.js";

test("warming up passes through the application, and never calls the function", async () => {
  const handler = mock.fn();
  const service = { handler, context: {}, bodyLimit: 100 };
  const app = mock.fn(createApp(service));
  await warmUp(app, service);
  assert.equal(handler.mock.callCount(), 0);
  assert.equal(service.handler, handler);
  assert.equal(app.mock.callCount(), 10);
});
