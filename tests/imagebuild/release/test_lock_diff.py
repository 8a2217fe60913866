"""The changelog between two locks."""

from dataclasses import replace

from imagebuild.release import lock_diff
from imagebuild.release.lock import Entry, Lock

OLD = Entry(
    "esperanto-2.0",
    "registry/esperanto",
    "2.0.5.20261130",
    f"sha256:{'a' * 64}",
    {"base": f"sha256:{'1' * 64}", "contract": "passed-9-waived-0", "size": "20300000"},
)
NEW = replace(
    OLD,
    tag="2.0.6.20261201",
    digest=f"sha256:{'b' * 64}",
    facts={"base": f"sha256:{'2' * 64}", "contract": "untested", "size": "20400000"},
)


def lines(old: list[Entry], new: list[Entry]) -> list[str]:
    """Return the changelog between two lists of entries."""
    return list(lock_diff.lines(Lock().with_entries(old), Lock().with_entries(new)))


def test_a_changed_image() -> None:
    """Tag, digest, base, what was tested, size."""
    assert lines([OLD], [NEW]) == [
        "- `esperanto-2.0`: 2.0.5.20261130 → 2.0.6.20261201",
        "  - digest: sha256:aaaaaaaaaaaa → sha256:bbbbbbbbbbbb",
        "  - base: sha256:111111111111 → sha256:222222222222",
        "  - contract: passed-9-waived-0 → untested",
        "  - size: 20.30 MB → 20.40 MB (+0.10 MB)",
    ]


def test_packages_follow_the_digest() -> None:
    """What was renewed, added and removed, where the parts of an image are known."""
    parts = {
        OLD.digest: {"deb/debian/openssl": "3.5.4-1", "deb/debian/libc6": "1", "npm/a": "1"},
        NEW.digest: {"deb/debian/openssl": "3.5.5-1", "deb/debian/libc6": "1", "npm/b": "2"},
    }
    old, new = Lock().with_entries([OLD]), Lock().with_entries([NEW])
    assert list(lock_diff.lines(old, new, lambda entry: parts[entry.digest]))[1:6] == [
        "  - digest: sha256:aaaaaaaaaaaa → sha256:bbbbbbbbbbbb",
        "  - deb/debian/openssl: 3.5.4-1 → 3.5.5-1",
        "  - npm/a: 1 → none",
        "  - npm/b: none → 2",
        "  - base: sha256:111111111111 → sha256:222222222222",
    ]


def test_added_removed_and_unchanged() -> None:
    """What is the same isn't told."""
    other = replace(NEW, image="esperanto-3.0")
    assert lines([OLD, other], [other]) == ["- `esperanto-2.0`: removed, was 2.0.5.20261130"]
    assert lines([OLD], [OLD, other]) == ["- `esperanto-3.0`: added, 2.0.6.20261201"]
    assert lines([OLD], [OLD]) == []
