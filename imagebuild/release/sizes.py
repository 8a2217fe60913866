"""The compressed size of a published image."""

import json

from imagebuild.release.registry import Registry


def compressed(registry: Registry, reference: str) -> int:
    """Return the bytes of configuration and layers at `reference`, 0 for an index."""
    manifest = json.loads(registry.manifest(reference) or "{}")
    parts = [manifest.get("config", {}), *manifest.get("layers", ())]
    return sum(int(part.get("size", 0)) for part in parts)
