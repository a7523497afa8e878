"""`quen message`: what members are told."""

from __future__ import annotations

from local.preview_printing import add_preview
from local.terminal import Subcommands, add_command

EXAMPLE = """
quen message preview welcome
quen message preview expiring --locale vi --channel sms --set points=1.500
quen message preview birthday --program infra/local/programs/salon.yaml --html birthday.html
quen message preview --all previews/
"""


def register(subcommands: Subcommands) -> None:
    """Add the command."""
    parser = add_command(subcommands, "message", "Show what members are told.", EXAMPLE)
    actions = parser.add_subparsers(dest="action", required=True, metavar="preview")
    add_preview(actions)
