"""Weaknesses that are known: pip-audit asks PyPI about every package of every lock.

pip-audit passes over a package that its source does not know, and calls the rest clean. Here such a package is not audited, and
what is not audited is never green. A run that was complete can be recorded; without a network the record stands in for it, with
its date, for as long as the locks are the same.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.audit.locks import locks_of

TOOL = ".venv-audit/bin/pip-audit"
MINUTES_MAX = 5
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


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known of the packages of a lock: `weak` with their advisories, `unaudited` with why. `seen_on` is the day on
    which the source was asked, empty for today.
    """

    lock: str
    audited: int = 0
    weak: Mapping[str, Sequence[str]] = field(default_factory=dict)
    unaudited: Mapping[str, str] = field(default_factory=dict)
    seen_on: str = ""


def judge(lock: str, report: Report, seen_on: str = "") -> Verdict:
    """What a report of pip-audit says of a lock."""
    packages = {f"{one['name']} {one.get('version', '')}".strip(): one for one in report["dependencies"]}
    # The reason ends with the package's name, which is said already.
    skipped = {name: str(one["skip_reason"]) for name, one in packages.items() if "skip_reason" in one}
    unaudited = {name: reason.partition(": ")[0] for name, reason in skipped.items()}
    weak = {name: [str(each["id"]) for each in one["vulns"]] for name, one in packages.items() if one.get("vulns")}
    return Verdict(lock, len(packages) - len(unaudited), weak, unaudited, seen_on)


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
    return report


def record(project: Path, reports: Mapping[str, Report], day: str) -> str:
    """Reports as a file keeps them: with their day, and the digest of each lock that they are about."""
    locks = {lock: {"sha256": digest_of(project, lock), **report} for lock, report in reports.items()}
    return json.dumps({"taken_on": day, "locks": locks}, indent=1, sort_keys=True) + "\n"


def recall(project: Path, recorded: str) -> list[Verdict]:
    """The verdicts of a record; a lock that has changed since is not audited. Raises ValueError, KeyError."""
    kept = json.loads(recorded)
    return [_recalled(project, lock, kept["locks"].get(lock), str(kept["taken_on"])) for lock in locks_of(project)]


def digest_of(project: Path, lock: str) -> str:
    """SHA-256 (hex) of a lock."""
    return hashlib.sha256((project / lock).read_bytes()).hexdigest()


def _recalled(project: Path, lock: str, report: Report | None, day: str) -> Verdict:
    if report is None or report["sha256"] != digest_of(project, lock):
        return Verdict(
            lock, unaudited={"every package": "the lock has changed since the record was taken"}, seen_on=day
        )
    return judge(lock, report, day)
