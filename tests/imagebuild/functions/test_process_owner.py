"""Owners: this process, one that has ended, one elsewhere."""

import os
import subprocess

import pytest

from imagebuild.functions import process_owner


def test_a_process_that_lives_has_not_ended() -> None:
    """Of itself, a process knows."""
    assert process_owner.here().endswith(f"/{os.getpid()}")
    assert not process_owner.has_ended(process_owner.here())


def test_a_process_that_has_ended() -> None:
    """Its number is free again."""
    ended = subprocess.Popen(["true"])
    ended.wait()
    assert process_owner.has_ended(process_owner.here().rpartition("/")[0] + f"/{ended.pid}")


@pytest.mark.parametrize("place", ["elsewhere", "elsewhere pid:[1]", ""])
def test_a_process_elsewhere_is_not_judged(place: str) -> None:
    """Nor is what names no process."""
    assert not process_owner.has_ended(f"{place}/999999999")
    assert not process_owner.has_ended(place)
