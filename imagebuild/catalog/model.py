"""The typed shape of `images.yaml`; `images.schema.json` is generated from it.

Each class is one mapping of the file and refuses unknown keys. What a single mapping can't know
(an unknown base, a default that isn't a version) is checked in `cross_checks`.
"""

import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

PREFIX_FORM = r"^[A-Za-z0-9]+([._-]+[A-Za-z0-9]+)*(:[0-9]+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*$"
LANGUAGE_FORM = r"^[a-z]+([_-][a-z]+)*$"
VERSION_FORM = r"^[0-9]+(\.[0-9]+)*$"
CLAUSE_FORM = r"^[A-Z]+-[0-9]+$"
DIGEST_FORM = r"^.+@sha256:[0-9a-f]{64}$"
FIXTURE_FORM = r"^([^{}]|\{(snake|kebab|pascal)\})+$"
ARGUMENT_FORM = r"^[A-Z][A-Z0-9_]*$"
PLATFORM_FORM = r"^linux/[a-z0-9]+(/v[0-9]+)?$"

Text = Annotated[str, StringConstraints(min_length=1)]
BaseName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$")]
LanguageName = Annotated[str, StringConstraints(pattern=LANGUAGE_FORM)]
VersionName = Annotated[str, StringConstraints(pattern=VERSION_FORM)]
VariantName = Annotated[str, StringConstraints(pattern=r"^[a-z]+(-[a-z]+)*$")]
Feature = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$")]
Clause = Annotated[str, StringConstraints(pattern=CLAUSE_FORM)]
ArgumentName = Annotated[str, StringConstraints(pattern=ARGUMENT_FORM)]
Platform = Annotated[str, StringConstraints(pattern=PLATFORM_FORM)]
Command = Annotated[tuple[Text, ...], Field(min_length=1)]
FixtureForm = Annotated[str, StringConstraints(pattern=FIXTURE_FORM)]


class Model(BaseModel):
    """A mapping of the catalog: read-only, without unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


class Base(Model):
    """A base: a Debian suite made by mmdebstrap, an image given by its digest, or a Dockerfile's.

    The last is a part of images that is built once, for example a program that several copy.
    """

    suite: Annotated[BaseName | None, Field(description="Debian suite, for example `trixie`.")] = (
        None
    )
    image: Annotated[
        str | None,
        Field(pattern=DIGEST_FORM, description="Image with its digest."),
    ] = None
    packages: Annotated[
        tuple[Text, ...], Field(description="Debian packages, each `NAME` or `NAME=VERSION`.")
    ] = ()
    check_valid_until: Annotated[
        bool, Field(description="False where the suite's Release file has expired.")
    ] = True
    folder: Annotated[
        Text | None, Field(description="Folder with a Dockerfile, from the repository's root.")
    ] = None
    target: Annotated[Text | None, Field(description="Stage of that Dockerfile.")] = None
    base: Annotated[
        BaseName | None,
        Field(description="The base that this Dockerfile gets as the build argument BASE."),
    ] = None


class Fixtures(Model):
    """How this language names the reference functions; forms {snake}, {kebab}, {pascal}."""

    file: Annotated[FixtureForm, Field(description="File in fixtures/, `{snake}.py`.")]
    module: Annotated[FixtureForm, Field(description="Value of MOD_NAME.")]
    handler: Annotated[FixtureForm, Field(description="Value of FUNC_HANDLER.")]


class Phase(Model):
    """A Kubeless phase, run as `sh -c COMMAND` in the image of `variant`."""

    command: Text
    variant: VariantName = "install"
    env: dict[Text, str] = {}


class Kubeless(Model):
    """What Kubeless is told of a language."""

    depName: Annotated[str, Field(description="The function's manifest of dependencies.")]
    fileNameSuffix: Annotated[str, Field(pattern=r"^\.[A-Za-z0-9.]+$")]
    phases: dict[Literal["installation", "compilation"], Phase] = {}
    livenessProbeInfo: Annotated[
        dict[str, object] | None, Field(description="A Kubernetes probe, passed on as it is.")
    ] = None


class Variant(Model):
    """One image of each version; the variant `standard` has no suffix in its tag."""

    target: Annotated[Text, Field(description="Stage of the Dockerfile.")]
    size_limit_mb: Annotated[float, Field(gt=0, description="Compressed size limit, 10^6 bytes.")]
    kubeless_id: Annotated[
        LanguageName | None, Field(description="Language ID of this variant in Kubeless.")
    ] = None


class Version(Model):
    """A version of a language; past `end_of_life` it is legacy and built on request only."""

    base: BaseName
    end_of_life: datetime.date
    start_limit_seconds: Annotated[
        float, Field(gt=0, description="Longest time from a container's start to its first answer.")
    ] = 1.0
    arguments: Annotated[
        dict[ArgumentName, str], Field(description="Build arguments of the Dockerfile.")
    ] = {}
    extra_bases: Annotated[
        dict[ArgumentName, BaseName],
        Field(description="Build arguments that hold the reference of a further base image."),
    ] = {}


class Waiver(Model):
    """A clause that is known not to hold: its test is a strict xfail."""

    clause: Clause
    reason: Annotated[str, StringConstraints(min_length=10)]
    versions: Annotated[tuple[VersionName, ...], Field(description="Empty: all.")] = ()
    variants: Annotated[tuple[VariantName, ...], Field(description="Empty: all.")] = ()


class Language(Model):
    """A language: one folder of `runtimes/` and this entry."""

    title: Text
    default: VersionName
    profile: Annotated[
        Literal["function", "server", "custom"],
        Field(description="What its images are, by SPEC.md, Profiles."),
    ] = "function"
    features: Annotated[tuple[Feature, ...], Field(description="Names of SPEC.md, Features.")] = ()
    contexts: Annotated[
        dict[BaseName, Text],
        Field(description="Further build contexts: name and folder from the repository's root."),
    ] = {}
    fixtures: Fixtures = Fixtures(file="{snake}", module="{snake}", handler="handler")
    kubeless: Kubeless
    version_command: Annotated[
        dict[VariantName, Command],
        Field(
            description="Commands that print the exact version, by the variant they run in; "
            "a variant without one has the version of the first."
        ),
    ] = {}
    variants: Annotated[dict[VariantName, Variant], Field(min_length=1)]
    versions: Annotated[dict[VersionName, Version], Field(min_length=1)]
    waivers: tuple[Waiver, ...] = ()

    @property
    def binding_features(self) -> frozenset[str]:
        """The features whose clauses bind its images: `event` is that of a profile."""
        return frozenset(self.features) | ({"event"} if self.profile == "function" else set())


class UsualTests(Model):
    """Of which variants `test --usual` tests the images."""

    default_version: Annotated[
        tuple[VariantName, ...], Field(description="Of the default version of each language.")
    ]
    other_versions: Annotated[
        tuple[VariantName, ...], Field(description="Of each further version.")
    ]


class Document(Model):
    """The whole of `images.yaml`."""

    prefix: Annotated[str, Field(pattern=PREFIX_FORM)]
    source: Annotated[str, Field(pattern=r"^https?://\S+$", description="OCI label `source`.")]
    platforms: Annotated[tuple[Platform, ...], Field(min_length=1)]
    usual_tests: Annotated[
        UsualTests | None, Field(description="Which images are tested usually; without it, all.")
    ] = None
    bases: Annotated[dict[BaseName, Base], Field(min_length=1)]
    languages: dict[LanguageName, Language]
