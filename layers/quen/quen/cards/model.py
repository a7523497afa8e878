"""What a punch card holds, and what stamps make of it. Pure."""

from __future__ import annotations

from typing import NamedTuple


class CardMark(NamedTuple):
    """The member's current card: the stamps on it, its last day ("": it has none), how many cards were completed before it,
    and up to which stamp of it milestones have been paid.
    """

    stamps: int = 0
    until: str = ""
    completed: int = 0
    paid: int = 0


NO_CARD = CardMark()
