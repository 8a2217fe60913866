// CloudEvents 1.0 in both modes of their HTTP binding.

import { parseJson } from "./data.js";
import { RequestError } from "./request_error.js";

const STRUCTURED = /^\s*application\/cloudevents\+json\s*(;|$)/i;
const RECOGNISED_BY = ["ce-id", "ce-type", "ce-source", "ce-specversion"];

// One character of UTF-8 as escapes: of one, two, three or four bytes.
const TAIL = "%[89ab][0-9a-f]";
const ESCAPED = new RegExp(
  `%[0-7][0-9a-f]|%[cd][0-9a-f]${TAIL}|%e[0-9a-f](?:${TAIL}){2}|%f[0-7](?:${TAIL}){3}`,
  "gi",
);

/** @typedef {import("node:http").IncomingHttpHeaders} Headers */

/**
 * The fields of an event that come from attributes or headers; null where there is none.
 *
 * @typedef {object} Fields
 * @property {string | null} event-id
 * @property {string | null} event-type
 * @property {string | null} event-time
 * @property {string | null} event-namespace
 */

/**
 * Whether a request of content type `type` is a CloudEvent in structured mode.
 *
 * @param {string | undefined} type
 */
export function isStructured(type) {
  return type !== undefined && STRUCTURED.test(type);
}

/**
 * Whether `headers` are those of a CloudEvent in binary mode.
 *
 * @param {Headers} headers
 */
export function isBinary(headers) {
  return RECOGNISED_BY.some((name) => headers[name] !== undefined);
}

/**
 * Return the event's fields for CloudEvents attributes. Throws a RequestError of status 400 unless
 * they are those of version 1 (REQUEST-20).
 *
 * @param {Record<string, any>} attributes
 * @returns {Fields}
 */
function fieldsOf({ id, type, source, specversion, time }) {
  const required = [id, type, source, specversion];
  const complete = required.every((value) => typeof value === "string" && value !== "");
  if (!complete || !/^1(\.|$)/.test(specversion)) throw new RequestError(400);
  return {
    "event-id": id,
    "event-type": type,
    "event-time": time ?? null,
    "event-namespace": source,
  };
}

/**
 * Undo the percent-encoding of a header's value. An invalid escape stays as it is.
 *
 * @param {string} value
 */
function decodeEscapes(value) {
  return value.replace(ESCAPED, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
}

/**
 * Return the fields of a CloudEvent in binary mode (REQUEST-18). Throws a RequestError (REQUEST-20).
 *
 * @param {Headers} headers
 */
export function binaryFields(headers) {
  /** @param {string} name */
  const attribute = (name) => {
    const value = headers[`ce-${name}`];
    return typeof value === "string" ? decodeEscapes(value) : undefined;
  };
  return fieldsOf({
    id: attribute("id"),
    type: attribute("type"),
    time: attribute("time"),
    source: attribute("source"),
    specversion: attribute("specversion"),
  });
}

/**
 * Return the fields and the data of a CloudEvent in structured mode (REQUEST-19). Throws a
 * RequestError (REQUEST-20).
 *
 * @param {Buffer} body
 * @param {string} type
 */
export function structuredEvent(body, type) {
  const envelope = parseJson(body, type);
  if (envelope === null || typeof envelope !== "object") throw new RequestError(400);
  const encoded = envelope.data_base64;
  const data = encoded === undefined ? envelope.data : Buffer.from(String(encoded), "base64");
  return { ...fieldsOf(envelope), data: data ?? null };
}
