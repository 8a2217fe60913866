"""Packages of languages, by the files that their tools leave."""

import io
import json
import zipfile
from collections.abc import Mapping

import pytest

from imagebuild.sbom import languages
from imagebuild.sbom.languages import Module


def jar(files: Mapping[str, bytes]) -> bytes:
    """Return a JAR with files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def program(*lines: str) -> bytes:
    """Return a program of Go 1.24.4 with these lines about its modules."""
    modules = b"<" * 16 + "\n".join(lines).encode() + b">" * 16
    text = bytes([len("go1.24.4")]) + b"go1.24.4"
    length = bytes([len(modules) & 127 | 128, len(modules) >> 7])
    return b"\x7fELF" + b"\xff Go buildinf:\x08\x02" + bytes(16) + text + length + modules


PROPERTIES = b"#made by Maven\nversion=1.2\ngroupId=org.example\nartifactId=thing\n"
GO = program(
    "path\texample.org/main",
    "mod\texample.org/main\t(devel)",
    "dep\tgolang.org/x/sys\tv0.35.0\th1:abc",
    "dep\texample.org/ours\tv0.0.0",
    "=>\t../ours\t(devel)",
    "build\t-trimpath=true" + " " * 200,
)


@pytest.mark.parametrize(
    ("path", "content", "found"),
    [
        (
            "usr/lib/python3/a-1.dist-info/METADATA",
            b"Name: Jaraco.Functools\nVersion: 4.6.0\n\nName: no\n",
            [Module("pypi", "jaraco-functools", "4.6.0")],
        ),
        (
            "opt/node_modules/@scope/thing/package.json",
            b'{"name": "@scope/thing", "version": "1.0.0"}',
            [Module("npm", "@scope/thing", "1.0.0")],
        ),
        ("opt/node_modules/a/package.json", b'{"name": "a"}', []),
        ("opt/node_modules/a/package.json", b"[]", []),
        ("opt/node_modules/a/package.json", b"no JSON", []),
        (
            "opt/server.jar",
            jar(
                {
                    "META-INF/maven/org.example/thing/pom.properties": PROPERTIES,
                    "BOOT-INF/lib/spring-core-7.0.1.jar": jar({"a": b""}),
                }
            ),
            [Module("maven", "org.example/thing", "1.2"), Module("maven", "spring-core", "7.0.1")],
        ),
        ("opt/broken-1.0.jar", b"no archive", []),
        (
            "usr/bin/server",
            GO,
            [
                Module("golang", "example.org/ours", "v0.0.0"),
                Module("golang", "golang.org/x/sys", "v0.35.0"),
                Module("golang", "std", "1.24.4"),
            ],
        ),
        ("usr/bin/server", b"\x7fELF no program of Go", []),
    ],
)
def test_packages(path: str, content: bytes, found: list[Module]) -> None:
    """Each tool's own record is read."""
    reader = languages.reader(path, content[:4])
    assert reader
    assert sorted(reader(path, content)) == found


@pytest.mark.parametrize("path", ["opt/package.json", "a/METADATA", "etc/passwd"])
def test_other_files_are_not_read(path: str) -> None:
    """Most of an image."""
    assert languages.reader(path, b"text") is None


def test_pins_of_a_bundle() -> None:
    """But not what is for development."""
    document = {
        "packages": {
            "": {"name": "ours", "version": "1.0"},
            "node_modules/a": {"version": "2.0"},
            "node_modules/a/node_modules/@b/c": {"version": "3.0"},
            "node_modules/d": {"version": "4.0", "dev": True},
            "node_modules/e": {"version": "5.0", "optional": True},
        }
    }
    found = list(languages.npm_lock(json.dumps(document).encode()))
    assert found == [Module("npm", "a", "2.0"), Module("npm", "@b/c", "3.0")]
