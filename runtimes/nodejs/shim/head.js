// Looks at the first bytes of a request, just closely enough to know where it goes.
// The worker's HTTP parser reads them once more and decides what is valid.

const LARGEST_HEAD = 65_536; // bytes
const REQUEST_LINE = /^([A-Z][A-Z-]*) (\S+) HTTP\/1\.([01])$/;

/** The value of header `name` in `lines`, the last one if it is repeated, or undefined. */
function headerOf(lines, name) {
  for (let index = lines.length - 1; index > 0; index -= 1) {
    const line = lines[index];
    if (line.length > name.length && line[name.length] === ":") {
      if (line.slice(0, name.length).toLowerCase() === name)
        return line.slice(name.length + 1).trim();
    }
  }
  return undefined;
}

/**
 * Return what `bytes` (a Buffer) begin with: `{kind: "partial"}`, `{kind: "bad", status}`, or
 * `{kind: "request", method, target, path, length, bodyLength, streamed, header}`, where `length`
 * is that of head and body together, `streamed` says that more may come of which the length is
 * unknown, and `header(name)` looks a header up.
 */
export function inspectHead(bytes) {
  if (bytes.length > 0 && (bytes[0] < 65 || bytes[0] > 90)) {
    // Empty lines before a request are allowed; anything else but a letter isn't HTTP.
    if (bytes[0] !== 13 && bytes[0] !== 10) return { kind: "bad", status: 400 };
    const rest = bytes.findIndex((byte) => byte !== 13 && byte !== 10);
    return rest < 0 ? { kind: "partial" } : inspectHead(bytes.subarray(rest));
  }
  const end = bytes.indexOf("\r\n\r\n");
  const lineEnd = bytes.indexOf("\r\n");
  if (lineEnd >= 0 && !REQUEST_LINE.test(bytes.latin1Slice(0, lineEnd))) {
    return { kind: "bad", status: 400 };
  }
  if (end < 0) {
    if (bytes.length > LARGEST_HEAD) return { kind: "bad", status: 431 };
    // A line that ends without CR is no HTTP that a worker would read.
    if (lineEnd < 0 && bytes.includes(10)) return { kind: "bad", status: 400 };
    return { kind: "partial" };
  }
  const lines = bytes.latin1Slice(0, end).split("\r\n");
  const [, method, target] = REQUEST_LINE.exec(lines[0]);
  const header = (name) => headerOf(lines, name);
  const bodyLength = Number(header("content-length") ?? 0);
  return {
    kind: "request",
    method,
    target,
    path: target.split("?", 1)[0],
    length: end + 4 + bodyLength,
    bodyLength,
    streamed: header("transfer-encoding") !== undefined || header("expect") !== undefined,
    header,
  };
}
