// The event and the context that a function gets.

import { binaryFields, isBinary, isStructured, structuredEvent } from "./cloud_event.js";
import { decodeBody } from "./data.js";

/** @typedef {import("express").Request & {rawBody?: Buffer}} Request */
/** @typedef {import("express").Response} Response */

/**
 * @typedef {import("./cloud_event.js").Fields & {
 *   data: any,
 *   extensions: {request: Request, response: Response},
 * }} Event
 */

/**
 * The fields of a request that is no CloudEvent (REQUEST-3), null where a header is missing
 * (REQUEST-4).
 *
 * @param {import("node:http").IncomingHttpHeaders} headers
 * @returns {import("./cloud_event.js").Fields}
 */
function plainFields(headers) {
  /** @param {string} name */
  const value = (name) => /** @type {string | undefined} */ (headers[name]) ?? null;
  return {
    "event-id": value("event-id"),
    "event-type": value("event-type"),
    "event-time": value("event-time"),
    "event-namespace": value("event-namespace"),
  };
}

/**
 * Return the event of `request` with `body`, which is undefined if the request has none;
 * `extensions` holds the native request and response. Throws a RequestError if the body or the
 * CloudEvent is malformed.
 *
 * @param {Request} request
 * @param {Response} response
 * @param {Buffer | undefined} body
 * @returns {Event}
 */
export function createEvent(request, response, body) {
  const { headers } = request;
  const type = headers["content-type"];
  const extensions = { request, response };
  if (type !== undefined && isStructured(type)) {
    return { ...structuredEvent(body ?? Buffer.alloc(0), type), extensions };
  }
  const fields = isBinary(headers) ? binaryFields(headers) : plainFields(headers);
  const data = body === undefined ? "" : decodeBody(body, type);
  return { ...fields, data, extensions };
}

/**
 * Return the context of a call (REQUEST-21).
 *
 * @param {import("./settings.js").Settings} settings
 */
export function createContext(settings) {
  return {
    "function-name": settings.handlerName,
    timeout: settings.timeout,
    runtime: settings.runtime,
    "memory-limit": settings.memoryLimit,
  };
}
