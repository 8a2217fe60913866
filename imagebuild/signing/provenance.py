"""Where an image comes from, as a predicate of SLSA 1. Pure."""

import json
from typing import Any

from imagebuild.release.lock import Entry, Lock


def predicate(lock: Lock, entry: Entry, sbom: str) -> str:
    """Return the provenance of `entry`: source, base, the packages of its SBOM, and its tests."""
    facts = entry.facts
    revision = facts.get("revision", "unknown")
    dependencies = [
        {"uri": f"git+{lock.source}@{revision}", "digest": {"gitCommit": revision}},
        {"uri": "base", "digest": _digest(facts.get("base", ""))},
        *({"uri": part["purl"]} for part in json.loads(sbom).get("components", [])),
    ]
    document: dict[str, Any] = {
        "buildDefinition": {
            "buildType": f"{lock.source}#build.py",
            "externalParameters": {"image": entry.image, "revision": revision},
            "internalParameters": {
                name: facts[name]
                for name in ("key", "version", "platforms", "contract", "suite")
                if name in facts
            },
            "resolvedDependencies": dependencies,
        },
        "runDetails": {"builder": {"id": f"{lock.source}#build.py"}},
    }
    return json.dumps(document, indent=1)


def fits(document: dict[str, Any], entry: Entry) -> bool:
    """Whether a provenance (a decoded predicate) is that of the lock's `entry`."""
    asked = document.get("buildDefinition", {}).get("externalParameters", {})
    wanted = {"image": entry.image, "revision": entry.facts.get("revision", "unknown")}
    return bool(wanted.items() <= asked.items())


def _digest(reference: str) -> dict[str, str]:
    algorithm, _, value = reference.partition(":")
    return {algorithm: value} if value else {}
