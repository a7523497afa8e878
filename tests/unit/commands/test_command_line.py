"""Every command tells how it is used, and says in one sentence why it cannot do it."""

from __future__ import annotations

import fcntl
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from local.command import main
from local.emulator import free_port

PROJECT = Path(__file__).parents[3]
DEMO = PROJECT / "infra/local/programs/ca-phe-quen.yaml"
COMMANDS = ("request", "replay", "demo", "program", "job", "clock", "ledger", "message", "token")
NEEDS_THE_STACK = (
    ["request", "GET", "/v1/me"],
    ["program", "show"],
    ["program", "versions"],
    ["program", "rollback", "1"],
    ["program", "plan", str(DEMO)],
    ["program", "apply", str(DEMO), "--from", "2026-12-01"],
    ["job", "run", "expire-points", "--on", "2026-11-22"],
    ["job", "list"],
    ["job", "list", "expire-points"],
    ["job", "redrive", "messages"],
    ["clock", "show"],
    ["clock", "set", "2027-01-01"],
    ["clock", "advance", "30d"],
    ["ledger", "verify"],
    ["ledger", "verify", "--on", "2026-07-01"],
    ["token", "member"],
    ["demo"],
    ["replay", "x.csv", "--format", "csv"],
)
WRONG_USAGE = (
    [],
    ["nonsense"],
    ["request", "GET"],
    ["request", "GET", "v1/me"],
    ["request", "POST", "/v1/purchases", "--json", "{"],
    ["request", "POST", "/v1/purchases", "--json", "@/nowhere/at/all.json"],
    ["request", "GET", "/v1/me", "--as", "god"],
    ["replay", "x.csv"],
    ["replay", "x.csv", "--format", "xml"],
    ["replay", "x.csv", "--format", "csv", "--limit", "0"],
    ["program", "apply"],
    ["program", "show", "x.yaml"],
    ["program", "show", "--version", "first"],
    ["program", "rollback"],
    ["program", "plan"],
    ["program", "apply", "x.yaml", "--from", "soon"],
    ["job", "run", "expire-points"],
    ["job", "redrive"],
    ["job", "run", "expire-points", "--on", "2026-02-30"],
    ["ledger", "verify", "--on", "yesterday"],
    ["ledger", "verify", "--on", "2026-07-01", "--member", "mem_7k3w9m2x5t8q4r6s"],
    ["message", "preview"],
    ["backup", "create", "s3://b/x", "--stack", "quen", "--at", "yesterday"],
    ["backup", "create", "s3://b/x", "--stack", "quen", "--at", "2026-11-26T03:00:00"],
    ["message", "preview", "nonsense"],
    ["message", "preview", "welcome", "--set", "points"],
    ["message", "preview", "welcome", "--channel", "pigeon"],
    ["message", "preview", "welcome", "--all", "x"],
    ["clock", "set", "tomorrow"],
    ["clock", "set", "2027-01-01T25:00:00"],
    ["clock", "advance", "soon"],
    ["token", "member", "--phone", "12"],
    ["token", "staff", "--role", "king"],
    ["demo", "--days", "none"],
)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([command, "--help"])
    shown = capsys.readouterr().out
    assert stopped.value.code == 0
    assert f"  quen {command}" in shown.partition("example:\n")[2]
    assert "--json" in shown


@pytest.mark.parametrize("arguments", NEEDS_THE_STACK, ids=" ".join)
def test_without_a_stack_a_command_says_so_in_one_sentence(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([arguments[0], "--data", str(tmp_path / "none"), *arguments[1:]]) == 1
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "make run" in told


def test_a_stack_that_does_not_answer_is_not_running(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fields = dict.fromkeys(("mobile_url", "partner_url", "admin_url", "aws_endpoint"), "http://127.0.0.1:9")
    partner = dict.fromkeys(("partner_id", "key_id", "algorithm", "secret", "authority", "path_prefix"), "x")
    rest = {"archive_bucket": "archive", "tables": {}, "staff_token": "x", "members": [], "partner": partner}
    (tmp_path / "local.json").write_text(json.dumps(fields | rest))
    assert main(["clock", "--data", str(tmp_path), "show"]) == 1
    assert "nothing answers at http://127.0.0.1:9" in capsys.readouterr().err


def test_a_damaged_connection_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "local.json").write_text('{"mobile_url": 1}')
    assert main(["ledger", "--data", str(tmp_path), "verify"]) == 1
    assert "local.json is damaged" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", WRONG_USAGE, ids=" ".join)
def test_wrong_usage_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "usage: quen" in capsys.readouterr().err


def test_who_asks_too_early_is_told_that_the_stack_still_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["clock", "show", "--data", str(tmp_path)]
    gone = free_port()
    with (tmp_path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert main(asked) == 1
        assert "the stack is still starting" in capsys.readouterr().err
        write_connection(tmp_path, f"http://127.0.0.1:{gone}")
        assert main(asked) == 1
        assert "the stack is still starting" in capsys.readouterr().err
    assert main(asked) == 1
    assert "the stack is not running" in capsys.readouterr().err


def write_connection(data: Path, url: str) -> None:
    """What `quen serve` leaves of a stack at that address."""
    urls = dict.fromkeys(("mobile_url", "partner_url", "admin_url", "aws_endpoint"), url)
    partner = dict.fromkeys(("partner_id", "key_id", "algorithm", "secret", "authority", "path_prefix"), "x")
    known = {**urls, "archive_bucket": "b", "tables": {}, "staff_token": "t", "members": [], "partner": partner}
    (data / "local.json").write_text(json.dumps(known), "utf-8")


def test_validate_needs_no_stack_and_names_every_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = PROJECT / "infra/local/programs/ca-phe-quen.yaml"
    assert main(["program", "validate", str(good)]) == 0
    bad = tmp_path / "bad.yaml"
    text = good.read_text("utf-8").replace("Asia/Ho_Chi_Minh", "Asia/Atlantis").replace("per: 10000", "per: 0")
    bad.write_text(text, encoding="utf-8")
    capsys.readouterr()
    assert main(["program", "validate", str(bad)]) == 1
    assert {line.split(":")[2].strip() for line in capsys.readouterr().err.splitlines()} == {
        "/program/time_zone",
        "/earning/0/per",
    }
    assert main(["program", "validate", str(bad), "--json"]) == 1
    shown = json.loads(capsys.readouterr().out)
    assert not shown["valid"]
    assert {fault["pointer"] for fault in shown["errors"]} == {"/program/time_zone", "/earning/0/per"}
    assert main(["program", "validate", str(tmp_path / "none.yaml")]) == 1


@pytest.fixture
def dearer(tmp_path: Path) -> Path:
    """The demo's program with a higher price and a triple Monday."""
    text = DEMO.read_text("utf-8").replace("points: 40", "points: 60").replace('multiplier: "2"', 'multiplier: "3"')
    path = tmp_path / "dearer.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_two_documents_are_compared_without_a_stack(dearer: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["program", "plan", str(dearer), "--against", str(DEMO), "--from", "2026-12-01"]) == 0
    told = capsys.readouterr().out
    assert "2 changed." in told
    assert "~ /earning/double-star/multiplier  2 → 3\n" in told
    assert re.search(r"A usual bill on a Monday +125,000 +25 +→ +37 +\+1,200 VND", told)
    assert "/rewards/free-size-up: The price rises from 40 to 60 points" in told
    assert main(["program", "plan", str(dearer), "--against", str(DEMO), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert [change["path"] for change in shown["changes"]] == [
        "/earning/double-star/multiplier",
        "/rewards/free-size-up/points",
    ]


def test_a_plan_says_that_nothing_changes_and_names_the_faults_of_either_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["program", "plan", str(DEMO), "--against", str(DEMO)]) == 0
    assert capsys.readouterr().out.startswith("Nothing changes.\n")
    bad = tmp_path / "bad.yaml"
    bad.write_text(DEMO.read_text("utf-8").replace("per: 10000", "per: 0"), encoding="utf-8")
    for arguments in ([str(bad)], [str(DEMO), "--against", str(bad)], [str(bad), "--against", str(DEMO)]):
        assert main(["program", "plan", *arguments]) == 1
        assert capsys.readouterr().err.startswith(f"{bad}:21: /earning/0/per: ")


def test_the_schema_is_printed_for_editors(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["program", "schema"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads((PROJECT / "infra/program.schema.json").read_text("utf-8"))


def test_the_module_runs_as_a_command() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "local.command", "clock", "advance", "x"],
        env={"PYTHONPATH": f"{PROJECT / 'infra'}:{PROJECT / 'layers/quen'}", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 2, run.stderr
    assert "give a step like 30d" in run.stderr
