"""`quen message`: what members are told, and were told."""

from __future__ import annotations

import argparse
from pathlib import Path

from local.callers import open_staff
from local.preview_printing import add_preview
from local.running_stack import RunningStack, on_stack
from local.terminal import DONE, Subcommands, add_command, print_json, print_table
from local.told_messages import HEADER, find_member_id, list_told, row

EXAMPLE = """
quen message list +84901000001
quen message list mem_7k3w9m2x5t8q4r6s --json
quen message preview welcome
quen message preview expiring --locale vi --channel sms --set points=1.500
quen message preview birthday --program infra/local/programs/salon.yaml --html birthday.html
quen message preview --all previews/
"""


def register(subcommands: Subcommands) -> None:
    """Add the command."""
    parser = add_command(subcommands, "message", "Show what members are told, and were told.", EXAMPLE)
    actions = parser.add_subparsers(dest="action", required=True, metavar="list|preview")
    summary = "Every message to a member, newest first: whether it went out, what became of it, a hint of the address."
    listing: argparse.ArgumentParser = actions.add_parser("list", help=summary, description=summary)
    listing.add_argument("member", metavar="MEMBER_OR_PHONE", help="a member's id, or their phone number")
    listing.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="answer in JSON")
    listing.add_argument("--data", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    listing.set_defaults(run=on_stack(list_messages))
    add_preview(actions)


def list_messages(stack: RunningStack, arguments: argparse.Namespace) -> int:
    """Print all that a member was told."""
    staff = open_staff(stack)
    told = list_told(staff, find_member_id(staff, arguments.member))
    if arguments.json:
        print_json({"items": told})
    else:
        print_table(HEADER, [row(message) for message in told])
    return DONE
