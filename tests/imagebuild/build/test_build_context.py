"""Build contexts: which files count. What a changed file does to the key is in test_content."""

from pathlib import Path

from imagebuild.build import build_context


def write(path: Path, text: str = "x\n") -> None:
    """Write a file, with the folders that lead to it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_rules_with_exceptions_hold(tree: Path) -> None:
    """`*` and `!` keep what a Dockerfile copies; the Dockerfile itself always counts."""
    folder = tree / "runtimes/esperanto"
    write(folder / ".dockerignore", "# all but the shim\n*\n!shim\n!/kept\n**/*.tmp\n")
    write(folder / "shim/scratch.tmp")
    write(folder / "kept")
    assert build_context.files(folder) == [
        ".dockerignore",
        "Dockerfile",
        "kept",
        "shim/server.eo",
    ]


def test_without_rules_all_files_count(tmp_path: Path) -> None:
    """Hidden ones included, sorted; git's own folder is left out."""
    for path in ("b", "a/.hidden", ".git/HEAD"):
        write(tmp_path / path)
    assert build_context.files(tmp_path) == ["a/.hidden", "b"]


def test_a_rule_holds_at_the_top_unless_it_says_otherwise(tmp_path: Path) -> None:
    """As the engine reads it: `x` is anchored, `**/x` is not, a slash at either end is nothing."""
    for path in ("notes", "deep/notes", "deep/scratch", "tests/t", "deep/tests/t"):
        write(tmp_path / path)
    write(tmp_path / ".dockerignore", "notes\n**/scratch\n/tests/\n")
    assert build_context.files(tmp_path) == [".dockerignore", "deep/notes", "deep/tests/t"]


def test_the_digest_tells_contents_apart(tmp_path: Path) -> None:
    """The same files have the same digest wherever they are."""
    for folder, text in (("one", "x"), ("two", "x"), ("three", "y")):
        write(tmp_path / folder / "file", text)
    one, two, three = (build_context.digest(tmp_path / name) for name in ("one", "two", "three"))
    assert one == two != three
