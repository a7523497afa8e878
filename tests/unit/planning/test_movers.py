"""Who would come to another tier under other rules: nobody before the end of a period, and what comes anyway is told apart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest
from msgspec.structs import replace

from factories import make_purchase
from quen.ledger.model import Account, RecordPurchase, SetTier, bring_up_to, decide, folded
from quen.money import Money
from quen.planning.model.movers import MOVES_SHOWN_MAX, Outlook, TierMoves, tier_moves
from quen.planning.movers import Movers
from quen.program.model import Criteria, Program, TierPolicy
from tiered import GOLD, MEMBER, POLICY, SILVER, asking, make_tiered

NOW = make_tiered()
BEGINS = date(2027, 3, 10)
NEXT_YEAR = "2028-01-01"
SPRING = datetime(2026, 5, 1, 5, tzinfo=UTC)
FEBRUARY = SPRING.replace(month=2)


def buyer(*amounts: int, first: datetime = SPRING, member_id: str = "mem") -> Account:
    """A member who has bought so much in each year from that one on, as of the beginning of March 2027."""
    account = Account(member_id)
    for number, amount in enumerate(amounts):
        at = first.replace(year=first.year + number)
        purchase = replace(make_purchase(at=at, purchase_id=f"B-{number}"), total=Money(amount, "VND"))
        account = folded(account, decide(account, RecordPurchase("ptn", purchase), NOW, at))
    at = datetime(2027, 3, 9, 5, tzinfo=UTC)
    return folded(account, bring_up_to(account, NOW, at, at))


def given(tier: str, until: date | None = None) -> Account:
    account = Account("mem")
    return folded(account, decide(account, SetTier(tier, until, "goodwill"), NOW, datetime(2027, 3, 9, tzinfo=UTC)))


def moves(*accounts: Account, then: Program, now: Program = NOW, begins: date = BEGINS) -> TierMoves:
    return tier_moves(accounts, now, then, begins, is_all=True)


def counts(found: TierMoves) -> list[tuple[str, str, int, int]]:
    steps = sorted({*found.planned, *found.instead})
    return [(step.before, step.after, found.planned[step], found.instead[step]) for step in steps]


def dearer(silver: int = 500_000, gold: int = 2_000_000) -> Program:
    return make_tiered(tiers=(MEMBER, asking(SILVER, silver), asking(GOLD, gold)))


def test_who_buys_as_before_keeps_what_the_document_leaves_as_it_is() -> None:
    found = moves(buyer(1_200_000), then=make_tiered(tiers=(MEMBER, asking(SILVER, 600_000), GOLD)))
    assert (counts(found), found.moves, found.is_all) == ([("gold", "gold", 1, 1)], [], True)


def test_a_tier_that_asks_for_more_is_lost_at_the_end_of_the_period_and_not_before() -> None:
    found = moves(buyer(1_200_000), then=dearer())
    assert counts(found) == [("gold", "gold", 0, 1), ("gold", "silver", 1, 0)]
    [move] = found.moves
    assert (move.tier, move.planned, move.instead) == ("gold", Outlook("silver", NEXT_YEAR), Outlook("gold"))


def test_the_day_of_the_loss_comes_after_the_grace() -> None:
    then = replace(dearer(), tiering=replace(POLICY, grace_days=14))
    [move] = moves(buyer(1_200_000), then=then).moves
    assert move.planned == Outlook("silver", "2028-01-15")


def test_who_goes_down_without_the_document_as_well_is_counted_and_not_listed() -> None:
    found = moves(buyer(1_200_000, 100_000, first=FEBRUARY), then=dearer(gold=1_500_000))
    assert counts(found) == [("gold", "silver", 1, 1)]
    assert found.moves == []


def test_one_level_or_to_what_is_earned_is_as_the_document_says() -> None:
    then = dearer(silver=1_500_000)
    assert moves(buyer(1_200_000), then=then).moves[0].planned == Outlook("silver", NEXT_YEAR)
    falls = replace(then, tiering=replace(POLICY, down="to_earned"))
    assert moves(buyer(1_200_000), then=falls).moves[0].planned == Outlook("member", NEXT_YEAR)


def test_who_has_what_a_higher_tier_now_asks_rises_with_their_next_purchase() -> None:
    bought = buyer(600_000, 600_000, first=FEBRUARY)
    assert bought.standing.tier == "silver"
    [move] = moves(bought, then=make_tiered(tiers=(MEMBER, SILVER, asking(GOLD, 600_000)))).moves
    assert (move.tier, move.planned) == ("silver", Outlook("gold"))


def test_a_higher_tier_is_not_promised_for_what_was_bought_in_a_year_that_is_over() -> None:
    found = moves(
        buyer(600_000, 100_000, first=FEBRUARY), then=make_tiered(tiers=(MEMBER, SILVER, asking(GOLD, 600_000)))
    )
    assert found.moves == []


def test_a_retired_tier_is_lost_at_the_end_of_the_period_and_one_that_is_gone_at_once() -> None:
    retired = make_tiered(tiers=(MEMBER, SILVER, replace(GOLD, is_retired=True)))
    assert moves(buyer(1_200_000), then=retired).moves[0].planned == Outlook("silver", NEXT_YEAR)
    gone = make_tiered(tiers=(MEMBER, SILVER))
    assert moves(buyer(1_200_000), then=gone).moves[0].planned == Outlook("member", BEGINS.isoformat())


def test_another_kind_of_period_leaves_the_end_of_the_one_that_has_begun() -> None:
    then = make_tiered(tiering=TierPolicy("rolling", months=3, grace_days=0))
    [move] = moves(buyer(1_200_000), then=then).moves
    assert move.planned == Outlook("silver", NEXT_YEAR)


def test_for_life_nothing_is_lost() -> None:
    falling = buyer(1_200_000, 1, first=FEBRUARY)
    [move] = moves(falling, then=make_tiered(tiering=TierPolicy("lifetime"))).moves
    assert (move.planned, move.instead) == (Outlook("gold"), Outlook("silver", NEXT_YEAR))


def test_a_document_for_later_leaves_the_reviews_before_it_to_the_present_one() -> None:
    begins = date(2028, 6, 1)
    assert moves(buyer(1_200_000), then=dearer(), begins=begins).moves == []


@pytest.mark.parametrize("until", [None, date(2029, 12, 31)])
def test_what_staff_set_no_rule_takes_away(until: date | None) -> None:
    found = moves(given("gold", until), then=dearer())
    assert (counts(found), found.moves) == ([("gold", "gold", 1, 1)], [])


def test_a_program_that_drops_all_its_tiers_leaves_nobody_one() -> None:
    assert moves(buyer(1_200_000), then=make_tiered(tiers=())).moves[0].planned == Outlook("", BEGINS.isoformat())


def test_the_list_is_bounded_and_says_so() -> None:
    many = [replace(buyer(1_200_000), member_id=f"mem_{number}") for number in range(MOVES_SHOWN_MAX + 1)]
    found = moves(*many, then=dearer())
    assert (len(found.moves), found.members, found.is_all) == (MOVES_SHOWN_MAX, len(many), False)


class Holders:
    def __init__(self, *accounts: Account) -> None:
        self.accounts = accounts
        self.asked = 0

    def load_tier_holders(self, _limit: int) -> tuple[Sequence[Account], bool]:
        self.asked += 1
        return self.accounts, True


def test_nobody_is_looked_at_where_tiers_stay_as_they_are_nor_who_is_gone() -> None:
    holders = Holders(replace(buyer(1_200_000), state="closed"))
    at = datetime(2027, 3, 10, tzinfo=UTC)
    assert Movers(holders).find(NOW, make_tiered(version=2), at) is None
    assert holders.asked == 0
    found = Movers(holders).find(NOW, dearer(), at)
    assert found is not None
    assert found.members == 0


def test_what_keeps_a_tier_may_ask_for_less_than_what_reaches_it() -> None:
    kept = replace(asking(GOLD, 5_000_000), keep=Criteria({"spend": 1_000_000}))
    assert moves(buyer(1_200_000), then=make_tiered(tiers=(MEMBER, SILVER, kept))).moves == []
