"""A program is planned, applied, prepared for later and rolled back from the command line, on the running stack."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local.command import main

pytestmark = pytest.mark.e2e
PROGRAM = Path(__file__).parents[2] / "infra/local/programs/ca-phe-quen.yaml"
Quen = Callable[..., Any]


@pytest.fixture
def quen(data: Path, connection: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> Quen:
    """Runs `quen program` on the stack; answers its JSON, or with `as_text` what people read."""
    assert connection

    def run(*arguments: str, as_text: bool = False) -> Any:
        capsys.readouterr()
        shown = [] if as_text else ["--json"]
        assert main(["program", *arguments, "--data", str(data), *shown]) == 0, capsys.readouterr().err
        told = capsys.readouterr().out
        return told if as_text else json.loads(told)

    return run


def test_a_program_is_planned_applied_and_rolled_back(quen: Quen, tmp_path: Path) -> None:
    before = quen("show")
    file = tmp_path / "dearer.yaml"
    file.write_text(PROGRAM.read_text("utf-8").replace("points: 40", "points: 60"), encoding="utf-8")
    planned = quen("plan", str(file))
    assert [change["path"] for change in planned["changes"]] == ["/rewards/free-size-up/points"]
    assert quen("show") == before
    assert "~ /rewards/free-size-up/points  40 → 60\n" in quen("plan", str(file), as_text=True)

    applied = quen("apply", str(file))
    assert applied["version"] == planned["version"]
    assert quen("plan", str(file), as_text=True).startswith(f"Nothing changes: version {applied['version']} says it")

    # Another one than any that was put here before: what is so already is not put once more.
    file.write_text(PROGRAM.read_text("utf-8").replace("points: 40", "points: 61"), encoding="utf-8")
    later = quen("apply", str(file), "--from", "2199-01-01")
    assert later["effective_from"] == "2198-12-31T17:00:00Z"
    assert f"# Version {later['version']} counts from 2198-12-31T17:00:00Z." in quen("show", as_text=True)
    assert quen("show", "--version", str(later["version"])) == later
    (warned,) = [one for one in quen("plan", str(PROGRAM))["warnings"] if one["code"] == "later_version_follows"]
    coming = [one for one in quen("versions")["items"] if one["effective_from"] > applied["effective_from"]]
    assert later["version"] in [one["version"] for one in coming]
    following = min(coming, key=lambda one: one["effective_from"])
    assert f"Version {following['version']} is prepared" in warned["text"]["en"]

    restored = quen("rollback", str(before["version"]))
    assert restored["version"] == later["version"] + 1
    assert restored["rewards"] == before["rewards"]
    listed = quen("versions")["items"]
    assert [one["version"] for one in listed[:3]] == [restored["version"], later["version"], applied["version"]]
    table = quen("versions", as_text=True)
    assert table.count("in force") == 1
    # Of those of one instant only the newest will ever count, and other tests prepare some too.
    assert table.count("prepared") == len({one["effective_from"] for one in coming})
