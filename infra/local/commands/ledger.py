"""`quen ledger`: the proof that no point came from nowhere and no history was touched, and what is in the archive."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from local.commands.job import parse_day
from local.errors import LocalError
from local.running_stack import RunningStack, on_stack
from local.sandbox_clock import SandboxClockItem
from local.terminal import DONE, REFUSED, Subcommands, add_command, grouped, print_json, print_table
from quen.archive.model import BadVolumeError
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
quen ledger archived --member mem_7k3w9m2x5t8q4r6s
"""
DETAILS = (
    "verify: every member's hash chain from the first entry on, archived ones as well, every account against the fold of its\n"
    "entries, every checkpoint against what it stands for, every document's entry and every entry's document, the sum over\n"
    "all ledger accounts, and the root of all histories. The root that the nightly job kept for the latest day, or for\n"
    "--on, is taken once more of the same entries and compared. Exit status 1 and the first bad sequence where something\n"
    "is wrong. The result of a check of the whole ledger is what GET /v1/ledger/verification shows.\n"
    "archived: the entries of --member that have left the table, the oldest first, each as it was kept."
)


def register(subcommands: Subcommands) -> None:
    """Add the command."""
    parser = add_command(subcommands, "ledger", "Verify the ledger, or read its archive.", EXAMPLE, details=DETAILS)
    parser.add_argument("action", choices=("verify", "archived"))
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--member", metavar="ID", help="only this member; the sum is then theirs")
    chosen.add_argument("--on", metavar="DAY", type=parse_day, help="the day whose kept root is compared")
    parser.set_defaults(run=on_stack(run))


def run(stack: RunningStack, arguments: argparse.Namespace) -> int:
    """Check, keep the result, print it; or print what is archived."""
    if arguments.action == "archived":
        return _print_archived(stack, arguments.member)
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
    return Verifications(
        LedgerStore(client, ledger), VerificationStore(client, ledger, program), stack.open_archive(), clock
    )


def _print_archived(stack: RunningStack, member_id: str | None) -> int:
    """The archived entries of one member, the oldest first, each a line of JSON: the text that was hashed, and its hash."""
    if not member_id:
        raise LocalError("say whose entries: --member ID.")
    client: Any = stack.open_dynamodb()
    checkpoint = LedgerStore(client, stack.tables["ledger"]).find_checkpoint(member_id)
    try:
        entries = stack.open_archive().read(checkpoint) if checkpoint else ()
    except BadVolumeError as bad:
        sys.stderr.write(f"{member_id}, sequence {bad.sequence}: {bad.what}\n")
        return REFUSED
    for sealed in entries:
        sys.stdout.write(json.dumps(sealed._asdict(), ensure_ascii=False) + "\n")
    return DONE


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
