"""The JSON schema for editors."""

import json
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from imagebuild.catalog import schema

ROOT = Path(__file__).resolve().parents[3]


def catalog_as_json() -> dict[str, object]:
    """Return images.yaml as JSON has it: dates are text there."""
    data = YAML(typ="safe", pure=True).load(ROOT / "images.yaml")
    return dict(json.loads(json.dumps(data, default=str)))


def test_the_committed_schema_is_the_models() -> None:
    """`./build.py schema > images.schema.json` after each change of the model."""
    assert (ROOT / "images.schema.json").read_text(encoding="utf-8") == schema.render()


def test_our_catalog_is_valid() -> None:
    """An editor that uses the schema finds no mistake in images.yaml."""
    jsonschema.validate(catalog_as_json(), json.loads(schema.render()))


def test_an_unknown_key_is_not() -> None:
    """The schema is as strict as the builder."""
    with pytest.raises(jsonschema.ValidationError, match="surprise"):
        jsonschema.validate({**catalog_as_json(), "surprise": 1}, json.loads(schema.render()))
