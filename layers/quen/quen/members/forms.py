"""Parts of a profile as it is stored: lists, written as JSON, and read again."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from quen.members.model import Former, MemberCard


def cards_text(cards: tuple[MemberCard, ...]) -> str | None:
    """Cards; None where there are none."""
    return json.dumps([_card_form(card) for card in cards]) if cards else None


def read_cards(text: str | None) -> tuple[MemberCard, ...]:
    """The cards that `cards_text` wrote."""
    return tuple(_read_card(form) for form in json.loads(text or "[]"))


def former_text(former: tuple[Former, ...]) -> str | None:
    """What the member was reached by before; None where that is nothing."""
    return json.dumps([[known.kind, known.address, known.until.isoformat()] for known in former]) if former else None


def read_former(text: str | None) -> tuple[Former, ...]:
    """What `former_text` wrote."""
    forms = json.loads(text or "[]")
    return tuple(Former(kind, address, datetime.fromisoformat(until)) for kind, address, until in forms)


def _card_form(card: MemberCard) -> list[Any]:
    blocked_at = card.blocked_at.isoformat() if card.blocked_at else None
    way = (card.card_id, card.kind, card.digest, card.last_four)
    return [*way, card.linked_at.isoformat(), blocked_at, card.reason, card.brought_by]


def _read_card(form: list[Any]) -> MemberCard:
    card_id, kind, digest, last_four, linked_at, blocked_at, reason, brought_by = form
    blocked = datetime.fromisoformat(blocked_at) if blocked_at else None
    linked = datetime.fromisoformat(linked_at)
    return MemberCard(card_id, kind, digest, last_four, linked, blocked, reason, brought_by)
