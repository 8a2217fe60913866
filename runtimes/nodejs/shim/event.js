// The event and the context that a function gets.

import { isUtf8 } from "node:buffer";
import { RequestError } from "./body.js";

const JSON_TYPE = /^[^;]*[/+]json\s*(;|$)/i;
const TEXT_TYPE =
  /^\s*(text\/|[^;]*\+(xml|yaml)\b|application\/(xml|x-www-form-urlencoded|javascript|yaml|x-yaml|x-ndjson|graphql)\b)/i;
const CLOUD_EVENT = /^\s*application\/cloudevents\+json\s*(;|$)/i;
const CE_HEADERS = ["ce-id", "ce-type", "ce-source", "ce-specversion"];

/** Return JSON parsed; an empty body stays empty (REQUEST-8), a malformed one is a 400. */
function parseJson(body, type) {
  // REQUEST-7: JSON that isn't UTF-8 is malformed, unless it names another charset.
  if (charsetOf(type) === "utf-8" && !isUtf8(body)) throw new RequestError(400, "Bad Request");
  const text = decodeText(body, type);
  if (text.trim() === "") return "";
  try {
    return JSON.parse(text);
  } catch {
    throw new RequestError(400, "Bad Request"); // REQUEST-7
  }
}

/** The charset that `type` names, by default UTF-8. */
function charsetOf(type) {
  const match = /charset\s*=\s*"?([^\s;"]+)/i.exec(type);
  return !match || /^utf-?8$/i.test(match[1]) ? "utf-8" : match[1];
}

/** Return `body` as text in the charset that `type` names. */
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
 * Return the event's data for `body` (a Buffer) of content type `type`: JSON parsed (REQUEST-5),
 * text as a string, everything else as the Buffer itself (REQUEST-9). Without a type the body is
 * text where it is valid UTF-8, as in the Kubeless runtime.
 */
export function decodeBody(body, type) {
  if (type === undefined || type === "") return isUtf8(body) ? body.toString("utf8") : body;
  if (JSON_TYPE.test(type)) return parseJson(body, type);
  return TEXT_TYPE.test(type) ? decodeText(body, type) : body;
}

/** Throw a RequestError unless the attributes are those of CloudEvents 1 (REQUEST-20). */
function checkCloudEvent(attributes) {
  const { id, type, source, specversion } = attributes;
  const valid = [id, type, source, specversion].every((v) => typeof v === "string" && v !== "");
  if (!valid || !/^1(\.|$)/.test(specversion)) throw new RequestError(400, "Bad Request");
}

/** The event's fields for CloudEvents attributes (REQUEST-18). */
function fieldsOf(attributes) {
  checkCloudEvent(attributes);
  return {
    "event-id": attributes.id,
    "event-type": attributes.type,
    "event-time": attributes.time ?? null,
    "event-namespace": attributes.source,
  };
}

/** The fields and data of a CloudEvent in structured mode (REQUEST-19). */
function structuredEvent(body, type) {
  const envelope = parseJson(body, type);
  if (envelope === null || typeof envelope !== "object") throw new RequestError(400, "Bad Request");
  const encoded = envelope.data_base64;
  const data = encoded === undefined ? envelope.data : Buffer.from(String(encoded), "base64");
  return { ...fieldsOf(envelope), data: data ?? null };
}

/** The fields of any other request: from Kubeless's headers, absent ones null (REQUEST-4). */
function plainFields(headers) {
  return {
    "event-id": headers["event-id"] ?? null,
    "event-type": headers["event-type"] ?? null,
    "event-time": headers["event-time"] ?? null,
    "event-namespace": headers["event-namespace"] ?? null,
  };
}

function binaryFields(headers) {
  return fieldsOf({
    id: headers["ce-id"],
    type: headers["ce-type"],
    time: headers["ce-time"],
    source: headers["ce-source"],
    specversion: headers["ce-specversion"],
  });
}

/**
 * Return the event of `request` with `body`, a Buffer or undefined where it has none.
 * `extensions` holds the native request and response, streams included.
 */
export function createEvent(request, response, body) {
  const { headers } = request;
  const type = headers["content-type"];
  const extensions = { request, response };
  if (type !== undefined && CLOUD_EVENT.test(type)) {
    return { ...structuredEvent(body ?? Buffer.alloc(0), type), extensions };
  }
  const binary = CE_HEADERS.some((name) => headers[name] !== undefined);
  const event = binary ? binaryFields(headers) : plainFields(headers);
  event.data = body === undefined ? "" : decodeBody(body, type);
  event.extensions = extensions;
  return event;
}

/** Return the context of a call (REQUEST-21). */
export function createContext(settings) {
  return {
    "function-name": settings.handlerName,
    timeout: settings.timeout,
    runtime: settings.runtime,
    "memory-limit": settings.memoryLimit,
  };
}
