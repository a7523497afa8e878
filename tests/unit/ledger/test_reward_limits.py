"""Limits of rewards per period, prices by tier, and points that are spent at once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from factories import NOON, make_account, make_program
from quen.errors import InsufficientPointsError, RewardLimitReachedError, TierRequiredError
from quen.ledger.model import (
    Account,
    Adjust,
    Command,
    Entry,
    Refund,
    Release,
    Reserve,
    SetTier,
    decide,
    folded,
    own_entry,
    parse_entry,
    sealed_form,
    verify,
)
from quen.program.model import Tier

MONTH, NEXT_MONTH = "2026-11-30/month", "2026-12-31/month"
PROGRAM = replace(make_program(), tiers=(Tier("member", {"en": "Member"}), Tier("gold", {"en": "Gold"})))


class Till:
    """An account, and everything that is asked of it."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def ask(self, command: Command, now: datetime = NOON) -> Entry:
        entries = decide(self.account, command, PROGRAM, now)
        self.account = folded(self.account, entries)
        return own_entry(entries)


@pytest.fixture
def till() -> Till:
    return Till(make_account((1000, None)))


def wanted(name: str = "a", period: str = MONTH, limit: int | None = 1, **more: object) -> Reserve:
    return Reserve(f"red_{name}", 10, NOON + timedelta(days=90), "mug", 1, limit, period=period, **more)  # type: ignore[arg-type]


def test_a_limit_per_period_counts_in_that_period_alone(till: Till) -> None:
    till.ask(wanted())
    with pytest.raises(RewardLimitReachedError):
        till.ask(wanted("b"))
    till.ask(wanted("b", NEXT_MONTH))
    assert till.account.rewards == {"mug/2026-11-30/month": 1, "mug/2026-12-31/month": 1}


def test_what_is_called_off_leaves_room_in_the_period_it_was_taken_in(till: Till) -> None:
    till.ask(wanted())
    till.ask(wanted("b", NEXT_MONTH))
    till.ask(Release("red_a"))
    assert till.account.rewards == {"mug/2026-12-31/month": 1}
    till.ask(wanted("c"))


def test_what_lapses_leaves_room_too(till: Till) -> None:
    till.ask(replace(wanted(), lapses_at=NOON + timedelta(hours=1)))
    till.ask(wanted("b"), NOON + timedelta(hours=2))
    assert till.account.rewards == {"mug/2026-11-30/month": 1}


def test_a_period_that_is_over_everywhere_is_forgotten_and_stays_so(till: Till) -> None:
    till.ask(wanted())
    later = datetime(2026, 12, 2, 12, tzinfo=NOON.tzinfo)
    till.ask(wanted("b", NEXT_MONTH), later)
    assert till.account.rewards == {"mug/2026-12-31/month": 1}
    till.ask(Release("red_a"), later)
    assert till.account.rewards == {"mug/2026-12-31/month": 1}


def test_a_limit_for_ever_is_kept_as_it_always_was(till: Till) -> None:
    entry = till.ask(wanted(period=""))
    assert till.account.rewards == {"mug": 1}
    assert "period" not in sealed_form(entry).form
    with pytest.raises(RewardLimitReachedError):
        till.ask(wanted("b", ""), NOON + timedelta(days=80))


def test_what_is_spent_at_once_is_held_by_nobody_and_can_be_refunded(till: Till) -> None:
    entry = till.ask(wanted(at_once=True))
    assert (entry.kind, entry.points, till.account.held, till.account.active) == ("redeem", -10, 0, 990)
    assert not till.account.holds
    with pytest.raises(RewardLimitReachedError):
        till.ask(wanted("b", at_once=True))
    assert entry.hold is not None
    till.ask(Refund("red_a", entry.hold.hold, entry.hold.hold.lots))
    assert (till.account.active, till.account.rewards) == (1000, {})


def test_spending_at_once_never_goes_below_what_is_there(till: Till) -> None:
    with pytest.raises(InsufficientPointsError):
        till.ask(replace(wanted(at_once=True), points=1001))


def test_a_history_with_them_is_verified_from_its_own_text() -> None:
    till = Till(Account("mem_0000000000000001"))
    commands = (
        Adjust("adj_1", 1000, "opening"),
        wanted(),
        wanted("b", NEXT_MONTH, at_once=True),
        Release("red_a"),
    )
    kept = [sealed_form(till.ask(command)) for command in commands]
    assert [sealed_form(parse_entry(*sealed)) for sealed in kept] == kept
    assert verify(till.account, kept) is None


def test_the_price_is_that_of_the_members_tier_as_it_is_then(till: Till) -> None:
    by_tier = wanted(limit=None, prices={"gold": 7})
    assert till.ask(by_tier).points == -10
    till.ask(SetTier("gold", None, "regular"))
    assert till.ask(replace(by_tier, redemption_id="red_b")).points == -7


def test_what_is_for_a_tier_is_for_its_members_alone(till: Till) -> None:
    for_gold = wanted(limit=None, tiers=("gold",))
    with pytest.raises(TierRequiredError):
        till.ask(for_gold)
    till.ask(wanted("b", limit=None, tiers=("member",)))
    till.ask(SetTier("gold", None, "regular"))
    assert till.ask(for_gold).points == -10
