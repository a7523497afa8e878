"""What became of a member's tier and why, from their own entries; it begins with the day on which they joined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from quen.instants import format_instant
from quen.ledger.model import Entry
from quen.ledger.ports import CurrentProgram
from quen.program.model import Program
from quen.tiers.views import tier_change_view

ENTRIES_READ_MAX = 300
"""By one request. Most entries say nothing of a tier, so a page may have fewer items than asked for, or none."""
_READ_AT_ONCE = 100

_JOINED: Mapping[str, Any] = {
    "cause": "joined",
    "from": None,
    "to": None,
    "until": None,
    "figures": {},
    "period": None,
    "rule_version": None,
}


class Entries(Protocol):
    """The ledger, as far as it is read here."""

    def now(self) -> datetime:
        """The business time."""

    def read_entries(self, member_id: str, before: int | None, limit: int) -> Sequence[Entry]:
        """Entries newest first, from the one before that sequence on."""


class Profile(Protocol):
    """What is asked of a member."""

    @property
    def joined_at(self) -> datetime:
        """When the member enrolled."""


class Profiles(Protocol):
    """Who joined when."""

    def load(self, member_id: str) -> Profile:
        """The profile. Raises MemberNotFoundError."""


class TierHistory:
    """Shows how members came by their tiers."""

    def __init__(self, ledger: Entries, profiles: Profiles, programs: CurrentProgram) -> None:
        self._ledger = ledger
        self._profiles = profiles
        self._programs = programs

    def list_changes(self, member_id: str, before: int | None, limit: int) -> tuple[list[dict[str, Any]], int | None]:
        """A page of the history, newest first, and the sequence before which the next page starts.

        It holds what is written: what fell due since is in the account already, and in the history once a command or the
        night has written it. Raises MemberNotFoundError.
        """
        program = self._programs.current(self._ledger.now())
        items: list[dict[str, Any]] = []
        for _ in range(ENTRIES_READ_MAX // _READ_AT_ONCE):
            entries = self._ledger.read_entries(member_id, before, _READ_AT_ONCE)
            for entry in entries:
                before = entry.sequence
                if shown := _item(entry, program):
                    items.append(shown)
                if len(items) == limit:
                    return items, before
            # A history has no gaps: there is more until its first entry was read.
            if not entries or before == 1:
                joined_at = self._profiles.load(member_id).joined_at
                return [*items, _shown(_JOINED, joined_at, 0, "", program)], None
        return items, before


def _item(entry: Entry, program: Program) -> dict[str, Any] | None:
    """What the entry did to the tier. That all was well at a review is no news."""
    change = tier_change_view(entry)
    if change is None or change["cause"] == "on_track":
        return None
    return _shown(change, entry.occurred_at, entry.sequence, entry.reason if change["cause"] == "set" else "", program)


def _shown(change: Mapping[str, Any], at: datetime, sequence: int, reason: str, program: Program) -> dict[str, Any]:
    """`name` is that of the tier it led to, null where the program has that tier no more."""
    tier = program.tier_of(change["to"] or "")
    is_known = tier is not None and change["to"] in {None, tier.id}
    return {
        **change,
        "name": tier.name_in(program.locales[0]) if tier and is_known else None,
        "occurred_at": format_instant(at),
        "sequence": sequence,
        "reason": reason or None,
    }
