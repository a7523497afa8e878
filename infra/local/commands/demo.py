"""`quen demo`: ninety days of the demo shop, replayed or written to a file."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from local.commands.job import parse_day
from local.commands.replay import load_document, positive, replay
from local.demo.days import DAYS, FIRST_DAY, GUESTS, SEED, make_visits, write_csv
from local.errors import LocalError
from local.histories import parse_history
from local.replaying import WORKERS
from local.running_stack import RunningStack
from local.terminal import DONE, Subcommands, add_command, print_json

CURRENCY = "VND"
EXAMPLE = """
quen demo
quen demo --days 14 --members 40
quen demo --csv demo.csv && quen replay demo.csv --format csv
"""
DETAILS = """
A coffee shop with morning and evening peaks, busier from the 25th to the 5th, whose members have birthdays and consents.
The same seed gives the same history. It is replayed as `quen replay` does it; see `quen replay --help`.
"""


def register(subcommands: Subcommands) -> None:
    """Add the command."""
    parser = add_command(subcommands, "demo", "Replay the demo shop's history.", EXAMPLE, details=DETAILS)
    parser.add_argument("--csv", metavar="FILE", type=Path, help="write the history there instead; needs no stack")
    parser.add_argument("--seed", type=int, default=SEED, help=f"another history (default: {SEED})")
    parser.add_argument("--from", dest="first_day", type=parse_day, default=FIRST_DAY, metavar="YYYY-MM-DD")
    parser.add_argument("--days", type=positive, default=DAYS, help=f"how long (default: {DAYS})")
    parser.add_argument("--members", type=positive, default=GUESTS, help=f"how many (default: {GUESTS})")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write it or replay it."""
    first_day: date = arguments.first_day
    text = write_csv(make_visits(arguments.seed, first_day, arguments.days, arguments.members))
    if arguments.csv:
        return _write(arguments, text)
    with RunningStack.load(arguments.data) as stack:
        document = load_document(stack)
        if document["program"]["currency"] != CURRENCY:
            raise LocalError(f"the demo pays in {CURRENCY}; put its program back with `quen program apply` first.")
        history = parse_history("demo", text, "csv", ZoneInfo(document["program"]["time_zone"]), 0)
        return replay(stack, document, history, workers=WORKERS, as_json=arguments.json)


def _write(arguments: argparse.Namespace, text: str) -> int:
    purchases = text.count("\n") - 1
    try:
        arguments.csv.write_text(text, encoding="utf-8")
    except OSError as error:
        raise LocalError(f"{arguments.csv} cannot be written: {error.strerror}.") from None
    if arguments.json:
        print_json({"file": str(arguments.csv), "purchases": purchases})
    else:
        sys.stdout.write(f"{arguments.csv}: {purchases} purchases.\n")
    return DONE
