// Turns a value that isn't a stream into the body of an answer.

/**
 * @param {unknown} value
 * @returns {value is ArrayBufferView | ArrayBuffer}
 */
export const isBytes = (value) => ArrayBuffer.isView(value) || value instanceof ArrayBuffer;

/**
 * The name of a built-in kind of object, of any realm or package: `Map`, `Error`, `Response`.
 *
 * @param {unknown} value
 */
export const kindOf = (value) => Object.prototype.toString.call(value).slice(8, -1);

/** Kinds without keys that JSON shows whole. */
const SHOWN = new Set(["Object", "Module", "Number", "String", "Boolean"]);

/** @param {ArrayBufferView | ArrayBuffer} value */
function bufferOf(value) {
  if (Buffer.isBuffer(value)) return value;
  return value instanceof ArrayBuffer
    ? Buffer.from(value)
    : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

/**
 * Return what JSON shows of an object which would show as `{}` by itself. Throws a TypeError if
 * that would hide what the object holds.
 *
 * @param {string} key
 * @param {any} value
 */
function showHidden(key, value) {
  const isEmpty = value !== null && typeof value === "object" && Object.keys(value).length === 0;
  if (!isEmpty || Array.isArray(value) || ArrayBuffer.isView(value)) return value;
  const kind = kindOf(value);
  if (kind === "Set") return [...value];
  if (kind === "Map" && [...value.keys()].every((each) => typeof each !== "object")) {
    return Object.fromEntries(value);
  }
  if (SHOWN.has(kind)) return value;
  const place = key === "" ? "" : ` in \`${key}\``;
  const hint = kind === "Promise" ? "await it" : "turn it into an object or a string";
  throw new TypeError(
    `the function returned a ${kind}${place}, which JSON would show as {}: ${hint}`,
  );
}

/**
 * Return `value` as JSON; undefined if JSON has nothing for it.
 *
 * @param {any} value
 * @returns {string | undefined}
 */
function toJson(value) {
  if (kindOf(value) === "Error") {
    throw new TypeError("the function returned an Error: throw it instead", { cause: value });
  }
  const text = JSON.stringify(value);
  // A second pass, because a replacer makes large answers slow.
  return text?.includes("{}") ? JSON.stringify(value, showHidden) : text;
}

/**
 * Return the content type and the body for a value that isn't a stream. Throws a TypeError if the
 * value can't be serialised (RESPONSE-10).
 *
 * @param {unknown} value
 * @returns {[string | null, string | Buffer]}
 */
export function serialise(value) {
  if (value === undefined || value === null) return [null, ""]; // RESPONSE-4
  if (typeof value === "string") return ["text/html; charset=utf-8", value]; // RESPONSE-1
  if (isBytes(value)) return ["application/octet-stream", bufferOf(value)]; // RESPONSE-2
  const text = toJson(value); // RESPONSE-3, RESPONSE-5
  if (text !== undefined) return ["application/json; charset=utf-8", text];
  throw new TypeError(`the function returned a ${typeof value}, which can't be serialised`);
}
