// Reads a request's body before the function is called. The worker library has checked its length
// and its framing, and holds all of it before the request is delivered.

import { RequestError } from "./request_error.js";

/** @typedef {(body: Buffer) => Buffer} Decode undoes a content coding; may throw a RequestError */

/**
 * Whether `request` has a body, an empty one included.
 *
 * @param {Pick<import("node:http").IncomingMessage, "headers">} request
 */
export function hasBody({ headers }) {
  return headers["transfer-encoding"] !== undefined || headers["content-length"] !== undefined;
}

/**
 * Return the body of `request`, decoded. Rejects with a RequestError: 400 if it breaks off, or what
 * `decode` throws.
 *
 * @param {import("node:http").IncomingMessage} request
 * @param {Decode} decode
 * @returns {Promise<Buffer>}
 */
export async function readBody(request, decode) {
  /** @type {Buffer[]} */
  const chunks = [];
  await new Promise((resolve, reject) => {
    const stop = () => reject(new RequestError(400));
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", resolve);
    request.on("error", stop);
    request.on("close", stop);
  });
  return decode(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
}

/**
 * Give the decoded body to the function that reads `request` as a stream: then the headers must tell
 * of the decoded one as well (REQUEST-28).
 *
 * @param {import("node:http").IncomingMessage} request
 * @param {Buffer} sent
 * @param {Buffer} body
 */
function giveBack(request, sent, body) {
  if (body.length > 0) request.unshift(body);
  if (body === sent) return;
  delete request.headers["content-encoding"];
  request.headers["content-length"] = String(body.length);
}

/**
 * Return the body of `request`, decoded, and leave it readable as a stream, because a function reads
 * a multipart form from the native request (REQUEST-16). Rejects as `readBody` does.
 *
 * @param {import("node:http").IncomingMessage} request
 * @param {Decode} decode
 * @returns {Promise<Buffer>}
 */
export function peekBody(request, decode) {
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
      const sent = Buffer.concat(chunks);
      try {
        const body = decode(sent);
        // The stream hasn't emitted `end` yet: what is given back in this turn can be read again.
        giveBack(request, sent, body);
        resolve(body);
      } catch (error) {
        reject(error);
      }
    };
    const onClose = () => {
      stopListening();
      reject(new RequestError(400));
    };
    request.on("readable", onReadable);
    request.on("close", onClose);
  });
}
