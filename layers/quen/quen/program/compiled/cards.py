"""Punch cards, of a stored document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from quen.program.compiled.texts import named
from quen.program.model import Milestone, PunchCard, card_wallet


def card_of(card: Mapping[str, Any], locales: Sequence[str]) -> PunchCard:
    """One card."""
    expires = card.get("expires", {})
    return PunchCard(
        id=card["id"],
        name=named(card["name"], locales),
        stamps=card["stamps"],
        milestones={one["at"]: Milestone(one["reward"], one["valid_days"]) for one in card["milestones"]},
        months=expires.get("months", 0),
        days=expires.get("days", 0),
    )


def wallet_of(rule: Mapping[str, Any], cards: Sequence[Mapping[str, Any]]) -> str:
    """What the rule earns. Stamps go on the card that it names, or on the only one there is."""
    wallet = str(rule.get("wallet", "points"))
    card_id = rule.get("card") or (cards[0]["id"] if len(cards) == 1 else "")
    return card_wallet(card_id) if wallet == "stamps" and card_id else wallet
