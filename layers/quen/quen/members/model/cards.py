"""The cards of one member: linked, blocked, replaced, and handed on in a merge. A code leads to one member, or to nobody.

The card in the member's app is one of them, made when they enrol; plastic ones are linked by staff. A card that is blocked
stays blocked: its code is never used again, by nobody. What a profile keeps of a code is its keyed hash and its last four
characters; the app's own code is kept whole beside it, because the app shows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from quen.errors import NotFoundError
from quen.members.model.errors import CardBlockedError, CardLimitReachedError

CARDS_MAX = 5
"""Cards of one member that work at a time; after a merge there may be more, and none is linked until there are fewer."""
BLOCKED_KEPT_MAX = 20
"""Blocked cards that a profile remembers; what is forgotten here stays blocked all the same."""

CardKind = Literal["app", "plastic"]


class MemberCard(Struct, frozen=True):
    """One card. `digest` is the keyed hash of its code; `brought_by` the member with whom it came in a merge (empty: own)."""

    card_id: str
    kind: CardKind
    digest: str
    last_four: str
    linked_at: datetime
    blocked_at: datetime | None = None
    reason: str = ""
    brought_by: str = ""

    @property
    def is_blocked(self) -> bool:
        """Whether it leads to nobody any more."""
        return self.blocked_at is not None


Cards = tuple[MemberCard, ...]


def with_card(cards: Cards, card: MemberCard, *, in_place: bool = False) -> Cards:
    """The cards and this one; as they are, where the member has it. One that comes `in_place` of another is never one too
    many. Raises CardBlockedError, CardLimitReachedError.
    """
    for known in cards:
        if known.digest == card.digest:
            if known.is_blocked:
                raise CardBlockedError
            return cards
    if not in_place and sum(not known.is_blocked for known in cards) >= CARDS_MAX:
        raise CardLimitReachedError(f"A member has at most {CARDS_MAX} cards that work.")
    return (*cards, card)


def with_blocked(cards: Cards, card_id: str, reason: str, now: datetime) -> Cards:
    """The cards, that one blocked; blocked before, it stays as it is. Raises NotFoundError."""
    card = find_card(cards, card_id)
    if card.is_blocked:
        return cards
    blocked = replace(card, blocked_at=now, reason=reason)
    return _remembered(blocked if known is card else known for known in cards)


def find_card(cards: Cards, card_id: str) -> MemberCard:
    """The member's card of that id. Raises NotFoundError."""
    for card in cards:
        if card.card_id == card_id:
            return card
    raise NotFoundError("The member has no such card.")


def app_card(cards: Cards) -> MemberCard | None:
    """The card in the member's own app: the newest; None where a profile says nothing of it."""
    own = [card for card in cards if card.kind == "app" and not card.brought_by]
    return own[-1] if own else None


def blocked_digests(cards: Cards) -> frozenset[str]:
    """The keyed hashes of codes that lead to nobody."""
    return frozenset(card.digest for card in cards if card.is_blocked)


def brought(cards: Cards, member_id: str) -> Cards:
    """The cards of a member who is merged away, as the survivor has them."""
    return tuple(replace(card, brought_by=card.brought_by or member_id) for card in cards)


def given_back(cards: Cards, survivor_s: Cards) -> tuple[Cards, Cards]:
    """What a member who comes back has, and what is left to the survivor. A card that was blocked meanwhile stays blocked."""
    now = {card.digest: card for card in survivor_s}
    back = tuple(
        replace(card, blocked_at=now[card.digest].blocked_at, reason=now[card.digest].reason)
        if card.digest in now
        else card
        for card in cards
    )
    digests = {card.digest for card in cards}
    return back, tuple(card for card in survivor_s if card.digest not in digests)


def without_blocked(ways: Iterable[tuple[str, str]], cards: Cards) -> tuple[tuple[str, str], ...]:
    """The look-ups, kind and keyed hash, that still lead somewhere."""
    dead = blocked_digests(cards)
    return tuple(way for way in ways if not (way[0] == "card" and way[1] in dead))


def _remembered(cards: Iterable[MemberCard]) -> Cards:
    """Without the oldest of too many blocked ones. The app's last card is never forgotten, nor what a merge would give back."""
    kept: Sequence[MemberCard] = [*cards]
    last = app_card(tuple(kept))
    spare = [card for card in kept if card.is_blocked and not card.brought_by and card is not last]
    oldest = sorted(spare, key=lambda card: card.blocked_at or card.linked_at)[: max(0, len(spare) - BLOCKED_KEPT_MAX)]
    return tuple(card for card in kept if card not in oldest)
