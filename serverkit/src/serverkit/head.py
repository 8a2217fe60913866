"""The head of a request, read as RFC 9110 and 9112 demand: what is in doubt is refused.

The chapter HTTP of SPEC.md says what is refused with which status. A head in order costs one
regular expression and a loop over its fields.
"""

import re

from serverkit.errors import RequestError

HEAD_LIMIT = 65_536  # LIMITS-3: bytes, from the request line to the empty line
LENGTH_DIGITS = 18  # HTTP-4

_TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
# HTTP-8, HTTP-9: no control character but a tab, no line that isn't ended by CRLF.
FIELDS = rb"(?:" + _TOKEN + rb":[\t -~\x80-\xff]*\r\n)*\r\n"
_HOST = rb"[-._~!$&'()*+,;=%:\[\]0-9A-Za-z]"

_HEAD = re.compile(rb"(" + _TOKEN + rb") ([!-~\x80-\xff]+) (HTTP/1\.([0-9]))\r\n(" + FIELDS + rb")")
_FIELD = re.compile(rb"([^:]+):([^\r]*)\r\n")
_METHOD = re.compile(_TOKEN)
_BEGINNING = re.compile(rb"\r?\Z|" + _TOKEN + rb"(?: |\Z)")
_VERSION = re.compile(rb"HTTP/([0-9])\.[0-9]")
_VALID_HOST = re.compile(_HOST + rb"*")
_ABSOLUTE = re.compile(rb"[Hh][Tt][Tt][Pp][Ss]?://" + _HOST + rb"+(/[^?]*)?(?:\?(.*))?", re.DOTALL)
_DIGITS = re.compile(rb"[0-9]{1,%d}" % LENGTH_DIGITS)
_EMPTY_LINES = re.compile(rb"(?:\r\n)*")


class Head:
    """What a head says; `headers` maps names in lower case to values, repeated ones joined.

    `path` and `query` are raw; `length` is that of the body, 0 without one or with chunks.
    """

    __slots__ = (
        "chunked",
        "close",
        "expects",
        "headers",
        "length",
        "method",
        "path",
        "protocol",
        "query",
        "target",
    )

    def __init__(self, data: bytes) -> None:
        """Read a whole head; raises RequestError for one that is refused."""
        match = _HEAD.fullmatch(data)
        if match is None:
            raise RequestError(_reason(data))
        self.method, self.target, self.protocol, minor, fields = match.groups()
        if self.method == b"CONNECT":  # HTTP-14
            raise RequestError(501)
        self.path, self.query = _split(self.method, self.target)
        self.headers: dict[bytes, bytes] = {}
        counts = self._read(fields)
        is_old = minor == b"0"
        if counts != 1 and (counts or not is_old):  # HTTP-11
            raise RequestError(400)
        self.chunked, self.length = self._framing(is_old)
        options = self._list(b"connection")
        self.close = b"close" in options or (is_old and b"keep-alive" not in options)
        self.expects = self._expectation(is_old)

    def _read(self, fields: bytes) -> int:
        """Fill `headers` from the lines of fields; return how many Host fields there are."""
        headers, hosts = self.headers, 0
        for name, value in _FIELD.findall(fields):
            name, value = name.lower(), value.strip(b" \t")
            if name == b"host":
                hosts += 1
                if not _VALID_HOST.fullmatch(value):  # HTTP-11
                    raise RequestError(400)
            elif b"_" in name:
                continue  # in WSGI, its name would be that of another header
            if name in headers:
                if name in (b"content-length", b"transfer-encoding"):  # HTTP-4, HTTP-5
                    raise RequestError(400)
                # REQUEST-17: all values of a repeated header
                value = headers[name] + (b"; " if name == b"cookie" else b", ") + value
            headers[name] = value
        return hosts

    def _framing(self, is_old: bool) -> tuple[bool, int]:
        """Return whether the body comes in chunks, and its length otherwise."""
        length = self.headers.get(b"content-length")
        coding = self.headers.get(b"transfer-encoding")
        if coding is None:
            if length is None:
                return False, 0
            if not _DIGITS.fullmatch(length):  # HTTP-4
                raise RequestError(400)
            return False, int(length)
        codings = [part.strip(b" \t").lower() for part in coding.split(b",")]
        if length is not None or is_old or codings[-1] != b"chunked":  # HTTP-3, HTTP-5
            raise RequestError(400)
        if len(codings) > 1:  # HTTP-5, HTTP-6
            raise RequestError(400 if b"chunked" in codings[:-1] else 501)
        return True, 0

    def _expectation(self, is_old: bool) -> bool:
        """Return whether the client waits for leave to send its body."""
        expectations = [] if is_old else self._list(b"expect")
        if any(each != b"100-continue" for each in expectations):  # HTTP-18
            raise RequestError(417)
        return bool(expectations)

    def _list(self, name: bytes) -> list[bytes]:
        value = self.headers.get(name)
        return [part.strip(b" \t").lower() for part in value.split(b",")] if value else []


def head_end(data: bytes | bytearray) -> int:
    """Return where the head of a request ends, or -1 where it isn't complete."""
    end = data.find(b"\r\n\r\n")
    if end >= 0:
        return end + 4
    end = data.find(b"\n\n")  # HTTP-9: this is refused, and waiting for more is of no use
    return end + 2 if end >= 0 else -1


def without_empty_lines(data: bytes) -> bytes:
    """Return the data without the empty lines before a request (HTTP-23)."""
    match = _EMPTY_LINES.match(data)
    return data[match.end() :] if match else data


def can_begin(data: bytes) -> bool:
    """Whether the bytes may become a request (HTTP-19)."""
    return bool(_BEGINNING.match(data))


def _reason(data: bytes) -> int:
    """Return the status of a head that is malformed, by its request line."""
    words = data.partition(b"\r\n")[0].split(b" ")
    if len(words) != 3 or not _METHOD.fullmatch(words[0]):  # HTTP-12, HTTP-13
        return 400
    version = _VERSION.fullmatch(words[2])
    if not version:  # HTTP-16
        return 400
    if version[1] != b"1":  # HTTP-17
        return 505
    return 501 if words[0] == b"CONNECT" else 400


def _split(method: bytes, target: bytes) -> tuple[bytes, bytes]:
    """Return path and query of a target; raises RequestError 400 (HTTP-15)."""
    if target.startswith(b"/") and b"#" not in target:
        path, _, query = target.partition(b"?")
        return path, query
    if target == b"*" and method == b"OPTIONS":  # HTTP-25
        return target, b""
    match = _ABSOLUTE.fullmatch(target)  # HTTP-20
    if not match or b"#" in target:
        raise RequestError(400)
    return match[1] or b"/", match[2] or b""
