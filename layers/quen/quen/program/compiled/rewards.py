"""What points buy, of a stored document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from quen.program.benefits import Benefit
from quen.program.compiled.conditions import dates_of
from quen.program.compiled.texts import named
from quen.program.model import Reward, VoucherTerms
from quen.program.model.rewards import DayWindow


def reward_of(reward: Mapping[str, Any], locales: Sequence[str]) -> Reward:
    """One reward, its texts in the order of the program's locales."""
    stock, limit = reward.get("stock"), reward.get("per_member")
    benefit: Mapping[str, Any] = reward.get("benefit", {})
    by_store: Mapping[str, int] = stock if isinstance(stock, Mapping) else {}
    by_period: Mapping[str, Any] = limit if isinstance(limit, Mapping) else {"times": limit, "per": "ever"}
    return Reward(
        id=reward["id"],
        name=named(reward["name"], locales),
        points=reward["points"],
        stock=None if by_store else stock,
        stock_by_store=by_store,
        per_member=by_period["times"],
        limit_per=by_period["per"],
        expires_in_days=reward["expires_in_days"],
        terms=named(reward.get("terms", {}), locales),
        benefit=_benefit(benefit),
        about=named(benefit.get("cause") or benefit.get("event") or {}, locales),
        voucher=_voucher(benefit),
        price_by_tier=reward.get("price_by_tier", {}),
        window=DayWindow(*dates_of(reward.get("window"))),
        stores=tuple(reward.get("stores", ())),
        tiers=tuple(reward.get("tiers", ())),
        segment=reward.get("segment", ""),
    )


def _benefit(benefit: Mapping[str, Any]) -> Benefit | None:
    """What the reward is; what is told by locale stands beside it."""
    if not benefit:
        return None
    percent = benefit.get("percent")
    ticket = {"at": benefit["at"], "place": benefit["place"]} if benefit["kind"] == "event_ticket" else None
    return Benefit(
        kind=benefit["kind"],
        amount=benefit.get("face", benefit.get("amount")),
        percent=Fraction(percent) / 100 if percent is not None else None,
        maximum=benefit.get("maximum"),
        minimum_bill=benefit.get("minimum_bill"),
        skus=tuple(benefit.get("skus", ())),
        partner_id=benefit.get("partner"),
        event=ticket,
    )


def _voucher(benefit: Mapping[str, Any]) -> VoucherTerms | None:
    return VoucherTerms(benefit["partial"], benefit["valid_days"]) if benefit.get("kind") == "voucher" else None
