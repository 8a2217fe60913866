"""Debian packages by dpkg's database, and which of them have files in an image. Pure.

A distroless image has no database, so that of an image made by the same Dockerfile is used: a
package counts when a file in the image has the path and the content that the package says.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

STATUS = "var/lib/dpkg/status"
SUMS = re.compile(r"var/lib/dpkg/info/([^/]+)\.md5sums")
MERGED = re.compile(r"^(bin|sbin|lib|lib64|libx32)/")
"""Folders that are links into /usr: files are listed by either name."""


@dataclass(frozen=True, order=True)
class Package:
    """An installed Debian package; `sums` has the MD5 of its files by path."""

    name: str
    version: str
    architecture: str
    source: str
    sums: Mapping[str, str] = field(default_factory=dict, compare=False)


def installed(status: str, sums: Mapping[str, str]) -> list[Package]:
    """Return the packages that are installed, given dpkg's `status` and the texts of `*.md5sums`.

    `sums` is by the name of the file without its suffix: `openssl` or `libc6:amd64`.
    """
    result = []
    for paragraph in status.split("\n\n"):
        fields = dict(re.findall(r"^([A-Z][A-Za-z-]+): (.*)$", paragraph, re.MULTILINE))
        if not fields.get("Status", "").endswith(" installed"):
            continue
        name, architecture = fields["Package"], fields["Architecture"]
        text = sums.get(name) or sums.get(f"{name}:{architecture}") or ""
        source = str(fields.get("Source", name)).partition(" ")[0]
        files = {normal(path): md5 for md5, path in re.findall(r"^(\w{32}) +(.+)$", text, re.M)}
        result.append(Package(name, fields["Version"], architecture, source, files))
    return sorted(result)


def present(packages: Iterable[Package], files: Mapping[str, str]) -> list[Package]:
    """Return the packages that have a file among `files`, MD5 by path."""
    return [
        package
        for package in packages
        if any(files.get(path) == md5 for path, md5 in package.sums.items())
    ]


def normal(path: str) -> str:
    """Return `path` without a leading slash, below `usr` where its folder is a link into it."""
    return MERGED.sub(r"usr/\1/", path.removeprefix("./").lstrip("/"))
