"""A release that is signed and verified with cosign, on a real registry."""

import io
import json
import os
import subprocess
import tarfile
from pathlib import Path

import pytest

from imagebuild import trust
from imagebuild.build import buildx_command
from imagebuild.catalog.catalog import Catalog
from imagebuild.engine import engine
from imagebuild.functions import containers
from imagebuild.process import Processes
from imagebuild.release import lock
from imagebuild.signing import packages
from imagebuild.signing.cosign import Cosign
from tests.engine.conftest import Run
from tests.support.readme import blocks

ROOT = Path(__file__).parent.parent.parent
SOURCE = ROOT / "tests" / "support" / "cosign"
SECONDS = 600
COMMANDS = [line for block in blocks("shell") for line in block.splitlines()]


@pytest.fixture
def keys(perl: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put cosign on PATH, and return a folder with two key pairs, `cosign` and `theirs`."""
    used = engine.connect(Processes(), ROOT)
    tag, base = f"{perl.prefix}/tests-cosign", f"{perl.prefix}/base:forky"
    trusted = trust.ca_bundle()
    command = buildx_command.of_folder(used.buildx, SOURCE, tag, {"BASE": base}, trusted, [])
    Processes().run(command, environment=used.environment)
    client = containers.connect(used.host)
    with containers.created(client, tag) as container:
        stream, _ = container.get_archive("/usr/bin/cosign")
        with tarfile.open(fileobj=io.BytesIO(b"".join(stream))) as archive:
            archive.extractall(tmp_path, filter="data")
    client.close()
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("COSIGN_PASSWORD", "a-password-of-the-tests")
    for name in ("cosign", "theirs"):
        command = ["cosign", "generate-key-pair", f"--output-key-prefix={name}"]
        subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)
    return tmp_path


@pytest.mark.timeout(SECONDS)
def test_commands_of_the_readme_sign_and_verify(
    perl: Catalog, keys: Path, run: Run, tmp_path: Path
) -> None:
    """All is as the lock says for who has the key, and for nobody else."""
    lines = {line.split()[1]: line for line in COMMANDS if line.startswith("./build.py")}
    path = tmp_path / "images.lock"
    push = lines["push"].replace("/team", "/signing")
    entries = run(f"{push} --publish-untested --lock {path}").split()

    def with_key(name: str, key: str) -> str:
        line = lines[name].replace("python-3.13", "python-3.13-distroless")
        return f"{line.rpartition(' ')[0]} {keys / key} --lock {path}"

    with pytest.raises(RuntimeError, match="no signature with this key"):
        run(with_key("verify-release", "cosign.pub"))
    for _ in range(2):  # what is signed already stays as it is
        run(with_key("sign", "cosign.key"))
    assert run(with_key("verify-release", "cosign.pub")) == f"verified {entries[-1]}\n"
    entry = lock.read(path).entries["perl-5.40-distroless"]
    packages_of = packages.reader(Cosign(Processes()), keys / "cosign.pub")
    assert packages_of(entry)["generic/perl"] == entry.facts["version"]
    with pytest.raises(RuntimeError) as raised:
        run(with_key("verify-release", "theirs.pub"))
    for missing in ("signature", "SBOM that is signed", "provenance that is signed"):
        assert f"perl-5.40-distroless: no {missing} with this key" in str(raised.value)
    assert '"bomFormat": "CycloneDX"' in run(lines["sbom"])


@pytest.mark.timeout(SECONDS)
def test_an_image_is_reproducible_and_one_with_a_random_file_is_not(
    perl: Catalog, run: Run
) -> None:
    """`build` gives the digest of both builds. The file that differs is named."""
    line = next(line for line in COMMANDS if "reproduce" in line)
    client = containers.connect(engine.connect(Processes(), ROOT).host)
    client.images.remove(f"{perl.prefix}/perl:5.40-distroless", force=True)
    client.close()
    built = json.loads(run("./build.py build perl-5.40-distroless --json"))[-1]
    assert run(line) == f"perl-5.40-distroless: {built['digest']}, twice\n"
    dockerfile = perl.root / "runtimes/perl/Dockerfile"
    text = dockerfile.read_text()
    random = "FROM ${BASE} AS random\nRUN date +%N >/random\n\nFROM scratch"
    changed = text.replace("FROM scratch", random) + "COPY --from=random /random /random\n"
    dockerfile.write_text(changed)
    try:
        with pytest.raises(RuntimeError, match="layer 2: /random: content"):
            run(line)
    finally:
        dockerfile.write_text(text)
