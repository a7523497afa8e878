"""`quen message`: what members are told, and were told."""

from __future__ import annotations

from local.preview_printing import add_preview
from local.terminal import Subcommands, add_command
from local.told_messages import add_list

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
    add_list(actions)
    add_preview(actions)
