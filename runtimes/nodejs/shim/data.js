// Decodes a request's body by its content type.

import { isUtf8 } from "node:buffer";
import { decodeText } from "./charset.js";
import { RequestError } from "./request_error.js";

const JSON_TYPE = /^[^;]*[/+]json\s*(;|$)/i;
const TEXT_TYPE =
  /^\s*(text\/|[^;]*\+(xml|yaml)\b|application\/(xml|x-www-form-urlencoded|javascript|yaml|x-yaml|x-ndjson|graphql)\b)/i;

/**
 * Return JSON parsed; an empty body stays empty (REQUEST-8). Throws a RequestError of status 400 if
 * the body is malformed or blank (REQUEST-7), or as `decodeText` does.
 *
 * @param {Buffer} body
 * @param {string} type
 */
export function parseJson(body, type) {
  if (body.length === 0) return "";
  const text = decodeText(body, type, true);
  try {
    return JSON.parse(text);
  } catch {
    throw new RequestError(400);
  }
}

/**
 * Return the event's data for `body` of content type `type`: JSON parsed (REQUEST-5), text as a
 * string (REQUEST-36), everything else as the Buffer itself (REQUEST-9). A body without a type is
 * text if it is valid UTF-8, as in the Kubeless runtime.
 *
 * @param {Buffer} body
 * @param {string | undefined} type
 */
export function decodeBody(body, type) {
  if (type === undefined || type === "") return isUtf8(body) ? body.toString("utf8") : body;
  if (JSON_TYPE.test(type)) return parseJson(body, type);
  if (!TEXT_TYPE.test(type)) return body;
  return body.length === 0 ? "" : decodeText(body, type, false); // REQUEST-32
}
