"""The nights of a soak: the clock moves on, the jobs run in bad weather and once more in good, and the program changes.

Every tenth night, the first among them, is a year and a half long: then what was told before is old, goes to the archive while
the traffic of the next minute comes back for it, and everything that was promised must still hold.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from local.callers import TokenCaller, ask
from local.errors import LocalError
from local.sandbox_clock import SandboxClockItem
from local.soak_book import Book
from local.soak_faults import Weather
from quen.client import Answer

JOBS = ("expire-points", "review-tiers", "birthday-rewards", "holiday-rewards", "win-back", "verify-ledger")
ARCHIVE = "archive-entries"
NIGHT, LONG_NIGHT = timedelta(days=1), timedelta(days=550)
LONG_EVERY = 10
PROGRAM_EVERY = 3
STORM = 8
"""A night's job makes few calls, and is to be stopped now and then: so many times as many of them fail."""
KEPT_MONTHS = 13
TRIES_MAX = 5
ARCHIVED_SECONDS_MAX = 90
POLL_SECONDS = 1.0


@dataclass
class Nights:
    """Every night so far. `disturbed` counts what became of the jobs in bad weather, `archived` are entries that left."""

    staff: TokenCaller
    book: Book
    weather: Weather
    clock: SandboxClockItem
    passed: int = 0
    disturbed: Counter[str] = field(default_factory=Counter)
    archived: int = 0

    def prepare(self) -> None:
        """The program keeps entries for no longer than it may."""
        self._change_program(self.staff, lambda known: known | {"ledger": {"entries_kept_months": KEPT_MONTHS}})

    def pass_one(self) -> None:
        """A night; at its end the archive is left to work while members buy, in whatever weather there is."""
        step = LONG_NIGHT if self.passed % LONG_EVERY == 0 else NIGHT
        self.clock.set_offset(self.clock.read_offset() + step)
        self.passed += 1
        staff, on = self.staff, self._today()
        for job in JOBS:
            self._disturb(staff, job, on)
            run = self._run(staff, job, on)
            if run is None or not run.is_success or run.document["failed"]:
                self.book.breach(f"the night's {job} ended with {run and (run.status, run.document)}")
        if self.passed % PROGRAM_EVERY == 0:
            self._change_program(staff, _other_rate)
        self._run(staff, ARCHIVE, on)

    def finish_archive(self) -> None:
        """What the archive has not moved in bad weather, it moves now, while nobody buys."""
        if not self.passed:
            return
        staff = self.staff
        asked = self._run(staff, ARCHIVE, self._today())
        run = self._ended(staff, asked.document["run_id"]) if asked and asked.is_success else None
        if run is None or run["failed"]:
            self.book.breach(f"the archive ended with {run or (asked and asked.document)}")
        listed = patiently(lambda: ask(staff, "GET", f"/v1/jobs/{ARCHIVE}/runs"))
        runs = listed.document["items"] if listed and listed.is_success else []
        self.archived += sum(each["totals"].get("entries", 0) for each in runs if each["on"] == self._today())

    def _today(self) -> str:
        return (self.clock.now() + timedelta(hours=7)).date().isoformat()

    def _run(self, staff: TokenCaller, job: str, on: str) -> Answer | None:
        return patiently(partial(ask, staff, "POST", f"/v1/jobs/{job}/runs", {"on": on}))

    def _disturb(self, staff: TokenCaller, job: str, on: str) -> None:
        """The job in bad weather: it may end anywhere. What it has begun, the next run of the day goes on with."""
        self.weather.is_bad, self.weather.severity, status = True, STORM, 0
        with suppress(LocalError):
            status = ask(staff, "POST", f"/v1/jobs/{job}/runs", {"on": on}).status
        self.weather.is_bad, self.weather.severity = False, 1
        self.disturbed[f"{job} {status or 'no answer'}"] += 1

    def _ended(self, staff: TokenCaller, run_id: str) -> dict[str, Any] | None:
        """The run, when the queue has worked all of it; None where that takes too long."""
        until = time.monotonic() + ARCHIVED_SECONDS_MAX
        while time.monotonic() < until:
            listed = patiently(lambda: ask(staff, "GET", f"/v1/jobs/{ARCHIVE}/runs"))
            runs: list[dict[str, Any]] = listed.document["items"] if listed and listed.is_success else []
            for run in runs:
                if run["run_id"] == run_id and run["state"] != "running":
                    return run
            time.sleep(POLL_SECONDS)
        return None

    def _change_program(self, staff: TokenCaller, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        shown = patiently(lambda: ask(staff, "GET", "/v1/program"))
        if shown is None or not shown.is_success:
            self.book.breach("the program could not be read")
            return
        said = {"version", "effective_from", "created_at"}
        known = {name: value for name, value in shown.document.items() if name not in said}
        changed = patiently(lambda: ask(staff, "PUT", "/v1/program", change(known)))
        if changed is None or not changed.is_success:
            self.book.breach(f"the program could not be changed: {changed and (changed.status, changed.document)}")


def patiently(send: Callable[[], Answer]) -> Answer | None:
    """The answer of what may be asked again; None where nobody answered in good weather either. A run that is there already
    is answered as it is.
    """
    answer = None
    for _ in range(TRIES_MAX):
        try:
            answer = send()
        except LocalError:
            continue
        if answer.status < 500:
            return answer
    return answer


def _other_rate(known: dict[str, Any]) -> dict[str, Any]:
    first, *rest = known["earning"]
    return known | {"earning": [first | {"per": 10_000 if first["per"] != 10_000 else 9_000}, *rest]}
