"""The JSON schema of `images.yaml` for editors, generated from the model."""

import json
from typing import Any

from imagebuild.catalog.model import Document


def render() -> str:
    """Return the schema as JSON text; `images.schema.json` holds exactly this."""
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Document.model_json_schema(),
        "title": "The catalog of function-runtime images",
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
