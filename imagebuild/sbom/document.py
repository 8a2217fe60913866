"""The SBOM as CycloneDX. The same parts always give the same document."""

import datetime
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from cyclonedx.model import Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from imagebuild.errors import BuildError
from imagebuild.sbom.debian import Package
from imagebuild.sbom.languages import Module

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://cyclonedx.org/function-runtimes")
DIGEST = "function-runtimes:digest"


def render(
    name: str,
    digest: str,
    created: datetime.datetime,
    language: Module,
    packages: Iterable[Package],
    modules: Iterable[Module],
    distribution: str,
) -> str:
    """Return the SBOM of the image called `name`, whose manifest has `digest`.

    `language` is what it runs, `distribution` the Debian suite of `packages`. Raises BuildError
    when the document breaks CycloneDX's schema.
    """
    bom = Bom(serial_number=uuid.uuid5(NAMESPACE, digest))
    bom.metadata.timestamp = created
    bom.metadata.component = Component(
        name=name,
        version=digest,
        type=ComponentType.CONTAINER,
        bom_ref="image",
        properties=[Property(name=DIGEST, value=digest)],
    )
    bom.components.add(_module(language, ComponentType.PLATFORM))
    bom.components.update(_package(package, distribution) for package in packages)
    bom.components.update(_module(module, ComponentType.LIBRARY) for module in modules)
    bom.register_dependency(bom.metadata.component, bom.components)
    text = JsonV1Dot6(bom).output_as_string(indent=1)
    mistake = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if mistake is not None:
        raise BuildError(f"the SBOM of `{name}` breaks CycloneDX's schema: {mistake.data}")
    return text + "\n"


def versions(sbom: Mapping[str, Any]) -> dict[str, str]:
    """Return the version of each part of a decoded SBOM, by package URL without version."""
    result = {}
    for component in sbom.get("components", []):
        address = PackageURL.from_string(component["purl"])
        name = f"{address.type}/{'/'.join(filter(None, (address.namespace, address.name)))}"
        result[name] = str(address.version)
    return result


def _package(package: Package, distribution: str) -> Component:
    qualifiers = {"arch": package.architecture, "distro": distribution}
    address = PackageURL("deb", "debian", package.name, package.version, qualifiers)
    return _component(package.name, package.version, address, ComponentType.LIBRARY)


def _module(module: Module, kind: ComponentType) -> Component:
    namespace, _, name = module.name.rpartition("/")
    address = PackageURL(module.kind, namespace or None, name, module.version)
    return _component(module.name, module.version, address, kind)


def _component(name: str, version: str, address: PackageURL, kind: ComponentType) -> Component:
    return Component(name=name, version=version, purl=address, bom_ref=str(address), type=kind)
