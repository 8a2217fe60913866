"""The SBOM as a document."""

import datetime
import json

import pytest
from cyclonedx.output.json import JsonV1Dot6

from imagebuild.errors import BuildError
from imagebuild.sbom import document
from imagebuild.sbom.debian import Package
from imagebuild.sbom.languages import Module

CREATED = datetime.datetime(2026, 11, 30, tzinfo=datetime.UTC)
PACKAGES = [Package("openssl", "3.5.4-1", "amd64", "openssl")]
MODULES = [Module("npm", "@scope/thing", "1.0"), Module("maven", "org.example/thing", "1.2")]


def render(name: str = "esperanto-2.0") -> str:
    """Return an SBOM with a package of each kind."""
    language = Module("generic", "esperanto", "2.0.5")
    return document.render(name, "sha256:0", CREATED, language, PACKAGES, MODULES, "trixie")


def test_parts_are_named_by_package_urls() -> None:
    """As scanners read them."""
    parts = {each["purl"] for each in json.loads(render())["components"]}
    assert parts == {
        "pkg:deb/debian/openssl@3.5.4-1?arch=amd64&distro=trixie",
        "pkg:generic/esperanto@2.0.5",
        "pkg:maven/org.example/thing@1.2",
        "pkg:npm/%40scope/thing@1.0",
    }


def test_the_same_parts_give_the_same_document() -> None:
    """So an SBOM can be made again and compared."""
    assert render() == render()
    assert json.loads(render())["metadata"]["component"]["version"] == "sha256:0"


def test_versions_by_part() -> None:
    """For the difference of two images."""
    assert document.versions(json.loads(render())) == {
        "deb/debian/openssl": "3.5.4-1",
        "generic/esperanto": "2.0.5",
        "maven/org.example/thing": "1.2",
        "npm/@scope/thing": "1.0",
    }


def test_a_document_that_breaks_the_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is never handed out."""

    def output(self: object, **options: object) -> str:
        return '{"bomFormat": "CycloneDX"}'

    monkeypatch.setattr(JsonV1Dot6, "output_as_string", output)
    with pytest.raises(BuildError, match="breaks CycloneDX's schema"):
        render()
