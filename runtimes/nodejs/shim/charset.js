// Decodes text by the charset of its content type.

import { isAscii, isUtf8 } from "node:buffer";
import { RequestError } from "./request_error.js";

const MARK = /^\ufeff/;

/**
 * The charset that `type` names, in lower case; by default UTF-8.
 *
 * @param {string} type
 */
function charsetOf(type) {
  const name = /;\s*charset\s*=\s*"?([^\s;"]*)/i.exec(type)?.[1].toLowerCase();
  if (!name || name === "utf8") return "utf-8";
  if (name === "ascii") return "us-ascii";
  return name === "latin1" ? "iso-8859-1" : name;
}

/**
 * Without a mark, UTF-16 is big-endian (REQUEST-33).
 *
 * @param {Buffer} body
 */
function endianness(body) {
  return body[0] === 0xff && body[1] === 0xfe ? "utf-16le" : "utf-16be";
}

/**
 * Return `body` in the charset that `type` names, without a byte order mark. Throws a RequestError of
 * status 415 if nobody knows the charset (REQUEST-34), and, if `strict`, of status 400 if there are
 * bytes that it doesn't have (REQUEST-35).
 *
 * @param {Buffer} body
 * @param {string} type
 * @param {boolean} strict
 * @returns {string}
 */
export function decodeText(body, type, strict) {
  const charset = charsetOf(type);
  if (charset === "utf-8" || charset === "us-ascii") {
    const isValid = charset === "utf-8" ? isUtf8 : isAscii;
    if (strict && !isValid(body)) throw new RequestError(400);
    return body.toString("utf8").replace(MARK, "");
  }
  // TextDecoder takes Latin 1 for the Windows code page that looks like it.
  if (charset === "iso-8859-1") return body.toString("latin1");
  const decoder = decoderOf(charset === "utf-16" ? endianness(body) : charset, strict);
  try {
    return decoder.decode(body);
  } catch {
    throw new RequestError(400);
  }
}

/**
 * @param {string} charset
 * @param {boolean} fatal
 */
function decoderOf(charset, fatal) {
  try {
    return new TextDecoder(charset, { fatal });
  } catch {
    throw new RequestError(415);
  }
}
