"""Packages of languages, recognised by the files that their own tools leave in an image. Pure."""

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from zipfile import BadZipFile

JAR = re.compile(r"(?:.*/)?([^/]+?)-([0-9][^/]*)\.jar")
GO_MAGIC = b"\xff Go buildinf:"
GO_HEADER = 32
GO_MARK = 16
"""Bytes of the marks around the list of modules in a Go program."""


@dataclass(frozen=True, order=True)
class Module:
    """A package of a language: `kind` is the type of its package URL, such as `pypi`."""

    kind: str
    name: str
    version: str


def python(path: str, content: bytes) -> Iterator[Module]:
    """Yield the package whose METADATA this is."""
    head = content.partition(b"\n\n")[0]  # a description follows
    fields = dict(re.findall(r"^(Name|Version): (.+)$", head.decode(errors="replace"), re.M))
    if "Name" in fields and "Version" in fields:
        yield Module(
            "pypi", re.sub(r"[-_.]+", "-", fields["Name"].strip()).lower(), fields["Version"]
        )


def npm(path: str, content: bytes) -> Iterator[Module]:
    """Yield the package whose package.json this is; one without a version is private."""
    try:
        document = json.loads(content)
    except ValueError:
        return
    if isinstance(document, dict) and document.get("name") and document.get("version"):
        yield Module("npm", str(document["name"]), str(document["version"]))


def npm_lock(content: bytes) -> Iterator[Module]:
    """Yield what a package-lock.json pins, but not what is for development or optional."""
    for path, entry in json.loads(content).get("packages", {}).items():
        name = path.rpartition("node_modules/")[2]
        if name and "version" in entry and not (entry.get("dev") or entry.get("optional")):
            yield Module("npm", entry.get("name", name), entry["version"])


def java(path: str, content: bytes) -> Iterator[Module]:
    """Yield the Maven artifacts in the JAR at `path`, in JARs within it too.

    One that doesn't say its artifact is named by its file, `NAME-VERSION.jar`.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except BadZipFile:
        return
    named = False
    for name in archive.namelist():
        if re.fullmatch(r"META-INF/maven/[^/]+/[^/]+/pom\.properties", name):
            text = archive.read(name).decode(errors="replace")
            fields = dict(re.findall(r"^(\w+) *= *(\S+)", text, re.M))
            if {"groupId", "artifactId", "version"} <= fields.keys():
                artifact = f"{fields['groupId']}/{fields['artifactId']}"
                yield Module("maven", artifact, fields["version"])
                named = True
        elif name.endswith(".jar"):
            yield from java(name, archive.read(name))
    if not named and (file := JAR.fullmatch(path)):
        yield Module("maven", file[1], file[2])


def go(path: str, content: bytes) -> Iterator[Module]:
    """Yield the modules that a Go program was linked from, and Go's standard library."""
    at = content.find(GO_MAGIC)
    if at < 0 or not content[at + 15] & 2:  # the strings follow only since Go 1.18
        return
    version, end = _text(content, at + GO_HEADER)
    yield Module("golang", "std", version.decode().removeprefix("go"))
    modules, _ = _text(content, end)
    for line in modules[GO_MARK:-GO_MARK].decode(errors="replace").splitlines():
        words = line.split("\t")
        # `=>` is what a module was replaced by: a folder of our own is named by `dep` before it.
        if words[0] in ("dep", "=>") and len(words) > 2 and not words[1].startswith((".", "/")):
            yield Module("golang", words[1], words[2])


def _text(content: bytes, at: int) -> tuple[bytes, int]:
    """Return the text at `at`, which its length as a varint precedes, and where it ends."""
    length, shift = 0, 0
    while True:
        byte = content[at]
        length |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return content[at : at + length], at + length


Reader = Callable[[str, bytes], Iterator[Module]]
READERS: Mapping[str, Reader] = {
    r".*\.dist-info/METADATA": python,
    r".*/node_modules/(@[^/]+/)?[^/]+/package\.json": npm,
    r".*\.jar": java,
}
"""By the form of a path; programs of Go are known by their content."""


def reader(path: str, start: bytes) -> Reader | None:
    """Return what reads the file at `path`, which begins with `start`; None for any other file."""
    for form, read in READERS.items():
        if re.fullmatch(form, path):
            return read
    return go if start.startswith(b"\x7fELF") else None
