"""Counted perks over the pure core: who has them, how often, and what upgrades, downgrades and time make of that."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from factories import NOON, make_program
from quen.errors import MemberNotActiveError, PerkNotHeldError, RewardLimitReachedError
from quen.ledger.model import (
    Redeem,
    Refund,
    Release,
    ReservePerk,
    SetState,
    SetTier,
    holder_of,
    own_entry,
    rebuild,
    sealed_form,
    uses_left,
    verify,
)
from quen.memberships.model import Membership
from quen.program.model import Perk, Plan, Program, Quota, Tier
from till import Till

NAME = {"en": "It"}
TODAY = date(2026, 11, 22)
RIDES = Perk(
    "rides", NAME, tiers=("silver", "gold"), quota=Quota("month", by_holder={"silver": 1, "gold": 3})
)  # fmt: skip
LOUNGE = Perk("lounge", NAME, plans=("vip",), quota=Quota("membership_period", 2), worth=50_000)
PARKING = Perk("parking", NAME, tiers=("gold",), plans=("vip",), quota=Quota("day", 1), worth=20_000)
GIVEN = Perk("given", NAME, quota=Quota("week", 1))
UNCOUNTED = Perk("hello", NAME, tiers=("silver",))

PROGRAM = make_program(
    tiers=tuple(Tier(tier, NAME) for tier in ("member", "silver", "gold")),
    plans=(Plan("vip", NAME, 99_000),),
    perks=(RIDES, LOUNGE, PARKING, GIVEN, UNCOUNTED),
)
VIP = Membership("vip", "ACTIVE", "2026-11-10", "2026-12-09")


def till(tier: str = "silver", program: Program = PROGRAM, **account: Any) -> Till:
    made = Till(program)
    made.do(SetTier(tier, None, "known"))
    made.account = replace(made.account, **account)
    return made


def use(till: Till, perk_id: str = "rides", number: int = 1, *, at_till: bool = True, **more: Any) -> str:
    redemption_id = f"red_{perk_id}_{number}"
    lapses_at = till.now + (timedelta(minutes=15) if at_till else timedelta(days=30))
    till.do(ReservePerk(redemption_id, perk_id, lapses_at, partner_id="ptn" if at_till else "", **more))
    return redemption_id


def left(till: Till, perk: Perk = RIDES) -> int | None:
    day = till.program.local_day(till.now)
    return uses_left(till.account, perk, holder_of(till.account, till.program, day))


def test_a_use_is_set_aside_for_no_points_and_used_up_once_it_is_redeemed() -> None:
    gold = till("gold")
    redemption_id = use(gold)
    entry = own_entry(gold.entries)
    assert (entry.kind, entry.lines, left(gold)) == ("reserve", {}, 2)
    gold.do(Redeem(redemption_id))
    assert (left(gold), gold.account.holds, gold.account.rewards) == (2, {}, {"rides/2026-11-30/month": 1})


def test_a_use_that_is_released_lapses_or_is_refunded_can_be_had_again() -> None:
    gold = till("gold")
    gold.do(Release(use(gold, number=1)))
    assert left(gold) == 3
    use(gold, number=2)
    gold.now += timedelta(minutes=15)
    gold.keep_up()
    assert (gold.entries[-1].kind, left(gold)) == ("lapse", 3)
    redemption_id = use(gold, number=3)
    hold = gold.account.holds[redemption_id]
    gold.do(Redeem(redemption_id))
    gold.do(Refund(redemption_id, hold, hold.lots))
    assert (left(gold), gold.account.rewards) == (3, {})


def test_no_more_uses_are_had_than_there_are() -> None:
    silver = till()
    use(silver)
    with pytest.raises(RewardLimitReachedError):
        use(silver, number=2)
    with pytest.raises(RewardLimitReachedError):
        use(till("gold"), quantity=4)


def test_an_upgrade_in_the_middle_of_a_period_grants_the_difference() -> None:
    member = till()
    use(member)
    assert left(member) == 0
    member.do(SetTier("gold", None, "regular"))
    assert left(member) == 2
    use(member, number=2)
    assert left(member) == 1


def test_after_a_downgrade_nothing_is_left_and_never_less() -> None:
    member = till("gold")
    for number in range(3):
        use(member, number=number)
    member.do(SetTier("silver", None, "late"))
    assert left(member) == 0
    with pytest.raises(RewardLimitReachedError):
        use(member, number=9)
    member.do(SetTier("", None, "late"))
    with pytest.raises(PerkNotHeldError):
        use(member, number=9)


def test_what_was_reserved_before_a_downgrade_is_still_had() -> None:
    member = till("gold")
    redemption_id = use(member)
    member.do(SetTier("", None, "late"))
    member.do(Redeem(redemption_id))
    assert member.account.holds == {}


def test_nothing_is_carried_over_and_each_period_begins_anew() -> None:
    member = till()
    use(member)
    member.now = datetime(2026, 11, 30, 16, 59, 59, tzinfo=UTC)  # a second before midnight in Saigon
    assert left(member) == 0
    member.now += timedelta(seconds=1)
    assert left(member) == 1
    use(member, number=2)
    assert left(member) == 0


def test_a_use_that_comes_back_after_its_period_adds_none_to_the_next() -> None:
    member = till("gold")
    member.now = datetime(2026, 11, 30, 16, 59, tzinfo=UTC)
    use(member)
    member.now += timedelta(minutes=20)
    member.keep_up()
    assert (left(member), member.account.holds) == (3, {})
    assert all(count > 0 for count in member.account.rewards.values())


def test_a_members_own_reservation_ends_with_the_period_and_a_tills_lives_its_minutes() -> None:
    member = till("gold")
    own = use(member, at_till=False)
    assert member.account.holds[own].lapses_at == datetime(2026, 11, 30, 17, tzinfo=UTC)
    member.now = datetime(2026, 11, 30, 16, 59, tzinfo=UTC)
    use(member, number=2)
    assert member.account.holds["red_rides_2"].lapses_at == datetime(2026, 11, 30, 17, 14, tzinfo=UTC)


def test_a_perk_of_a_membership_counts_in_its_period_and_stops_with_it() -> None:
    member = till("", membership=VIP)
    use(member, "lounge")
    assert member.account.rewards == {"lounge/2026-12-09/membership_period": 1}
    assert left(member, LOUNGE) == 1
    unpaid = VIP._replace(state="PAST_DUE", until="2026-11-21")
    member.account = replace(member.account, membership=unpaid)
    with pytest.raises(PerkNotHeldError):
        use(member, "lounge", 2)


def test_a_perk_that_was_given_is_had_to_the_end_of_its_last_day() -> None:
    member = till("", granted={"given": "2026-11-22"})
    use(member, "given")
    member.now = NOON + timedelta(hours=12)
    with pytest.raises(PerkNotHeldError):
        use(member, "given", 2)


def test_what_a_use_saves_is_kept_only_where_nothing_but_the_membership_gives_it() -> None:
    paying, both = till("", membership=VIP), till("gold", membership=VIP)
    use(paying, "parking", saves=20_000)
    use(both, "parking", saves=20_000)
    assert [next(iter(one.account.holds.values())).saved for one in (paying, both)] == [20_000, 0]


@pytest.mark.parametrize("perk_id", ["hello", "no-such-perk"])
def test_what_is_not_counted_is_not_redeemed(perk_id: str) -> None:
    with pytest.raises(PerkNotHeldError):
        use(till(), perk_id)


def test_who_is_blocked_uses_nothing() -> None:
    member = till()
    member.do(SetState("blocked", "fraud"))
    with pytest.raises(MemberNotActiveError):
        use(member)


def test_the_history_of_uses_folds_and_verifies_and_is_small() -> None:
    member = Till(PROGRAM)
    member.do(SetTier("gold", None, "known"))
    for number in range(3):
        redemption_id = use(member, number=number)
        member.do(Redeem(redemption_id) if number else Release(redemption_id))
    forms = [sealed_form(entry) for entry in member.entries]
    assert rebuild("mem", member.entries) == member.account
    assert verify(member.account, forms) is None
    assert max(len(form.form) for form in forms) < 600
