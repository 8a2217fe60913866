"""Parts of the standard library work in both variants."""

import pytest

from tests.support.server import Server
from tests.support.wait import wait_until

LIBRARY = pytest.mark.function("library", shared=True)


@LIBRARY
def test_locales(server: Server) -> None:
    """Numbers, months and days are in the language that is asked for."""
    assert server.call({"part": "locales"}).json() == ["1.234,50", "1 août 2024", "lunes"]


@LIBRARY
def test_images(server: Server) -> None:
    """Images are written in each format of ImageIO."""
    assert server.call({"part": "images"}).json() == {"jpeg": True, "png": True}


@LIBRARY
def test_text_in_images(server: Server) -> None:
    """There is a font."""
    assert server.call({"part": "text"}).json() > 0


@LIBRARY
def test_random_numbers(server: Server) -> None:
    """The default generator of random numbers is there, which may be in a module of its own."""
    assert server.call({"part": "random"}).json() == 5


@LIBRARY
def test_modules(server: Server) -> None:
    """Modules that only some libraries need are there, too."""
    modules = set(server.call({"part": "modules"}).json())
    assert {"jdk.jfr", "jdk.security.jgss", "jdk.nio.mapmode", "jdk.crypto.cryptoki"} <= modules


@LIBRARY
def test_logging_library(server: Server) -> None:
    """What the function logs at the default level comes out."""
    assert server.call({"part": "log"}).text == "logged"
    wait_until(lambda: "order received" in server.stderr)
    wait_until(lambda: "order packed" in server.stderr)
