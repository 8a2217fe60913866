"""What the phases do with dependencies and with functions that can't be compiled."""

import io
import json
import zipfile

import pytest

from tests.support.runtime import Runtime

pytestmark = pytest.mark.variant("distroless")

MODULE = "example.com/private"
VERSION = "v1.2.3"
USES = b"""package kubeless

import "example.com/private"

var Greeting = private.Greeting
"""
BROKEN = b"""package kubeless

var count int = "text"
"""


def proxy() -> dict[str, bytes]:
    """Return the files of a private module proxy with one module."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(f"{MODULE}@{VERSION}/go.mod", f"module {MODULE}\n")
        archive.writestr(
            f"{MODULE}@{VERSION}/private.go", 'package private\n\nconst Greeting = "hello"\n'
        )
    folder = f"proxy/{MODULE}/@v"
    return {
        f"{folder}/list": f"{VERSION}\n".encode(),
        f"{folder}/{VERSION}.info": json.dumps({"Version": VERSION}).encode(),
        f"{folder}/{VERSION}.mod": f"module {MODULE}\n".encode(),
        f"{folder}/{VERSION}.zip": packed.getvalue(),
    }


def test_private_proxy(runtime: Runtime) -> None:
    """GOPROXY and GONOSUMDB are honoured; the volume keeps the program and no downloads."""
    manifest = f"module kubeless\n\nrequire {MODULE} {VERSION}\n".encode()
    prepared = runtime.phases(
        "hello",
        {"GOPROXY": "file:///kubeless/proxy", "GONOSUMDB": "example.com"},
        {"go.mod": manifest, "uses.go": USES, **proxy()},
        network_mode="none",
    )
    assert [result.exit_code for result in prepared.results] == [0, 0], prepared.results
    assert "server" in prepared.files
    assert not [name for name in prepared.files if name.startswith(".modules")]


def test_private_module_that_is_not_there(runtime: Runtime) -> None:
    """GOPRIVATE keeps a module from the proxy; the message names it."""
    manifest = f"module kubeless\n\nrequire {MODULE} {VERSION}\n".encode()
    result = runtime.phases(
        "hello",
        {"GOPROXY": "file:///kubeless/proxy", "GOPRIVATE": "example.com"},
        {"go.mod": manifest, "uses.go": USES, **proxy()},
        network_mode="none",
    ).results[0]
    assert result.exit_code != 0
    assert MODULE in result.termination_log


def test_import_without_a_manifest(runtime: Runtime) -> None:
    """The message says what to do about an import that nothing provides."""
    result = runtime.phases("hello", None, {"uses.go": USES}).results[-1]
    assert result.exit_code != 0
    assert "uses.go:3:8" in result.termination_log
    assert "hint: deploy a go.mod" in result.termination_log


def test_compile_error(runtime: Runtime) -> None:
    """The compiler's message, with the user's file and line, is in the termination log."""
    result = runtime.phases("hello", None, {"broken.go": BROKEN}).results[-1]
    assert result.exit_code != 0
    assert "broken.go:3:" in result.termination_log
    assert "broken.go:3:" in result.stderr


@pytest.mark.parametrize("name", ["Gopkg.toml", "go.mod"])
def test_gopkg(runtime: Runtime, name: str) -> None:
    """A manifest of dep gets the sentence that says how to move, under either name."""
    manifest = b'[[constraint]]\n  name = "github.com/google/uuid"\n  version = "1.0.0"\n'
    result = runtime.phases("hello", None, {name: manifest}).results[0]
    assert result.exit_code != 0
    assert "go mod init" in result.termination_log


def test_old_language(runtime: Runtime) -> None:
    """A go.mod that asks for the Go of 2019, and for the archived package, is compiled."""
    manifest = b"module example.com/old\n\ngo 1.12\n\nrequire github.com/kubeless/kubeless v1.0.7\n"
    prepared = runtime.phases("hello", None, {"go.mod": manifest}, network_mode="none")
    assert [result.exit_code for result in prepared.results] == [0, 0], prepared.results
