"""What servers need: medians of starts, and memory as the script in the load's image reads it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from imagebuild import errors
from imagebuild.bench import footprint
from imagebuild.bench.servers import FUNCTIONS, Launch, Target
from imagebuild.functions import containers

Print = Callable[[bytes], list[dict[str, Any]]]


@pytest.fixture
def printing(monkeypatch: pytest.MonkeyPatch) -> Print:
    """Return a function that lets containers print a text, and returns their options."""

    def let(text: bytes) -> list[dict[str, Any]]:
        asked: list[dict[str, Any]] = []

        class Container:
            def start(self) -> None: ...
            def wait(self) -> None: ...
            def logs(self) -> bytes:
                return text

        @contextmanager
        def created(client: Any, image: str, **options: Any) -> Iterator[Container]:
            asked.append(options)
            yield Container()

        monkeypatch.setattr(containers, "created", created)
        return asked

    return let


def test_memory_is_read_from_beside(printing: Print) -> None:
    """Among the server's processes; KiB become 10^6 bytes."""
    asked = printing(b"2000\n")
    assert footprint.memory(None, "load", {"ours": Target("id")}) == {"ours": 2.0}  # type: ignore[arg-type]
    assert asked[0]["pid_mode"] == "container:id"


@pytest.mark.parametrize("text", [b"0\n", b"", b"cat: denied\n"])
def test_memory_that_cannot_be_read_is_no_figure(printing: Print, text: bytes) -> None:
    """An engine that forbids it would make ours look small."""
    printing(text)
    with pytest.raises(errors.TestsFailedError, match="could not be read"):
        footprint.memory(None, "load", {"ours": Target("id")})  # type: ignore[arg-type]


def test_starts_take_turns_and_the_median_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """One disturbed start changes nothing."""
    order: list[str] = []

    @contextmanager
    def started(client: Any, host: str, launch: Launch, call: Any) -> Iterator[Target]:
        order.append(launch.image)
        yield Target("id", 9.0 if len(order) == 1 else float(len(order)))

    monkeypatch.setattr(footprint, "started", started)
    launches = {name: Launch(name, {}) for name in ("ours", "before")}
    client: Any = None
    found = footprint.start_seconds(client, "", launches, FUNCTIONS["hello"], rounds=3)
    assert order == ["ours", "before"] * 3
    assert found == {"ours": 5.0, "before": 4.0}
