"""A git server beside a phase, with one repository: dependencies can be fetched from it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tests.support import peer
from tests.support.containers import Engine

REPOSITORY = "git://localhost/repository.git"
PROGRAM = f"""
set -e
git init --quiet {peer.FOLDER}/work && cd {peer.FOLDER}/work
cp -r ../content/. .
git add . && git -c user.name=test -c user.email=test@localhost commit --quiet --message first
git tag v1 && git clone --quiet --bare . {peer.FOLDER}/served/repository.git
exec git daemon --verbose --export-all --base-path={peer.FOLDER}/served
"""


@contextmanager
def running(engine: Engine, image: str, files: Mapping[str, bytes]) -> Iterator[str]:
    """Serve `files`, tagged `v1`, at REPOSITORY, by the git of `image`; yield the network mode."""
    content = {f"content/{name}": text for name, text in files.items()}
    command = ["sh", "-c", PROGRAM]
    with peer.running(engine, image, content, command=command, ready="Ready to rumble") as server:
        yield server.network
