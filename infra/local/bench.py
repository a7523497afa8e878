"""`make bench`: one run of every measurement, as a table and a picture, compared with the last recorded run.

    make bench                          everything, some minutes
    make bench ARGS="--only ratios,bill"
    make bench ARGS=--record            writes infra/local/benchmarks/<day>.json and .svg, to compare with from then on

Ratios first: they say the same on a busy machine. What is measured how stands in the module of each part.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from local import bench_ledger, bench_nights, bench_partners, bench_program
from local.bench_engine import Engine, open_engine
from local.bench_figures import RECORDS, Figure, Last, Run, find_last, record, shown, table
from local.bench_parts import Part, Results, parts
from local.bench_plot import Bar, Panel, svg
from local.deployment import PROJECT
from quen.clock import WallClock

PICTURE = PROJECT / "build/bench.svg"
TABLES: Mapping[str, Callable[[], None]] = {
    "ledger": bench_ledger.main,
    "signatures": bench_partners.main,
    "program": bench_program.main,
    "nights": bench_nights.main,
}
"""Measurements that print a table of their own."""

PACE_LOOPS, PACE_ROUNDS = 200_000, 15


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, draw, and record where that is asked for; 1 where a target is missed."""
    measured = parts()
    options = _options(arguments, [*measured, *TABLES])
    wanted = options.only
    figures: list[Figure] = []
    with open_engine() as engine:
        results = Results(engine)
        for name, part in measured.items():
            if name in wanted:
                figures += _measured(name, part, results)
        run = Run(f"{WallClock().now():%Y-%m-%d}", machine(engine), figures)
    last = find_last()
    if figures:
        print(f"\n{table(run, last)}")
        _draw(run, last, PICTURE)
        print(f"\nThe picture is in {PICTURE.relative_to(PROJECT)}.")
    if results.bill:
        print(f"\n{results.bill}")
    if options.record:
        path = record(run)
        _draw(run, last, RECORDS / f"{run.on}.svg")
        print(f"\nRecorded in {path.relative_to(PROJECT)}.")
    for name in wanted:
        if name in TABLES:
            TABLES[name]()
    return int(any(figure.is_met is False for figure in figures))


def machine(engine: Engine) -> dict[str, str | int | float]:
    """What a run depends on: another one of these makes other times. The pace is what a loop of plain Python takes, ms."""
    return {
        "python": platform.python_version(),
        "processor": platform.machine(),
        "processors": os.cpu_count() or 0,
        "engine": engine.name,
        "pace": round(min(_pace() for _ in range(PACE_ROUNDS)), 2),
    }


def panels(run: Run, last: Last) -> list[Panel]:
    """One for each chapter of the run that has figures of one unit."""
    chapters: dict[tuple[str, str], list[Figure]] = {}
    for figure in run.figures:
        chapters.setdefault((figure.part, figure.unit), []).append(figure)
    return [_panel(part, unit, figures, last) for (part, unit), figures in chapters.items()]


def _panel(part: str, unit: str, figures: Sequence[Figure], last: Last) -> Panel:
    bars = [
        Bar(each.name, each.value, shown(each.value), last.values.get(each.name), each.target, each.is_met is False)
        for each in figures
    ]
    return Panel(f"{part}, {unit}" if unit else part, bars)


def _draw(run: Run, last: Last, path: Path) -> None:
    note = f"{run.on}, Python {run.machine['python']}, {run.machine['engine']}"
    note += f"; marks: the run of {last.on}" if last.on else ""
    note += "; dashed: the target"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(svg("What Quen costs", note, panels(run, last)), "utf-8")


def _measured(name: str, part: Part, results: Results) -> list[Figure]:
    print(f"  … {name}", file=sys.stderr, flush=True)
    began = time.perf_counter()
    figures = part(results)
    print(f"  ✓ {name} ({time.perf_counter() - began:.0f} s)", file=sys.stderr, flush=True)
    return figures


def _pace() -> float:
    began, total = time.thread_time(), 0
    for number in range(PACE_LOOPS):
        total += number * number % 7
    return (time.thread_time() - began) * 1e3


def _options(arguments: Sequence[str] | None, names: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("make bench", description="Measure what Quen costs.")
    parser.add_argument("--only", default=",".join(names), help=f"of {', '.join(names)}; all of them unless said")
    parser.add_argument("--record", action="store_true", help="keep this run, to compare later ones with")
    options = parser.parse_args(arguments)
    options.only = options.only.split(",")
    if unknown := {*options.only} - {*names}:
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    if options.record and {*options.only} != {*names}:
        parser.error("a run that is recorded is a whole one")
    return options


if __name__ == "__main__":
    sys.exit(main())
