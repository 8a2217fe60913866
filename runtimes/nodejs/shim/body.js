// Reads a request's body before the function is called. The worker library has checked its length
// and its framing, and holds all of it before the request is delivered.

import { RequestError } from "./request_error.js";

// Which function of `node:zlib` undoes an encoding. It is imported late, because that takes a
// twentieth of a worker's start.
const DECODERS = /** @type {const} */ ({
  gzip: "createGunzip",
  "x-gzip": "createGunzip",
  deflate: "createInflate",
  br: "createBrotliDecompress",
});

/**
 * @param {string} encoding
 * @returns {encoding is keyof typeof DECODERS}
 */
const isKnown = (encoding) => Object.hasOwn(DECODERS, encoding);

/**
 * Whether `request` has a body, an empty one included.
 *
 * @param {Pick<import("node:http").IncomingMessage, "headers">} request
 */
export function hasBody({ headers }) {
  return headers["transfer-encoding"] !== undefined || headers["content-length"] !== undefined;
}

/**
 * Collect `stream` to one Buffer. Rejects with a RequestError if it breaks off, or if it has more
 * than `limit` bytes.
 *
 * @param {import("node:stream").Readable} stream
 * @param {number} limit
 * @returns {Promise<Buffer>}
 */
function collect(stream, limit) {
  return new Promise((resolve, reject) => {
    /** @type {Buffer[]} */
    const chunks = [];
    let length = 0;
    /** @param {number} status */
    const stop = (status) => {
      stream.off("data", onData);
      reject(new RequestError(status));
    };
    /** @param {Buffer} chunk */
    const onData = (chunk) => {
      length += chunk.length;
      if (length > limit) return stop(413);
      chunks.push(chunk);
    };
    stream.on("data", onData);
    stream.on("end", () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
    stream.on("error", () => stop(400));
    stream.on("close", () => stop(400));
  });
}

/**
 * Return the body of `request`, its content encoding undone. Rejects with a RequestError: 413 for
 * one of more than `limit` bytes after decoding (REQUEST-14), 415 for an unknown encoding, 400 for
 * one that can't be decoded.
 *
 * @param {import("node:http").IncomingMessage} request
 * @param {number} limit
 * @returns {Promise<Buffer>}
 */
export async function readBody(request, limit) {
  const encoding = (request.headers["content-encoding"] ?? "identity").toLowerCase();
  if (encoding === "identity") return collect(request, limit);
  if (!isKnown(encoding)) throw new RequestError(415);
  const zlib = await import("node:zlib");
  const decoder = zlib[DECODERS[encoding]]();
  request.on("error", (error) => decoder.destroy(error));
  return collect(request.pipe(decoder), limit);
}

/**
 * Return the body of `request`, and leave it readable as a stream, because a function reads a
 * multipart form from the native request (REQUEST-16).
 *
 * @param {import("node:http").IncomingMessage} request
 * @returns {Promise<Buffer>}
 */
export function peekBody(request) {
  return new Promise((resolve, reject) => {
    /** @type {Buffer[]} */
    const chunks = [];
    const stopListening = () => {
      request.off("readable", onReadable);
      request.off("close", onClose);
    };
    const onReadable = () => {
      for (let chunk = request.read(); chunk !== null; chunk = request.read()) chunks.push(chunk);
      if (!request.complete) return;
      stopListening();
      const body = Buffer.concat(chunks);
      // The stream hasn't emitted `end` yet: what is given back in this turn can be read again.
      if (body.length > 0) request.unshift(body);
      resolve(body);
    };
    const onClose = () => {
      stopListening();
      reject(new RequestError(400));
    };
    request.on("readable", onReadable);
    request.on("close", onClose);
  });
}
