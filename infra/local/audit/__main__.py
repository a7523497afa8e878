"""`make audit`: known weaknesses, licences, secrets in files, templates; and the bill of materials, as build/sbom.json.

Exit status: 0 nothing was found; 1 something was; 2 nothing was, but not everything could be audited: never taken for 0.
"""

from __future__ import annotations

import argparse
import json
import runpy
import subprocess
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC
from importlib.util import find_spec
from pathlib import Path

from local.audit import advisories, bill, licences, secret_scan
from local.audit.locks import deployed, locks_of, names_here, read_lock
from quen.clock import WallClock

PROJECT = Path(__file__).resolve().parents[3]
BILL = Path("build/sbom.json")
KNOWN_ADVISORIES = Path("infra/local/audit/known_advisories.txt")
KNOWN_SECRETS = Path("infra/local/audit/known_secrets.txt")
FINE, FOUND, NOT_AUDITED = 0, 1, 2
NAMES_SHOWN = 5


def main(arguments: Sequence[str] | None = None, project: Path = PROJECT) -> int:
    """Run every part, say what each found, and answer the worst."""
    parser = argparse.ArgumentParser(prog="make audit", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--offline", type=Path, metavar="FILE", help="judge by the record of an earlier run")
    parser.add_argument(
        "--record", type=Path, metavar="FILE", help="keep what the advisories' source says, if complete"
    )
    parser.add_argument(
        "--service", choices=("pypi", "osv"), default="pypi", help="who is asked (default: %(default)s)"
    )
    asked = parser.parse_args(arguments)
    found = [
        audit_advisories(project, asked.offline, asked.record, asked.service),
        audit_deployed(project),
        audit_files(project),
        audit_templates(project),
    ]
    return worst(found)


def audit_advisories(project: Path, offline: Path | None, record: Path | None, service: str) -> int:
    """What is known of the packages of all locks."""
    known = advisories.read_known((project / KNOWN_ADVISORIES).read_text("utf-8"))
    if offline:
        try:
            verdicts = advisories.recall(project, offline.read_text("utf-8"), known)
        except (OSError, ValueError, KeyError) as error:
            return say(NOT_AUDITED, f"Advisories: {offline} is no record of an audit ({type(error).__name__}).")
        return worst([*map(_tell, verdicts), _tell_gone(project, known)])
    asked = {lock: advisories.ask(project, lock, service) for lock in locks_of(project)}
    reports = {lock: answer for lock, answer in asked.items() if not isinstance(answer, str)}
    verdicts = [
        advisories.Verdict(lock, unaudited={"every package": answer})
        if isinstance(answer, str)
        else advisories.judge(lock, answer, known=known, asked_for=names_here((project / lock).read_text("utf-8")))
        for lock, answer in asked.items()
    ]
    status = worst([*map(_tell, verdicts), _tell_gone(project, known)])
    if record and not any(verdict.unaudited for verdict in verdicts):
        record.write_text(advisories.record(project, reports, _today()), "utf-8")
        print(f"  recorded in {record}")
    return status


def audit_deployed(project: Path) -> int:
    """The bill of materials of the dependencies layer, and whether its licences are allowed."""
    build = runpy.run_path(str(project / "layers/dependencies/build.py"))
    packages = deployed(project, build["NOT_SHIPPED"])
    under = licences.licences_of(package.name for package in packages)
    (project / BILL).parent.mkdir(exist_ok=True)
    (project / BILL).write_text(json.dumps(bill.bill_of(packages, under, _revision(project)), indent=1) + "\n", "utf-8")
    if refused := licences.refused(under):
        named = ", ".join(f"{name} ({licence})" for name, licence in refused.items())
        return say(FOUND, f"Licences: not allowed, or not known: {named}.")
    return say(FINE, f"Licences: {len(packages)} deployed packages, all allowed; the bill of materials is {BILL}.")


def audit_files(project: Path) -> int:
    """Secrets in tracked files."""
    known = secret_scan.read_known((project / KNOWN_SECRETS).read_text("utf-8"))
    # Without -z a name that is no plain ASCII is told in quotes and escapes, and no such file is there.
    paths = [path for path in _git(project, "ls-files", "-z").split("\0") if path]
    findings = [finding for path in paths for finding in _scan(project, path)]
    if unknown := secret_scan.unknown(findings, known):
        for finding in unknown:
            print(f"    {finding.path}:{finding.line}: {finding.kind} ({finding.digest})")
        return say(
            FOUND,
            f"Secrets: {len(unknown)} found. Rotate each; or say in {KNOWN_SECRETS} why it is none.",
        )
    if gone := set(known) - {finding.known_as for finding in findings}:
        return say(FOUND, f"Secrets: {KNOWN_SECRETS} lists what is not there any more: {', '.join(sorted(gone))}.")
    if too_large := [path for path in paths if _is_too_large(project / path)]:
        return say(NOT_AUDITED, f"Secrets: NOT AUDITED, because they are too large: {', '.join(too_large)}.")
    return say(FINE, f"Secrets: none in {len(paths)} tracked files; {len(known)} keys of tests and examples are known.")


def audit_templates(project: Path) -> int:
    """What is to be deployed, as checkov and our own rules see it (`local.template_audit`, which prints what it finds)."""
    if find_spec("local.template_audit") is None:
        return say(NOT_AUDITED, "Templates: NOT AUDITED: there is no local.template_audit.")
    done = subprocess.run([sys.executable, "-m", "local.template_audit"], cwd=project, check=False)
    return say(FOUND, "Templates: see above.") if done.returncode else say(FINE, "Templates: nothing was found.")


def worst(statuses: Sequence[int]) -> int:
    """What was found outweighs what could not be looked at."""
    return FOUND if FOUND in statuses else max(statuses)


def say(status: int, sentence: str) -> int:
    """One line; answers the status."""
    print({FINE: "  ✓ ", FOUND: "  ✗ ", NOT_AUDITED: "  ? "}[status] + sentence, flush=True)
    return status


def _tell_gone(project: Path, known: advisories.Known) -> int:
    """A line about a package that no lock holds any more would answer for it should it come back."""
    locked = {
        f"{package.name} {package.version}"
        for lock in locks_of(project)
        for package in read_lock((project / lock).read_text("utf-8"))
    }
    if gone := {package for package, _ in known} - locked:
        return say(FOUND, f"Advisories: {KNOWN_ADVISORIES} lists what no lock holds: {', '.join(sorted(gone))}.")
    return FINE


def _tell(verdict: advisories.Verdict) -> int:
    seen = f" as of {verdict.seen_on}" if verdict.seen_on else ""
    for name, ids in verdict.answered.items():
        print(f"    {name}: {', '.join(ids)}: looked at, see {KNOWN_ADVISORIES}")
    for name, ids in verdict.weak.items():
        print(f"    {name}: {', '.join(ids)}")
    if verdict.weak:
        return say(FOUND, f"Advisories{seen}: {len(verdict.weak)} weak packages in {verdict.lock}.")
    if verdict.unaudited:
        reasons = "; ".join(sorted(set(verdict.unaudited.values()))[:NAMES_SHOWN])
        return say(
            NOT_AUDITED,
            f"Advisories{seen}: {verdict.lock} is NOT AUDITED ({verdict.audited} asked, left out: {_few(verdict.unaudited)}): "
            f"{reasons}",
        )
    new = "nothing new" if verdict.answered else "nothing"
    return say(FINE, f"Advisories{seen}: {new} is known against the {verdict.audited} packages of {verdict.lock}.")


def _few(names: Iterable[str]) -> str:
    first, rest = (listed := sorted(names))[:NAMES_SHOWN], len(listed) - NAMES_SHOWN
    return ", ".join(first) + (f" and {rest} more" if rest > 0 else "")


def _scan(project: Path, path: str) -> list[secret_scan.Finding]:
    file = project / path
    if not file.is_file() or file.is_symlink() or _is_too_large(file):
        return []
    return list(dict.fromkeys(secret_scan.scan(path, file.read_text("utf-8", errors="replace"))))


def _is_too_large(file: Path) -> bool:
    return file.is_file() and file.stat().st_size > secret_scan.FILE_BYTES_MAX


def _git(project: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=project, capture_output=True, text=True, check=True).stdout  # noqa: S607 - the git of whoever runs this


def _revision(project: Path) -> str:
    return _git(project, "rev-parse", "--short=12", "HEAD").strip()


def _today() -> str:
    return WallClock().now().astimezone(UTC).date().isoformat()


if __name__ == "__main__":
    sys.exit(main())
