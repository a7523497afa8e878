"""Every state, every event: what becomes of a membership, or with which refusal nothing does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from factories import make_plan
from quen.errors import (
    MembershipNotRunningError,
    MembershipPaidAheadError,
    MembershipRunningError,
    PaymentRequiredError,
    PerksUsedError,
    QuenError,
)
from quen.memberships.model import (
    AHEAD_MAX,
    NO_MEMBERSHIP,
    Membership,
    MembershipChange,
    PaidPeriod,
    canceled,
    change_form,
    membership_form,
    paid,
    parse_change,
    parse_membership,
    payment_failed,
    refunded,
    resumed,
    trial_started,
    turned,
)

PLAN = make_plan()
OTHER = make_plan(id="gold", trial_days=7)
TODAY = "2026-11-22"
IN_PERIOD = "2026-12-01"
AFTER = "2026-12-22"

NEVER = NO_MEMBERSHIP
TRIAL = trial_started(NEVER, PLAN, TODAY).after
ACTIVE = paid(NEVER, PLAN, TODAY).after
STATES = {
    "never": NEVER,
    "trial": TRIAL,
    "active": ACTIVE,
    "ahead": paid(ACTIVE, PLAN, TODAY).after,
    "paid in trial": paid(TRIAL, PLAN, TODAY).after,
    "canceled": ACTIVE._replace(state="CANCELED_AT_PERIOD_END", next_on="2026-12-22"),
    "canceled trial": TRIAL._replace(state="CANCELED_AT_PERIOD_END", next_on="2026-12-06"),
    "past due": turned(ACTIVE._replace(next_on="2026-12-22"), PLAN, "2026-12-22").after,
    "ended": ACTIVE._replace(state="ENDED", next_on="", had_trial=1),
}
Event = Callable[[Membership, str], MembershipChange | None]
EVENTS: dict[str, Event] = {
    "trial": lambda membership, day: trial_started(membership, PLAN, day),
    "trial of another plan": lambda membership, day: trial_started(membership, OTHER, day),
    "paid": lambda membership, day: paid(membership, PLAN, day),
    "paid for another plan": lambda membership, day: paid(membership, OTHER, day),
    "failed": lambda membership, day: payment_failed(membership, PLAN, day),
    "failed for another plan": lambda membership, day: payment_failed(membership, OTHER, day),
    "cancel": lambda membership, day: canceled(membership, PLAN, day),
    "resume": lambda membership, day: resumed(membership, PLAN, day),
    "refund": lambda membership, day: refunded(membership, "vip", day, is_used=False),
    "refund of another plan": lambda membership, day: refunded(membership, "gold", day, is_used=False),
}
RUNNING = ("trial", "active", "ahead", "paid in trial", "canceled", "canceled trial")
OUTCOMES: dict[str, dict[str, object]] = {
    "trial": {"never": "TRIAL", "ended": PaymentRequiredError}
    | dict.fromkeys((*RUNNING, "past due"), MembershipRunningError),
    "trial of another plan": {"never": "TRIAL", "ended": PaymentRequiredError}
    | dict.fromkeys((*RUNNING, "past due"), MembershipRunningError),
    "paid": dict.fromkeys(STATES, "ACTIVE"),
    "paid for another plan": {"never": "ACTIVE", "ended": "ACTIVE"}
    | dict.fromkeys((*RUNNING, "past due"), MembershipRunningError),
    "failed": {name: membership.state for name, membership in STATES.items()},
    "failed for another plan": {"never": "", "ended": "ENDED"}
    | dict.fromkeys((*RUNNING, "past due"), MembershipRunningError),
    "cancel": {"never": MembershipNotRunningError, "ended": MembershipNotRunningError, "past due": "ENDED"}
    | dict.fromkeys(("canceled", "canceled trial"), None)
    | dict.fromkeys(("trial", "active", "ahead", "paid in trial"), "CANCELED_AT_PERIOD_END"),
    "resume": dict.fromkeys(("never", "ended", "past due"), MembershipNotRunningError)
    | dict.fromkeys(("trial", "active", "ahead", "paid in trial"), None)
    | {"canceled": "ACTIVE", "canceled trial": "TRIAL"},
    "refund": dict.fromkeys(("never", "ended", "past due", "trial", "canceled trial"), MembershipNotRunningError)
    | dict.fromkeys(("active", "ahead", "paid in trial", "canceled"), "ENDED"),
    "refund of another plan": dict.fromkeys(STATES, MembershipNotRunningError),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("event", EVENTS)
def test_every_event_in_every_state_is_decided_or_refused(event: str, state: str) -> None:
    before, expected = STATES[state], OUTCOMES[event][state]
    day = AFTER if state in {"past due", "ended"} else TODAY
    if isinstance(expected, type) and issubclass(expected, QuenError):
        with pytest.raises(expected):
            EVENTS[event](before, day)
        return
    change = EVENTS[event](before, day)
    if expected is None:
        assert change is None
        return
    assert change is not None
    assert change.after.state == expected
    assert not change.after.next_on or change.after.next_on > day
    assert parse_change(change_form(change)) == change


@pytest.mark.parametrize("state", [name for name, membership in STATES.items() if not membership.is_over])
@pytest.mark.parametrize("plan", [PLAN, None, make_plan(grace_days=0, retry_days=()), make_plan(notice_days=0)])
def test_time_leads_every_state_to_its_end(state: str, plan: object) -> None:
    membership, day = STATES[state], ""
    for _ in range(20):
        if not membership.next_on:
            break
        assert membership.next_on > day
        day = membership.next_on
        change = turned(membership, plan, day)  # type: ignore[arg-type]
        assert parse_change(change_form(change)) == change
        membership = change.after
    assert membership.state == "ENDED"
    assert not membership.ahead


def test_a_membership_is_kept_as_it_is() -> None:
    for membership in STATES.values():
        assert parse_membership(membership_form(membership)) == membership
    assert membership_form(NEVER) == []


def test_a_trial_gives_the_perks_from_its_first_to_its_last_day() -> None:
    assert (TRIAL.since, TRIAL.until, TRIAL.had_trial) == ("2026-11-22", "2026-12-05", 1)
    assert [TRIAL.plan_on(date(2026, 11, day)) for day in (21, 22)] == ["", "vip"]
    assert [TRIAL.plan_on(date(2026, 12, day)) for day in (5, 6)] == ["vip", ""]
    assert TRIAL.next_on == "2026-12-03"


def test_nobody_tries_a_plan_without_a_trial() -> None:
    with pytest.raises(PaymentRequiredError):
        trial_started(NEVER, make_plan(trial_days=0), TODAY)


def test_the_period_that_a_trial_is_paid_for_in_follows_it() -> None:
    change = paid(TRIAL, PLAN, "2026-11-30")
    assert (change.after.state, change.after.until, change.after.last_day) == ("ACTIVE", "2026-12-05", "2027-01-05")
    begun = turned(change.after, PLAN, "2026-12-06")
    assert (begun.cause, begun.after.since, begun.after.until) == ("renewed", "2026-12-06", "2027-01-05")
    assert begun.after.next_on == "2027-01-03"


def test_months_are_counted_from_the_first_day_that_is_paid_for_not_from_a_trials() -> None:
    trial = trial_started(NEVER, make_plan(trial_days=28), "2027-01-31").after  # to 27 February
    first = paid(trial, PLAN, "2027-02-01").after
    assert first.last_day == "2027-03-27"
    assert paid(first, PLAN, "2027-02-01").after.last_day == "2027-04-27"


def test_an_early_payment_loses_no_day() -> None:
    early = paid(ACTIVE, PLAN, "2026-11-23").after
    assert (early.until, early.last_day, early.ahead) == (
        "2026-12-21",
        "2027-01-21",
        (PaidPeriod("2027-01-21", 49_000),),
    )
    assert early.next_on == "2026-12-22"


def test_months_that_follow_each_other_keep_the_day_on_which_they_began() -> None:
    membership, ends = paid(NEVER, PLAN, "2027-01-31").after, []
    for _ in range(4):
        ends.append(membership.last_day)
        membership = paid(membership, PLAN, "2027-01-31").after
    assert ends == ["2027-02-27", "2027-03-30", "2027-04-29", "2027-05-30"]


def test_nobody_pays_for_more_than_a_dozen_periods_ahead() -> None:
    membership = ACTIVE
    for _ in range(AHEAD_MAX):
        membership = paid(membership, PLAN, TODAY).after
    with pytest.raises(MembershipPaidAheadError):
        paid(membership, PLAN, TODAY)


def test_a_payment_within_the_wait_runs_on_from_the_old_end() -> None:
    late = paid(STATES["past due"]._replace(saved=12_000), PLAN, "2026-12-25").after
    assert (late.state, late.since, late.until, late.saved) == ("ACTIVE", "2026-12-22", "2027-01-21", 0)
    assert late.begun == TODAY


def test_a_payment_never_buys_days_that_are_all_over() -> None:
    weekly = make_plan(months=0, days=7, grace_days=30)
    unpaid = turned(paid(NEVER, weekly, TODAY).after, weekly, "2026-11-29").after
    assert unpaid.state == "PAST_DUE"
    on_the_last_day = paid(unpaid, weekly, "2026-12-05").after
    assert (on_the_last_day.since, on_the_last_day.until) == ("2026-11-29", "2026-12-05")
    a_day_later = paid(unpaid, weekly, "2026-12-06").after
    assert (a_day_later.since, a_day_later.until, a_day_later.begun) == ("2026-12-06", "2026-12-12", "2026-12-06")


def test_a_payment_after_the_end_begins_anew_today() -> None:
    anew = paid(STATES["ended"], PLAN, "2027-06-01").after
    assert (anew.since, anew.until, anew.begun) == ("2027-06-01", "2027-06-30", "2027-06-01")
    assert anew.had_trial == 1


def test_a_failed_payment_changes_nothing_and_says_when_it_is_tried_again() -> None:
    for day, again in (
        (IN_PERIOD, "2026-12-22"),
        ("2026-12-21", "2026-12-22"),
    ):
        change = payment_failed(ACTIVE, PLAN, day)
        assert (change.after, change.on) == (ACTIVE, again)
    unpaid = STATES["past due"]
    tries = [payment_failed(unpaid, PLAN, f"2026-12-{day}").on for day in (22, 23, 25, 27, 28)]
    assert tries == ["2026-12-23", "2026-12-25", "2026-12-27", "", ""]
    assert payment_failed(STATES["canceled"], PLAN, IN_PERIOD).on == ""
    assert payment_failed(NEVER, PLAN, TODAY).on == ""


def test_perks_rest_from_the_first_unpaid_day() -> None:
    unpaid = STATES["past due"]
    assert unpaid.plan_on(date(2026, 12, 21)) == "vip"  # a late receipt of a day that was paid for
    assert unpaid.plan_on(date(2026, 12, 22)) == ""


def test_a_day_of_notice_and_days_of_another_try_say_what_is_due_when() -> None:
    notice = turned(ACTIVE, PLAN, "2026-12-19")
    assert (notice.cause, notice.amount, notice.on, notice.after.state) == (
        "payment_due",
        49_000,
        "2026-12-22",
        "ACTIVE",
    )
    unpaid = turned(notice.after, PLAN, "2026-12-22")
    assert (unpaid.cause, unpaid.on) == ("past_due", "2026-12-28")
    told, membership = [], unpaid.after
    while membership.next_on:
        change = turned(membership, PLAN, membership.next_on)
        told.append((change.cause, change.on))
        membership = change.after
    assert told == [
        ("payment_due", "2026-12-23"),
        ("payment_due", "2026-12-25"),
        ("payment_due", "2026-12-27"),
        ("ended", ""),
    ]


def test_without_a_wait_it_ends_at_once() -> None:
    assert turned(ACTIVE, make_plan(grace_days=0), "2026-12-22").after.state == "ENDED"


def test_what_is_canceled_is_had_to_its_last_paid_day() -> None:
    ahead = canceled(STATES["ahead"], PLAN, TODAY)
    assert ahead is not None
    second = turned(ahead.after, PLAN, "2026-12-22")
    assert (second.cause, second.after.state) == ("renewed", "CANCELED_AT_PERIOD_END")
    assert turned(second.after, PLAN, "2027-01-22").after.state == "ENDED"


def test_a_plan_that_is_no_longer_in_the_program_ends_with_what_is_paid_for() -> None:
    notice = turned(ACTIVE, None, "2026-12-19")
    assert (notice.cause, notice.after.state) == ("canceled", "CANCELED_AT_PERIOD_END")
    assert turned(notice.after, None, "2026-12-22").after.state == "ENDED"
    with pytest.raises(MembershipNotRunningError):
        resumed(notice.after, None, "2026-12-20")


@pytest.mark.parametrize(
    ("day", "refund"), [("2026-11-22", 49_000 * 29 // 30), ("2026-12-06", 49_000 * 15 // 30), ("2026-12-21", 0)]
)
def test_whole_days_that_have_not_begun_are_paid_back(day: str, refund: int) -> None:
    change = refunded(ACTIVE, "vip", day, is_used=False)
    assert (change.amount, change.after.state, change.after.next_on) == (refund, "ENDED", "")
    assert change.after.plan_on(date.fromisoformat(day)) == ""


def test_periods_that_have_not_begun_are_paid_back_whole() -> None:
    assert refunded(STATES["ahead"], "vip", "2026-12-21", is_used=False).amount == 49_000
    assert refunded(STATES["paid in trial"], "vip", TODAY, is_used=False).amount == 49_000


def test_nothing_goes_back_of_a_period_whose_perks_were_used() -> None:
    with pytest.raises(PerksUsedError):
        refunded(ACTIVE, "vip", TODAY, is_used=True)
