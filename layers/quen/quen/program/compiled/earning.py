"""Ways to earn, of a stored document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from quen.program.compiled.cards import wallet_of
from quen.program.compiled.conditions import Categories, condition_of, dates_of, goods_of
from quen.program.compiled.texts import named
from quen.program.model import BasisPolicy, Campaign, Cap, EarningRule

_WHOLE_BILL = BasisPolicy()


def rule_of(rule: Mapping[str, Any], categories: Categories, cards: Sequence[Mapping[str, Any]] = ()) -> EarningRule:
    """One way to earn; `cards` are the document's."""
    multiplier = rule.get("multiplier")
    return EarningRule(
        id=rule["id"],
        on=rule["on"],
        points=rule.get("points"),
        per=rule.get("per"),
        each=rule.get("each", "purchase"),
        multiplier=Fraction(multiplier) if multiplier is not None else None,
        bonus=rule.get("bonus"),
        wallet=wallet_of(rule, cards),
        goods=goods_of(rule.get("goods"), categories),
        when=condition_of(rule.get("when"), categories),
        caps=caps_of([*rule.get("caps", ()), *([rule["cap"]] if "cap" in rule else ())]),
        combine=rule.get("combine", "sum"),
        campaign=rule.get("campaign"),
        pending_days=rule.get("pending", {}).get("days"),
        name=rule.get("name"),
    )


def campaign_of(campaign: Mapping[str, Any], locales: Sequence[str], categories: Categories) -> Campaign:
    """One campaign."""
    first, last = dates_of(campaign.get("window"))
    return Campaign(
        id=campaign["id"],
        name=named(campaign["name"], locales),
        first=first,
        last=last,
        when=condition_of(campaign.get("when"), categories),
        budget=campaign.get("budget", {}).get("points"),
        caps=caps_of(campaign.get("caps", ())),
    )


def caps_of(caps: Sequence[Mapping[str, Any]]) -> tuple[Cap, ...]:
    """Caps, as the document orders them."""
    return tuple(Cap(cap["points"], cap["per"], cap.get("when_reached", "cap")) for cap in caps)


def basis_of(basis: Mapping[str, Any] | None, categories: Categories) -> BasisPolicy:
    """Which part of a bill earns."""
    if not basis:
        return _WHOLE_BILL
    tenders = basis.get("without_tenders")
    return BasisPolicy(
        with_tax=basis.get("tax", "included") == "included",
        with_delivery=basis.get("delivery_fee", "excluded") == "included",
        without_tenders=_WHOLE_BILL.without_tenders if tenders is None else frozenset(tenders),
        without_goods=goods_of(basis.get("without_goods"), categories),
    )
