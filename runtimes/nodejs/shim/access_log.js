// One line a request on stdout, in the words of morgan. Workers and supervisor write the same.

import morgan from "morgan";

const COMBINED =
  ':address - - [:date[clf]] ":method :target HTTP/:http-version" :status :bytes ' +
  '":referrer" ":user-agent"';

const formatDate = morgan.date;
let lastDate = { second: NaN, text: "" };

/** morgan's own token, made anew only once a second. */
morgan.token("date", (request, response, format) => {
  if (format !== "clf") return formatDate(request, response, format);
  const second = Math.floor(Date.now() / 1000);
  if (second !== lastDate.second)
    lastDate = { second, text: formatDate(request, response, format) };
  return lastDate.text;
});
morgan.token("address", (request) => addressOf(request));
morgan.token("target", (request) => request.originalUrl ?? request.url);
morgan.token("bytes", (request, response) => bytesOf(response) ?? "-");

/** The client's address; an IPv4 one without the prefix that a dual-stack socket gives it. */
function addressOf(request) {
  const address = request.remoteAddress ?? request.socket?.remoteAddress ?? "-";
  return address.startsWith("::ffff:") ? address.slice(7) : address;
}

/** The number of bytes of the answer's body, undefined where nobody has counted them. */
function bytesOf(response) {
  if (response.streamedBytes !== undefined) return response.streamedBytes;
  const length = response.getHeader("content-length");
  return length === undefined ? undefined : Number(length);
}

/** The trace ID of a W3C `traceparent` header, or null (OBSERVABILITY-11). */
export function traceId(request) {
  const match = /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(request.headers.traceparent ?? "");
  return match ? match[1] : null;
}

const combined = morgan.compile(COMBINED);

/** A line of OBSERVABILITY-7. */
function json(tokens, request, response) {
  const status = tokens.status(request, response);
  return JSON.stringify({
    time: new Date().toISOString(),
    remote_address: addressOf(request),
    method: request.method,
    path: request.originalUrl ?? request.url,
    status: status === undefined ? null : Number(status),
    bytes: bytesOf(response) ?? 0,
    duration_seconds: durationOf(tokens, request, response),
    user_agent: request.headers["user-agent"] ?? null,
    trace_id: traceId(request),
  });
}

function durationOf(tokens, request, response) {
  if (request.duration !== undefined) return request.duration;
  const milliseconds = tokens["total-time"](request, response);
  return milliseconds === undefined ? 0 : Number(milliseconds) / 1000;
}

const FORMATS = { apache: combined, json };

/** Return a worker's middleware that logs to `stream` in `format`, `apache` or `json`
 * (OBSERVABILITY-6). */
export function accessLog(format, stream) {
  return morgan(FORMATS[format], { stream });
}

/** What the supervisor must know of `request` to log it if the worker can't. */
export function describeRequest(request) {
  const { headers } = request;
  return JSON.stringify([
    request.method,
    request.url,
    request.httpVersion,
    request.socket.remoteAddress,
    headers.referer ?? headers.referrer,
    headers["user-agent"],
    headers.traceparent,
  ]);
}

/** The inverse of `describeRequest`; a text that was cut off gives a request without details. */
export function parseDescription(text) {
  let fields = [];
  try {
    fields = JSON.parse(text);
  } catch {
    // A request line longer than the ledger: the line is written without it.
  }
  const [method = "-", url = "-", version = "1.1", remoteAddress, referer, agent, trace] = fields;
  const [httpVersionMajor, httpVersionMinor] = version.split(".");
  const headers = { referer, "user-agent": agent, traceparent: trace ?? undefined };
  return { method, url, httpVersionMajor, httpVersionMinor, remoteAddress, headers };
}

/** Return the line in `format` for an answer that no worker has sent, with its duration. */
export function formatAnswer(format, request, status, bytes, seconds) {
  const response = { statusCode: status, headersSent: true, getHeader: () => bytes };
  return `${FORMATS[format](morgan, { ...request, duration: seconds }, response)}\n`;
}
