"""What an occasion gives: by the tier of its day, once, in one entry that says all of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from factories import make_account, make_program
from quen.ledger.model import (
    Account,
    Entry,
    Given,
    GrantBonus,
    NothingGivenError,
    Sealed,
    SetTier,
    apply,
    canonical_form,
    decide,
    given_by,
    parse_entry,
    rebuild,
    sealed_form,
    verify,
)
from quen.ledger.model.gifted import Until
from quen.program.benefits import Benefit
from quen.program.model import Gift, Gifts, Perk, PerkGift, Program, Reward, RewardGift, Tier, VoucherTerms

NOW = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
TODAY = date(2026, 12, 1)
TIERS = (Tier("member", {"en": "Member"}), Tier("gold", {"en": "Gold"}))
FIFTY = Reward("fifty", {"en": "Fifty"}, 100, benefit=Benefit("voucher", amount=50_000), voucher=VoucherTerms())
COFFEE = Reward("free-coffee", {"en": "Free coffee"}, 120)
COFFEE_GIFT = RewardGift("free-coffee", 30)
MONTH = PerkGift("ten-off")


def make_giving(**changes: object) -> Program:
    perks = (Perk("ten-off", {"en": "10 % off"}),)
    return make_program(rewards=(FIFTY, COFFEE), perks=perks, tiers=TIERS, **changes)


def gift(general: Gift = Gift(), day: date = TODAY, **by_tier: Gift) -> GrantBonus:  # noqa: B008 - a frozen value
    return GrantBonus("holiday", 0, "tet:2027", "holiday:tet", gifts=Gifts(general, by_tier), day=day)


def give(bonus: GrantBonus, account: Account | None = None, now: datetime = NOW) -> tuple[Account, Entry]:
    account = account or Account("mem_1")
    entries = decide(account, bonus, make_giving(), now)
    for entry in entries:
        account = apply(account, entry)
    return account, entries[-1]


def made_gold(until: date | None = None) -> Account:
    [entry] = decide(Account("mem_1"), SetTier("gold", until, "goodwill"), make_giving(), NOW)
    return apply(Account("mem_1"), entry)


def test_all_that_is_given_stands_in_one_entry() -> None:
    account, entry = give(gift(Gift(20, COFFEE_GIFT, MONTH)))
    assert (entry.kind, entry.reference.kind, entry.reference.id, account.sequence) == (
        "bonus",
        "holiday",
        "tet:2027",
        1,
    )
    assert (account.active, account.gifts, account.granted) == (
        20,
        {"free-coffee/2026-12-30": 1},
        {"ten-off": "2026-12-31"},
    )
    assert given_by(entry) == Given(20, Until("free-coffee", "2026-12-30"), None, Until("ten-off", "2026-12-31"))
    assert [(share.rule_id, share.points) for share in entry.shares] == [("holiday:tet", 20)]


@pytest.mark.parametrize("what", [Gift(reward=COFFEE_GIFT), Gift(perk=MONTH), Gift(reward=RewardGift("fifty", 5))])
def test_no_points_are_no_lines_and_no_share(what: Gift) -> None:
    account, entry = give(gift(what))
    assert (account.active, entry.lines, entry.shares, entry.points) == (0, {}, (), 0)


def test_a_voucher_is_had_at_once_and_not_kept_as_a_gift() -> None:
    account, entry = give(gift(Gift(reward=RewardGift("fifty", 5))))
    assert account.gifts == {}
    assert given_by(entry) == Given(0, voucher=Until("fifty", "2026-12-05"))
    assert given_by(parse_entry(canonical_form(entry), entry.hash)) == given_by(entry)


def test_a_tier_has_its_own_gift_whole_and_others_the_general_one() -> None:
    bonus = gift(Gift(20), gold=Gift(perk=MONTH))
    assert given_by(give(bonus)[1]) == Given(20)
    assert given_by(give(bonus, made_gold())[1]) == Given(0, perk=Until("ten-off", "2026-12-31"))


def test_the_tier_is_that_of_the_day_itself_not_of_when_the_job_gets_there() -> None:
    bonus = gift(Gift(20), gold=Gift(100))
    until_eve = made_gold(date(2026, 12, 5))
    assert given_by(give(replace(bonus, day=date(2026, 12, 5)), until_eve)[1]).points == 100
    assert given_by(give(replace(bonus, day=date(2026, 12, 6)), until_eve)[1]).points == 20


def test_who_is_given_nothing_has_no_entry() -> None:
    with pytest.raises(NothingGivenError):
        give(gift(gold=Gift(100)))
    assert given_by(give(gift(gold=Gift(100)), made_gold())[1]).points == 100


def test_what_is_given_early_lasts_from_the_day_and_what_is_given_late_from_then() -> None:
    what = Gift(reward=COFFEE_GIFT, perk=PerkGift("ten-off", 7))
    early = given_by(give(gift(what, date(2026, 12, 24)))[1])
    assert early == Given(0, Until("free-coffee", "2027-01-22"), None, Until("ten-off", "2026-12-30"))
    late = given_by(give(gift(what, date(2026, 11, 20)))[1])
    assert late == Given(0, Until("free-coffee", "2026-12-30"), None, Until("ten-off", "2026-12-07"))


def test_a_perk_that_the_member_has_for_longer_is_not_cut_short() -> None:
    account, _ = give(gift(Gift(perk=PerkGift("ten-off", 90))))
    after, entry = give(gift(Gift(perk=MONTH)), account)
    assert after.granted == account.granted == {"ten-off": "2027-02-28"}
    assert given_by(entry).perk == Until("ten-off", "2027-02-28")


@given(
    st.lists(
        st.tuples(
            st.builds(
                Gift,
                st.integers(0, 50),
                st.none() | st.builds(RewardGift, st.sampled_from(["fifty", "free-coffee"]), st.integers(1, 60)),
                st.none() | st.builds(PerkGift, st.just("ten-off"), st.none() | st.integers(1, 60)),
            ),
            st.integers(-40, 40),
        ),
        max_size=6,
    )
)
def test_whatever_is_given_the_history_proves_the_account_and_no_perk_is_cut_short(
    gifts: list[tuple[Gift, int]],
) -> None:
    account, history, entries = make_account(member_id="mem_1"), list[Sealed](), list[Entry]()
    lasting = [""]
    for what, days in gifts:
        bonus = gift(what, date.fromordinal(TODAY.toordinal() + days))
        if what.is_nothing:
            continue
        account, entry = give(bonus, account)
        entries.append(entry)
        history.append(sealed_form(entry))
        lasting.append(account.granted.get("ten-off", ""))
    assert rebuild("mem_1", entries) == account
    assert verify(account, history) is None
    assert all(one <= other for one, other in pairwise(lasting))
    assert account.active == sum(given_by(entry).points for entry in entries)
    assert sum(account.gifts.values()) == sum(given_by(entry).reward is not None for entry in entries)
