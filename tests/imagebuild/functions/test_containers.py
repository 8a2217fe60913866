import subprocess
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import MagicMock

from imagebuild.functions import containers, process_owner


class Things:
    """Stands for the containers or the volumes of an engine."""

    def __init__(self, owners: list[str]) -> None:
        self.removed: list[str] = []
        self._owners = owners

    def list(self, **_: object) -> list[Any]:
        """Return one for each owner."""
        return [self._thing(owner) for owner in self._owners]

    def _thing(self, owner: str) -> Any:
        return SimpleNamespace(
            attrs={"Labels": {containers.LABEL: owner}},
            remove=lambda **_: self.removed.append(owner),
        )


def test_what_a_killed_command_left_is_removed() -> None:
    """Not what a running one needs, nor what belongs to another machine."""
    ended = subprocess.Popen(["true"])
    ended.wait()
    own = process_owner.here()
    left = f"{own.rpartition('/')[0]}/{ended.pid}"
    assert containers.temporary() == {containers.LABEL: own}
    things = Things([left, own, f"elsewhere/{ended.pid}", ""])
    client = SimpleNamespace(containers=things, volumes=Things([left]))
    containers.remove_leftovers(cast("Any", client))
    assert things.removed == [left]
    assert client.volumes.removed == [left]


def test_a_volume_goes_with_the_containers_on_it() -> None:
    """One that was made while Ctrl-C came is known to nobody, and keeps the volume in use."""
    client = MagicMock()
    unknown = client.containers.list.return_value = [MagicMock()]
    volume = client.volumes.get.return_value
    volume.remove.side_effect = lambda **_: unknown[0].remove.assert_called_once()
    containers.remove_volume(client, "function-1")
    assert client.containers.list.call_args.kwargs["filters"] == {"volume": "function-1"}
    client.volumes.get.assert_called_once_with("function-1")
    volume.remove.assert_called_once_with(force=True)
