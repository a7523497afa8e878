"""Gifts over the pure core: rewards that a member may have for nothing, until a day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from factories import NOON, make_program
from quen.errors import RewardNotAvailableError
from quen.ledger.model import (
    Account,
    Redeem,
    Refund,
    Release,
    Reserve,
    account_as_of,
    own_entry,
    sealed_form,
    usable_gifts,
    verify,
)
from quen.ledger.model.draft import Draft
from quen.ledger.model.values import Reference
from quen.ledger.views import account_view
from till import Till

SOON, LATER = "coffee/2026-11-25", "coffee/2026-12-31"


def till(**gifts: int) -> Till:
    """Somebody to whom these were given, by an entry that says so."""
    made = Till(make_program(grace_days=14))
    draft = Draft(made.account, "bonus", made.program, made.now, Reference("card", "coffee"))
    made.keep([draft.sealed(gifts=gifts)])
    return made


def have(till: Till, number: int = 1, **more: Any) -> str:
    redemption_id = f"red_{number}"
    lapses_at = till.now + timedelta(minutes=15)
    till.do(Reserve(redemption_id, 120, lapses_at, "coffee", is_gift=True, **more))
    return redemption_id


def test_the_gift_that_ends_first_is_had_for_no_points() -> None:
    member = till(**{LATER: 1, SOON: 1})
    redemption_id = have(member, tiers=("gold",), limit=0)
    entry = own_entry(member.entries)
    assert (entry.lines, entry.gifts, member.account.gifts) == ({}, {SOON: -1}, {LATER: 1})
    assert member.account.holds[redemption_id].gift == SOON
    member.do(Redeem(redemption_id))
    assert (member.account.gifts, member.account.holds) == ({LATER: 1}, {})


def test_who_has_no_gift_or_had_it_is_refused() -> None:
    member = till(**{SOON: 1, "cake/2026-12-31": 1})
    have(member)
    with pytest.raises(RewardNotAvailableError):
        have(member, 2)
    with pytest.raises(RewardNotAvailableError):
        have(till(**{LATER: 5}), quantity=2)


def test_a_gift_is_had_to_the_end_of_its_last_day() -> None:
    member = till(**{SOON: 2})
    member.now = NOON + timedelta(days=3)
    have(member)
    member.now += timedelta(hours=12)
    with pytest.raises(RewardNotAvailableError):
        have(member, 2)
    assert usable_gifts(member.account, "coffee", member.program.local_day(member.now)) == {}
    assert account_view(member.account, member.program, member.now)["gifts"] == []


def test_what_is_released_or_lapses_is_the_members_again_until_the_same_day() -> None:
    member = till(**{SOON: 1})
    member.do(Release(have(member)))
    assert member.account.gifts == {SOON: 1}
    have(member, 2)
    member.now += timedelta(minutes=15)
    member.keep_up()
    assert (member.entries[-1].kind, member.account.gifts) == ("lapse", {SOON: 1})


def test_a_gift_that_comes_back_after_its_last_day_is_gone() -> None:
    member = till(**{SOON: 1})
    have(member)
    member.now = NOON + timedelta(days=30)
    member.keep_up()
    assert (member.account.gifts, member.account.holds) == ({}, {})


@pytest.mark.parametrize(
    ("key", "has_grace", "back"),
    [(SOON, True, "coffee/2026-12-06"), (LATER, True, LATER), (SOON, False, SOON)],
)
def test_a_refunded_gift_lives_for_the_programs_grace_at_least(key: str, has_grace: bool, back: str) -> None:
    member = till(**{key: 1})
    redemption_id = have(member)
    hold = member.account.holds[redemption_id]
    member.do(Redeem(redemption_id))
    member.do(Refund(redemption_id, hold, hold.lots, has_grace))
    assert (member.account.gifts, own_entry(member.entries).gifts) == ({back: 1}, {back: 1})


def test_what_needs_no_waiting_is_had_at_once() -> None:
    member = till(**{SOON: 1})
    have(member, at_once=True)
    entry = own_entry(member.entries)
    assert (entry.kind, member.account.gifts, member.account.holds) == ("redeem", {}, {})
    assert entry.hold
    assert entry.hold.change == "spent"


def test_the_account_shows_its_gifts_the_first_to_end_first() -> None:
    member = till(**{"mug/2026-12-31": 2, "free-coffee/2026-11-25": 1, "gone/2027-01-01": 1})
    assert account_view(member.account, member.program, member.now)["gifts"] == [
        {"reward_id": "free-coffee", "name": "Cà phê miễn phí", "until": "2026-11-25", "count": 1},
        {"reward_id": "mug", "name": "Cốc sứ", "until": "2026-12-31", "count": 2},
        {"reward_id": "gone", "name": "gone", "until": "2027-01-01", "count": 1},
    ]


def test_the_history_of_gifts_verifies_and_its_past_is_known() -> None:
    member = till(**{SOON: 1})
    member.do(Release(have(member)))
    member.do(Redeem(have(member, 2)))
    assert verify(member.account, [sealed_form(entry) for entry in member.entries]) is None
    before = account_as_of(Account("mem"), member.entries[:1], member.program, member.now)
    assert before.gifts == {SOON: 1}
