"""`make soak`: signed traffic for half an hour on a stack of its own, with faults injected, and the books checked every minute.

    SOAK_MINUTES=30 SOAK_SEED=1 make soak

Every minute of traffic is a day of the program: the traffic rests, the whole ledger is verified and held to what the traffic
was told, the clock moves to the next day, its nightly jobs run, now and then the program changes. Exit status 1 where a rule
was broken or memory grew. The report is printed and kept in `build/soak.json`.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from local.callers import TokenCaller, ask, open_staff
from local.commands.ledger import open_verifications
from local.emulator import PROJECT, free_port
from local.errors import LocalError
from local.identity_provider import IdentityProvider
from local.ledger_reader import scan_entries
from local.progress import step
from local.running_stack import RunningStack
from local.sandbox_clock import SandboxClockItem
from local.soak_book import Book
from local.soak_faults import FaultyDynamoDB, Weather
from local.soak_memory import functions_of, largest_by_function, own_mebibytes
from local.soak_traffic import App, Crowd, Till, Worker, real_now
from local.stack import LocalStack
from local.terminal import print_table
from quen.client import Answer

MINUTES, SEED = 30.0, "1"
TILLS, APPS = 3, 2
FIRST_MEMBERS = 12
ROUND_SECONDS = 60
KILL_EVERY_SECONDS = 15
SETTLE_SECONDS = 3
TRIES_MAX = 5
MEMORY_GROWTH_MAX = 10
"""Percent, of the largest process of each function, and of this one, from the first check on."""
JOBS = ("expire-points", "review-tiers", "birthday-rewards", "holiday-rewards", "win-back")
REPORT = PROJECT / "build/soak.json"


@dataclass
class Soak:
    """One soak: the stack, the traffic, the weather, and what was found at each check."""

    crowd: Crowd
    weather: Weather
    clock: SandboxClockItem
    emulator_process: int
    seed: str
    rounds: list[dict[str, Any]] = field(default_factory=list)
    killed: int = 0

    @property
    def book(self) -> Book:
        """What the traffic knows."""
        return self.crowd.book

    def run(self, minutes: float) -> None:
        """Traffic for so many minutes, with a check after each."""
        workers: list[Worker] = [*(Till(self.crowd, f"t{number}-{self.seed}") for number in range(TILLS))]
        workers += [App(self.crowd, f"a{number}-{self.seed}") for number in range(APPS)]
        threads = [threading.Thread(target=self._live, args=(worker,), daemon=True) for worker in workers]
        for thread in threads:
            thread.start()
        left = minutes * 60
        while left > 0:
            seconds = min(left, ROUND_SECONDS)
            self._pass(seconds)
            left -= seconds
            self._check(seconds)
        self.crowd.gate.open(is_over=True)
        for thread in threads:
            thread.join()

    def _live(self, worker: Worker) -> None:
        try:
            worker.live()
        except Exception as error:  # noqa: BLE001 - a thread that ends by itself is a finding, not silence
            self.book.breach(f"the traffic itself failed: {type(error).__name__}: {error}")

    def _pass(self, seconds: float) -> None:
        """So much traffic, in bad weather; a function is killed now and then."""
        random = Random(f"{self.seed}{len(self.rounds)}")
        self.weather.is_bad = True
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(left, KILL_EVERY_SECONDS))
            running = functions_of(self.emulator_process)
            if running and left > KILL_EVERY_SECONDS:
                os.kill(random.choice(running).process_id, signal.SIGKILL)
                self.killed += 1

    def _check(self, seconds: float) -> None:
        """The traffic rests, and everything must add up; then a night passes."""
        self.crowd.gate.close()
        self.weather.is_bad = False
        time.sleep(SETTLE_SECONDS)  # what was given up may still be on its way
        started = time.monotonic()
        stack = self.crowd.stack
        found = open_verifications(stack).verify_all()
        if not found.is_sound:
            flaws = "; ".join(f"{flaw.member_id} {flaw.sequence}: {flaw.what}" for flaw in found.flaws)
            self.book.breach(f"the ledger is not sound (sum {sum(found.totals.values())}): {flaws}")
        if halves := found.totals.get("program.transferred", 0):
            self.book.breach(f"of transfers, one half is missing: {halves} points")
        self.book.check(scan_entries(stack.open_dynamodb(), stack.tables["ledger"]))
        memory = {"soak": own_mebibytes(), **largest_by_function(functions_of(self.emulator_process))}
        self.rounds.append(
            {
                "seconds": seconds,
                "members": found.members,
                "entries": found.entries,
                "sum": sum(found.totals.values()),
                "answers": self.book.answers.total(),
                "check_seconds": round(time.monotonic() - started, 1),
                "breaches": len(self.book.breaches),
                "memory": memory,
            }
        )
        self._night()
        self.crowd.gate.open()

    def _night(self) -> None:
        self.clock.set_offset(self.clock.read_offset() + timedelta(days=1))
        staff = open_staff(self.crowd.stack)
        on = (self.clock.now() + timedelta(hours=7)).date().isoformat()
        for job in JOBS:
            run = patiently(partial(ask, staff, "POST", f"/v1/jobs/{job}/runs", {"on": on}))
            if run is None or not run.is_success or run.document["failed"]:
                self.book.breach(f"the night's {job} ended with {run and (run.status, run.document)}")
        if len(self.rounds) % 3 == 0:
            self._change_program(staff)

    def _change_program(self, staff: TokenCaller) -> None:
        shown = patiently(lambda: ask(staff, "GET", "/v1/program"))
        if shown is None:
            self.book.breach("the program could not be read")
            return
        document = shown.document
        base = document["earning"][0]
        base["per"] = 10_000 if base["per"] != 10_000 else 9_000
        known = {
            name: value for name, value in document.items() if name not in {"version", "effective_from", "created_at"}
        }
        changed = patiently(lambda: ask(staff, "PUT", "/v1/program", known))
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


def grown(rounds: list[dict[str, Any]]) -> list[str]:
    """What held more at the last check than MEMORY_GROWTH_MAX percent above the first warm one (the second)."""
    if len(rounds) < 4:
        return []
    first, last = rounds[1]["memory"], rounds[-1]["memory"]
    return [
        f"{name} grew from {first[name]} to {last[name]} MiB"
        for name in sorted(first.keys() & last.keys())
        if last[name] * 100 > first[name] * (100 + MEMORY_GROWTH_MAX)
    ]


@contextmanager
def prepared(seed: str) -> Iterator[Soak]:
    """A stack of its own with members, behind a DynamoDB of bad days that are still to come."""
    weather = Weather(Random(seed))
    with ExitStack() as opened:
        data = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="quen-soak-")))
        port, behind = free_port(), free_port()
        proxy = FaultyDynamoDB(behind, f"http://127.0.0.1:{port}", weather)
        proxy.start()
        opened.callback(proxy.close)
        # The emulator hands its own environment on to the functions that it starts.
        variables = {"AWS_ENDPOINT_URL_DYNAMODB": proxy.endpoint}
        local = opened.enter_context(LocalStack(data, port, is_kept=False, variables=variables))
        stack = opened.enter_context(RunningStack.load(data))
        clock = SandboxClockItem(stack.open_dynamodb(), stack.tables["program"], real_now)
        crowd = Crowd(stack, IdentityProvider(data), Book(), cached(clock.now))
        app = App(crowd, f"first-{seed}")
        with step("Enrolling members"):
            while len(crowd.phones) < FIRST_MEMBERS:
                app.enrol()
        yield Soak(crowd, weather, clock, local.emulator.process_id, seed)


def cached(read_now: Callable[[], Any], seconds: float = 1.0) -> Callable[[], Any]:
    """The program's time, asked for once a second."""
    kept: list[Any] = [0.0, None]

    def read() -> Any:
        if time.monotonic() - kept[0] > seconds or kept[1] is None:
            kept[:] = time.monotonic(), read_now()
        return kept[1]

    return read


def report(soak: Soak) -> int:
    """Print it, keep it; answers the exit status."""
    faults = soak.book.breaches + grown(soak.rounds)
    rows = [
        (
            n,
            r["answers"],
            r["members"],
            r["entries"],
            r["sum"],
            r["check_seconds"],
            max(r["memory"].values()),
            r["breaches"],
        )
        for n, r in enumerate(soak.rounds, 1)
    ]
    print_table(("minute", "answers", "members", "entries", "sum", "check s", "largest MiB", "breaches"), rows)
    print_table(("answer", "times"), sorted(soak.book.answers.items()))
    print_table(("fault", "times"), [*sorted(soak.weather.seen.items()), ("functions killed", soak.killed)])
    sys.stdout.write(
        f"{len(soak.book.points)} acknowledged entries, {soak.book.doubtful} doubtful requests, {soak.book.replays} replays.\n"
    )
    sys.stdout.write("".join(f"BROKEN: {fault}\n" for fault in faults) or "Every rule held.\n")
    document = {
        "rounds": soak.rounds,
        "answers": soak.book.answers,
        "faults": soak.weather.seen,
        "killed": soak.killed,
        "acknowledged": len(soak.book.points),
        "doubtful": soak.book.doubtful,
        "replays": soak.book.replays,
        "broken": faults,
    }
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return 1 if faults else 0


def main(minutes: float, seed: str) -> int:
    """Soak, and say what was found."""
    try:
        with prepared(seed) as soak:
            with step(f"Soaking for {minutes:g} minutes, seed {seed}"):
                try:
                    soak.run(minutes)
                except LocalError as error:
                    soak.book.breach(str(error))  # what was found so far is told all the same
            return report(soak)
    except LocalError as error:
        sys.stderr.write(f"soak: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(float(os.environ.get("SOAK_MINUTES", MINUTES)), os.environ.get("SOAK_SEED", SEED)))
