// Turns what a handler returns into the answer.

import { once } from "node:events";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

const isBytes = (value) => ArrayBuffer.isView(value) || value instanceof ArrayBuffer;

const isStream = (value) =>
  typeof value.pipe === "function" ||
  typeof value.getReader === "function" ||
  typeof value[Symbol.asyncIterator] === "function" ||
  (typeof value.next === "function" && typeof value[Symbol.iterator] === "function");

function bufferOf(value) {
  if (Buffer.isBuffer(value)) return value;
  return value instanceof ArrayBuffer
    ? Buffer.from(value)
    : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

/** Return `[type, body]` for a value that isn't a stream; throws what can't be serialised. */
function serialise(value) {
  if (value === undefined || value === null) return [null, ""]; // RESPONSE-4
  if (typeof value === "string") return ["text/html; charset=utf-8", value]; // RESPONSE-1
  if (isBytes(value)) return ["application/octet-stream", bufferOf(value)]; // RESPONSE-2
  const text = JSON.stringify(value); // RESPONSE-3, RESPONSE-5
  if (text !== undefined) return ["application/json; charset=utf-8", text];
  throw new TypeError(`the function returned a ${typeof value}, which can't be serialised`);
}

/** Wait until the answer that the function itself has begun is whole, or its client gone. */
function finished(response) {
  if (response.writableFinished || response.destroyed) return undefined;
  return new Promise((resolve) => {
    response.once("finish", resolve);
    response.once("close", resolve);
  });
}

async function sendStream(response, value) {
  const source = typeof value.pipe === "function" ? value : await sourceOf(value);
  if (!response.headersSent && !response.hasHeader("content-type")) {
    response.setHeader("Content-Type", "application/octet-stream");
  }
  response.flushHeaders();
  await pipeline(source, response);
}

async function sourceOf(value) {
  if (typeof value.getReader === "function") return Readable.fromWeb(value);
  // An iterator's strings would pass as objects: the answer's pieces are bytes (RESPONSE-9).
  const source = Readable.from(value, { objectMode: false });
  // A generator's code runs with its first piece, and may set the status and the headers.
  await once(source, "readable");
  return source;
}

/**
 * Send `value` unless the function has answered itself through the native response.
 * `ending` is called before the first byte of an answer that is whole at once. What is returned
 * is undefined, or a promise where the call lasts until the end of the answer.
 */
export function sendValue(response, value, ending) {
  if (response.writableEnded) return finished(response);
  if (value !== null && typeof value === "object" && !isBytes(value) && isStream(value)) {
    return sendStream(response, value);
  }
  if (response.headersSent) {
    // The function has begun to write and goes on by itself, unless it returned the rest.
    if (value !== undefined && value !== null) response.end(serialise(value)[1]);
    return finished(response);
  }
  const [type, body] = serialise(value);
  if (type && !response.hasHeader("content-type")) response.setHeader("Content-Type", type);
  if (!bodyless(response)) response.setHeader("Content-Length", Buffer.byteLength(body));
  ending();
  response.end(body); // RESPONSE-8: Node itself sends no body to HEAD.
  return undefined;
}

/** Whether the answer has no body by its status (RESPONSE-7); it has no type and length either. */
function bodyless(response) {
  if (response.statusCode !== 204 && response.statusCode !== 304) return false;
  response.removeHeader("Content-Type");
  return true;
}
