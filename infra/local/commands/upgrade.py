"""`quen upgrade`: what earlier versions have stored gets what this one needs of it."""

from __future__ import annotations

import argparse

from local.backup_places import aws_place, local_place
from local.connection import aws_told
from local.terminal import DONE, Subcommands, add_command, print_fields, print_json

EXAMPLE = """
quen upgrade
quen upgrade --stack quen
"""
DETAILS = """
Run it once after a stack of version 0.7 was deployed with this one. It reads the whole ledger and lets the index OldEntries
show every member who is not in it yet, so that `archive-entries` finds them too. No entry's text or hash changes, nobody is
told anything, and members may buy meanwhile. Where nothing is left to do it does nothing.
"""


def register(subcommands: Subcommands) -> None:
    """Add the command."""
    parser = add_command(
        subcommands, "upgrade", "Complete what earlier versions have stored.", EXAMPLE, details=DETAILS
    )
    parser.add_argument("--stack", metavar="NAME", help="a deployed stack, by this shell's AWS credentials and region")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Do it, and say how much there was."""
    from local.upgrading import upgrade  # no other command needs a program's store

    with aws_told():
        place = aws_place(arguments.stack) if arguments.stack else local_place(arguments.data)
        shown = {"members shown in OldEntries": upgrade(place)}
    if arguments.json:
        print_json(shown)
    else:
        print_fields(shown)
    return DONE
