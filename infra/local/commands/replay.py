"""`quen replay`: real purchase history through the signed partner API, day by day."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from local.callers import ask_for, open_staff
from local.commands.clock import open_clock
from local.errors import LocalError
from local.histories import PastPurchase, read_history
from local.ledger_reader import scan_entries
from local.replay_shop import ApiNights, ApiShop
from local.replay_summary import summarise
from local.replaying import NIGHT, WORKERS, Replay, Tally
from local.running_stack import RunningStack, on_stack
from local.terminal import DONE, REFUSED, Subcommands, add_command, grouped, print_json, print_table
from quen.business_days import day_start, local_day
from quen.money import CURRENCY_DIGITS

PLAIN_REPORT_SECONDS = 5
CDNOW_CURRENCY = "USD"
APPLY_CDNOW = "`quen program apply infra/local/programs/cdnow.yaml`"
PROGRAM_CACHE_SECONDS = 1.5
"""A sandbox's functions look for a new version of the program every second."""

EXAMPLE = """
quen program apply infra/local/programs/cdnow.yaml
quen replay CDNOW_sample.txt --format cdnow
quen replay history.csv --format csv --limit 500
"""
DETAILS = """
The sandbox clock is put to each day of the history in turn and stays at the last one (`quen clock set now` brings it
back); between the days expire-points, review-tiers, birthday-rewards and holiday-rewards run. Members that the stack does
not know are enrolled. The program that is in force when the replay starts counts from the history's first day on. Names are
derived from the file, so a replay that was interrupted is started again and does nothing twice.

cdnow   customer_id sample_id date number dollars (sample), or customer_id date number_of_cds dollar_value (master)
csv     a header with member or phone, occurred_at and amount; as you like purchase_id, store_id, and for enrolment
        name, email, birthday (YYYY-MM-DD), locale, consents (purposes divided by blanks).
        member is any text of your own, or the mem_... of a member; occurred_at a day, a local date and time, or an
        instant with its zone; amount in the program's currency, with a point: 45000 or 29.33
"""


def register(subcommands: Subcommands) -> None:
    """Add the command."""
    parser = add_command(
        subcommands, "replay", "Replay purchase history through the APIs, day by day.", EXAMPLE, details=DETAILS
    )
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.add_argument("--format", required=True, choices=("cdnow", "csv"), dest="form")
    parser.add_argument("--limit", type=positive, metavar="N", help="only the first N purchases, by time")
    parser.add_argument("--workers", type=positive, default=WORKERS, help=f"tills at once (default: {WORKERS})")
    parser.set_defaults(run=on_stack(run))


def run(stack: RunningStack, arguments: argparse.Namespace) -> int:
    """Replay the file."""
    document = load_document(stack)
    zone, currency = ZoneInfo(document["program"]["time_zone"]), document["program"]["currency"]
    if arguments.form == "cdnow" and currency != CDNOW_CURRENCY:
        raise LocalError(f"CDNOW's customers pay in {CDNOW_CURRENCY}, the program in {currency}; {APPLY_CDNOW} first.")
    digits = CURRENCY_DIGITS.get(currency, 2)
    history = read_history(arguments.file, arguments.form, zone, digits)
    limited = history[: arguments.limit] if arguments.limit else history
    return replay(stack, document, limited, workers=arguments.workers, as_json=arguments.json)


def load_document(stack: RunningStack) -> dict[str, Any]:
    """The program in force, by the clock as it stands."""
    document: dict[str, Any] = ask_for(open_staff(stack), "GET", "/v1/program")
    return document


def replay(
    stack: RunningStack, document: dict[str, Any], history: Sequence[PastPurchase], *, workers: int, as_json: bool
) -> int:
    """Replay it and print what came of it; 1 where anything was refused."""
    zone = ZoneInfo(document["program"]["time_zone"])
    clock = open_clock(stack)
    shop = ApiShop(stack, document["program"]["currency"])
    started = time.monotonic()
    first_day = local_day(history[0].occurred_at, zone)
    clock.set_now(day_start(first_day, zone) + NIGHT)
    _bring_in_force(stack, document)
    with open_report(len(history)) as report:
        tally = Replay(shop, ApiNights(open_staff(stack), clock), zone, report, workers).run(history)
    seconds = time.monotonic() - started
    sums = summarise(scan_entries(stack.open_dynamodb(), stack.tables["ledger"]), tally.member_ids)
    result: dict[str, Any] = {
        "members": len(tally.member_ids),
        "purchases": tally.sent - (tally.refused_total - tally.enrolments_refused),
        "points_earned": sums.earned,
        "points_given": sums.bonus,
        "points_expired": sums.expired,
        "points_active": sums.active,
        "refused": tally.refused_total,
        "refused_by_code": dict(tally.refused),
        "replayed": tally.replayed,
        "first_day": first_day.isoformat(),
        "last_day": local_day(history[-1].occurred_at, zone).isoformat(),
        "seconds": round(seconds, 1),
    }
    if as_json:
        print_json(result)
    else:
        _print(result)
    return REFUSED if tally.refused_total else DONE


def positive(text: str) -> int:
    """A whole number from 1. Raises ArgumentTypeError."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("a whole number from 1")
    return int(text)


@contextmanager
def open_report(total: int) -> Iterator[Callable[[date, Tally], None]]:
    """Progress on standard error: a bar on a terminal, a line every few seconds elsewhere."""
    if sys.stderr.isatty():
        with _bar(total) as report:
            yield report
    else:
        yield _plain_report(total)


def _plain_report(total: int) -> Callable[[date, Tally], None]:
    last = time.monotonic()

    def report(day: date, tally: Tally) -> None:
        nonlocal last
        if time.monotonic() - last >= PLAIN_REPORT_SECONDS or tally.sent == total:
            last = time.monotonic()
            sys.stderr.write(f"{day}: {grouped(tally.sent)} of {grouped(total)} purchases\n")
            sys.stderr.flush()

    return report


@contextmanager
def _bar(total: int) -> Iterator[Callable[[date, Tally], None]]:
    # Only a terminal needs it, and it is slow to load.
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("…", total=total)
        yield lambda day, tally: bar.update(task, completed=tally.sent, description=f"{day}")


def _bring_in_force(stack: RunningStack, document: dict[str, Any]) -> None:
    """Let the program count from where the clock stands now, so that the past is priced by it too."""
    content = {name: value for name, value in document.items() if name not in {"version", "effective_from"}}
    ask_for(open_staff(stack), "PUT", "/v1/program", content)
    time.sleep(PROGRAM_CACHE_SECONDS)


def _print(result: dict[str, Any]) -> None:
    names = {
        "members": "members",
        "purchases": "purchases",
        "points_earned": "points earned",
        "points_given": "given",
        "points_expired": "expired",
        "points_active": "active",
        "refused": "refused",
    }
    minutes, seconds = divmod(round(result["seconds"]), 60)
    print_table((*names.values(), "time"), [(*(result[name] for name in names), f"{minutes}:{seconds:02d}")])
    for code, count in sorted(result["refused_by_code"].items()):
        sys.stdout.write(f"refused {grouped(count)} × {code}\n")
    if result["replayed"]:
        sys.stdout.write(f"{grouped(result['replayed'])} of the purchases had been recorded before.\n")
    sys.stdout.write(f"The sandbox clock stands at {result['last_day']}; `quen clock set now` brings it back.\n")
