"""Undoing what was done to a body's content: its coding, and the charset of text."""

import re
import zlib

from serverkit.errors import RequestError

_GZIP = 16 + zlib.MAX_WBITS  # as zlib.decompressobj wants it
_PIECE = 4096  # bytes: what lies behind a member's end is copied for each
_ACCEPTED = {"Accept-Encoding": "gzip, deflate"}
_CHARSET = re.compile(r""";\s*charset\s*=\s*"?([^\s;"]*)""", re.IGNORECASE)
_CHARSETS = {
    **dict.fromkeys(("", "utf-8", "utf8"), "utf-8"),
    **dict.fromkeys(("us-ascii", "ascii"), "ascii"),
    **dict.fromkeys(("iso-8859-1", "latin1"), "latin-1"),
    **{name: name for name in ("utf-16", "utf-16le", "utf-16be")},
}
_MARK = "\ufeff"


def undo_coding(body: bytes, coding: str, limit: int) -> bytes:
    """Return a body without the codings that `Content-Encoding` names (REQUEST-27).

    Raises RequestError: 415 for a coding that isn't known and for more than one, 400 where the body
    can't be decoded, 413 once more than `limit` bytes have come out.
    """
    names = [name for part in coding.split(",") if (name := part.strip().lower())]
    names = [name for name in names if name != "identity"]
    if not names or not body:  # REQUEST-32
        return body
    if len(names) > 1 or names[0] not in ("gzip", "x-gzip", "deflate"):  # REQUEST-29
        raise RequestError(415, _ACCEPTED)
    bits = _deflate_bits(body) if names[0] == "deflate" else _GZIP
    try:
        return _inflate(body, bits, limit)
    except zlib.error:
        raise RequestError(400) from None


def _deflate_bits(body: bytes) -> int:
    """Return what tells zlib whether its own header is there: many clients send none."""
    has_header = body[0] & 15 == zlib.DEFLATED and int.from_bytes(body[:2], "big") % 31 == 0
    return zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS


def _inflate(body: bytes, bits: int, limit: int) -> bytes:
    """Return what the body holds; gzip may have several members behind each other."""
    view, output, at = memoryview(body), bytearray(), 0
    decoder = zlib.decompressobj(bits)
    while at < len(body):
        if decoder.eof:
            if bits != _GZIP:  # REQUEST-30: bytes behind the end
                raise RequestError(400)
            decoder = zlib.decompressobj(bits)
        piece = view[at : at + _PIECE]
        output += decoder.decompress(piece, limit + 1 - len(output))
        if len(output) > limit:  # REQUEST-31
            raise RequestError(413)
        at += len(piece) - len(decoder.unused_data)
    if not decoder.eof:
        raise RequestError(400)
    return bytes(output)


def text_of(body: bytes, content_type: str) -> str:
    """Return a body as text in the charset of its type, without a byte order mark (REQUEST-33).

    Raises RequestError: 415 for a charset that isn't known, 400 for bytes that it doesn't have.
    """
    match = _CHARSET.search(content_type)
    charset = _CHARSETS.get(match[1].lower() if match else "")
    if charset is None:
        raise RequestError(415)
    if charset == "utf-16" and body[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        charset = "utf-16be"
    try:
        text = body.decode(charset)
    except UnicodeDecodeError:
        raise RequestError(400) from None
    return text.removeprefix(_MARK)
