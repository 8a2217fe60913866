import io
import tarfile
from pathlib import Path

from imagebuild.catalog.catalog import Catalog, Image
from imagebuild.functions import containers, phases, run

FUNCTION = phases.Function("hello", "handler", {"hello.eo": b""}, {"NAME": "value"}, b"bundle")


def image(catalog: Catalog, name: str = "esperanto-2.0") -> Image:
    """Return the image called `name`."""
    return next(image for image in catalog.images() if image.name == name)


def test_installation_runs_when_there_are_dependencies(catalog: Catalog) -> None:
    """As in Kubeless; a language without compilation has no other phase."""
    assert [name for name, _ in phases.wanted(image(catalog), installs=True)] == ["installation"]
    assert phases.wanted(image(catalog), installs=False) == []


def test_phase_runs_in_the_image_of_its_variant(catalog: Catalog) -> None:
    """Of the same version as the runtime."""
    found = phases.of_variant(image(catalog, "esperanto-1.0-distroless"), "install")
    assert found.name == "esperanto-1.0-install"


def test_environment_of_a_phase(catalog: Catalog) -> None:
    """Kubeless' variables, the authorities' file, then what the user adds."""
    found = image(catalog)
    (_, phase), *_ = phases.wanted(found, installs=True)
    assert phases.environment(found, FUNCTION, phase) == {
        "KUBELESS_INSTALL_VOLUME": "/kubeless",
        "KUBELESS_DEPS_FILE": "/kubeless/deps.txt",
        "KUBELESS_FUNC_NAME": "handler",
        "SSL_CERT_FILE": phases.AUTHORITIES,
        "NAME": "value",
    }


def test_archive_is_for_the_functions_user() -> None:
    """The volume's folder is open for the group, as fsGroup makes it."""
    content = containers.archive({"a/b.eo": b"text"}, folder="/kubeless")
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        folder, file = tar.getmembers()
        assert (folder.name, folder.mode, folder.gid) == ("kubeless", 0o2775, 1000)
        assert (file.name, file.mode, file.uid, file.gid) == ("kubeless/a/b.eo", 0o664, 1000, 1000)


def test_function_is_named_as_in_a_deployment(catalog: Catalog, tmp_path: Path) -> None:
    """The module is the file's name without suffix; dependencies get the manifest's name."""
    file, dependencies = tmp_path / "hello.eo", tmp_path / "my-dependencies"
    file.write_text("code")
    dependencies.write_text("things")
    found = run.read(image(catalog), run.Source(file, "handler", dependencies), {}, None)
    assert found == phases.Function(
        "hello", "handler", {"hello.eo": b"code", "deps.txt": b"things"}
    )
