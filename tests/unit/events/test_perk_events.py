"""What the world is told when gifts and perks are used: never that points were, and a member hears of gifts alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from factories import NOON, make_program
from quen.events.model import events_of
from quen.ledger.model import Entry, Redeem, Refund, Release, Reserve, ReservePerk, SetTier, own_entry
from quen.ledger.model.draft import Draft
from quen.ledger.model.values import Reference
from quen.messages.intents import intents_of
from quen.messages.rendering import render
from quen.program.model import Perk, Quota, Tier
from till import Till

NAME = {"vi": "Tên", "en": "It"}
PROGRAM = make_program(
    tiers=(Tier("member", NAME), Tier("gold", NAME)),
    perks=(Perk("rides", NAME, tiers=("gold",), quota=Quota("month", 3)),),
)


@pytest.fixture
def till() -> Till:
    """Somebody with a perk and a gift."""
    made = Till(PROGRAM)
    draft = Draft(made.account, "bonus", PROGRAM, NOON, Reference("card", "coffee"))
    made.keep([draft.sealed(gifts={"free-coffee/2026-12-31": 1})])
    made.do(SetTier("gold", None, "regular"))
    return made


def told(entry: Entry) -> list[str]:
    return [event.type for event in events_of(entry)]


def test_uses_of_a_perk_are_told_as_that_with_how_many(till: Till) -> None:
    reserved = own_entry(till.do(ReservePerk("red_1", "rides", NOON + timedelta(days=1), 2)))
    [event] = events_of(reserved)
    assert (event.type, event.detail["perk_id"], event.detail["uses"]) == ("perk.reserved", "rides", 2)
    assert "reward_id" not in event.detail
    hold = till.account.holds["red_1"]
    redeemed = own_entry(till.do(Redeem("red_1")))
    refunded = own_entry(till.do(Refund("red_1", hold, {})))
    till.do(ReservePerk("red_2", "rides", NOON + timedelta(days=1)))
    released = own_entry(till.do(Release("red_2")))
    assert [told(entry) for entry in (redeemed, refunded, released)] == [
        ["perk.used"],
        ["perk.refunded"],
        ["perk.released"],
    ]
    assert [intents_of(entry) for entry in (reserved, redeemed, released)] == [[], [], []]


def test_a_gift_is_told_as_that_and_as_a_reward_that_was_handed_over(till: Till) -> None:
    later = NOON + timedelta(days=30)
    reserved = own_entry(till.do(Reserve("red_1", 120, later, "free-coffee", is_gift=True)))
    hold = till.account.holds["red_1"]
    redeemed = own_entry(till.do(Redeem("red_1")))
    refunded = own_entry(till.do(Refund("red_1", hold, {})))
    till.do(Reserve("red_2", 120, later, "free-coffee", is_gift=True))
    released = own_entry(till.do(Release("red_2")))
    assert [told(entry) for entry in (reserved, redeemed, refunded, released)] == [
        ["gift.reserved"],
        ["gift.redeemed", "reward.redeemed"],
        ["gift.refunded"],
        ["gift.released"],
    ]
    [waiting], [had] = intents_of(reserved), intents_of(redeemed)
    texts = [render(intent, PROGRAM, None, locale) for intent in (waiting, had) for locale in ("vi", "en")]
    assert all("Cà phê miễn phí" in text.text or "Free coffee" in text.text for text in texts)
    assert not any(word in text.text + text.sms for text in texts for word in (" 0 ", "điểm", "points"))
