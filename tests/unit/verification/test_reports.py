"""Drift is one line each: told by its `alarm`, with ids, sequences and sums, and nothing of a person."""

from __future__ import annotations

from datetime import date

import pytest

from quen.verification.model import Baseline, MemberFlaw, Verification
from quen.verification.reports import ALARM, LoggedDrift
from unit.jobs.fakes import NOW

ON = date(2026, 12, 1)
DRIFT = LoggedDrift(lambda points: 100 * points)


def rung(log: pytest.LogCaptureFixture) -> list[str]:
    """The lines that the alarm waits for, since the last time."""
    found = [line.getMessage() for line in log.records if getattr(line, "alarm", None) == ALARM]
    assert all(line.levelname == "ERROR" for line in log.records if hasattr(line, "alarm"))
    log.clear()
    return found


def test_a_flaw_is_one_line_that_names_member_and_sequence(caplog: pytest.LogCaptureFixture) -> None:
    DRIFT.report_flaw(MemberFlaw("mem_1", 7, "was changed: its hash does not match"), ON)
    [line] = caplog.records
    said = {name: getattr(line, name) for name in ("on", "member_id", "sequence", "what")}
    what = "was changed: its hash does not match"
    assert said == {"on": "2026-12-01", "member_id": "mem_1", "sequence": 7, "what": what}
    assert rung(caplog) == ["A member's history is flawed"]


def test_a_sound_result_rings_nothing_and_leaves_its_root_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    DRIFT.report_result(Verification(NOW, 1, 1, root="ab", on=ON, baseline=Baseline(ON, is_same=True)))
    assert [getattr(line, "root", None) for line in caplog.records] == ["ab"]
    assert rung(caplog) == []


def test_what_no_member_can_be_named_for_rings_as_well(caplog: pytest.LogCaptureFixture) -> None:
    DRIFT.report_result(Verification(NOW, 1, 1, totals={"member.active": 1}, on=ON))
    assert rung(caplog) == ["The ledger does not sum to zero"]
    DRIFT.report_result(Verification(NOW, 1, 1, on=ON, baseline=Baseline(ON, is_same=False)))
    assert rung(caplog) == ["Histories are not what an earlier day's root was kept of"]
