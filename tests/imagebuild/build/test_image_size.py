import gzip
import io
import json
import tarfile
from pathlib import Path

from imagebuild.build import image_size
from tests.imagebuild.fakes import engine

PLAIN = bytes(3_000_000)
PACKED = gzip.compress(b"layer" * 100)


def saved(layers: dict[str, bytes], listed: list[str]) -> bytes:
    """Return what `docker save` gives for an image of `listed` layers."""
    manifest = json.dumps([{"Config": "blobs/c", "Layers": listed}]).encode()
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        for name, content in {**layers, "manifest.json": manifest}.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return stream.getvalue()


def test_compressed_layers_count_as_they_are() -> None:
    """Only layers count, each once."""
    layers = {"blobs/c": b"{}", "blobs/1": PACKED}
    archive = saved(layers, ["blobs/1", "blobs/1"])
    assert image_size.layers_size(io.BytesIO(archive)) == len(PACKED)


def test_plain_layers_are_compressed_to_see() -> None:
    """An engine with the old image store exports plain tar files."""
    archive = saved({"1/layer.tar": PLAIN}, ["1/layer.tar"])
    assert 0 < image_size.layers_size(io.BytesIO(archive)) < len(PLAIN) / 100


def test_size_is_asked_of_the_engine(tmp_path: Path) -> None:
    """The tag is one part of the path, whatever it holds."""
    answers = {"/images/p%2Fx%3A1/get": saved({"blobs/1": PACKED}, ["blobs/1"])}
    with engine(tmp_path / "socket", answers) as host:
        assert image_size.compressed(host, "p/x:1") == len(PACKED)
