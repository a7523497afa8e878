"""`quen job`: a scheduled job's run for one business day now, what ran, and what is parked."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from local.callers import ask_for, open_staff
from local.running_stack import RunningStack, on_stack
from local.terminal import DONE, REFUSED, Subcommands, add_command, print_fields, print_json, print_table

EXAMPLE = """
quen job run expire-points --on 2027-01-01 --dry-run
quen job run birthday-rewards --on 2026-12-24
quen job list
quen job list expire-points
quen job redrive expire-points
"""
DETAILS = (
    "A day that has a run already can run again: only what is left is done. A dry run changes nothing. What failed too often\n"
    "is parked; once its cause is corrected, `redrive` has it tried again. Beside the scheduled jobs there are messages,\n"
    "webhooks and issue-vouchers, which have no runs: their queues are worked all day."
)
NAMES = (
    "expire-points, review-tiers, birthday-rewards, holiday-rewards, win-back, announcements, warn-endings, "
    "verify-ledger, close-statements, archive-entries"
)
JOBS = ("job", "last run", "state", "seen", "done", "failed", "points", "parked")
RUNS = ("on", "state", "seen", "done", "failed", "points", "totals", "started by", "finished at")


def register(subcommands: Subcommands) -> None:
    """Add the command."""
    summary = "Run a scheduled job for one business day, list what ran, redrive what is parked."
    parser = add_command(subcommands, "job", summary, EXAMPLE, details=DETAILS)
    actions = parser.add_subparsers(dest="action", required=True, metavar="run|list|redrive")

    def add(name: str, summary: str) -> argparse.ArgumentParser:
        action: argparse.ArgumentParser = actions.add_parser(name, help=summary, description=summary)
        action.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="answer in JSON")
        action.add_argument("--data", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        return action

    running = add("run", "Run a job for one business day, now.")
    running.add_argument("name", metavar="NAME", help=NAMES)
    running.add_argument("--on", required=True, type=parse_day, metavar="YYYY-MM-DD", help="a day that has begun")
    running.add_argument("--dry-run", action="store_true", help="only say what would be done")
    running.set_defaults(run=on_stack(run))
    listing = add("list", "List the jobs, or the runs of one.")
    listing.add_argument("name", metavar="NAME", nargs="?", help=NAMES)
    listing.set_defaults(run=on_stack(list_jobs))
    redriving = add("redrive", "Give what is parked back to the job's queue.")
    redriving.add_argument("name", metavar="NAME", help=f"{NAMES}; messages, message-reports, webhooks, issue-vouchers")
    redriving.set_defaults(run=on_stack(redrive))


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


def list_jobs(stack: RunningStack, arguments: argparse.Namespace) -> int:
    """A line for each job, or for each of the latest runs of one."""
    path = f"/v1/jobs/{arguments.name}/runs?limit=100" if arguments.name else "/v1/jobs"
    items = ask_for(open_staff(stack), "GET", path)["items"]
    if arguments.json:
        print_json(items)
    elif arguments.name:
        print_table(RUNS, [run_row(item) for item in items])
    else:
        print_table(JOBS, [job_row(item) for item in items])
    return DONE


def redrive(stack: RunningStack, arguments: argparse.Namespace) -> int:
    """Print how many messages were parked and how many moved; 1 where some are left for another redrive."""
    moved = ask_for(open_staff(stack), "POST", f"/v1/jobs/{arguments.name}/redrives")
    if arguments.json:
        print_json(moved)
    else:
        print_fields(moved)
    return REFUSED if moved["moved"] < moved["parked"] else DONE


def job_row(item: Mapping[str, Any]) -> list[object]:
    """A job, its last run (empty where nothing ran) and what is parked."""
    last = item["last_run"] or {}
    shown = (last.get(name, "") for name in ("on", "state", "seen", "done", "failed", "points"))
    return [item["job"], *shown, item["parked"]]


def run_row(item: Mapping[str, Any]) -> list[object]:
    """A run; what it counted besides as `name=number`."""
    state = f"{item['state']} (dry)" if item["dry_run"] else item["state"]
    totals = " ".join(f"{name}={number}" for name, number in item["totals"].items())
    counts = (item[name] for name in ("seen", "done", "failed", "points"))
    return [item["on"], state, *counts, totals, item["started_by"], item["finished_at"]]


def parse_day(text: str) -> date:
    """A day as YYYY-MM-DD. Raises ArgumentTypeError."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("give a day like 2027-01-01") from None
