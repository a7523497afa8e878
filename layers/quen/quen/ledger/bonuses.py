"""A bonus for an occasion, or a lapse that is noted instead: the claim that it is one of them once, and its answer."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from quen.ledger.documents import Claim, DocumentKey
from quen.ledger.model import Account, Entry, GrantBonus, NoteLapse, given_by
from quen.ledger.ports import Intent, More
from quen.ledger.views import entry_view


def bonus_key(member_id: str, bonus: GrantBonus) -> DocumentKey:
    """The claim's own key: the member's, for the occasion. One who was merged away gets no more."""
    return DocumentKey(f"MEMBER#{member_id}", f"CLAIM#{bonus.reason}:{bonus.occasion}")


def bonus_intent(member_id: str, bonus: GrantBonus, more: More | None) -> Intent:
    """The bonus as it is asked of the ledger; `more` are the writes that hang on its entry."""
    claim = Claim(bonus_key(member_id, bonus), bonus.reason, f"{bonus.reason}:{bonus.occasion}")
    return Intent(bonus, _answer, claim, more=more, follows=False)


def note_intent(member_id: str, note: NoteLapse) -> Intent:
    """A lapse that is handled without an offer: under the very claim that the offer would have."""
    return replace(bonus_intent(member_id, _instead_of(note), None), command=note)


def note_key(member_id: str, note: NoteLapse) -> DocumentKey:
    """That claim's key."""
    return bonus_key(member_id, _instead_of(note))


def _instead_of(note: NoteLapse) -> GrantBonus:
    """The offer that the member is not made."""
    return GrantBonus("win_back", 0, note.bought_on.isoformat(), "win_back")


def _answer(_: Account, entry: Entry) -> dict[str, Any]:
    """The entry, and what it gave beside points."""
    return {**entry_view(entry), "given": given_by(entry).view()}
