from pathlib import Path

import pytest

from imagebuild.catalog.catalog import Catalog
from imagebuild.errors import BuildError
from imagebuild.functions import run


def test_a_file_that_is_gone_is_told_in_words(catalog: Catalog, tmp_path: Path) -> None:
    """As while an editor replaces it: `run` waits for it to come back."""
    source = run.Source(tmp_path / "gone.eo", "handler")
    with pytest.raises(BuildError) as caught:
        run._read(catalog.images()[0], source, {}, b"")
    assert str(caught.value) == f"can't read `{source.file}`: No such file or directory"
