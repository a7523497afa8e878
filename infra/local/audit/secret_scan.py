"""Secrets in files: what has the shape of a key, and what is called a secret and looks like one.

Every finding is in the list of those that somebody has looked at (keys of tests, examples of documents), or fails the
audit. The list keeps a digest, never the value: a list of real secrets would be the leak that it is to prevent.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

ENTROPY_BITS_MIN = 3.5
"""Bits a character: words have less, random base64 and base32 more."""
FILE_BYTES_MAX = 2_000_000

SHAPES: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "AWS access key": re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
        # As a file has it, with its headers; and as JSON and code have it, on one line or quoted line by line.
        "private key": re.compile(
            r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"
            r"(?:\s|\\+[nr]|[\"'+,]|[A-Za-z-]+: [^\n\\]*+(?:\n|\\+n))*+[A-Za-z0-9+/=]{40}"
        ),
        "private JWK": re.compile(r"[\"']d[\"']\s*:\s*[\"'][A-Za-z0-9_-]{40,}[\"']"),
        "signed token": re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}"),
        "webhook secret": re.compile(r"\bwhsec_[A-Za-z0-9+/=]{24,}"),
        "token of a service": re.compile(
            r"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}|glpat-[\w-]{20,}|xox[abprs]-[\w-]{20,}|sk_live_\w{20,}"
            r"|npm_[A-Za-z0-9]{30,}|pypi-AgE[\w-]{30,}|AIza[\w-]{30,})"
        ),
        "password in a URL": re.compile(r"\b[a-z][a-z0-9+.-]*://[^/\s:@'\"{}<>]+:[^@\s/'\"{}<>]{6,}@"),
    }
)
# Most files hold no letter of any: a look for these is a hundred times quicker than for the shapes.
_BEGIN: Mapping[str, tuple[str, ...]] = {
    "AWS access key": ("AKIA", "ASIA"),
    "private key": ("-----BEGIN",),
    "private JWK": ('"d"', "'d'"),
    "signed token": ("eyJ",),
    "webhook secret": ("whsec_",),
    "token of a service": ("gh", "glpat-", "xox", "sk_live_", "npm_", "pypi-AgE", "AIza"),
    "password in a URL": ("://",),
}
_CALLED_SECRET = re.compile(
    r"(?i)(?:secret|passw(?:or)?d|token|api[_-]?key|private[_-]?key|master[_-]?key)[\w-]*[\"']?\s*[:=]\s*"
    r"[\"']?([A-Za-z0-9+/=_-]{20,})[\"']?"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something like a secret: where it is, what it is like, and a digest of it."""

    path: str
    line: int
    kind: str
    digest: str

    @property
    def known_as(self) -> str:
        """How the list of those that were looked at names it, wherever in the file it stands."""
        return f"{self.path} {self.digest}"


def scan(path: str, text: str) -> Iterator[Finding]:
    """Everything like a secret in a file's text."""
    for kind, shape in SHAPES.items():
        for found in shape.finditer(text) if any(begin in text for begin in _BEGIN[kind]) else ():
            yield _finding(path, text, found.start(), kind, found[0])
    for found in _CALLED_SECRET.finditer(text):
        if _looks_random(found[1]):
            yield _finding(path, text, found.start(1), "called a secret", found[1])


def read_known(text: str) -> dict[str, str]:
    """The list of those that were looked at: `path digest  why`, one a line. Answers why, by path and digest."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {" ".join(line.split()[:2]): " ".join(line.split()[2:]) for line in lines}


def unknown(findings: Iterable[Finding], known: Mapping[str, str]) -> list[Finding]:
    """The findings that nobody has looked at."""
    return [finding for finding in findings if not known.get(finding.known_as)]


def entropy_bits(text: str) -> float:
    """Shannon's entropy of a text, in bits a character."""
    counts = Counter(text).values()
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counts)


def _looks_random(value: str) -> bool:
    # A name in code has words and no digits, or the same letter over and over.
    has_kinds = bool(re.search(r"[0-9]", value)) and bool(re.search(r"[A-Za-z]", value))
    return has_kinds and entropy_bits(value) >= ENTROPY_BITS_MIN


def _finding(path: str, text: str, start: int, kind: str, value: str) -> Finding:
    digest = hashlib.sha256(value.encode()).hexdigest()[:16]
    return Finding(path, text.count("\n", 0, start) + 1, kind, digest)
