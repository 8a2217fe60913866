"""Codings and charsets."""

import gzip
import zlib

import pytest

from serverkit.content import text_of, undo_coding
from serverkit.errors import RequestError

TEXT = b"content " * 1000


def raw(content: bytes) -> bytes:
    """Return deflated content without zlib's header."""
    made = zlib.compressobj(wbits=-15)
    return made.compress(content) + made.flush()


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(TEXT)),
        ("x-gzip", gzip.compress(TEXT)),
        (" GZip ", gzip.compress(TEXT)),
        ("gzip", gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:])),
        ("deflate", zlib.compress(TEXT)),
        ("Deflate", raw(TEXT)),
        ("identity", TEXT),
        (", identity,", TEXT),
        ("identity, gzip", gzip.compress(TEXT)),
    ],
)
def test_undone(coding: str, body: bytes) -> None:
    """REQUEST-27: known codings are undone, up to the very limit."""
    assert undo_coding(body, coding, len(TEXT)) == TEXT


@pytest.mark.parametrize("coding", ["gzip", "zap", "gzip, gzip"])
def test_nothing(coding: str) -> None:
    """REQUEST-32: nothing is nothing in all codings."""
    assert undo_coding(b"", coding, 10) == b""


@pytest.mark.parametrize("coding", ["br", "utf-8", "gzip, deflate", "gzip;q=1"])
def test_unknown(coding: str) -> None:
    """REQUEST-29: other codings are refused, with those that are known."""
    with pytest.raises(RequestError) as caught:
        undo_coding(TEXT, coding, 10)
    assert caught.value.status == 415
    assert caught.value.headers == {"Accept-Encoding": "gzip, deflate"}


@pytest.mark.parametrize(
    ("coding", "made"),
    [("gzip", gzip.compress(TEXT)), ("deflate", zlib.compress(TEXT)), ("deflate", raw(TEXT))],
)
def test_malformed(coding: str, made: bytes) -> None:
    """REQUEST-30, REQUEST-31: what can't be decoded, or is too large, is refused."""
    for broken in (made[:-1], made + b"\0", made[:1], b"text"):
        with pytest.raises(RequestError, match="400"):
            undo_coding(broken, coding, len(TEXT))
    with pytest.raises(RequestError, match="413"):
        undo_coding(made, coding, len(TEXT) - 1)


@pytest.mark.parametrize(
    ("coding", "made"), [("gzip", gzip.compress(TEXT)), ("deflate", zlib.compress(TEXT))]
)
def test_checksum(coding: str, made: bytes) -> None:
    """REQUEST-30: checksums are checked where there are any."""
    with pytest.raises(RequestError, match="400"):
        undo_coding(made[:-1] + bytes([made[-1] ^ 1]), coding, len(TEXT))


def test_bomb() -> None:
    """REQUEST-31: decoding ends at the limit."""
    with pytest.raises(RequestError, match="413"):
        undo_coding(gzip.compress(bytes(50_000_000)), "gzip", 1000)


@pytest.mark.parametrize(
    ("charset", "codec"),
    [
        ("", "utf-8"),
        ("; charset=", "utf-8"),
        ("; charset=UTF-8", "utf-8-sig"),
        (';charset="iso-8859-1"', "latin-1"),
        ("; x=y; Charset = latin1", "latin-1"),
        ("; charset=utf-16", "utf-16"),
        ("; charset=utf-16", "utf-16-be"),
        ("; charset=UTF-16LE", "utf-16-le"),
        ("; charset=utf-16be", "utf-16-be"),
    ],
)
def test_charset(charset: str, codec: str) -> None:
    """REQUEST-33: text is decoded, and its mark dropped."""
    assert text_of("grüße".encode(codec), f"application/json{charset}") == "grüße"


def test_mark_in_a_charset_of_its_own() -> None:
    """REQUEST-33: a mark is dropped where the charset has said the order."""
    assert text_of("\ufeffa".encode("utf-16-le"), "text/plain; charset=utf-16le") == "a"


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("a/json; charset=rot13", 415),
        ("a/json; charset=idna", 415),
        ("a/json; charset=utf-8", 400),
        ("a/json; charset=us-ascii", 400),
        ("a/json; charset=utf-16", 400),
    ],
)
def test_charset_refused(content_type: str, status: int) -> None:
    """REQUEST-34, REQUEST-35: unknown charsets, and bytes that a charset lacks."""
    with pytest.raises(RequestError) as caught:
        text_of(b"\xe9", content_type)
    assert caught.value.status == status
