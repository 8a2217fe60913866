from pathlib import Path

import pytest

from imagebuild import trust
from imagebuild.errors import UsageError


def test_authorities_are_the_machines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SSL_CERT_FILE comes first; a machine without any is told how to get one."""
    bundle = tmp_path / "bundle"
    bundle.write_text("")
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    assert trust.ca_bundle() == bundle
    monkeypatch.delenv("SSL_CERT_FILE")
    monkeypatch.setattr(trust, "PLACES", ())
    with pytest.raises(UsageError, match="no CA bundle"):
        trust.ca_bundle()
