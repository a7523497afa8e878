"""How punch cards and gifts are shown: JSON-able values, names by locale. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from quen.cards.model import NO_CARD, CardMark
from quen.errors import RewardNotFoundError
from quen.program.model import Program, PunchCard


def cards_view(marks: Mapping[str, CardMark], program: Program) -> list[dict[str, Any]]:
    """Every card of the program, as it stands with these marks."""
    return [_card_view(card, marks.get(card.id, NO_CARD)) for card in program.cards]


def _card_view(card: PunchCard, mark: CardMark) -> dict[str, Any]:
    return {
        "card_id": card.id,
        "name": dict(card.name),
        "stamps": mark.stamps,
        "of": card.stamps,
        "milestones": [
            {"at": at, "reward_id": milestone.reward_id, "reached": at <= mark.stamps}
            for at, milestone in sorted(card.milestones.items())
        ],
        "completed": mark.completed,
        "expires_on": mark.until or None,
    }


def gifts_view(gifts: Mapping[str, int], program: Program, today: date) -> list[dict[str, Any]]:
    """What the member may have for nothing on that local day, what ends first first; a reward that is no longer in the program
    is not shown.
    """
    shown = []
    for key, count in sorted(gifts.items(), key=lambda gift: gift[0].rpartition("/")[::-1]):
        reward_id, _, until = key.rpartition("/")
        name = _reward_name(program, reward_id)
        if name and until >= today.isoformat():
            shown.append({"reward_id": reward_id, "name": name, "until": until, "count": count})
    return shown


def card_changes_view(marks: Mapping[str, CardMark]) -> list[dict[str, Any]]:
    """What an entry made of cards: as they are after it, and what its stamps have reached."""
    return [
        {
            "card_id": card_id,
            "stamps": mark.stamps,
            "completed": mark.completed,
            "expires_on": mark.until or None,
            "reached": [{"at": one.at, "reward_id": one.reward_id or None, "times": one.times} for one in mark.reached],
        }
        for card_id, mark in marks.items()
    ]


def gift_changes_view(gifts: Mapping[str, int]) -> list[dict[str, Any]]:
    """What an entry gave for nothing, and what it took back (negative); 0: given and had at once, a voucher."""
    parts = [(key.rpartition("/"), count) for key, count in gifts.items()]
    return [{"reward_id": reward_id, "until": until, "count": count} for (reward_id, _, until), count in parts]


def _reward_name(program: Program, reward_id: str) -> dict[str, str]:
    try:
        return dict(program.load_reward(reward_id).name)
    except RewardNotFoundError:
        return {}
