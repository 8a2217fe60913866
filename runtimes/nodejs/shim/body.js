// Reads a request's body, bounded, before the function is called.

import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";

/** A request that is answered without a call; `status` is the answer's. */
export class RequestError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

const DECODERS = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** Whether `request` has a body, an empty one included. */
export function hasBody(request) {
  return (
    request.headers["transfer-encoding"] !== undefined ||
    request.headers["content-length"] !== undefined
  );
}

/** Throw a RequestError if the length that `request` declares is over `limit` bytes (REQUEST-14). */
function checkDeclaredLength(request, limit) {
  if (Number(request.headers["content-length"] ?? 0) > limit) {
    throw new RequestError(413, "Payload Too Large");
  }
}

/** Collect `stream` to one Buffer; over `limit` bytes it stops with a RequestError. */
function collect(stream, limit) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    let length = 0;
    const stop = (error) => {
      stream.off("data", onData);
      reject(error);
    };
    const onData = (chunk) => {
      length += chunk.length;
      if (length > limit) return stop(new RequestError(413, "Payload Too Large"));
      chunks.push(chunk);
    };
    stream.on("data", onData);
    stream.on("end", () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
    stream.on("error", () => stop(new RequestError(400, "Bad Request")));
    stream.on("close", () => stop(new RequestError(400, "Bad Request")));
  });
}

/** Return the body of `request` as a Buffer, its content encoding undone. */
export function readBody(request, limit) {
  checkDeclaredLength(request, limit);
  const encoding = (request.headers["content-encoding"] ?? "identity").toLowerCase();
  if (encoding === "identity") return collect(request, limit);
  const create = DECODERS[encoding];
  if (!create) throw new RequestError(415, "Unsupported Media Type");
  const decoder = create();
  request.on("error", (error) => decoder.destroy(error));
  return collect(request.pipe(decoder), limit);
}

/**
 * Return the body of `request` as a Buffer, and leave it readable as a stream.
 * A function reads a multipart form from the native request (REQUEST-16), and yet one over the
 * limit is answered without a call (REQUEST-14).
 */
export function peekBody(request, limit) {
  checkDeclaredLength(request, limit);
  return new Promise((resolve, reject) => {
    const chunks = [];
    let length = 0;
    const finish = (settle, value) => {
      request.off("readable", onReadable);
      request.off("close", onClose);
      settle(value);
    };
    const onReadable = () => {
      for (let chunk = request.read(); chunk !== null; chunk = request.read()) {
        length += chunk.length;
        if (length > limit) return finish(reject, new RequestError(413, "Payload Too Large"));
        chunks.push(chunk);
      }
      if (!request.complete) return;
      const body = Buffer.concat(chunks);
      // The stream has not yet told its end: given back in this turn, it can be read once more.
      if (length > 0) request.unshift(body);
      finish(resolve, body);
    };
    const onClose = () => finish(reject, new RequestError(400, "Bad Request"));
    request.on("readable", onReadable);
    request.on("close", onClose);
  });
}
