"""Locks as audits read them: which exact packages, each with the hashes of the files that may be it."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path

from packaging.markers import Marker

DEPLOYED = "layers/dependencies/requirements.txt"

_PINNED = re.compile(r"([a-z0-9][a-z0-9._-]*)==([^\s;]+)\s*(?:;\s*([^\\]+?))?\s*\\?")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_OF_WINDOWS = "sys_platform == 'win32'"


@dataclass(frozen=True, slots=True)
class Package:
    """One package of a lock. `marker` says where it is installed at all (empty: everywhere)."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]

    @property
    def url(self) -> str:
        """Its package URL (https://github.com/package-url/purl-spec)."""
        return f"pkg:pypi/{self.name}@{self.version}"


def locks_of(project: Path) -> list[str]:
    """Every lock of the project, what is deployed first."""
    others = sorted(path.relative_to(project).as_posix() for path in (project / "requirements").glob("*.txt"))
    return [DEPLOYED, *others]


def read_lock(text: str) -> list[Package]:
    """The packages of a lock, in its order. Raises ValueError for a line that pins nothing."""
    packages: list[Package] = []
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if found := _HASH.search(line):
            last = packages.pop()
            packages.append(Package(last.name, last.version, last.marker, (*last.hashes, found[1])))
        elif pinned := _PINNED.fullmatch(line.strip()):
            packages.append(Package(pinned[1], pinned[2], pinned[3] or "", ()))
        else:
            raise ValueError(f"a lock pins every package with hashes; this line does not: {line.strip()[:80]}")
    return packages


def names_here(text: str) -> set[str]:
    """The names of a lock's packages that are installed in an environment such as this one."""
    return {one.name for one in read_lock(text) if not one.marker or Marker(one.marker).evaluate()}


def deployed(project: Path, not_shipped: Container[str]) -> list[Package]:
    """What goes into the dependencies layer."""
    packages = read_lock((project / DEPLOYED).read_text("utf-8"))
    return [one for one in packages if one.name not in not_shipped and one.marker != _OF_WINDOWS]
