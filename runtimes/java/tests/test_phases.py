"""What the phases do with dependencies and with functions of several files."""

import io
import zipfile

import pytest

from tests.support.runtime import Runtime

pytestmark = pytest.mark.variant("distroless")

PRIVATE = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>com.example</groupId>
  <artifactId>private</artifactId>
  <version>1.0</version>
</project>
"""
MANIFEST = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <artifactId>function</artifactId>
  <version>1.0-SNAPSHOT</version>
  <parent>
    <groupId>io.kubeless</groupId>
    <artifactId>kubeless</artifactId>
    <version>1.0-SNAPSHOT</version>
  </parent>
  <dependencies>
    <dependency>
      <groupId>io.kubeless</groupId>
      <artifactId>params</artifactId>
      <version>1.0-SNAPSHOT</version>
    </dependency>
    {}
  </dependencies>
  {}
</project>
"""
DEPENDENCY = """<dependency>
      <groupId>com.example</groupId>
      <artifactId>private</artifactId>
      <version>1.0</version>
    </dependency>"""
SETTINGS = """<settings>
  <mirrors>
    <mirror>
      <id>private</id>
      <mirrorOf>*</mirrorOf>
      <url>file://${env.PRIVATE_REPOSITORY}</url>
    </mirror>
  </mirrors>
</settings>
"""
BUILD = "<build><finalName>function</finalName></build>"
BROKEN = b"""package io.kubeless;

class Broken { int number = "text"; }
"""
HELPER = b"package com.example.helper; public class Helper { }"
USES = b"package io.kubeless; class Uses { com.example.helper.Helper helper; }"


def repository() -> dict[str, bytes]:
    """Return the files of a private repository with one artifact."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("com/example/private.txt", "private")
    folder = "repository/com/example/private/1.0/private-1.0"
    return {f"{folder}.pom": PRIVATE.encode(), f"{folder}.jar": packed.getvalue()}


def test_private_repository(runtime: Runtime) -> None:
    """A settings.xml beside the function is honoured, the environment's values in it too."""
    prepared = runtime.phases(
        "hello",
        {"PRIVATE_REPOSITORY": "/kubeless/repository"},
        {
            "pom.xml": MANIFEST.format(DEPENDENCY, "").encode(),
            "settings.xml": SETTINGS.encode(),
            **repository(),
        },
        network_mode="none",
    )
    assert [result.exit_code for result in prepared.results] == [0, 0], prepared.results
    assert "libs/private-1.0.jar" in prepared.files


@pytest.mark.parametrize("build", ["", BUILD])
def test_manifest_without_dependencies(runtime: Runtime, build: str) -> None:
    """A manifest that asks for nothing more needs no network, built by Maven or not."""
    files = {"pom.xml": MANIFEST.format("", build).encode()}
    prepared = runtime.phases("hello", None, files, network_mode="none")
    assert [result.exit_code for result in prepared.results] == [0, 0], prepared.results
    assert "classes/io/kubeless/Hello.class" in prepared.files


def test_several_classes(runtime: Runtime) -> None:
    """Classes in several files, folders and packages are compiled together."""
    files = {"Uses.java": USES, "com/example/helper/Helper.java": HELPER}
    prepared = runtime.phases("hello", None, files, network_mode="none")
    assert {"classes/com/example/helper/Helper.class", "classes/io/kubeless/Uses.class"} <= (
        prepared.files
    )


def test_provided_dependency(runtime: Runtime) -> None:
    """A dependency of scope `provided` is there for the compilation, and not at run time."""
    provided = DEPENDENCY.replace("</version>", "</version><scope>provided</scope>")
    prepared = runtime.phases(
        "hello",
        {"PRIVATE_REPOSITORY": "/kubeless/repository"},
        {
            "pom.xml": MANIFEST.format(provided, "").encode(),
            "settings.xml": SETTINGS.encode(),
            **repository(),
        },
        network_mode="none",
    )
    assert [result.exit_code for result in prepared.results] == [0, 0], prepared.results
    assert "provided/private-1.0.jar" in prepared.files
    assert "libs/private-1.0.jar" not in prepared.files


@pytest.mark.parametrize("build", ["", BUILD])
def test_layout_of_maven(runtime: Runtime, build: str) -> None:
    """Resources are copied, tests are left out, and classes of one name have their packages."""
    manifest = {"pom.xml": MANIFEST.format("", build).encode()} if build else {}
    files = {
        **manifest,
        "src/main/java/first/One.java": b"package first; public class One { }",
        "src/main/java/second/One.java": b"package second; public class One { }",
        "src/main/resources/greeting.txt": b"hello",
        "src/test/java/OneTest.java": b"import org.junit.jupiter.api.Test; class OneTest { }",
    }
    prepared = runtime.phases("hello", None, files, network_mode="none")
    assert [result.exit_code for result in prepared.results] == [0, 0], prepared.results
    made = {"classes/first/One.class", "classes/second/One.class", "classes/greeting.txt"}
    assert made <= prepared.files


@pytest.mark.parametrize("build", ["", BUILD])
def test_compile_error(runtime: Runtime, build: str) -> None:
    """The compiler's message, with the user's file and line, is in the termination log."""
    manifest = {"pom.xml": MANIFEST.format("", build).encode()} if build else {}
    result = runtime.phases("hello", None, {"Broken.java": BROKEN, **manifest}).results[-1]
    assert result.exit_code != 0
    assert "Broken.java:" in result.termination_log
    assert "Broken.java:" in result.stderr
