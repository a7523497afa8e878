"""What a run of the benchmarks came to, and how that compares with the last recorded run.

A figure is one number with a name that stays, so that runs can be compared for years. Ratios say the same on any machine;
times are those of the machine, and the pace says how fast that was. Pure, but for reading and writing records.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

RECORDS = Path(__file__).with_name("benchmarks")
PACE_DIFFERS = 0.15
"""A machine that is so much quicker or slower than the recorded one is another machine."""

Better = Literal["more", "less"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One result. `part` is the chapter of the table; `target` what it shall be at least, or where less is better at most."""

    name: str
    part: str
    value: float
    unit: str = ""
    better: Better = "less"
    target: float | None = None

    @property
    def is_met(self) -> bool | None:
        """Whether the target is; None where there is none."""
        if self.target is None:
            return None
        return self.value >= self.target if self.better == "more" else self.value <= self.target


@dataclass(frozen=True, slots=True)
class Run:
    """All figures of one run, and what it ran on."""

    on: str
    machine: Mapping[str, Any]
    figures: Sequence[Figure]

    def document(self) -> dict[str, Any]:
        """As it is recorded: the values by their names, to four digits."""
        values = {figure.name: float(f"{figure.value:.4g}") for figure in self.figures}
        return {"on": self.on, "machine": dict(self.machine), "values": values}


@dataclass(frozen=True, slots=True)
class Last:
    """The last recorded run."""

    on: str
    machine: Mapping[str, Any]
    values: Mapping[str, float]


NEVER = Last("", {}, {})


def find_last(folder: Path = RECORDS) -> Last:
    """The newest record, or NEVER."""
    records = sorted(folder.glob("*.json"))
    if not records:
        return NEVER
    document = json.loads(records[-1].read_text("utf-8"))
    return Last(document["on"], document["machine"], document["values"])


def record(run: Run, folder: Path = RECORDS) -> Path:
    """Write it; a second one of a day replaces the first."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{run.on}.json"
    path.write_text(json.dumps(run.document(), indent=1) + "\n", "utf-8")
    return path


def table(run: Run, last: Last) -> str:
    """Every figure: its target, the last run's value, this one's, and the change."""
    lines = [f"{'':<46} {'target':>9} {'last':>10} {'now':>10} {'change':>8}"]
    part = ""
    for figure in run.figures:
        if figure.part != part:
            part = figure.part
            lines.append(f"\n{part}")
        lines.append(_row(figure, last.values.get(figure.name)))
    return "\n".join([*lines, "", *notes(run, last)])


def notes(run: Run, last: Last) -> list[str]:
    """What a reader must know to compare."""
    met = [figure.is_met for figure in run.figures if figure.is_met is not None]
    said = [f"{sum(met)} of {len(met)} targets met."]
    if last is NEVER:
        return [*said, 'No run is recorded yet: make bench ARGS="--record".']
    said.append(f"Compared with the run of {last.on}.")
    said += [
        f"Another {name}: {last.machine.get(name)} then, {run.machine[name]} now."
        for name in run.machine
        if name != "pace" and run.machine[name] != last.machine.get(name)
    ]
    then, now = last.machine.get("pace"), run.machine.get("pace")
    if then and now and abs(now / then - 1) > PACE_DIFFERS:
        said.append(f"The machine's pace is {now:.1f} ms, it was {then:.1f} ms: compare ratios and units, not times.")
    return said


def _row(figure: Figure, before: float | None) -> str:
    mark = {True: "✓", False: "✗", None: " "}[figure.is_met]
    sign = "≥" if figure.better == "more" else "≤"
    target = "" if figure.target is None else f"{sign} {shown(figure.target)}"
    change = "" if not before else f"{(figure.value / before - 1) * 100:+.0f} %"
    name = f"{figure.name}, {figure.unit}" if figure.unit else figure.name
    now = f"{shown(figure.value)} {mark}"
    return f"  {name:<44} {target:>9} {shown(before):>10} {now:>10} {change:>8}".rstrip()


def shown(value: float | None) -> str:
    """Three digits that matter, and no more."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
