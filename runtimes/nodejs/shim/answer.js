// Turns what a handler returns into the answer.

import { once } from "node:events";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** @typedef {import("express").Response} Response */

/**
 * @param {unknown} value
 * @returns {value is ArrayBufferView | ArrayBuffer}
 */
const isBytes = (value) => ArrayBuffer.isView(value) || value instanceof ArrayBuffer;

/** @param {any} value an object */
const isStream = (value) =>
  typeof value.pipe === "function" ||
  typeof value.getReader === "function" ||
  typeof value[Symbol.asyncIterator] === "function" ||
  (typeof value.next === "function" && typeof value[Symbol.iterator] === "function");

/** @param {ArrayBufferView | ArrayBuffer} value */
function bufferOf(value) {
  if (Buffer.isBuffer(value)) return value;
  return value instanceof ArrayBuffer
    ? Buffer.from(value)
    : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

/**
 * Return the content type and the body for a value that isn't a stream. Throws a TypeError if the
 * value can't be serialised (RESPONSE-10).
 *
 * @param {unknown} value
 * @returns {[string | null, string | Buffer]}
 */
function serialise(value) {
  if (value === undefined || value === null) return [null, ""]; // RESPONSE-4
  if (typeof value === "string") return ["text/html; charset=utf-8", value]; // RESPONSE-1
  if (isBytes(value)) return ["application/octet-stream", bufferOf(value)]; // RESPONSE-2
  const text = JSON.stringify(value); // RESPONSE-3, RESPONSE-5
  if (text !== undefined) return ["application/json; charset=utf-8", text];
  throw new TypeError(`the function returned a ${typeof value}, which can't be serialised`);
}

/**
 * Wait until the answer that the function itself has begun is whole, or its client has
 * disconnected.
 *
 * @param {Response} response
 * @returns {Promise<void> | undefined}
 */
export function finished(response) {
  if (response.writableFinished || response.destroyed) return undefined;
  return new Promise((resolve) => {
    response.once("finish", () => resolve());
    response.once("close", () => resolve());
  });
}

/**
 * @param {Response} response
 * @param {any} value a stream, a generator or an iterator
 */
async function sendStream(response, value) {
  const source = typeof value.pipe === "function" ? value : await sourceOf(value);
  if (!response.headersSent && !response.hasHeader("content-type")) {
    response.setHeader("Content-Type", "application/octet-stream");
  }
  response.flushHeaders();
  await pipeline(source, response);
}

/** @param {any} value */
async function sourceOf(value) {
  if (typeof value.getReader === "function") return Readable.fromWeb(value);
  // An iterator's strings would pass as objects: the answer's pieces are bytes (RESPONSE-9).
  const source = Readable.from(value, { objectMode: false });
  // A generator's code runs with its first piece, and may set the status and the headers.
  await once(source, "readable");
  return source;
}

/**
 * Send `value`, unless the function has answered itself through the native response. Return a
 * promise if the call lasts until the answer has ended, else undefined.
 *
 * @param {Response} response
 * @param {unknown} value
 * @returns {Promise<void> | undefined}
 */
export function sendValue(response, value) {
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
  if (!isBodyless(response)) response.setHeader("Content-Length", Buffer.byteLength(body));
  response.end(body); // RESPONSE-8: Node itself sends no body to HEAD.
  return undefined;
}

/**
 * Whether the answer has no body by its status (RESPONSE-7); then it has no type and length either.
 *
 * @param {Response} response
 */
function isBodyless(response) {
  if (response.statusCode !== 204 && response.statusCode !== 304) return false;
  response.removeHeader("Content-Type");
  return true;
}
