"""How memberships are shown: JSON-able values. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quen.memberships.model import Membership, MembershipChange, due_on, ends_on, shifted
from quen.money import Money, format_money
from quen.program.model import Plan, Program

LOCALES = ("vi", "en")


def membership_view(membership: Membership, program: Program) -> dict[str, Any] | None:
    """What a member pays for, or paid for last; None where they never had a plan. `until` is the last day that is paid for or
    tried, `renews` whether another payment is expected after it.
    """
    if not membership.state:
        return None
    return {
        "plan_id": membership.plan,
        "name": plan_name(program, membership.plan),
        "state": membership.state,
        "until": membership.last_day,
        "renews": membership.state in {"TRIAL", "ACTIVE"} and program.find_plan(membership.plan) is not None,
        "saved": _money(membership.saved, program),
    }


def membership_detail(membership: Membership, program: Program) -> dict[str, Any] | None:
    """The same with its current period, the next payment, and how long one that is past due waits for it."""
    shown = membership_view(membership, program)
    if shown is None:
        return None
    plan = program.find_plan(membership.plan)
    is_waiting = membership.state == "PAST_DUE" and plan is not None
    is_expected = shown["renews"] or is_waiting
    return shown | {
        # refunded on its first day, its last one is the day before
        "period": {"from": membership.since, "to": max(membership.since, membership.until)},
        "next_payment": _payment(due_on(membership), plan, program) if plan and is_expected else None,
        "pay_until": shifted(ends_on(membership, plan), -1) if is_waiting else None,
        "sentence": saved_sentence(membership.saved, membership.plan, program),
    }


def plan_view(plan: Plan, membership: Membership, program: Program) -> dict[str, Any]:
    """A plan that is offered; `trial_days` are those that this member can still try."""
    return {
        "plan_id": plan.id,
        "name": dict(plan.name),
        "terms": dict(plan.terms),
        "price": _money(plan.price, program),
        "period": {"months": plan.months} if plan.months else {"days": plan.days},
        "trial_days": 0 if membership.had_trial else plan.trial_days,
    }


def change_view(change: MembershipChange | None) -> dict[str, Any] | None:
    """What an entry did to a membership. `amount` is in the currency's smallest unit: paid, not paid, due, or refunded."""
    if change is None:
        return None
    return {
        "cause": change.cause,
        "plan_id": change.plan,
        "state": change.after.state or None,
        "until": change.after.last_day or None,
        "amount": change.amount,
        "on": change.on or None,
    }


def plan_name(program: Program, plan_id: str) -> str:
    """The plan's name in the program's first locale; of one that is no longer in the program, its id."""
    plan = program.find_plan(plan_id)
    return plan.name_in(program.locales[0]) if plan else plan_id


def saved_sentence(saved: int, plan_id: str, program: Program) -> Mapping[str, str] | None:
    """What the membership has saved in this period, in words; None where that is nothing."""
    plan = program.find_plan(plan_id)
    if not saved or plan is None:
        return None
    amounts = {locale: format_money(Money(saved, program.currency), locale) for locale in LOCALES}
    return {
        "vi": f"Kỳ này bạn đã tiết kiệm được {amounts['vi']} nhờ {plan.name_in('vi')}.",
        "en": f"You have saved {amounts['en']} this period with {plan.name_in('en')}.",
    }


def _payment(day: str, plan: Plan, program: Program) -> dict[str, Any]:
    return {"on": day, "amount": _money(plan.price, program)}


def _money(amount: int, program: Program) -> dict[str, Any]:
    return {"amount": amount, "currency": program.currency}
