"""Under which licences the deployed packages are: each is allowed by name, and a new one is somebody's decision."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata

# All let a shop run and change the code without showing its own. MPL-2.0 asks for changes of its own files alone.
ALLOWED = frozenset(
    {"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "MIT", "MIT-0", "MPL-2.0", "PSF-2.0", "Python-2.0", "Unlicense"}
)
UNKNOWN = "NOASSERTION"

# What packages call their licence, who do not yet write SPDX.
_SPOKEN: Mapping[str, str] = {
    "apache software license": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "bsd": "BSD-3-Clause",
    "bsd license": "BSD-3-Clause",
    "dual license": "Apache-2.0 OR BSD-3-Clause",
    "mit": "MIT",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
}
_WORD = re.compile(r"[A-Za-z0-9.+-]+")
_JOINING = frozenset({"AND", "OR", "WITH"})


def licence_of(said: PackageMetadata) -> str:
    """The SPDX expression of what a package says of itself: its own expression, else its words, else its classifier."""
    if "License-Expression" in said:
        return said["License-Expression"]
    classifiers = [
        line.rpartition(" :: ")[2] for line in said.get_all("Classifier") or () if line.startswith("License")
    ]
    for words in (*(said.get_all("License") or ()), *classifiers):
        name = words.strip()
        if known := _SPOKEN.get(name.lower()) or (name if name in ALLOWED else None):
            return known
    return UNKNOWN


def licences_of(names: Iterable[str]) -> dict[str, str]:
    """The licences of packages that are installed beside us; NOASSERTION of those that are not."""
    return {name: _installed(name) for name in names}


def refused(licences: Mapping[str, str]) -> dict[str, str]:
    """The packages of which some part of the licence is not allowed; of a choice (OR), one part has to be."""
    return {name: licence for name, licence in licences.items() if not _is_allowed(licence)}


def _is_allowed(licence: str) -> bool:
    choices = [set(_WORD.findall(choice)) - _JOINING for choice in licence.split(" OR ")]
    return any(parts <= ALLOWED for parts in choices)


def _installed(name: str) -> str:
    try:
        return licence_of(metadata(name))
    except PackageNotFoundError:
        return UNKNOWN
