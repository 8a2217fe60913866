// Decodes a request's body by its content type.

import { isUtf8 } from "node:buffer";
import { RequestError } from "./request_error.js";

const JSON_TYPE = /^[^;]*[/+]json\s*(;|$)/i;
const TEXT_TYPE =
  /^\s*(text\/|[^;]*\+(xml|yaml)\b|application\/(xml|x-www-form-urlencoded|javascript|yaml|x-yaml|x-ndjson|graphql)\b)/i;

/**
 * Return JSON parsed; an empty body stays empty (REQUEST-8). Throws a RequestError of status 400
 * if the body is malformed or blank (REQUEST-7).
 *
 * @param {Buffer} body
 * @param {string} type
 */
export function parseJson(body, type) {
  if (body.length === 0) return "";
  // REQUEST-7: JSON that isn't UTF-8 is malformed, unless it names another charset.
  if (charsetOf(type) === "utf-8" && !isUtf8(body)) throw new RequestError(400);
  try {
    return JSON.parse(decodeText(body, type));
  } catch {
    throw new RequestError(400);
  }
}

/**
 * The charset that `type` names, by default UTF-8.
 *
 * @param {string} type
 */
function charsetOf(type) {
  const match = /charset\s*=\s*"?([^\s;"]+)/i.exec(type);
  return !match || /^utf-?8$/i.test(match[1]) ? "utf-8" : match[1];
}

/**
 * Return `body` as text in the charset that `type` names; an unknown charset is read as UTF-8.
 *
 * @param {Buffer} body
 * @param {string} type
 */
function decodeText(body, type) {
  const charset = charsetOf(type);
  if (charset === "utf-8") return body.toString("utf8");
  try {
    return new TextDecoder(charset).decode(body);
  } catch {
    return body.toString("utf8");
  }
}

/**
 * Return the event's data for `body` of content type `type`: JSON parsed (REQUEST-5), text as a
 * string, everything else as the Buffer itself (REQUEST-9). A body without a type is text if it is
 * valid UTF-8, as in the Kubeless runtime.
 *
 * @param {Buffer} body
 * @param {string | undefined} type
 */
export function decodeBody(body, type) {
  if (type === undefined || type === "") return isUtf8(body) ? body.toString("utf8") : body;
  if (JSON_TYPE.test(type)) return parseJson(body, type);
  return TEXT_TYPE.test(type) ? decodeText(body, type) : body;
}
