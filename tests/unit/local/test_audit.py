"""The audit: what is not audited is never green, a planted secret is found, and the bill names what is deployed."""

from __future__ import annotations

import json
import re
import runpy
import subprocess
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from local.audit import advisories, bill, licences, secret_scan
from local.audit.__main__ import (
    FINE,
    FOUND,
    KNOWN_ADVISORIES,
    KNOWN_SECRETS,
    NOT_AUDITED,
    audit_advisories,
    audit_files,
)
from local.audit.locks import DEPLOYED, Package, deployed, locks_of, names_here, read_lock

PROJECT = Path(__file__).parents[3]
LOCKS = locks_of(PROJECT)
NOT_SHIPPED = runpy.run_path(str(PROJECT / "layers/dependencies/build.py"))["NOT_SHIPPED"]
SHIPPED = deployed(PROJECT, NOT_SHIPPED)
# Put together here, so that this file holds no secret itself.
PLANTED = {
    "AWS access key": "AKIA" + "Q7ZK3M9XW2LD5T8V",
    "private key": "-----BEGIN " + "RSA PRIVATE KEY-----\n" + "MIIEpAIBAAKCAQEA7bq3dR9s" * 2,
    "private JWK": '{"kty": "EC", "d' + '": "' + "N5QFz3tXkW8yR2mJ7bVcP0sLdHgA4uEiTqOaYxK9wZM" + '"}',
    "signed token": "eyJhbGci" + "OiJIUzI1NiJ9" + ".eyJzdWIiOiJsYW4ifQ" + ".Wm9xT3c5d2hQbGtqaGdmZHNh",
    "webhook secret": "whsec" + "_bDRvN3hQMmtXOXpUNXJZMXFNOGNKMGc=",
    "token of a service": "ghp" + "_x9K2mQ7vT4wZ8rL1nB5cJ3dF6gH0sY2aP4eU",
    "password in a URL": "postgres" + "://quen:tr0ub4dor@db.example/quen",
    "called a secret": 'partner_secret = "' + "kJ8xQ2mW9zT5rY1pN7vB3cL6" + '"',
}
INNOCENT = """
secret_name = "quen-production-partner-secrets"
token_url = https://id.example.com/oauth2/token
password: {{resolve:secretsmanager:quen/master-key}}
TOKEN_ISSUER: !Ref TokenIssuer
api_key = settings.api_key_of_the_provider
sha256:d7e369fd63331746182360977b1892bfc215476a30d61612d732425311639f00
-----BEGIN PUBLIC KEY-----
"""


def lay_locks(project: Path) -> None:
    """Locks of one package each."""
    for lock in LOCKS:
        (project / lock).parent.mkdir(parents=True, exist_ok=True)
        (project / lock).write_text("six==1.17.0 \\\n    --hash=sha256:" + "0" * 64 + "\n")


def answered_for(project: Path) -> None:
    """No advisory has been looked at."""
    (project / KNOWN_ADVISORIES).parent.mkdir(parents=True, exist_ok=True)
    (project / KNOWN_ADVISORIES).write_text("# none\n")


def verdict(*packages: dict[str, Any]) -> advisories.Verdict:
    return advisories.judge("a.txt", {"dependencies": list(packages)})


CLEAN = {"name": "six", "version": "1.17.0", "vulns": []}
WEAK = {"name": "jinja2", "version": "2.10", "vulns": [{"id": "PYSEC-2019-217"}, {"id": "PYSEC-2021-66"}]}
SKIPPED = {
    "name": "quen-made-up",
    "skip_reason": "Dependency not found on PyPI and could not be audited: quen-made-up (1)",
}


def test_a_package_that_the_source_passes_over_is_not_audited() -> None:
    assert verdict(CLEAN, WEAK, SKIPPED) == advisories.Verdict(
        "a.txt",
        audited=2,
        weak={"jinja2 2.10": ["PYSEC-2019-217", "PYSEC-2021-66"]},
        unaudited={"quen-made-up": "Dependency not found on PyPI and could not be audited"},
    )


def page(version: str, *advisories: dict[str, Any]) -> dict[str, Any]:
    """A project's page as PyPI has it."""
    return {"info": {"version": version}, "vulnerabilities": list(advisories)}


@pytest.mark.parametrize(
    ("told", "weak", "unaudited"),
    [
        (page("1"), {}, {}),
        (page("1", {"id": "PYSEC-1", "aliases": ["CVE-1"], "withdrawn": None}), {"quen-made-up 1": ["PYSEC-1"]}, {}),
        (page("1", {"id": "PYSEC-1", "withdrawn": "2026-01-01T00:00:00Z"}), {}, {}),
        (page("2"), {}, {"quen-made-up": "Dependency not found on PyPI and could not be audited"}),
        (None, {}, {"quen-made-up": "Dependency not found on PyPI and could not be audited"}),
    ],
    ids=("clean", "weak", "withdrawn", "newer", "no page"),
)
def test_the_page_of_a_project_answers_for_its_newest_version_alone(
    told: dict[str, Any] | None, weak: dict[str, list[str]], unaudited: dict[str, str]
) -> None:
    locked = [Package("quen-made-up", "1", "", ())]
    judged = advisories.judge(
        "a.txt", advisories.filled({"dependencies": [SKIPPED, CLEAN]}, locked, {"quen-made-up": told}.get)
    )
    assert (judged.weak, judged.unaudited, judged.audited) == (weak, unaudited, 2 - len(unaudited))


def test_an_advisory_that_somebody_has_looked_at_is_told_and_not_red_and_a_new_one_is() -> None:
    vulns = [{"id": "GHSA-1", "aliases": ["PYSEC-1"]}, {"id": "GHSA-2", "aliases": []}]
    known = advisories.read_known(
        "# looked at\nsix 1 PYSEC-1  never signs\nsix 1 GHSA-2\nsix 2 GHSA-2  another version\n"
    )
    judged = advisories.judge("a.txt", {"dependencies": [{"name": "six", "version": "1", "vulns": vulns}]}, known=known)
    assert (judged.weak, judged.answered) == ({"six 1": ["GHSA-2"]}, {"six 1": ["GHSA-1"]})


def test_a_line_for_what_no_lock_holds_is_red(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (recorded / KNOWN_ADVISORIES).write_text("six 1.16.0 PYSEC-1  gone with 1.17\n")
    assert audit_advisories(recorded, recorded / "r.json", None, "pypi") == FOUND
    assert f"{KNOWN_ADVISORIES} lists what no lock holds: six 1.16.0" in capsys.readouterr().out


def test_every_line_of_what_was_looked_at_says_why_and_is_of_a_lock() -> None:
    text = (PROJECT / KNOWN_ADVISORIES).read_text("utf-8")
    known = advisories.read_known(text)
    assert len(known) == len([line for line in text.splitlines() if line and not line.startswith("#")])
    locked = {f"{one.name} {one.version}" for lock in LOCKS for one in read_lock((PROJECT / lock).read_text("utf-8"))}
    assert {package for package, _ in known} <= locked


def test_a_package_of_the_lock_that_the_report_does_not_name_is_not_audited() -> None:
    said = advisories.judge("a.txt", {"dependencies": [CLEAN]}, asked_for={"six", "typing-extensions", "zope_x"})
    assert said.audited == 1
    assert {*said.unaudited} == {"typing-extensions", "zope_x"}
    spelled = {"dependencies": [CLEAN | {"name": "Typing.Extensions"}]}
    assert not advisories.judge("a.txt", spelled, asked_for={"typing-extensions"}).unaudited


def test_of_a_lock_those_packages_are_asked_for_that_are_installed_here() -> None:
    lock = "six==1.17.0\npywin32==312 ; sys_platform == 'nowhere'\ncffi==2.1.1 ; sys_platform != 'nowhere'\n"
    assert names_here(lock) == {"six", "cffi"}


def test_a_source_that_cannot_be_asked_is_not_green(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tool = tmp_path / advisories.TOOL
    tool.parent.mkdir(parents=True)
    tool.write_text("#!/bin/sh\necho 'ERROR: failed to connect' >&2\nexit 1\n")
    tool.chmod(0o755)
    answered_for(tmp_path)
    lay_locks(tmp_path)
    kept = tmp_path / "record.json"
    assert audit_advisories(tmp_path, None, kept, "pypi") == NOT_AUDITED
    assert not kept.exists()
    assert "is NOT AUDITED (0 asked, left out: every package): ERROR: failed to connect" in capsys.readouterr().out


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """A project with locks, and the record of a day on which nothing was known against them."""
    lay_locks(tmp_path)
    answered_for(tmp_path)
    report = {"dependencies": [CLEAN]}
    (tmp_path / "r.json").write_text(advisories.record(tmp_path, dict.fromkeys(LOCKS, report), "2026-11-01"))
    return tmp_path


def test_without_a_network_a_record_stands_in_and_its_day_is_said(
    recorded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit_advisories(recorded, recorded / "r.json", None, "pypi") == FINE
    assert capsys.readouterr().out.count("Advisories as of 2026-11-01: nothing is known against the 1 packages") == len(
        LOCKS
    )


def test_a_record_of_other_locks_is_not_green(recorded: Path) -> None:
    (recorded / LOCKS[1]).write_text("six==1.18.0 \\\n    --hash=sha256:" + "0" * 64 + "\n")
    assert audit_advisories(recorded, recorded / "r.json", None, "pypi") == NOT_AUDITED
    assert audit_advisories(recorded, recorded / "none.json", None, "pypi") == NOT_AUDITED
    (recorded / "r.json").write_text("{}")
    assert audit_advisories(recorded, recorded / "r.json", None, "pypi") == NOT_AUDITED


def test_a_record_that_says_nothing_of_a_package_is_not_green(recorded: Path) -> None:
    reports = {lock: {"dependencies": [] if lock == DEPLOYED else [CLEAN]} for lock in LOCKS}
    (recorded / "r.json").write_text(advisories.record(recorded, reports, "2026-11-01"))
    assert audit_advisories(recorded, recorded / "r.json", None, "pypi") == NOT_AUDITED


def test_a_record_of_weak_packages_stays_red(recorded: Path) -> None:
    kept = advisories.record(recorded, {lock: {"dependencies": [WEAK, SKIPPED]} for lock in LOCKS}, "2026-11-01")
    (recorded / "r.json").write_text(kept)
    assert audit_advisories(recorded, recorded / "r.json", None, "pypi") == FOUND


def test_what_is_weak_outweighs_what_could_not_be_looked_at(recorded: Path) -> None:
    reports = {lock: {"dependencies": [WEAK if lock == DEPLOYED else SKIPPED]} for lock in LOCKS}
    (recorded / "r.json").write_text(advisories.record(recorded, reports, "2026-11-01"))
    assert audit_advisories(recorded, recorded / "r.json", None, "pypi") == FOUND


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_of_every_lock_is_pinned_with_hashes(lock: str) -> None:
    packages = read_lock((PROJECT / lock).read_text("utf-8"))
    assert packages
    assert not [package for package in packages if not package.hashes]


def test_a_line_that_pins_nothing_is_no_lock() -> None:
    with pytest.raises(ValueError, match="six>=1"):
        read_lock("six>=1\n")


def test_the_bill_names_each_deployed_package_once_with_the_hashes_of_the_lock() -> None:
    made = bill.bill_of(SHIPPED, licences.licences_of(one.name for one in SHIPPED), "abc")
    text = (PROJECT / DEPLOYED).read_text("utf-8")
    components = {one["purl"]: one for one in made["components"]}
    assert len(components) == len(made["components"]) == len(SHIPPED)
    assert {one["bom-ref"] for one in made["components"]} == set(made["dependencies"][0]["dependsOn"])
    for one in made["components"]:
        block = re.search(rf"^{re.escape(one['name'])}=={re.escape(one['version'])}\b.*(?:\n .*)*", text, re.MULTILINE)
        assert block, one["name"]
        assert re.findall(r"sha256:([0-9a-f]{64})", block[0]) == [each["content"] for each in one["hashes"]]
        assert one["licenses"][0]["expression"] != licences.UNKNOWN
    assert not {package.name for package in SHIPPED} & NOT_SHIPPED
    assert {"botocore", "chalice", "cryptography", "joserfc"} <= {package.name for package in SHIPPED}


def test_the_bill_has_the_shape_of_cyclonedx_and_is_the_same_each_time() -> None:
    made = bill.bill_of([Package("six", "1.17.0", "", ("0" * 64,))], {"six": "MIT"}, "abc")
    assert made == bill.bill_of([Package("six", "1.17.0", "", ("0" * 64,))], {"six": "MIT"}, "abc")
    assert (made["bomFormat"], made["specVersion"], made["version"]) == ("CycloneDX", "1.6", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", made["serialNumber"])
    assert made["components"][0]["hashes"] == [{"alg": "SHA-256", "content": "0" * 64}]


def test_every_licence_of_what_is_deployed_is_allowed() -> None:
    assert licences.refused(licences.licences_of(package.name for package in SHIPPED)) == {}


@pytest.mark.parametrize(
    ("licence", "is_allowed"),
    [
        ("MIT", True),
        ("Apache-2.0 OR GPL-3.0-only", True),
        ("MIT AND GPL-3.0-only", False),
        ("GPL-3.0-only", False),
        ("AGPL-3.0-or-later", False),
        ("Proprietary", False),
        (licences.UNKNOWN, False),
    ],
)
def test_a_licence_that_nobody_allowed_is_refused(licence: str, is_allowed: bool) -> None:
    assert (licences.refused({"package": licence}) == {}) is is_allowed


def test_a_package_that_says_nothing_or_is_not_there_has_no_known_licence() -> None:
    said = Message()
    assert licences.licence_of(said) == licences.UNKNOWN
    said["Classifier"] = "License :: OSI Approved :: MIT License"
    assert licences.licence_of(said) == "MIT"
    assert licences.licences_of(["quen-made-up"]) == {"quen-made-up": licences.UNKNOWN}


@pytest.mark.parametrize("kind", PLANTED)
def test_a_planted_secret_is_found_and_its_value_is_not_told(kind: str) -> None:
    found = list(secret_scan.scan("a.py", f"# first\nx = 1\n{PLANTED[kind]}\n"))
    assert kind in {finding.kind for finding in found}
    assert {finding.line for finding in found} == {3}
    assert PLANTED[kind][8:20] not in str(found)


HEAD, BODY = "-----BEGIN", "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7"
AS_KEYS_ARE_KEPT = {
    "the JSON of a service's account": f'"private_key": "{HEAD} PRIVATE KEY-----\\n{BODY}\\n"',
    "a key with a password": f"{HEAD} RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,AB\n\n{BODY}",
    "a key of PGP": f"{HEAD} PGP PRIVATE KEY BLOCK-----\nVersion: 1\n\n{BODY}",
    "code, line by line": f'KEY = "{HEAD} EC PRIVATE KEY-----\\n"\n    "{BODY}"',
    "a key of SSH": f"{HEAD} OPENSSH PRIVATE KEY-----\n{BODY}",
}


@pytest.mark.parametrize("text", AS_KEYS_ARE_KEPT.values(), ids=AS_KEYS_ARE_KEPT)
def test_a_private_key_is_found_in_every_form_that_keys_are_kept_in(text: str) -> None:
    assert [finding.kind for finding in secret_scan.scan("a", text)] == ["private key"]


def test_names_hashes_and_public_keys_are_no_secrets() -> None:
    assert list(secret_scan.scan("a.yaml", INNOCENT)) == []


def test_a_secret_that_is_known_is_known_in_that_file_alone_and_with_a_reason() -> None:
    (found,) = secret_scan.scan("a.py", PLANTED["AWS access key"])
    known = secret_scan.read_known(f"# looked at\na.py {found.digest}  an example\n")
    assert secret_scan.unknown([found], known) == []
    (elsewhere,) = secret_scan.scan("b.py", PLANTED["AWS access key"])
    assert secret_scan.unknown([elsewhere], known) == [elsewhere]
    assert secret_scan.unknown([found], secret_scan.read_known(f"a.py {found.digest}\n")) == [found]


def test_the_project_holds_no_secret_that_nobody_has_looked_at() -> None:
    assert audit_files(PROJECT) == FINE


def test_every_lock_is_audited() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "*.txt"], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout
    with_hashes = {path for path in tracked.splitlines() if "--hash=sha256:" in (PROJECT / path).read_text("utf-8")}
    assert set(LOCKS) == with_hashes


def test_a_secret_in_a_tracked_file_fails_the_audit_until_it_is_gone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / KNOWN_SECRETS).parent.mkdir(parents=True)
    (tmp_path / KNOWN_SECRETS).write_text("# none\n")
    (tmp_path / "settings.py").write_text(PLANTED["called a secret"] + "\n")
    for command in (["init", "-q"], ["add", "settings.py"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    assert audit_files(tmp_path) == FOUND
    assert "settings.py:1: called a secret" in capsys.readouterr().out
    (tmp_path / "settings.py").write_text("")
    assert audit_files(tmp_path) == FINE
    (tmp_path / KNOWN_SECRETS).write_text("settings.py 0123456789abcdef  an example\n")
    assert audit_files(tmp_path) == FOUND


def tracked(folder: Path, name: str, text: str) -> Path:
    """A repository that tracks this file, and has looked at nothing."""
    (folder / KNOWN_SECRETS).parent.mkdir(parents=True)
    (folder / KNOWN_SECRETS).write_text("# none\n")
    (folder / name).write_text(text)
    for command in (["init", "-q"], ["add", name]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


def test_a_secret_is_found_in_a_file_whatever_it_is_called(tmp_path: Path) -> None:
    assert audit_files(tracked(tmp_path, "bí mật.env", PLANTED["called a secret"])) == FOUND


def test_a_file_that_is_too_large_to_be_scanned_is_not_green(tmp_path: Path) -> None:
    assert audit_files(tracked(tmp_path, "dump.sql", "x" * (secret_scan.FILE_BYTES_MAX + 1))) == NOT_AUDITED


def test_a_record_says_when_it_was_taken_and_of_which_locks(recorded: Path) -> None:
    kept = json.loads((recorded / "r.json").read_text())
    assert (kept["taken_on"], set(kept["locks"])) == ("2026-11-01", set(LOCKS))
