"""A plan as plain values: what the admin API answers, and what `quen program plan --json` prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from quen.earning.model import RuleShare
from quen.instants import format_second
from quen.ledger.views import wallet_view
from quen.money import Money
from quen.planning.model import BasketPlan, Change, Earned
from quen.planning.model.movers import Outlook, TierMoves
from quen.planning.service import Plan


def plan_view(plan: Plan) -> dict[str, Any]:
    """The plan. Where nothing changes, `version` is the one that counts anyway."""
    stated = plan.before if plan.is_unchanged and plan.before else plan.after
    return {
        "version": stated.version,
        "effective_from": format_second(stated.effective_from),
        "compared_with": plan.before.version if plan.before else None,
        "unchanged": plan.is_unchanged,
        "changes": [_change_view(change) for change in plan.changes],
        "baskets": [_basket_view(basket) for basket in plan.baskets],
        "tier_moves": _moves_view(plan.tier_moves) if plan.tier_moves else None,
        "warnings": [{"code": warned.code, "path": warned.path, "text": dict(warned.text)} for warned in plan.warnings],
    }


def _change_view(change: Change) -> dict[str, Any]:
    return {
        "path": change.path,
        "section": change.section,
        "id": change.item or None,
        "change": change.kind,
        "before": change.before,
        "after": change.after,
    }


def _basket_view(plan: BasketPlan) -> dict[str, Any]:
    currency, difference = plan.total.currency, plan.worth_difference
    return {
        "basket_id": plan.basket.basket_id,
        "name": dict(plan.basket.name),
        "total": _money(plan.total),
        **_earned_view("before", plan.before),
        **_earned_view("after", plan.after),
        "worth_difference": None if difference is None else {"amount": difference, "currency": currency},
    }


def _earned_view(when: str, earned: Earned | None) -> dict[str, Any]:
    return {
        f"points_{when}": earned.of("points") if earned else None,
        f"qualifying_{when}": earned.of("qualifying") if earned else None,
        f"stamps_{when}": earned.of("stamps") if earned else None,
        f"worth_{when}": _money(earned.worth) if earned else None,
        f"explanation_{when}": _shares(earned.shares) if earned else None,
    }


def _shares(shares: Sequence[RuleShare]) -> list[dict[str, Any]]:
    return [{"rule_id": share.rule_id, "points": share.points} | wallet_view(share.wallet) for share in shares]


def _moves_view(found: TierMoves) -> dict[str, Any]:
    """Null is the tier of everybody in a program without tiers."""
    steps = sorted({*found.planned, *found.instead})
    return {
        "members": found.members,
        "is_all": found.is_all,
        "counts": [
            {
                "from": step.before or None,
                "to": step.after or None,
                "planned": found.planned[step],
                "instead": found.instead[step],
            }
            for step in steps
        ],
        "moves": [
            {
                "member_id": move.member_id,
                "from": move.tier or None,
                "planned": _outlook_view(move.planned),
                "instead": _outlook_view(move.instead),
            }
            for move in found.moves
        ],
    }


def _outlook_view(outlook: Outlook) -> dict[str, Any]:
    return {"tier": outlook.tier or None, "on": outlook.on or None}


def _money(money: Money) -> dict[str, Any]:
    return {"amount": money.amount, "currency": money.currency}
