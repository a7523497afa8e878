"""Weaknesses that are known: pip-audit asks PyPI about every package of every lock.

pip-audit passes over a package that its source does not know, and calls the rest clean. Here such a package is not audited, nor
is one of the lock that the report does not name, and what is not audited is never green. A run that was complete can be
recorded; without a network the record stands in for it, with its date, for as long as the locks are the same.

Some mirrors of PyPI serve a project's page and no page of a single version (https://docs.pypi.org/api/json/). The page of a
project tells of its newest version: where a lock holds that one, it answers too.

An advisory that somebody has looked at is a line of `known_advisories.txt`: package, version, id, why it does not matter here.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

import urllib3

from local.audit.locks import Package, locks_of, names_here, read_lock

TOOL = ".venv-audit/bin/pip-audit"
MINUTES_MAX = 5
PAGE = "https://pypi.org/pypi/{}/json"
PAGE_SECONDS = 20
_KNOWN_PARTS = ("package", "version", "id", "why")
_EXACT = (
    "--require-hashes",
    "--disable-pip",
    "--format",
    "json",
    "--progress-spinner",
    "off",
    "--vulnerability-service",
)

Report = Mapping[str, Any]
Page = Mapping[str, Any]
Known = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known of the packages of a lock: `weak` with their advisories, `answered` with those that somebody has looked
    at, `unaudited` with why. `seen_on` is the day on which the source was asked, empty for today.
    """

    lock: str
    audited: int = 0
    weak: Mapping[str, Sequence[str]] = field(default_factory=dict)
    answered: Mapping[str, Sequence[str]] = field(default_factory=dict)
    unaudited: Mapping[str, str] = field(default_factory=dict)
    seen_on: str = ""


def judge(
    lock: str, report: Report, seen_on: str = "", known: Known = frozenset(), *, asked_for: Collection[str] = ()
) -> Verdict:
    """What a report of pip-audit says of a lock, where those advisories have been looked at; `asked_for` are the names that it
    has to say something about.
    """
    packages = {f"{one['name']} {one.get('version', '')}".strip(): one for one in report["dependencies"]}
    # The reason ends with the package's name, which is said already.
    skipped = {name: str(one["skip_reason"]) for name, one in packages.items() if "skip_reason" in one}
    unaudited = {name: reason.partition(": ")[0] for name, reason in skipped.items()}
    audited, told = len(packages) - len(unaudited), {_plain(one["name"]) for one in report["dependencies"]}
    unaudited |= {name: "The report does not name it" for name in sorted(asked_for) if _plain(name) not in told}
    weak, answered = {}, {}
    for name, one in packages.items():
        looked_at = {each["id"]: _is_known(name, each, known) for each in one.get("vulns", ())}
        if new := [advisory for advisory, is_known in looked_at.items() if not is_known]:
            weak[name] = new
        if old := [advisory for advisory, is_known in looked_at.items() if is_known]:
            answered[name] = old
    return Verdict(lock, audited, weak, answered, unaudited, seen_on)


def read_known(text: str) -> Known:
    """The advisories that have been looked at, each as (`name version`, id). A line without a reason counts for nothing."""
    lines = [line.split(maxsplit=3) for line in text.splitlines() if not line.startswith("#")]
    return frozenset((f"{parts[0]} {parts[1]}", parts[2]) for parts in lines if len(parts) == len(_KNOWN_PARTS))


def _is_known(package: str, advisory: Mapping[str, Any], known: Known) -> bool:
    """One weakness has several ids: a line for one of them is a line for it."""
    return any((package, name) in known for name in (advisory["id"], *advisory.get("aliases", ())))


def filled(report: Report, packages: Iterable[Package], page_of: Callable[[str], Page | None]) -> Report:
    """The report, where the page of a project answers for a package that was passed over: its newest version is the lock's.
    `page_of` answers None for a page that is not there.
    """
    versions = {package.name: package.version for package in packages}
    told = [
        _from_page(one, versions.get(one["name"], ""), page_of) if "skip_reason" in one else one
        for one in report["dependencies"]
    ]
    return {**report, "dependencies": told}


def _from_page(skipped: Mapping[str, Any], version: str, page_of: Callable[[str], Page | None]) -> Mapping[str, Any]:
    page = page_of(skipped["name"]) if version else None
    if page is None or page["info"]["version"] != version:
        return skipped
    standing = [one for one in page["vulnerabilities"] if not one.get("withdrawn")]
    vulns = [{"id": one["id"], "aliases": one.get("aliases", [])} for one in standing]
    return {"name": skipped["name"], "version": version, "vulns": vulns}


def read_page(name: str) -> Page | None:
    """The page of a project on PyPI; None where there is none, or nobody answers."""
    try:
        answer = urllib3.request("GET", PAGE.format(name), timeout=PAGE_SECONDS, retries=1)
        page: Page | None = answer.json() if answer.status == HTTPStatus.OK else None
    except (urllib3.exceptions.HTTPError, ValueError):
        return None
    return page


def ask(project: Path, lock: str, service: str = "pypi") -> Report | str:
    """The report of pip-audit on a lock, or one sentence on why there is none."""
    command = [str(project / TOOL), "--requirement", str(project / lock), *_EXACT, service]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=MINUTES_MAX * 60)
    except subprocess.TimeoutExpired:
        return f"pip-audit did not end within {MINUTES_MAX} minutes."
    try:
        report: Report = json.loads(done.stdout)
    except ValueError:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        return lines[-1].strip() if lines else "pip-audit said nothing."
    return filled(report, read_lock((project / lock).read_text("utf-8")), read_page) if service == "pypi" else report


def record(project: Path, reports: Mapping[str, Report], day: str) -> str:
    """Reports as a file keeps them: with their day, and the digest of each lock that they are about."""
    locks = {lock: {"sha256": digest_of(project, lock), **report} for lock, report in reports.items()}
    return json.dumps({"taken_on": day, "locks": locks}, indent=1, sort_keys=True) + "\n"


def recall(project: Path, recorded: str, known: Known = frozenset()) -> list[Verdict]:
    """The verdicts of a record; a lock that has changed since is not audited. Raises ValueError, KeyError."""
    kept = json.loads(recorded)
    return [
        _recalled(project, lock, kept["locks"].get(lock), str(kept["taken_on"]), known) for lock in locks_of(project)
    ]


def digest_of(project: Path, lock: str) -> str:
    """SHA-256 (hex) of a lock."""
    return hashlib.sha256((project / lock).read_bytes()).hexdigest()


def _recalled(project: Path, lock: str, report: Report | None, day: str, known: Known) -> Verdict:
    if report is None or report["sha256"] != digest_of(project, lock):
        return Verdict(
            lock, unaudited={"every package": "the lock has changed since the record was taken"}, seen_on=day
        )
    return judge(lock, report, day, known, asked_for=names_here((project / lock).read_text("utf-8")))


def _plain(name: str) -> str:
    """A package's name in its one spelling (https://peps.python.org/pep-0503/)."""
    return re.sub(r"[-_.]+", "-", name).lower()
