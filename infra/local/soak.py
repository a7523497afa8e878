"""`make soak`: signed traffic for half an hour on a stack of its own, with faults injected, and the books checked every minute.

    SOAK_MINUTES=30 SOAK_SEED=1 make soak

Every minute of traffic is a day of the program: the traffic rests, the whole ledger is verified and held to what the traffic
was told, and a night passes (`local.soak_nights`). Functions are killed in the first half; in the second they live, so that
their memory says something. Exit status 1 where a rule was broken or not exercised, or memory grew. The report is printed and
kept in `build/soak.json`.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from botocore.exceptions import BotoCoreError

from local.callers import open_staff
from local.emulator import PROJECT, free_port
from local.errors import LocalError
from local.identity_provider import IdentityProvider
from local.ledger_reader import all_entries
from local.progress import step
from local.running_stack import RunningStack
from local.sandbox_clock import SandboxClockItem
from local.soak_book import Book
from local.soak_faults import FAULTS, FaultyDynamoDB, Weather
from local.soak_memory import by_process, functions_of, own_mebibytes
from local.soak_nights import Nights
from local.soak_rules import ROUNDS_JUDGED_MIN, grown, not_granted, not_met
from local.soak_traffic import App, Crowd, Till, Worker, real_now
from local.stack import LocalStack
from local.terminal import print_table
from quen.ledger.model import Entry
from quen.ledger.store import LedgerStore
from quen.verification.service import Verifications
from quen.verification.store import VerificationStore

MINUTES, SEED = 30.0, "1"
TILLS, APPS = 3, 2
FIRST_MEMBERS = 12
ROUND_SECONDS = 60
KILL_EVERY_SECONDS = 15
SETTLE_SECONDS = 3
REPORT = PROJECT / "build/soak.json"


class Proof:
    """What proves the ledger, over clients that are opened once: one more each minute, and the soak itself would grow."""

    def __init__(self, stack: RunningStack) -> None:
        client, ledger, program = stack.open_dynamodb(), stack.tables["ledger"], stack.tables["program"]
        clock = SandboxClockItem(client, program, real_now)
        self._ledger, self._archive = LedgerStore(client, ledger), stack.open_archive()
        self._checks = VerificationStore(client, ledger, program)
        self.verifications = Verifications(self._ledger, self._checks, self._archive, clock)

    def entries(self) -> Iterator[Entry]:
        """Every entry of every member, those in the archive as well."""
        return all_entries(self._ledger, self._checks.scan_members(), self._archive)


@dataclass
class Soak:
    """One soak: the stack, the traffic, the weather, and what was found at each check."""

    crowd: Crowd
    weather: Weather
    nights: Nights
    proof: Proof
    emulator_process: int
    seed: str
    rounds: list[dict[str, Any]] = field(default_factory=list)
    killed: int = 0
    quiet_from: int = 0
    """The first check from which on no function is killed, from 0."""

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
            is_first_half = left > minutes * 30
            self._pass(seconds, is_killing=is_first_half)
            self.quiet_from += is_first_half
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

    def _pass(self, seconds: float, *, is_killing: bool) -> None:
        """So much traffic, in bad weather; a function is killed now and then where `is_killing`."""
        random = Random(f"{self.seed}{len(self.rounds)}")
        self.weather.is_bad = True
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(left, KILL_EVERY_SECONDS))
            running = functions_of(self.emulator_process)
            if is_killing and running and left > KILL_EVERY_SECONDS:
                os.kill(random.choice(running).process_id, signal.SIGKILL)
                self.killed += 1

    def _check(self, seconds: float) -> None:
        """The traffic rests, and everything must add up; then a night passes."""
        self.crowd.gate.close()
        self.weather.is_bad = False
        time.sleep(SETTLE_SECONDS)  # what was given up may still be on its way
        self.nights.finish_archive()
        started = time.monotonic()
        found = self.proof.verifications.verify_all()
        if not found.is_sound:
            flaws = "; ".join(f"{flaw.member_id} {flaw.sequence}: {flaw.what}" for flaw in found.flaws)
            self.book.breach(f"the ledger is not sound (sum {sum(found.totals.values())}): {flaws}")
        if halves := found.totals.get("program.transferred", 0):
            self.book.breach(f"of transfers, one half is missing: {halves} points")
        self.book.check(self.proof.entries())
        memory = {"soak": own_mebibytes(), **by_process(functions_of(self.emulator_process))}
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
        self._tell(self.rounds[-1])
        self.nights.pass_one()
        self.crowd.gate.open()

    def _tell(self, checked: Mapping[str, Any]) -> None:
        """One line for each minute: half an hour of silence says nothing, and lasts longer on a busy machine."""
        told = f"{checked['answers']} answers, {checked['entries']} entries, {checked['breaches']} breaches"
        print(f"    minute {len(self.rounds)}: {told}", file=sys.stderr, flush=True)

    def faults(self) -> list[str]:
        """What was broken, and of a soak that was long enough what was not exercised."""
        found = self.book.breaches + grown(self.rounds, self.quiet_from)
        if len(self.rounds) < ROUNDS_JUDGED_MIN:
            return found
        seen = self.weather.seen | {"a function is killed": self.killed, "entries are archived": self.nights.archived}
        return found + not_met(dict.fromkeys((*FAULTS, *seen)), seen) + not_granted(self.book.answers)


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
        nights = Nights(open_staff(stack), crowd.book, weather, clock)
        nights.prepare()
        app = App(crowd, f"first-{seed}")
        with step("Enrolling members"):
            while len(crowd.phones) < FIRST_MEMBERS:
                app.enrol()
        yield Soak(crowd, weather, nights, Proof(stack), local.emulator.process_id, seed)


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
    faults = soak.faults()
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
    print_table(("job in bad weather", "times"), sorted(soak.nights.disturbed.items()))
    sys.stdout.write(
        f"{len(soak.book.points)} acknowledged entries, {soak.book.doubtful} doubtful requests, {soak.book.replays} replays, "
        f"{soak.nights.archived} entries archived.\n"
    )
    sys.stdout.write("".join(f"BROKEN: {fault}\n" for fault in faults) or "Every rule held.\n")
    document = {
        "rounds": soak.rounds,
        "answers": soak.book.answers,
        "faults": soak.weather.seen,
        "killed": soak.killed,
        "jobs": soak.nights.disturbed,
        "archived": soak.nights.archived,
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
                except (LocalError, BotoCoreError) as error:
                    soak.book.breach(str(error))  # what was found so far is told all the same
                except KeyboardInterrupt:
                    soak.book.breach("it was ended before its time")
            return report(soak)
    except LocalError as error:
        sys.stderr.write(f"soak: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(float(os.environ.get("SOAK_MINUTES", MINUTES)), os.environ.get("SOAK_SEED", SEED)))
