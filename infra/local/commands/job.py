"""`quen job`: a scheduled job's run for one business day, now."""

from __future__ import annotations

import argparse
from datetime import date

from local.callers import ask_for, open_staff
from local.running_stack import RunningStack, on_stack
from local.terminal import DONE, REFUSED, Subcommands, add_command, print_fields, print_json

EXAMPLE = """
quen job run expire-points --on 2027-01-01 --dry-run
quen job run birthday-rewards --on 2026-12-24
"""
DETAILS = "A day that has a run already can run again: only what is left is done. A dry run changes nothing."


def register(subcommands: Subcommands) -> None:
    """Add the command."""
    parser = add_command(subcommands, "job", "Run a scheduled job for one business day.", EXAMPLE, details=DETAILS)
    parser.add_argument("action", choices=("run",))
    names = "expire-points, review-tiers, birthday-rewards, win-back, holiday-rewards, verify-ledger, close-statements"
    parser.add_argument("name", metavar="NAME", help=names)
    parser.add_argument("--on", required=True, type=parse_day, metavar="YYYY-MM-DD", help="a day that has begun")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
    parser.set_defaults(run=on_stack(run))


def run(stack: RunningStack, arguments: argparse.Namespace) -> int:
    """Run it and print its record; 1 where it was refused, or accounts failed."""
    body = {"on": arguments.on.isoformat(), "dry_run": arguments.dry_run}
    record = ask_for(open_staff(stack), "POST", f"/v1/jobs/{arguments.name}/runs", body)
    if arguments.json:
        print_json(record)
    else:
        told = {**record, **record["totals"], "totals": None}
        print_fields({name: value for name, value in told.items() if value is not None})
    return REFUSED if record.get("failed") else DONE


def parse_day(text: str) -> date:
    """A day as YYYY-MM-DD. Raises ArgumentTypeError."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("give a day like 2027-01-01") from None
