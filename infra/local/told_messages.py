"""`quen message list`: what a member was told, as the admin API lists it."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from local.callers import Caller, ask_for, open_staff
from local.errors import LocalError
from local.running_stack import RunningStack, on_stack
from local.terminal import DONE, Subcommands, print_json, print_table

HEADER = ("first told", "kind", "period", "channel", "to", "state", "")
PAGE = 100

Shown = Mapping[str, Any]


def add_list(actions: Subcommands) -> None:
    """Add the action `list` to the command."""
    summary = "List what a member was told, newest first, and what became of it; of an address only a hint is shown."
    action: argparse.ArgumentParser = actions.add_parser("list", help=summary, description=summary)
    action.add_argument("member", metavar="MEMBER_OR_PHONE", help="a member's id, or their phone number")
    action.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="answer in JSON")
    action.add_argument("--data", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    action.set_defaults(run=on_stack(show))


def show(stack: RunningStack, arguments: argparse.Namespace) -> int:
    """Print all that the member was told."""
    staff = open_staff(stack)
    told = list_told(staff, find_member_id(staff, arguments.member))
    if arguments.json:
        print_json({"items": told})
    else:
        print_table(HEADER, [row(message) for message in told])
    return DONE


def find_member_id(staff: Caller, named: str) -> str:
    """The member's id, of an id or a phone number. Raises LocalError."""
    if named.startswith("mem_"):
        return named
    found = ask_for(staff, "GET", f"/v1/members?phone={quote(named, safe='')}")["items"]
    if not found:
        raise LocalError("there is no member with that number.")
    return str(found[0]["member_id"])


def list_told(staff: Caller, member_id: str) -> list[dict[str, Any]]:
    """All messages, newest first. Raises LocalError."""
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = ask_for(staff, "GET", f"/v1/members/{quote(member_id, safe='')}/messages?limit={PAGE}{cursor}")
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


def row(message: Shown) -> tuple[object, ...]:
    """One message as a line of the table, with what a person would ask next."""
    told = (message["created_at"], message["kind"], message["period"], message["channel"], message["address_hint"])
    return (*told, message["state"], _more(message))


def _more(message: Shown) -> str:
    """Until when it is held, why it failed, what it cost: what there is of it."""
    said = (
        f"until {message['held_until']}" if message["held_until"] else "",
        message["error"] or "",
        "complained" if message["complained_at"] else "",
        "maybe twice" if message["duplicates"] else "",
        f"{message['segments']} segments" if message["segments"] else "",
    )
    return ", ".join(filter(None, said))
