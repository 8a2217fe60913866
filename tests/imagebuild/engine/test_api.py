from pathlib import Path

import pytest

from imagebuild.build import image_size, labels
from imagebuild.build.steps import Known
from imagebuild.engine import api
from imagebuild.errors import EngineError
from tests.imagebuild.fakes import engine


def test_version_of_an_engine(tmp_path: Path) -> None:
    """What answers says its version; where nothing answers there is none."""
    with engine(tmp_path / "socket", {"/version": {"Version": "26.1.5+dfsg1"}}) as host:
        assert api.version(host) == "26.1.5+dfsg1"
    assert api.version(host) is None


def test_socket_that_speaks_no_http_is_no_engine(tmp_path: Path) -> None:
    """A stale file where the socket should be counts as nothing."""
    (tmp_path / "socket").write_text("")
    assert api.version(f"unix://{tmp_path / 'socket'}") is None


def test_missing_object_is_none(tmp_path: Path) -> None:
    """The engine's 404 is an answer, not an error."""
    with engine(tmp_path / "socket", {}) as host:
        assert api.call(host, "/images/nothing/json") is None


def test_engine_that_is_gone_is_an_error_of_the_builder(tmp_path: Path) -> None:
    """So that it fails one step with a sentence, and no traceback."""
    host = f"unix://{tmp_path / 'nobody'}"
    with pytest.raises(EngineError, match="did not answer `/images/x/json`"):
        api.call(host, "/images/x/json")
    with pytest.raises(EngineError, match="did not answer `/images/x/get`"):
        image_size.compressed(host, "x")


def test_export_that_is_cut_off_is_an_error_of_the_builder(tmp_path: Path) -> None:
    """What was measured of it would be wrong."""
    with (
        engine(tmp_path / "socket", {"/images/x/get": b"no tar"}) as host,
        pytest.raises(EngineError, match="did not export `x` whole"),
    ):
        image_size.compressed(host, "x")


def test_engine_of_others_gets_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """It answers, only not this user; that isn't the same as no engine."""

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("imagebuild.engine.connection._UnixConnection.connect", refuse)
    with pytest.raises(EngineError, match="`unix:///s` may not be used by this user") as caught:
        api.version("unix:///s")
    assert "group `docker`" in caught.value.hint


@pytest.mark.parametrize("version", ["23.0.1", "26.1.5+dfsg1", "28.2.2-rc.1", "v27.0", "dev"])
def test_new_engine_is_accepted(version: str) -> None:
    """Whatever a distribution adds to the number."""
    api.check_version("unix:///socket", version)


def test_old_engine_gets_a_sentence() -> None:
    """Bookworm's own engine has too old a BuildKit; the message says so and what to do."""
    with pytest.raises(EngineError, match=r"too old: found `20\.10\.24\+dfsg1`") as caught:
        api.check_version("unix:///socket", "20.10.24+dfsg1")
    assert "DOCKER_HOST" in caught.value.hint


def test_address_of_another_kind_gets_a_sentence() -> None:
    """ssh:// has a way around, which the hint tells."""
    with pytest.raises(
        EngineError, match="can't talk to the engine at `ssh://somewhere`"
    ) as caught:
        api.version("ssh://somewhere")
    assert "ssh -L" in caught.value.hint


@pytest.mark.parametrize("host", ["tcp://here:there", "tcp://[::1", "tcp://", "nonsense"])
def test_address_that_is_none_gets_a_sentence(host: str) -> None:
    """With the address as it was found."""
    with pytest.raises(EngineError) as caught:
        api.version(host)
    assert caught.value.message == f"can't talk to the engine at `{host}`"


def test_known_images_come_from_labels(tmp_path: Path) -> None:
    """Key, digest and parents of each image that is there and ours, by tag."""
    base = {"Id": "sha256:1", "Config": {"Labels": labels.own("a", ())}}
    image = {"Id": "sha256:2", "Config": {"Labels": labels.own("b", ["sha256:1"])}}
    strange = {"Id": "sha256:3", "Config": {"Labels": None}}
    tags = {"p/base:trixie": base, "p/x:1": image, "p/strange:1": strange}
    answers = {f"/images/{tag}/json": found for tag, found in tags.items()}
    with engine(tmp_path / "socket", answers) as host:
        found = labels.known(host, [*tags, "p/missing:1"])
    assert found == {
        "p/base:trixie": Known("a", "sha256:1"),
        "p/x:1": Known("b", "sha256:2", ("sha256:1",)),
    }
