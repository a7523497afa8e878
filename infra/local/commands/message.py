"""`quen message`: what members are told."""

from __future__ import annotations

from local.terminal import Subcommands, add_command
from local.told_messages import add_list

EXAMPLE = """
quen message list +84901000001
quen message list mem_7k3w9m2x5t8q4r6s --json
"""


def register(subcommands: Subcommands) -> None:
    """Add the command."""
    parser = add_command(subcommands, "message", "Show what members are told.", EXAMPLE)
    actions = parser.add_subparsers(dest="action", required=True, metavar="list")
    add_list(actions)
