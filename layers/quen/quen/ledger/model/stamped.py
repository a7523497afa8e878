"""Punch cards: stamps that purchases and events bring, what milestones give, and cards that are over.

An entry says of a card what it is afterwards; its counter `stamps/<card>` moves by what is now on it, which is less where a
card was filled. How stamps become cards, and back, stands in `quen.cards.model`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from quen.cards.model import (
    NO_CARD,
    CardMark,
    Stamping,
    brought,
    ended,
    parted,
    set_aside,
    stamped,
    taken_back,
    together,
    unstamped,
)
from quen.earning.model import Award
from quen.errors import ValidationFailedError
from quen.ledger.model.draft import Draft
from quen.ledger.model.values import Account, Entry, Reference, gift_key
from quen.program.model import Program, card_of_wallet, card_wallet


class Stamps(NamedTuple):
    """What an entry says of punch cards: marks as they now are, and signed changes of gifts."""

    cards: Mapping[str, CardMark]
    gifts: Mapping[str, int]


NO_STAMPS = Stamps({}, {})


def put_on_cards(draft: Draft, account: Account, award: Award, program: Program) -> Stamps:
    """The award's stamps on their cards, and what the milestones give."""
    stamps = award.cards
    cards = [card for card in program.cards if card.id in stamps] if stamps else []
    if not cards:
        return NO_STAMPS
    return _moved(
        draft,
        account,
        {card.id: stamped(card, account.cards.get(card.id, NO_CARD), stamps[card.id], draft.today) for card in cards},
    )


def take_off_cards(
    draft: Draft, account: Account, gone: Mapping[str, int], rules: Program, stamped_on: date | None
) -> Stamps:
    """Stamps by card that a purchase no longer earns, off cards as its own rules have them, and with them what milestones
    gave; `stamped_on` is the day on which they were recorded.

    What was stamped on the last day of a card that has ended, or before, is settled: it takes nothing from a newer card.
    """
    there = {(key.rpartition("/")[0], key.rpartition("/")[2]): count for key, count in account.gifts.items()}
    taken: dict[str, Stamping] = {}
    for card in rules.cards:
        mark = account.cards.get(card.id, NO_CARD)
        is_settled = bool(stamped_on and stamped_on.isoformat() <= mark.ended_on)
        if gone.get(card.id) and not is_settled:
            taken[card.id] = unstamped(card, mark, gone[card.id], draft.today, there)
            there |= {key: there[key] + change for key, change in taken[card.id].gifts.items()}
    return _moved(draft, account, taken) if taken else NO_STAMPS


def bring_on_cards(draft: Draft, account: Account, counters: Mapping[str, int], program: Program) -> Stamps:
    """Of the wallets of an older system, the stamps on cards: what they brought, it has given. Raises ValidationFailedError."""
    stampings: dict[str, Stamping] = {}
    for wallet, stamps in counters.items():
        if not (card_id := card_of_wallet(wallet)):
            continue
        if (card := program.find_card(card_id)) is None:
            raise ValidationFailedError.at("/cards", "unknown_card", "The program has no such card.")
        mark = account.cards.get(card_id, NO_CARD)
        stampings[card_id] = Stamping(brought(card, mark, stamps, draft.today), {})
    return _moved(draft, account, stampings) if stampings else NO_STAMPS


def bring_together(draft: Draft, account: Account, cards: Mapping[str, CardMark], program: Program) -> Stamps:
    """The stamps of a member who is merged, on the survivor's cards."""
    stampings: dict[str, Stamping] = {}
    for card_id, mark in cards.items():
        own, card = account.cards.get(card_id, NO_CARD), program.find_card(card_id)
        stampings[card_id] = together(card, own, mark, draft.today) if card else Stamping(set_aside(own, mark), {})
    return _moved(draft, account, stampings) if stampings else NO_STAMPS


def part_again(
    draft: Draft, account: Account, cards: Mapping[str, CardMark], program: Program, going: Mapping[str, int]
) -> Stamps:
    """The same stamps off the survivor's cards again; `going` are the gifts that go back with them, signed."""
    left = {key: count + going.get(key, 0) for key, count in account.gifts.items()}
    there = {(key.rpartition("/")[0], key.rpartition("/")[2]): count for key, count in left.items()}
    stampings: dict[str, Stamping] = {}
    for card_id, mark in cards.items():
        own, card = account.cards.get(card_id, NO_CARD), program.find_card(card_id)
        apart = parted(card, own, mark, draft.today, there) if card else Stamping(taken_back(own, mark), {})
        stampings[card_id] = apart
        there |= {key: there[key] + change for key, change in apart.gifts.items()}
    return _moved(draft, account, stampings) if stampings else NO_STAMPS


def card_expired(account: Account, card_id: str, program: Program, at: datetime, now: datetime) -> Entry:
    """The card's last day is over: its stamps are gone."""
    draft = Draft(account, "card", program, now, Reference("card", card_id), at)
    return draft.sealed(cards=_moved(draft, account, {card_id: Stamping(ended(account.cards[card_id]), {})}).cards)


def _moved(draft: Draft, account: Account, stampings: Mapping[str, Stamping]) -> Stamps:
    """The counters follow the marks; pieces of one reward with one last day are one gift."""
    gifts: dict[str, int] = {}
    for card_id, (mark, changes) in stampings.items():
        draft.count(card_wallet(card_id), mark.stamps - account.cards.get(card_id, NO_CARD).stamps)
        for (reward_id, last_day), count in changes.items():
            key = gift_key(reward_id, last_day)
            gifts[key] = gifts.get(key, 0) + count
    return Stamps({card_id: stamping.mark for card_id, stamping in stampings.items()}, gifts)
