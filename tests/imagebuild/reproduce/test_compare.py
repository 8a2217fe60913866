"""The differences between two images, and packages that have moved."""

import io
import json
import tarfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from imagebuild.reproduce import archive, compare

Given = tuple[Mapping[str, object], bytes]


def layer(files: Mapping[str, str], *, time: int = 0) -> bytes:
    """Return a layer with text files."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mtime = len(text), time
            tar.addfile(member, io.BytesIO(text.encode()))
    return stream.getvalue()


def image(path: Path, config: Mapping[str, object], *layers: bytes) -> archive.Contents:
    """Write an OCI archive and return what is read from it."""
    with tarfile.open(path, "w") as tar:

        def add(name: str, content: bytes) -> dict[str, str]:
            digest = sha256(content).hexdigest()
            member = tarfile.TarInfo(name or f"blobs/sha256/{digest}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
            return {"digest": f"sha256:{digest}"}

        document = {
            "config": add("", json.dumps(config).encode()),
            "layers": [add("", content) for content in layers],
        }
        add(
            "index.json",
            json.dumps({"manifests": [add("", json.dumps(document).encode())]}).encode(),
        )
    return archive.read(path)


def differences(tmp_path: Path, *images: Given) -> list[str]:
    """Return the differences of two images with one layer each."""
    first, second = (image(tmp_path / str(n), *each) for n, each in enumerate(images))
    return list(compare.differences(first, second))


def test_the_same_image(tmp_path: Path) -> None:
    """Has one digest and no differences."""
    one, two = (image(tmp_path / name, {"os": "linux"}, layer({"a": "b"})) for name in "12")
    assert one.digest == two.digest
    assert list(compare.differences(one, two)) == []


def test_files_that_differ_are_named_with_what_differs(tmp_path: Path) -> None:
    """Content, time, or that there is one at all; what is the same isn't told."""
    first: Given = ({}, layer({"same": "x", "log": "1", "first": ""}))
    second: Given = ({}, layer({"same": "x", "log": "2", "second": ""}))
    assert differences(tmp_path, first, second) == [
        "layer 1: /first: only in the first build",
        "layer 1: /log: content",
        "layer 1: /second: only in the second build",
    ]
    assert differences(tmp_path, ({}, layer({"a": ""})), ({}, layer({"a": ""}, time=1))) == [
        "layer 1: /a: time"
    ]


def test_the_order_of_files(tmp_path: Path) -> None:
    """It changes a layer's digest too."""
    first: Given = ({}, layer({"a": "", "b": ""}))
    assert differences(tmp_path, first, ({}, layer({"b": "", "a": ""}))) == [
        "layer 1: the order of its files"
    ]


def test_configuration(tmp_path: Path) -> None:
    """Down to the label."""
    content = layer({})
    first = ({"config": {"Labels": {"a": "1", "b": "2"}}}, content)
    second = ({"config": {"Labels": {"a": "1", "b": "3"}}}, content)
    assert differences(tmp_path, first, second) == ["configuration: config.Labels.b: `2` and `3`"]


def test_another_number_of_layers(tmp_path: Path) -> None:
    """Said before the layers are compared."""
    first = image(tmp_path / "1", {}, layer({}))
    second = image(tmp_path / "2", {}, layer({}), layer({"a": ""}))
    assert list(compare.differences(first, second)) == ["layers: 1 and 2"]


LOG = """\
#8 3.1 Unpacking openssl (3.5.4-1) ...
#8 4.2 Setting up libc6:amd64 (2.41-12) ...
#8 4.3 Setting up openssl (3.5.4-1) ...
"""


def test_packages_that_have_moved() -> None:
    """They are told from a build that isn't reproducible."""
    first = compare.packages(LOG)
    assert first == {"libc6:amd64": "2.41-12", "openssl": "3.5.4-1"}
    assert compare.moved(first, first) == []
    second = compare.packages(LOG.replace("3.5.4-1", "3.5.5-1") + "Setting up new (1) ...\n")
    assert compare.moved(first, second) == ["new: none → 1", "openssl: 3.5.4-1 → 3.5.5-1"]
