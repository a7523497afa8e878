"""`quen ledger`: the proof that no point came from nowhere and no history was touched."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from local.commands.job import parse_day
from local.errors import LocalError
from local.running_stack import RunningStack, on_stack
from local.sandbox_clock import SandboxClockItem
from local.terminal import DONE, REFUSED, Subcommands, add_command, grouped, print_json, print_table
from quen.clock import WallClock
from quen.errors import MemberNotFoundError, NotFoundError
from quen.ledger.store import LedgerStore
from quen.verification.model import Verification
from quen.verification.service import Verifications
from quen.verification.store import VerificationStore
from quen.verification.views import verification_view

EXAMPLE = """
quen ledger verify
quen ledger verify --on 2026-07-01
quen ledger verify --member mem_7k3w9m2x5t8q4r6s
"""
DETAILS = (
    "Every member's hash chain, every account against the fold of its entries, every document's entry and every entry's\n"
    "document, the sum over all ledger accounts, and the root of all histories. The root that the nightly job kept for the\n"
    "latest day, or for --on, is taken once more of the same entries and compared. Exit status 1 and the first bad sequence\n"
    "where something is wrong. The result of a check of the whole ledger is what GET /v1/ledger/verification shows."
)


def register(subcommands: Subcommands) -> None:
    """Add the command."""
    parser = add_command(subcommands, "ledger", "Verify the ledger.", EXAMPLE, details=DETAILS)
    parser.add_argument("action", choices=("verify",))
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--member", metavar="ID", help="only this member; the sum is then theirs")
    chosen.add_argument("--on", metavar="DAY", type=parse_day, help="the day whose kept root is compared")
    parser.set_defaults(run=on_stack(run))


def run(stack: RunningStack, arguments: argparse.Namespace) -> int:
    """Check, keep the result, print it."""
    verifications = open_verifications(stack)
    try:
        found = (
            verifications.verify_member(arguments.member)
            if arguments.member
            else verifications.verify_all(arguments.on)
        )
    except MemberNotFoundError:
        raise LocalError("there is no such member.") from None
    except NotFoundError:
        raise LocalError("no check is kept for that day.") from None
    if arguments.json:
        print_json(verification_view(found))
    else:
        _print(found)
    return DONE if found.is_sound else REFUSED


def open_verifications(stack: RunningStack) -> Verifications:
    """The check, over the stack's own tables."""
    client: Any = stack.open_dynamodb()
    ledger, program = stack.tables["ledger"], stack.tables["program"]
    clock = SandboxClockItem(client, program, WallClock().now)
    return Verifications(LedgerStore(client, ledger), VerificationStore(client, ledger, program), clock)


def _print(found: Verification) -> None:
    for flaw in found.flaws:
        sys.stdout.write(f"{flaw.member_id}, sequence {flaw.sequence}: {flaw.what}\n")
    rows = [*found.totals.items(), ("sum", sum(found.totals.values()))]
    print_table(("ledger account", "amount"), rows)
    if found.root:
        sys.stdout.write(f"root: {found.root}\n")
    if found.baseline:
        same = "is what it was" if found.baseline.is_same else "IS NOT WHAT IT WAS"
        sys.stdout.write(f"The root kept on {found.baseline.on} {same}.\n")
    verdict = "The ledger is sound" if found.is_sound else "THE LEDGER IS NOT SOUND"
    sys.stdout.write(f"{verdict}: {grouped(found.members)} members, {grouped(found.entries)} entries.\n")
