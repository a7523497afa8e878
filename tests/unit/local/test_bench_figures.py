"""What `make bench` says of a run, and of the one before."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.bench_figures import NEVER, Figure, Last, Run, find_last, notes, record, shown, table

MACHINE = {"python": "3.13.1", "processor": "arm64", "pace": 10.0}
RATIO = Figure("earn at 1", "Ratios", 0.8, "", "more", 0.75)
TIME = Figure("earn", "CPU", 0.6, "ms", "less", 0.5)
UNITS = Figure("earn, writes", "Units", 7.4, "units")


def run(*figures: Figure, **machine: object) -> Run:
    return Run("2026-11-26", MACHINE | machine, figures)


def test_a_target_is_met_from_the_right_side() -> None:
    assert [figure.is_met for figure in (RATIO, TIME, UNITS)] == [True, False, None]


def test_the_table_shows_target_last_now_and_change() -> None:
    last = Last("2026-11-01", MACHINE, {"earn at 1": 0.4})
    lines = table(run(RATIO, TIME, UNITS), last).splitlines()
    [ratio] = [line for line in lines if "earn at 1" in line]
    assert ratio.split() == ["earn", "at", "1", "≥", "0.75", "0.4", "0.8", "✓", "+100", "%"]
    [time] = [line for line in lines if "earn, ms" in line]
    assert time.split() == ["earn,", "ms", "≤", "0.5", "-", "0.6", "✗"]
    assert lines[-2:] == ["1 of 2 targets met.", "Compared with the run of 2026-11-01."]


def test_a_first_run_says_how_it_is_recorded() -> None:
    assert "--record" in notes(run(RATIO), NEVER)[-1]


def test_another_machine_is_named() -> None:
    last = Last("2026-11-01", MACHINE | {"python": "3.12.0", "pace": 10.5}, {})
    assert notes(run(RATIO), last)[2:] == ["Another python: 3.12.0 then, 3.13.1 now."]
    slower = notes(run(RATIO, pace=13.0), Last("2026-11-01", MACHINE, {}))
    assert "compare ratios and units" in slower[-1]


def test_the_newest_record_is_the_last_run(tmp_path: Path) -> None:
    assert find_last(tmp_path) is NEVER
    record(Run("2026-11-02", MACHINE, [UNITS]), tmp_path)
    record(Run("2026-10-30", MACHINE, [RATIO]), tmp_path)
    assert find_last(tmp_path) == Last("2026-11-02", MACHINE, {"earn, writes": 7.4})


@pytest.mark.parametrize(
    ("value", "text"), [(None, "-"), (0.12345, "0.123"), (7.4, "7.4"), (1234.5, "1,234"), (99.96, "100"), (0, "0")]
)
def test_a_number_is_shown_by_its_digits_that_matter(value: float | None, text: str) -> None:
    assert shown(value) == text
