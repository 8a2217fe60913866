// Undoes the content coding of a body (REQUEST-27).

import { RequestError } from "./request_error.js";

// Which function of `node:zlib` undoes a coding. It is imported late, because that takes a twentieth
// of a worker's start.
const DECODERS = /** @type {const} */ ({
  gzip: "gunzipSync",
  "x-gzip": "gunzipSync",
  deflate: "inflateSync",
  br: "brotliDecompressSync",
});

/**
 * @param {string} coding
 * @returns {coding is keyof typeof DECODERS}
 */
const isKnown = (coding) => Object.hasOwn(DECODERS, coding);

/**
 * Return the one coding that the value of `Content-Encoding` names, undefined if it names none.
 * Throws a RequestError of status 415 for one that nobody knows, and for several (REQUEST-29).
 *
 * @param {string} value
 */
function codingOf(value) {
  const names = value
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "" && name !== "identity");
  if (names.length === 0) return undefined;
  const [coding] = names;
  if (names.length === 1 && isKnown(coding)) return coding;
  throw new RequestError(415, { "Accept-Encoding": "gzip, deflate, br" });
}

/**
 * Which function undoes `coding`: many clients leave the header of zlib out of `deflate`.
 *
 * @param {Buffer} body
 * @param {keyof typeof DECODERS} coding
 */
function decoderOf(body, coding) {
  const hasHeader = body.length > 1 && (body[0] & 15) === 8 && body.readUInt16BE(0) % 31 === 0;
  return coding === "deflate" && !hasHeader ? "inflateRawSync" : DECODERS[coding];
}

/**
 * Return the function that decodes a body whose `Content-Encoding` is `value`. That function leaves a
 * body of no bytes as it is (REQUEST-32), and throws a RequestError: 415 for a coding that nobody
 * knows (REQUEST-29), 413 for a body of more than `limit` bytes after decoding (REQUEST-31), 400 for
 * one that can't be decoded or that other bytes follow (REQUEST-30).
 *
 * @param {string} value
 * @param {number} limit
 */
export async function decoderFor(value, limit) {
  const zlib = await import("node:zlib");
  /** @param {Buffer} body */
  return (body) => {
    const coding = body.length === 0 ? undefined : codingOf(value);
    return coding === undefined ? body : decode(zlib, body, coding, limit);
  };
}

/**
 * @param {typeof import("node:zlib")} zlib
 * @param {Buffer} body
 * @param {keyof typeof DECODERS} coding
 * @param {number} limit
 * @returns {Buffer}
 */
function decode(zlib, body, coding, limit) {
  let decoded;
  try {
    // With `info`, this returns an object, which the types don't know.
    decoded = /** @type {any} */ (
      zlib[decoderOf(body, coding)](body, { maxOutputLength: limit, info: true })
    );
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    throw new RequestError(code === "ERR_BUFFER_TOO_LARGE" ? 413 : 400);
  }
  if (decoded.engine.bytesWritten !== body.length) throw new RequestError(400);
  return decoded.buffer;
}
