"""What members have beside points, when two of them are one person: nothing earned is lost, and nothing is had twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factories import NOON, make_card, make_stamping
from quen.errors import MembershipsBothRunError
from quen.ledger.model import Account, tier_of
from quen.ledger.model.privileges import parse_privileges, privileges_form, privileges_of
from quen.ledger.model.values import gift_key
from quen.memberships.model import Membership
from quen.program.model import Program
from tiered import make_tiered
from till import Till, merge, undo

TODAY = NOON.date()
STAMPING = make_stamping(card=make_card(months=6))
PAID = Membership("vip", "ACTIVE", "2026-11-01", "2026-11-30")


def two(program: Program) -> tuple[Till, Till]:
    return Till(program, Account("mem_a")), Till(program, Account("mem_b"))


def stamps(till: Till) -> tuple[int, int]:
    """On the current card, and cards completed before it."""
    mark = till.account.cards.get("coffee")
    return (mark.stamps, mark.completed) if mark else (0, 0)


def gifts(till: Till) -> dict[str, int]:
    """Pieces by reward."""
    return {key.partition("/")[0]: count for key, count in till.account.gifts.items()}


def test_the_higher_tier_stays_and_goes_back_with_whoever_had_it() -> None:
    survivor, merged = two(make_tiered())
    merged.buy(1_200_000, "B-1")
    undoing = merge(survivor, merged)
    assert [tier_of(till.account, till.program, TODAY) for till in (survivor, merged)] == ["gold", "member"]
    undo(survivor, merged, undoing)
    assert [tier_of(till.account, till.program, TODAY) for till in (survivor, merged)] == ["member", "gold"]


def test_what_both_bought_together_reaches_a_tier_and_no_longer_when_they_part() -> None:
    survivor, merged = two(make_tiered())
    survivor.buy(300_000, "B-1")
    merged.buy(300_000, "B-2")
    undoing = merge(survivor, merged)
    assert tier_of(survivor.account, survivor.program, TODAY) == "silver"
    undo(survivor, merged, undoing)
    assert [tier_of(till.account, till.program, TODAY) for till in (survivor, merged)] == ["member", "member"]


def test_a_tier_that_the_survivor_has_reached_alone_since_stays_theirs() -> None:
    survivor, merged = two(make_tiered())
    merged.buy(300_000, "B-1")
    undoing = merge(survivor, merged)
    survivor.buy(600_000, "B-2")
    undo(survivor, merged, undoing)
    assert tier_of(survivor.account, survivor.program, TODAY) == "silver"


def test_nothing_of_a_closed_account_falls_due() -> None:
    survivor, merged = two(make_tiered())
    merged.buy(1_200_000, "B-1")
    merge(survivor, merged)
    entries = len(merged.entries)
    merged.now += timedelta(days=400)
    merged.keep_up()
    assert len(merged.entries) == entries


def test_stamps_of_both_go_on_one_card_and_come_off_it_again() -> None:
    survivor, merged = two(STAMPING)
    survivor.buy(70_000, "B-1")
    merged.buy(70_000, "B-2")
    undoing = merge(survivor, merged)
    assert (stamps(survivor), stamps(merged)) == ((2, 1), (0, 0))
    assert (gifts(survivor), gifts(merged)) == ({"cone": 2, "sundae": 1}, {})
    undo(survivor, merged, undoing)
    assert (stamps(survivor), stamps(merged)) == ((7, 0), (7, 0))
    assert (gifts(survivor), gifts(merged)) == ({"cone": 1}, {"cone": 1})


def test_a_milestone_that_the_merged_member_was_paid_for_is_not_paid_again() -> None:
    survivor, merged = two(STAMPING)
    merged.buy(70_000, "B-1")
    merge(survivor, merged)
    assert (stamps(survivor), gifts(survivor)) == ((7, 0), {"cone": 1})


@settings(max_examples=60, deadline=None)
@given(own=st.integers(0, 30), other=st.integers(0, 30), since=st.integers(0, 15))
def test_a_merge_that_is_undone_leaves_every_card_and_gift_as_it_was(own: int, other: int, since: int) -> None:
    survivor, merged = two(STAMPING)
    survivor.buy(own * 10_000, "B-1")
    merged.buy(other * 10_000, "B-2")
    before = [(stamps(till), gifts(till)) for till in (survivor, merged)]
    undoing = merge(survivor, merged)
    total = sum(mark * 1 + full * 12 for mark, full in [stamps(survivor)])
    assert total == own + other
    survivor.buy(since * 10_000, "B-3")
    undo(survivor, merged, undoing)
    if not since:
        assert [(stamps(till), gifts(till)) for till in (survivor, merged)] == before
    now = stamps(survivor)
    assert (now[0] + now[1] * 12, stamps(merged)) == (own + since, before[1][0])


def test_a_paid_membership_comes_along_and_goes_back_as_it_is_then() -> None:
    survivor, merged = two(STAMPING)
    merged.account = Account("mem_b", membership=PAID)
    undoing = merge(survivor, merged)
    assert (survivor.account.membership.plan_on(TODAY), merged.account.membership.plan_on(TODAY)) == ("vip", "")
    undo(survivor, merged, undoing)
    assert (survivor.account.membership.plan_on(TODAY), merged.account.membership) == ("", PAID)


def test_two_who_both_pay_do_not_become_one() -> None:
    survivor, merged = two(STAMPING)
    survivor.account = Account("mem_a", membership=PAID)
    merged.account = Account("mem_b", membership=PAID)
    with pytest.raises(MembershipsBothRunError):
        merge(survivor, merged)


def test_of_two_perks_that_were_given_the_longer_one_counts() -> None:
    survivor, merged = two(STAMPING)
    survivor.account = Account("mem_a", granted={"lounge": "2026-12-01"})
    merged.account = Account("mem_b", granted={"lounge": "2026-12-31", "early": "2026-12-05"})
    undoing = merge(survivor, merged)
    assert survivor.account.granted == {"early": "2026-12-05", "lounge": "2026-12-31"}
    undo(survivor, merged, undoing)
    assert survivor.account.granted == {"lounge": "2026-12-01"}
    assert merged.account.granted == {"lounge": "2026-12-31", "early": "2026-12-05"}


def test_a_gift_that_was_used_up_meanwhile_does_not_come_back() -> None:
    key = gift_key("cone", "2026-12-31")
    survivor, merged = two(STAMPING)
    merged.account = Account("mem_b", gifts={key: 2})
    undoing = merge(survivor, merged)
    survivor.account = Account("mem_a", survivor.account.sequence, survivor.account.head, gifts={key: 1})
    undo(survivor, merged, undoing)
    assert (survivor.account.gifts, merged.account.gifts) == ({}, {key: 1})


def test_privileges_come_back_from_what_is_kept_of_them() -> None:
    till = Till(STAMPING, Account("mem", granted={"lounge": "2026-12-31"}, membership=PAID))
    till.buy(170_000, "B-1")
    privileges = privileges_of(till.account)
    assert parse_privileges(privileges_form(privileges)) == privileges
