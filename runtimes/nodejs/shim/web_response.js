// Answers with a `Response` of the fetch API, and with what such a response can be made from.

import { kindOf } from "./serialise.js";

/** @typedef {import("express").Response} Response */

const BODIES = ["Blob", "File", "FormData", "URLSearchParams"];
// They tell of the connection that a fetched response came on, or of a body's length before it was
// decoded. Node sets its own.
const OF_CONNECTION = new Set(
  "connection content-length keep-alive proxy-connection te trailer transfer-encoding upgrade".split(
    " ",
  ),
);
const DECODED_BY_FETCH = /^((gzip|x-gzip|deflate|br)\s*(,\s*|$))+$/i;

/**
 * Return `value` if it is a `Response`, of Node or of a package, or the one that it makes; undefined
 * if it is another value.
 *
 * @param {any} value
 * @returns {any}
 */
export function toWebResponse(value) {
  const kind = kindOf(value);
  if (kind === "Response" && typeof value.headers?.get === "function") return value;
  return BODIES.includes(kind) ? new globalThis.Response(value) : undefined;
}

/** @param {any} headers of the fetch API, or of a package that keeps cookies in another way */
const cookiesOf = (headers) => headers.getSetCookie?.() ?? headers.raw?.()["set-cookie"] ?? [];

/**
 * Take status and headers of `web` for the answer. Throws a TypeError if it can't be answered.
 *
 * @param {Response} response
 * @param {any} web
 */
export function setHead(response, web) {
  if (web.bodyUsed) throw new TypeError("the function returned a Response that it has read");
  if (web.status < 200) throw new TypeError("the function returned a Response of no status");
  response.statusCode = web.status;
  response.statusMessage = web.statusText;
  const encoding = web.headers.get("content-encoding");
  const isDecoded = web.url && encoding && DECODED_BY_FETCH.test(encoding);
  for (const [name, value] of web.headers) {
    const key = name.toLowerCase();
    if (OF_CONNECTION.has(key) || key === "set-cookie") continue;
    if (key !== "content-encoding" || !isDecoded) response.setHeader(name, value);
  }
  for (const cookie of cookiesOf(web.headers)) response.append("Set-Cookie", cookie);
}
