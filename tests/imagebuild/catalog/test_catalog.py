"""The catalog: what images.yaml means, and how each mistake in it is answered."""

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest

from imagebuild.catalog.catalog import Catalog, load
from imagebuild.errors import CatalogError, UsageError

Edit = Callable[[str, str], Path]
SPEC = "## Features\n\n- `streaming`: x.\n- `async`: y.\n\n## LOAD\n\n- **LOAD-1** It MUST.\n"


def test_images_are_versions_by_variants(catalog: Catalog) -> None:
    """Each variant of each version is an image, with the tag that its users know."""
    tags = [image.tag("prefix") for image in catalog.images()]
    assert tags[3:6] == [
        "prefix/esperanto:2.0-install",
        "prefix/esperanto:2.0",
        "prefix/esperanto:2.0-distroless",
    ]


def test_a_version_past_its_end_of_life_is_legacy(catalog: Catalog) -> None:
    """The last day itself still counts as supported."""
    image = catalog.images()[0]
    assert image.is_legacy(datetime.date(2020, 1, 2))
    assert not image.is_legacy(datetime.date(2020, 1, 1))


def test_an_image_of_a_phase_is_no_runtime(catalog: Catalog) -> None:
    """Functions run in the standard and the distroless image."""
    assert {image.variant for image in catalog.images() if image.is_runtime} == {
        "standard",
        "distroless",
    }


def test_waivers_hold_for_the_versions_and_variants_they_name(edited: Edit) -> None:
    """A waiver without versions holds for all."""
    catalog = load(
        edited(
            "    versions:\n",
            "    waivers:\n"
            "      - {clause: LOAD-1, reason: because of this, versions: ['2.0'], "
            "variants: [standard]}\n"
            "      - {clause: LOAD-2, reason: because of that}\n"
            "    versions:\n",
        )
    )
    clauses = {image.name: [w.clause for w in image.waivers()] for image in catalog.images()}
    assert clauses["esperanto-2.0"] == ["LOAD-1", "LOAD-2"]
    assert clauses["esperanto-2.0-distroless"] == ["LOAD-2"]
    assert clauses["esperanto-3.0"] == ["LOAD-2"]


@pytest.mark.parametrize(
    ("old", "new", "message", "hint"),
    [
        (
            "title:",
            "tittle:",
            "images.yaml:9: unknown key `tittle` in `languages.esperanto`",
            "did you mean `title`?",
        ),
        (
            "    title: Esperanto\n",
            "",
            "images.yaml:8: `title` is missing in `languages.esperanto`",
            "add it",
        ),
        (
            "suite: trixie",
            "suit: trixie",
            "images.yaml:5: unknown key `suit` in `bases.trixie`",
            "did you mean `suite`?",
        ),
        (
            "{suite: trixie, packages: [ca-certificates]}",
            "{packages: [x]}",
            "images.yaml:5: the base `trixie` needs one of `suite`, `image` and `folder`, "
            "found none",
            "a Debian suite, an image with its digest",
        ),
        (
            "{suite: trixie,",
            '{image: "a@sha256:' + "0" * 64 + '", suite: trixie,',
            "images.yaml:5: the base `trixie` needs one of `suite`, `image` and `folder`, "
            "found `suite` and `image`",
            "a Debian suite, an image with its digest",
        ),
        (
            "{suite: trixie,",
            "{folder: tool, target: x, suite: trixie,",
            "images.yaml:5: the base `trixie` needs one of `suite`, `image` and `folder`, "
            "found `suite` and `folder`",
            "a folder with a Dockerfile",
        ),
        (
            "bases:\n",
            "usual_tests: {default_version: [standart], other_versions: []}\nbases:\n",
            "images.yaml:4: unknown variant `standart`",
            "did you mean `standard`?",
        ),
        (
            "{suite: trixie,",
            "{folder: tool,",
            "images.yaml:5: the base `trixie` lacks `target` and `base`",
            "belong together",
        ),
        (
            "{suite: trixie,",
            "{base: pinned, suite: trixie,",
            "images.yaml:5: the base `trixie` lacks `folder` and `target`",
            "belong together",
        ),
        (
            "{suite: trixie,",
            "{folder: tool, target: x, base: trixie,",
            "images.yaml:5: unknown base `trixie`",
            "valid names are `pinned`",
        ),
        ('"debian@sha256:', '"debian:13@md5:', "images.yaml:6: `debian:13@md5:", "by its digest"),
        (
            "  esperanto:\n",
            "  esperanto2:\n",
            "images.yaml:8: `esperanto2` is no valid language ID in `languages`",
            "Kubeless allows no digits",
        ),
        (
            "  esperanto:\n",
            "  base:\n",
            "images.yaml:8: a language can't be called `base`",
            "`PREFIX/base`",
        ),
        (
            '"2.0": {base',
            '"2.0-rc1": {base',
            "images.yaml:25: `2.0-rc1` is no valid name in `languages.esperanto.versions`",
            "digits and dots",
        ),
        (
            '"2.0": {base',
            "2.0: {base",
            "images.yaml:25: the key `2.0` is not text",
            'put it in quotes: "2.0"',
        ),
        (
            'default: "2.0"',
            'default: "2.1"',
            "images.yaml:10: unknown version `2.1`",
            "did you mean `2.0`?",
        ),
        (
            'default: "2.0"',
            "default: 2.0",
            "images.yaml:10: `default` in `languages.esperanto` is `2.0`: expected a valid string",
            "put it in quotes",
        ),
        (
            '"2.0": {base: trixie',
            '"2.0": {base: trixy',
            "images.yaml:25: unknown base `trixy`",
            "did you mean `trixie`?",
        ),
        (
            "command: install-dependencies",
            "command: x, env: [1]",
            "images.yaml:18: `env` in "
            "`languages.esperanto.kubeless.phases.installation` is a list: expected a mapping",
            "`key: value`",
        ),
        (
            "[linux/amd64]",
            "linux/amd64",
            "images.yaml:3: `platforms` is `linux/amd64`: expected a list",
            "write a list",
        ),
        (
            "prefix: prefix",
            "prefix: a b",
            "images.yaml:1: `a b` is no valid value of `prefix`",
            "`registry.example.com/team`",
        ),
        (
            "installation: {",
            "instalation: {",
            "images.yaml:18: unknown name `instalation`",
            "did you mean `installation`?",
        ),
        (
            "{variant: install,",
            "{variant: instal,",
            "images.yaml:18: unknown variant `instal`",
            "did you mean `install`?",
        ),
        (
            "size_limit_mb: 60",
            "size_limit_mb: small",
            "images.yaml:21: `size_limit_mb` in "
            "`languages.esperanto.variants.standard` is `small`: expected a valid number",
            "",
        ),
        ("size_limit_mb: 60", "size_limit_mb: 0", "images.yaml:21: `size_limit_mb`", ""),
        (
            "end_of_life: 2020-01-01",
            "end_of_life: soon",
            "images.yaml:24: `end_of_life`",
            "YYYY-MM-DD",
        ),
        (
            "{NAME: value}",
            "{name: value}",
            "images.yaml:25: `name` is no valid name in "
            "`languages.esperanto.versions.2.0.arguments`",
            "capital letters",
        ),
        (
            "{snake}.eo",
            "{snaky}.eo",
            "images.yaml:13: `{snaky}.eo` is no valid value of `file`",
            "`{kebab}`",
        ),
        (
            "[streaming]",
            "[streming]",
            "images.yaml:11: unknown feature `streming`",
            "did you mean `streaming`?",
        ),
        (
            "    versions:\n",
            "    waivers: [{clause: LOAD-9, reason: a good reason}]\n    versions:\n",
            "images.yaml:23: unknown clause `LOAD-9`",
            "did you mean `LOAD-1`?",
        ),
        (
            "    versions:\n",
            "    waivers: [{clause: load, reason: a good reason}]\n    versions:\n",
            "images.yaml:23: `load` is no valid value of `clause`",
            "an ID of SPEC.md",
        ),
        (
            "[linux/amd64]",
            "[amd64]",
            "images.yaml:3: `amd64` is no valid value of `platforms`",
            "linux/amd64",
        ),
        (
            "    versions:\n",
            "    versions: {}\n    other:\n",
            "images.yaml:23: `versions` in `languages.esperanto` is empty",
            "at least one",
        ),
        ("prefix: prefix\n", "prefix: [prefix\n", "images.yaml:2: not valid YAML", "quotes"),
        (
            "prefix: prefix\n",
            "prefix: prefix\nprefix: other\n",
            "images.yaml:2: the key `prefix` is here a second time",
            "remove or rename",
        ),
    ],
)
def test_a_mistake_is_answered_with_place_and_hint(
    tree: Path, edited: Edit, old: str, new: str, message: str, hint: str
) -> None:
    """File, line, what was found, and the nearest valid name or what to do."""
    (tree / "SPEC.md").write_text(SPEC, encoding="utf-8")
    with pytest.raises(CatalogError) as raised:
        load(edited(old, new))
    assert message in str(raised.value)
    assert hint in str(raised.value)


def test_all_mistakes_are_named_in_the_order_of_the_file(edited: Edit) -> None:
    """One run shows every mistake of form."""
    edited("size_limit_mb: 60", "size_limit_mb: small")
    with pytest.raises(CatalogError) as raised:
        load(edited("title:", "tittle:"))
    places = [line.split(": ")[0] for line in str(raised.value).splitlines() if "yaml:" in line]
    assert places == ["images.yaml:8", "images.yaml:9", "images.yaml:21"]


def test_an_entry_that_is_wrong_is_no_missing_one(edited: Edit) -> None:
    """A list with one bad entry isn't called empty as well."""
    with pytest.raises(CatalogError) as raised:
        load(edited("[linux/amd64]", "[windows/amd64]"))
    assert "`windows/amd64`" in raised.value.message
    assert "empty" not in raised.value.message


def test_a_file_that_is_not_a_mapping(tree: Path) -> None:
    """An empty catalog is a mistake in line 1."""
    (tree / "images.yaml").write_text("", encoding="utf-8")
    with pytest.raises(CatalogError, match=r"images.yaml:1: `images.yaml` is empty"):
        load(tree / "images.yaml")


def test_a_missing_file_is_a_mistake_of_usage(tmp_path: Path) -> None:
    """The path in the message is the one that was given."""
    with pytest.raises(UsageError, match="nothing.yaml"):
        load(tmp_path / "nothing.yaml")


def test_bytes_that_are_no_text(tree: Path) -> None:
    """A file in another encoding is refused with a sentence."""
    (tree / "images.yaml").write_bytes(b"prefix: \xff\n")
    with pytest.raises(CatalogError, match="not UTF-8"):
        load(tree / "images.yaml")


@pytest.mark.parametrize("name", ["esper_anto", "esper-anto"])
def test_an_id_that_loses_its_liveness_probe_is_a_warning(edited: Edit, name: str) -> None:
    """Kubeless looks the probe up by the letters before `_` or `-`."""
    catalog = load(edited("  esperanto:\n", f"  {name}:\n"))
    assert len(catalog.warnings) == 1
    assert catalog.warnings[0].startswith("images.yaml:8: ")
    assert f"`{name}`" in catalog.warnings[0]


def test_a_kubeless_id_is_looked_at_too(edited: Edit) -> None:
    """The variant's own ID follows the same rule."""
    catalog = load(edited("size_limit_mb: 40", "size_limit_mb: 40, kubeless_id: a_b"))
    assert "`a_b`" in catalog.warnings[0]
    assert catalog.warnings[0].startswith("images.yaml:22: ")


def test_all_ids_that_lose_their_probe_are_one_warning(edited: Edit) -> None:
    """With the place of the first: what nobody changes must not fill the screen."""
    edited("size_limit_mb: 40", "size_limit_mb: 40, kubeless_id: a_b")
    (warning,) = load(edited("  esperanto:\n", "  esper_anto:\n")).warnings
    assert warning.startswith("images.yaml:8: ")
    assert "`esper_anto`, `a_b`" in warning


def test_a_plain_catalog_has_no_warnings(catalog: Catalog) -> None:
    """Letters alone are fine."""
    assert catalog.warnings == ()
