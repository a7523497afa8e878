"""What an entry tells of punch cards: stamps, milestones, full cards, cards that are over. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from quen.earning.model import stamps_by_card
from quen.ledger.model import Entry
from quen.program.model import card_wallet

STAMPS_EARNED = "stamps.earned"
MILESTONE_REACHED = "card.milestone_reached"
COMPLETED = "card.completed"
EXPIRED = "card.expired"
CARD_EVENT_TYPES = (STAMPS_EARNED, MILESTONE_REACHED, COMPLETED, EXPIRED)


class CardEvent(NamedTuple):
    """One event of an entry: its type, what tells it from the others of that type, and what it says of the card."""

    type: str
    mark: str
    detail: Mapping[str, Any]


def card_events(entry: Entry) -> Iterator[CardEvent]:
    """The events of the entry's cards, in the order of what happened; a return's and an opening's tell none."""
    if entry.kind == "card":
        for card_id in entry.cards:
            gone = -entry.counters.get(card_wallet(card_id), 0)
            yield CardEvent(EXPIRED, card_id, {"card_id": card_id, "stamps": gone})
        return
    for card_id, stamps in stamps_by_card(entry.shares).items():
        mark = entry.cards.get(card_id)
        if mark is None:
            continue
        yield CardEvent(STAMPS_EARNED, card_id, {"card_id": card_id, "stamps": stamps, "on_card": mark.stamps})
        for one in mark.reached:
            if one.reward_id:
                told = {"card_id": card_id, "at": one.at, "reward_id": one.reward_id, "times": one.times}
                yield CardEvent(MILESTONE_REACHED, f"{card_id}/{one.at}", told)
        if fills_a_card(entry, card_id):
            yield CardEvent(COMPLETED, card_id, {"card_id": card_id, "completed": mark.completed})


def fills_a_card(entry: Entry, card_id: str) -> bool:
    """Whether the entry's stamps have filled a card: then it holds fewer more than were earned."""
    earned = stamps_by_card(entry.shares).get(card_id, 0)
    return earned > entry.counters.get(card_wallet(card_id), 0)
