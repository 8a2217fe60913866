"""The images of a bench: what is asked for is checked before anything is built."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from imagebuild.bench.images import Wanted, make
from imagebuild.engine import api
from imagebuild.engine.engine import Engine
from imagebuild.errors import UsageError
from imagebuild.workspace import Workspace

Make = Callable[[str], object]


@pytest.fixture
def make_beside(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Return a function that wants esperanto-2.0 beside an image of before, and no peers.

    The engine has the runtime image of before and not the one of its phase.
    """

    def ask(host: str, path: str) -> Any:
        return {} if path == "/images/before/esperanto:2.0/json" else None

    monkeypatch.setattr(api, "call", ask)
    image = next(image for image in workspace.catalog.images() if image.name == "esperanto-2.0")
    engine = Engine("unix:///none", ("docker",), ("docker", "buildx"), {})
    given = replace(workspace, ca_bundle=workspace.catalog.path)
    return lambda before: make(given, image, engine, Wanted(before, peers=False))


@pytest.mark.parametrize("before", ["before/esperanto:3.0", "before/ido:2.0", "esperanto:2.0"])
def test_before_is_the_same_image(make_beside: Make, before: str) -> None:
    """Another language, version or variant is no state of it before; the hint has the form."""
    with pytest.raises(UsageError) as raised:
        make_beside(before)
    assert f"`{before}`" in raised.value.message
    assert "`PREFIX/esperanto:2.0`" in raised.value.hint


def test_the_images_of_its_phases_have_to_be_there(make_beside: Make) -> None:
    """The function of before is compiled by the image of before."""
    with pytest.raises(UsageError, match="no image `before/esperanto:2.0-install`"):
        make_beside("before/esperanto:2.0")


def test_something_has_to_be_beside(make_beside: Make) -> None:
    """Without peers and without an image of before, there is nothing to compare with."""
    with pytest.raises(UsageError, match="nothing is left to compare with"):
        make_beside("")
