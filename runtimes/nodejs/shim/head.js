// Looks at the first bytes of a request, just closely enough to know where it goes. A worker's HTTP
// parser reads them once more and decides what is valid; nobody does so for a probe, and thus
// `strict` says whether every parser reads the same in them.

const LARGEST_HEAD = 65_536; // bytes
const REQUEST_LINE = /^([A-Z][A-Z-]*) (\S+) HTTP\/1\.([01])$/;
const FIELD = /^[!#$%&'*+.^`|~\w-]+:[^\0\r\n]*$/;
const [LF, CR] = [10, 13];

/** The values of header `name` in `lines`, in their order. */
function valuesOf(lines, name) {
  const found = [];
  for (let index = 1; index < lines.length; index += 1) {
    const line = lines[index];
    if (line.length > name.length && line[name.length] === ":") {
      if (line.slice(0, name.length).toLowerCase() === name)
        found.push(line.slice(name.length + 1).trim());
    }
  }
  return found;
}

/** The length of the body that `lines` declare, undefined where they name none or several. */
function declaredLength(lines) {
  const values = new Set(valuesOf(lines, "content-length"));
  const [value = "0"] = values;
  return values.size < 2 && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}

const bad = (status) => ({ kind: "bad", status });

/** What is known of the head `text`, of which the request begins; `end` is where the body does. */
function requestOf(text, end) {
  const lines = text.split("\r\n");
  const [, method, target, minor] = REQUEST_LINE.exec(lines[0]);
  const header = (name) => valuesOf(lines, name).at(-1);
  const bodyLength = declaredLength(lines);
  if (bodyLength === undefined) return bad(400);
  return {
    kind: "request",
    method,
    target,
    path: target.split("?", 1)[0],
    length: end + bodyLength,
    bodyLength,
    streamed: header("transfer-encoding") !== undefined || header("expect") !== undefined,
    strict: minor === "1" && lines.every((line, index) => index === 0 || FIELD.test(line)),
    header,
  };
}

/**
 * Return what `bytes` (a Buffer) begin with: `{kind: "partial"}`, `{kind: "bad", status}`, or
 * `{kind: "request", method, target, path, length, bodyLength, streamed, strict, header}`, where
 * `length` is that of head and body together, `streamed` says that more may come of which the
 * length is unknown, `strict` that this is HTTP/1.1 without any liberty in its form, and
 * `header(name)` looks a header up, the last one if it is repeated.
 */
export function inspectHead(bytes) {
  // Empty lines before a request are allowed.
  const start = bytes.findIndex((byte) => byte !== CR && byte !== LF);
  const end = start < 0 ? -1 : bytes.indexOf("\r\n\r\n", start);
  if (end < 0 && bytes.length > LARGEST_HEAD) return bad(431);
  if (start < 0) return { kind: "partial" };
  if (bytes[start] < 65 || bytes[start] > 90) return bad(400);
  const lineEnd = bytes.indexOf("\r\n", start);
  if (lineEnd >= 0 && !REQUEST_LINE.test(bytes.latin1Slice(start, lineEnd))) return bad(400);
  if (end >= 0) return requestOf(bytes.latin1Slice(start, end), end + 4);
  // A line that ends without CR is no HTTP that a worker would read.
  return lineEnd < 0 && bytes.includes(LF, start) ? bad(400) : { kind: "partial" };
}
