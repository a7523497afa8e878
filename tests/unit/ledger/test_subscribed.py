"""Paid memberships in the ledger: what payments and time write, what falls due, and what it has saved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest
from msgspec.structs import replace

from factories import NOON, make_plan, make_program, make_purchase
from quen.earning.model import NO_FACTS, Award, RuleShare
from quen.errors import (
    MemberNotActiveError,
    MembershipNotRunningError,
    PaymentRequiredError,
    PerksUsedError,
    ValidationFailedError,
)
from quen.events.model import events_of
from quen.ledger.model import (
    Account,
    BringUpToDate,
    CancelMembership,
    Hold,
    RecordPayment,
    RecordPurchase,
    Redeem,
    Refund,
    RefundMembership,
    ResumeMembership,
    SetState,
    StartTrial,
    next_due_on,
    own_entry,
    parse_entry,
    rebuild,
    sealed_form,
    verify,
)
from quen.ledger.model.subscribed import saved_by_purchase
from quen.ledger.views import account_view, entry_view
from quen.messages.intents import intents_of
from quen.money import Money
from quen.program.model import Perk
from till import Till

PROGRAM = make_program(plans=(make_plan(),))


def at(day: str, hour: int = 12) -> datetime:
    """That hour of a day in Saigon."""
    return datetime.fromisoformat(f"{day}T{hour:02}:00:00+07:00").astimezone(UTC)


def pay(
    payment_id: str = "P-1", *, plan: str = "vip", amount: int = 49_000, currency: str = "VND", failed: bool = False
) -> RecordPayment:
    outcome: Literal["succeeded", "failed"] = "failed" if failed else "succeeded"
    return RecordPayment("ptn", payment_id, plan, outcome, Money(amount, currency), NOON)


@pytest.fixture
def till() -> Till:
    return Till(PROGRAM)


def causes(till: Till) -> list[tuple[str, str]]:
    """What became of the membership, by the local day."""
    zone = till.program.time_zone
    return [
        (f"{entry.occurred_at.astimezone(zone):%m-%d}", entry.reason)
        for entry in till.entries
        if entry.kind in {"membership", "term"}
    ]


def test_what_time_does_is_written_at_its_own_midnights_however_late_a_job_runs(till: Till) -> None:
    till.do(pay())
    till.now = at("2027-03-01")
    till.do(BringUpToDate(till.now))
    assert causes(till) == [
        ("11-22", "paid"),
        ("12-19", "payment_due"),
        ("12-22", "past_due"),
        ("12-23", "payment_due"),
        ("12-25", "payment_due"),
        ("12-27", "payment_due"),
        ("12-29", "ended"),
    ]
    assert till.account.membership.state == "ENDED"
    assert next_due_on(till.account, PROGRAM) is None
    assert rebuild("mem", till.entries) == till.account
    assert verify(till.account, [sealed_form(entry) for entry in till.entries]) is None


def test_an_account_is_due_on_the_day_of_its_next_step(till: Till) -> None:
    till.do(pay())
    assert str(next_due_on(till.account, PROGRAM)) == "2026-12-19"


def test_an_entry_keeps_what_became_of_the_membership(till: Till) -> None:
    till.do(StartTrial("mbs_1", "vip"))
    till.do(pay())
    for entry in till.entries:
        assert parse_entry(*sealed_form(entry)) == entry
    assert len(sealed_form(till.entries[-1]).form) < 700


def test_a_payment_is_of_just_the_price(till: Till) -> None:
    for wrong in (pay(amount=48_999), pay(amount=49_001), pay(currency="USD"), pay(amount=1, failed=True)):
        with pytest.raises(ValidationFailedError) as refused:
            till.do(wrong)
        assert [fault.pointer for fault in refused.value.faults] == ["/amount"]
    with pytest.raises(ValidationFailedError) as refused:
        till.do(pay(plan="gold"))
    assert [fault.pointer for fault in refused.value.faults] == ["/plan_id"]
    assert till.account == Account("mem")


def test_a_payment_that_failed_is_kept_and_changes_nothing(till: Till) -> None:
    [entry] = till.do(pay(failed=True))
    assert (entry.kind, entry.reason, till.account.membership.state) == ("membership", "payment_failed", "")
    assert parse_entry(*sealed_form(entry)) == entry
    assert account_view(till.account, PROGRAM, NOON)["membership"] is None


def test_a_payment_is_of_the_program_of_its_day_and_what_falls_due_of_today(till: Till) -> None:
    till.do(pay())
    dearer = make_program(plans=(make_plan(price=59_000, grace_days=0),), version=2)
    till.now = at("2027-01-05")
    till.program = dearer
    till.keep_up()
    assert causes(till)[-1] == ("12-22", "ended")
    notice = till.entries[-2].membership
    assert notice is not None
    assert notice.amount == 59_000


def test_a_payment_under_way_while_it_ended_begins_anew_today(till: Till) -> None:
    till.do(pay())
    till.now = at("2027-01-05")
    till.do(pay("P-2"))
    membership = till.account.membership
    assert (membership.state, membership.since, membership.until) == ("ACTIVE", "2027-01-05", "2027-02-04")


def test_a_trial_is_had_once_in_a_life(till: Till) -> None:
    till.do(StartTrial("mbs_1", "vip"))
    till.now = at("2027-06-01")
    with pytest.raises(PaymentRequiredError):
        till.do(StartTrial("mbs_2", "vip"))


def test_who_may_not_earn_begins_nothing_but_can_always_cancel(till: Till) -> None:
    till.do(pay())
    till.do(SetState("blocked", "blocked"))
    for refused in (StartTrial("mbs_1", "vip"), pay("P-2"), ResumeMembership()):
        with pytest.raises(MemberNotActiveError):
            till.do(refused)
    till.do(CancelMembership())
    assert till.account.membership.state == "CANCELED_AT_PERIOD_END"


def test_what_was_canceled_can_be_resumed_and_each_only_once(till: Till) -> None:
    till.do(pay())
    till.do(CancelMembership())
    with pytest.raises(MembershipNotRunningError):
        till.do(CancelMembership())
    till.do(ResumeMembership())
    with pytest.raises(MembershipNotRunningError):
        till.do(ResumeMembership())
    assert [entry.reason for entry in till.entries] == ["paid", "canceled", "resumed"]


@pytest.mark.parametrize(
    ("key", "is_used"),
    [
        ("ride/2026-12-21/membership_period", True),
        ("old-perk/2026-12-21/membership_period", True),
        ("ride/2026-11-30/month", True),
        ("ride/2026-11-21/day", False),
        ("mug/2026-11-30/month", False),
        ("mug", False),
    ],
)
def test_nothing_goes_back_where_a_counted_perk_of_the_period_was_used(till: Till, key: str, is_used: bool) -> None:
    till.program = replace(PROGRAM, perks=(Perk("ride", {"en": "Ride"}, plans=("vip",)),))
    till.do(pay())
    till.account = replace(till.account, rewards={key: 1})
    if is_used:
        with pytest.raises(PerksUsedError):
            till.do(RefundMembership("mbs_1", "vip"))
        return
    till.do(RefundMembership("mbs_1", "vip"))
    assert till.account.membership.state == "ENDED"


def test_a_purchase_saves_what_its_discount_took_off_while_a_plan_runs(till: Till) -> None:
    def buy(purchase_id: str, discount: int, day: datetime | None = None) -> int:
        purchase = make_purchase(100_000, purchase_id=purchase_id, at=day or till.now, discount=discount)
        entry = own_entry(till.do(RecordPurchase("ptn", purchase)))
        assert entry_view(entry)["saved"] == entry.saved
        return entry.saved

    assert buy("B-1", 10_000) == 0
    till.do(pay())
    assert buy("B-2", 10_000) == 10_000
    assert buy("B-3", 5_000, at("2026-11-21")) == 0  # a receipt of a day before
    assert till.account.membership.saved == 10_000
    till.now = at("2026-12-22")
    till.keep_up()
    assert buy("B-4", 7_000) == 0
    assert till.account.membership.saved == 10_000  # told at its end
    till.do(pay("P-2"))
    assert till.account.membership.saved == 0
    assert till.entries[-1].saved == -10_000
    assert rebuild("mem", till.entries) == till.account


def test_a_return_takes_back_what_was_saved_with_the_goods(till: Till) -> None:
    till.do(pay())
    buy_with(till, "B-1", 100_000, 10_001)
    till.bring_back(50_000)
    assert till.account.membership.saved == 5_000
    till.bring_back(25_000)
    assert till.account.membership.saved == 2_500
    till.bring_back(25_000)
    assert till.account.membership.saved == 0


def test_a_return_in_another_period_takes_nothing_of_its_savings(till: Till) -> None:
    till.do(pay())
    buy_with(till, "B-1", 100_000, 10_000)
    till.do(pay("P-2"))
    till.now = at("2026-12-22")
    till.keep_up()
    assert (till.entries[-1].reason, till.entries[-1].saved) == ("renewed", -10_000)
    buy_with(till, "B-2", 100_000, 3_000)
    till.bring_back(100_000, "B-1")
    assert till.account.membership.saved == 3_000


def buy_with(till: Till, purchase_id: str, amount: int, discount: int) -> None:
    till.buy(amount, purchase_id, discount=discount)


def test_what_only_the_plans_multipliers_gave_is_saved_as_its_worth() -> None:
    perks = (
        Perk("triple", {"en": "Triple"}, plans=("vip",)),
        Perk("both", {"en": "Both"}, plans=("vip",), tiers=("gold",)),
    )
    program = replace(PROGRAM, perks=perks)
    till = Till(program)
    till.do(pay())
    shares = [RuleShare(name, 1, 0, 10) for name in ("base", "perk:triple", "perk:both", "perk:gone", "tier:gold")]
    award = Award((*shares, RuleShare("perk:triple", 1, 0, 99, "qualifying")))
    facts = replace(NO_FACTS, tier="gold")
    bought, day = make_purchase(discount=500), till.program.local_day(NOON)
    assert saved_by_purchase(till.account, bought, award, facts, program, day) == 500 + 1_000
    assert saved_by_purchase(till.account, bought, award, NO_FACTS, program, day) == 500 + 2_000
    assert saved_by_purchase(Account("mem"), bought, award, NO_FACTS, program, day) == 0


def held(saved: int, period: str = "2026-12-21/membership_period", **ahead: float) -> Hold:
    return Hold(NOON + timedelta(**(ahead or {"hours": 1})), {}, "ride", 1, period=period, saved=saved)


def test_a_use_of_a_perk_saves_when_it_is_redeemed_and_not_once_it_is_refunded(till: Till) -> None:
    till.do(pay())
    till.account = replace(till.account, holds={"red_1": held(15_000)})
    till.do(Redeem("red_1"))
    assert (till.account.membership.saved, till.entries[-1].saved) == (15_000, 15_000)
    till.do(Refund("red_1", held(15_000), {}))
    assert till.account.membership.saved == 0
    till.do(Refund("red_2", held(15_000), {}))
    assert till.account.membership.saved == 0  # never below nothing


def test_the_refund_of_a_use_in_an_earlier_period_takes_nothing_of_this_one(till: Till) -> None:
    till.do(pay())
    buy_with(till, "B-1", 100_000, 9_000)
    till.do(Refund("red_1", held(4_000, "2026-11-21/membership_period"), {}))
    till.do(Refund("red_2", held(4_000, "2026-11-30/month", days=-2), {}))
    assert till.account.membership.saved == 9_000
    till.do(Refund("red_3", held(4_000, "2026-11-30/month"), {}))
    assert till.account.membership.saved == 5_000


def test_an_open_reservation_stands_when_its_period_ends_unpaid(till: Till) -> None:
    till.do(pay())
    till.account = replace(till.account, holds={"red_1": held(15_000, days=60)})
    till.now = at("2026-12-22")
    till.keep_up()
    assert (till.account.membership.state, list(till.account.holds)) == ("PAST_DUE", ["red_1"])
    till.do(Redeem("red_1"))
    assert till.entries[-1].saved == 0  # nobody pays for that day


def test_points_stay_whatever_becomes_of_the_membership(till: Till) -> None:
    till.do(pay())
    till.buy(1_000_000)
    before = till.account.active
    till.now = at("2027-01-05")
    till.keep_up()
    assert (till.account.membership.state, till.account.active) == ("ENDED", before)


def test_the_account_shows_the_membership() -> None:
    till = Till(PROGRAM)
    till.do(pay())
    till.do(pay("P-2"))
    buy_with(till, "B-1", 100_000, 10_000)
    shown = account_view(till.account, PROGRAM, NOON)["membership"]
    assert shown == {
        "plan_id": "vip",
        "name": "Quen VIP",
        "state": "ACTIVE",
        "until": "2027-01-21",
        "renews": True,
        "saved": {"amount": 10_000, "currency": "VND"},
    }
    assert account_view(till.account, make_program(), NOON)["membership"]["name"] == "vip"


def told(till: Till) -> list[tuple[str, Any]]:
    events = [event for entry in till.entries for event in events_of(entry) if event.type.startswith("membership.")]
    return [(event.type.removeprefix("membership."), event.detail) for event in events]


def test_every_step_is_told_to_the_bus(till: Till) -> None:
    till.do(StartTrial("mbs_1", "vip"))
    till.do(pay("P-1", failed=True))
    till.do(CancelMembership())
    till.do(ResumeMembership())
    till.do(pay("P-2"))
    till.now = at("2027-01-20")
    till.keep_up()
    assert [name for name, _ in told(till)] == [
        "trial_started",
        "payment_failed",
        "canceled",
        "resumed",
        "paid",
        "payment_due",
        "past_due",
        "payment_due",
        "payment_due",
        "payment_due",
        "ended",
    ]
    details = dict(told(till))
    assert (details["paid"]["plan_id"], details["paid"]["amount"], details["paid"]["until"]) == (
        "vip",
        49_000,
        "2027-01-05",
    )
    assert (details["past_due"]["state"], details["past_due"]["on"]) == ("PAST_DUE", "2027-01-12")
    assert details["ended"]["saved"] == 0
    assert details["paid"]["reference"] == {"kind": "payment", "id": "P-2"}


def test_the_end_is_told_whatever_ended_it(till: Till) -> None:
    till.do(pay())
    till.do(RefundMembership("mbs_1", "vip"))
    assert [name for name, _ in told(till)] == ["paid", "refunded", "ended"]
    assert dict(told(till))["refunded"]["amount"] == 49_000 * 29 // 30


def test_members_are_told_once_for_each_period(till: Till) -> None:
    till.do(pay())
    for number in range(3):
        till.do(pay(f"F-{number}", failed=True))
    till.now = at("2027-01-20")
    till.keep_up()
    intents = {intent.key: intent for entry in till.entries for intent in intents_of(entry)}
    assert list(intents) == [
        "payment_failed:vip.2026-12-21",
        "membership_due:vip.2026-12-21",
        "membership_past_due:vip.2026-12-21",
        "membership_ended:vip.2026-11-22.2026-12-21",
    ]
    assert intents["membership_due:vip.2026-12-21"].data == {
        "plan_id": "vip",
        "amount": 49_000,
        "last_day": "2026-12-22",
    }
