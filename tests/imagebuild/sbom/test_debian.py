"""Debian packages by dpkg's database."""

from imagebuild.sbom import debian

STATUS = """\
Package: openssl
Status: install ok installed
Architecture: amd64
Version: 3.5.4-1

Package: libc6
Status: install ok installed
Architecture: amd64
Multi-Arch: same
Source: glibc (2.41)
Version: 2.41-12
Description: a library
 Package: not a field

Package: gone
Status: deinstall ok config-files
Architecture: all
Version: 1.0
"""
A, B = "a" * 32, "b" * 32
SUMS = {"openssl": f"{A}  usr/bin/openssl\n", "libc6:amd64": f"{B}  lib/x/libc.so.6\n"}


def test_installed_packages() -> None:
    """With the source that each was built from; removed ones are none."""
    packages = debian.installed(STATUS, SUMS)
    assert [(p.name, p.version, p.architecture, p.source) for p in packages] == [
        ("libc6", "2.41-12", "amd64", "glibc"),
        ("openssl", "3.5.4-1", "amd64", "openssl"),
    ]


def test_a_package_counts_when_a_file_of_it_is_there() -> None:
    """With its content: the same path may come from elsewhere. `/lib` is a link into `/usr`."""
    packages = debian.installed(STATUS, SUMS)
    assert [p.name for p in debian.present(packages, {"usr/lib/x/libc.so.6": B})] == ["libc6"]
    assert debian.present(packages, {"usr/bin/openssl": B, "usr/bin/other": A}) == []


def test_paths_below_merged_folders() -> None:
    """However they are written."""
    names = ("lib/a", "./lib/a", "/usr/lib/a", "usr/lib/a")
    assert {debian.normal(name) for name in names} == {"usr/lib/a"}
    assert debian.normal("opt/lib/a") == "opt/lib/a"
