"""Reading bodies."""

from io import BytesIO

import pytest

from serverkit.body import read_chunked, read_known
from serverkit.errors import RequestError


def test_known() -> None:
    """A body of known length is read, and no more."""
    source = BytesIO(b"bodynext")
    assert read_known(source, 4, 4) == b"body"
    assert source.read() == b"next"


def test_known_too_large() -> None:
    """A body over the limit isn't read at all."""
    source = BytesIO(b"body")
    with pytest.raises(RequestError) as caught:
        read_known(source, 4, 3)
    assert (caught.value.status, source.tell()) == (413, 0)


def test_chunked() -> None:
    """Chunks are joined; extensions and trailers are read and dropped."""
    source = BytesIO(b"3;a=b\r\nabc\r\n0A\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\nnext")
    assert read_chunked(source, 13) == b"abc0123456789"
    assert source.read() == b"next"


def test_chunked_too_large() -> None:
    """A chunk that would pass the limit isn't read."""
    source = BytesIO(b"3\r\nabc\r\nFFFFFFFF\r\n")
    with pytest.raises(RequestError) as caught:
        read_chunked(source, 10)
    assert caught.value.status == 413


@pytest.mark.parametrize(
    "data",
    [
        b"x\r\n",
        b"\r\n",
        b"-1\r\n",
        b"3\r\nabcd\r\n",
        b"0x3\r\nabc\r\n",
        b"3",
        b"3\nabc\r\n0\r\n\r\n",
        b"3;a\rb\r\nabc\r\n0\r\n\r\n",
        b" 3\r\nabc\r\n0\r\n\r\n",
        b"0\r\nTrailer: x\n\r\n",
        b"0\r\n" + b"Trailer: x\r\n" * 8000 + b"\r\n",
        b"0\r\nT: " + b"x" * 80_000 + b"\r\n\r\n",
        b"0\r\nno colon\r\n\r\n",
    ],
)
def test_malformed(data: bytes) -> None:
    """Malformed chunks are the client's fault."""
    with pytest.raises(RequestError) as caught:
        read_chunked(BytesIO(data), 10)
    assert caught.value.status == 400
