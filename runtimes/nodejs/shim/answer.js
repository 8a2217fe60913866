// Turns what a handler returns into the answer.

import { once } from "node:events";
import { Readable } from "node:stream";
import { finished as streamEnded, pipeline } from "node:stream/promises";
import { isBytes, serialise } from "./serialise.js";
import { setHead, toWebResponse } from "./web_response.js";

/** @typedef {import("express").Response} Response */

/** @param {any} value an object */
const isStream = (value) =>
  typeof value.pipe === "function" ||
  typeof value.getReader === "function" ||
  typeof value[Symbol.asyncIterator] === "function" ||
  (typeof value.next === "function" && typeof value[Symbol.iterator] === "function");

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
 * Wait for the first piece of `source`. Rejects if it fails before that, so that the answer is a
 * 500; a generator's code runs with its first piece, and may set the status and the headers.
 *
 * @param {any} source
 */
async function firstPiece(source) {
  if (source.errored) throw source.errored;
  const waits = typeof source.read === "function" && !source.readableFlowing;
  if (!waits || source.readableEnded) return;
  await Promise.race([once(source, "readable"), streamEnded(source)]);
}

/** @param {any} value a stream, a generator or an iterator */
function sourceOf(value) {
  if (typeof value.pipe === "function") return value;
  if (typeof value.getReader === "function") return Readable.fromWeb(value);
  // An iterator's strings would pass as objects: the answer's pieces are bytes (RESPONSE-9).
  return Readable.from(value, { objectMode: false });
}

/**
 * @param {Response} response
 * @param {any} value a stream, a generator or an iterator
 */
async function sendStream(response, value) {
  const source = sourceOf(value);
  await firstPiece(source);
  if (!response.headersSent && !response.hasHeader("content-type")) {
    response.setHeader("Content-Type", "application/octet-stream");
  }
  response.flushHeaders();
  await pipeline(source, response);
}

/**
 * @param {Response} response
 * @param {any} web a `Response` of the fetch API
 */
async function sendWebResponse(response, web) {
  if (!response.headersSent) setHead(response, web);
  if (web.body) await sendStream(response, web.body);
  else response.end();
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
  if (value !== null && typeof value === "object" && !isBytes(value)) {
    if (isStream(value)) return sendStream(response, value);
    const web = toWebResponse(value);
    if (web) return sendWebResponse(response, web);
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
