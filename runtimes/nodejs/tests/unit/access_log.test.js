import assert from "node:assert/strict";
import { test } from "node:test";
import {
  describeRequest,
  formatAnswer,
  parseDescription,
  traceId,
} from "../../shim/access_log.js";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const REQUEST = {
  method: "GET",
  url: "/a?b=c",
  httpVersion: "1.1",
  socket: { remoteAddress: "::ffff:10.0.0.1" },
  headers: {
    referer: "there",
    "user-agent": "tést",
    traceparent: `00-${TRACE}-b7ad6b7169203331-01`,
  },
};

test("a description tells what the log needs", () => {
  const request = parseDescription(describeRequest(REQUEST));
  assert.equal(request.method, "GET");
  assert.equal(request.url, "/a?b=c");
  assert.equal(request.httpVersionMajor, "1");
  assert.equal(request.headers["user-agent"], "tést");
  assert.equal(traceId(request), TRACE);
});

test("a description that was cut off gives a request without details", () => {
  const { method, url, headers } = parseDescription(
    describeRequest(REQUEST).slice(0, 10),
  );
  assert.deepEqual([method, url, headers["user-agent"]], ["-", "-", undefined]);
});

test("a traceparent that is none", () => {
  assert.equal(traceId({ headers: { traceparent: "00-xyz" } }), null);
  assert.equal(traceId({ headers: {} }), null);
});

test("Apache's combined format", () => {
  const request = parseDescription(describeRequest(REQUEST));
  const line = formatAnswer("apache", request, 408, 15, 0.5);
  assert.match(
    line,
    /^10\.0\.0\.1 - - \[\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d \+0000\] "GET \/a\?b=c HTTP\/1\.1" 408 15 "there" "tést"\n$/,
  );
});

test("one JSON object a line", () => {
  const request = parseDescription(describeRequest(REQUEST));
  const { time, ...fields } = JSON.parse(
    formatAnswer("json", request, 408, 15, 0.5),
  );
  assert.ok(Math.abs(Date.parse(time) - Date.now()) < 60_000);
  assert.deepEqual(fields, {
    remote_address: "10.0.0.1",
    method: "GET",
    path: "/a?b=c",
    status: 408,
    bytes: 15,
    duration_seconds: 0.5,
    user_agent: "tést",
    trace_id: TRACE,
  });
});

test("what a request lacks is null", () => {
  const request = parseDescription(
    describeRequest({ ...REQUEST, headers: {} }),
  );
  const line = JSON.parse(formatAnswer("json", request, 500, 0, 0));
  assert.deepEqual([line.user_agent, line.trace_id], [null, null]);
});
