"""How rewards and redemptions are shown: JSON-able values. What is not there is left out of a redemption."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from quen.instants import format_instant
from quen.ledger.documents import Document
from quen.ledger.model import Account, Entry, entry_id
from quen.ledger.views import account_view
from quen.perks.views import uses_view
from quen.program.benefits import Allocation, benefit_form
from quen.program.model import Program, Reward, Tier
from quen.rewards.model import Asked, ExchangeWanted, Offer, PayablePoints, PerkOff, Relief, display_code


def offer_view(offer: Offer, program: Program, locale: str | None) -> dict[str, Any]:
    """One line of the catalogue."""
    reward, spoken = offer.reward, program.locale_for(locale)
    window = reward.window
    return {
        "reward_id": reward.id,
        "name": reward.name_in(spoken),
        "terms": reward.terms_in(spoken),
        "benefit": benefit_view(reward, spoken),
        "points": offer.points,
        "available": offer.is_available,
        "reachable": offer.is_reachable,
        "gifts": offer.gifts,
        "missing_points": offer.missing,
        "worth": money_view(program.worth(offer.points).amount, program),
        "window": {
            "from": window.first.isoformat() if window.first else None,
            "to": window.last.isoformat() if window.last else None,
        },
        "stock": {"left": offer.left, "by_store": dict(offer.left_by_store)},
        "stores": list(reward.stores or reward.stock_by_store),
        "tier_required": None if offer.is_for_tier else _tier_view(reward, program, spoken),
    }


def reserved_view(asked: Asked, entry: Entry) -> dict[str, Any]:
    """A redemption as it begins."""
    points = entry.hold.hold.points if entry.hold else 0
    shown = {
        "redemption_id": asked.redemption_id,
        "member_id": entry.member_id,
        "state": "redeemed" if asked.reward and asked.reward.is_at_once else "reserved",
        "code": display_code(asked.redemption_id),
        "reward_id": asked.reward.id if asked.reward else None,
        "quantity": asked.quantity,
        "points": points,
        "worth": money_view(asked.program.worth(points).amount, asked.program),
        "expires_at": asked.details(entry)["expires_at"],
        "entry_id": entry_id(entry),
    }
    if asked.perk:
        shown |= {"perk_id": asked.perk.id, "name": asked.perk.name_in(None)}
    if entry.hold and entry.hold.hold.gift:
        shown["gift"] = True
    if isinstance(asked.wanted, ExchangeWanted):
        shown["exchange"] = {"units": asked.wanted.units, "fee": asked.wanted.rate.fee}
    if asked.wanted.store_id:
        shown["store_id"] = asked.wanted.store_id
    if asked.reward and asked.reward.benefit:
        shown["benefit"] = benefit_view(asked.reward, None)
    if asked.wanted.bill:
        shown["taken_off"] = taken_off_view(asked.taken_off(points), asked.program)
    return shown


def quote_view(
    account: Account,
    program: Program,
    tier: Tier | None,
    off: Relief,
    payable: PayablePoints,
    rewards: Sequence[tuple[Offer, Allocation]],
) -> dict[str, Any]:
    """What a member has off a bill."""
    spoken = program.locale_for(None)
    return {
        "member_id": account.member_id,
        "tier": {"id": tier.id, "name": tier.name_in(spoken)} if tier else None,
        "discount": taken_off_view(off.discount, program),
        "perks": [_perk_off_view(one, program, spoken) for one in off.perks],
        "points_payable": {
            "minimum": payable.minimum,
            "maximum": payable.maximum,
            "multiple": payable.multiple,
            "worth": money_view(program.worth(payable.maximum).amount, program),
        },
        "rewards": [
            {
                "reward_id": offer.reward.id,
                "name": offer.reward.name_in(spoken),
                "points": offer.points,
                "gifts": offer.gifts,
                "taken_off": taken_off_view(taken, program),
            }
            for offer, taken in rewards
        ],
    }


def _perk_off_view(one: PerkOff, program: Program, locale: str) -> dict[str, Any]:
    return {
        "perk_id": one.perk.id,
        "name": one.perk.name_in(locale),
        "kind": one.perk.kind,
        "applied": one.is_applied,
        "uses_left": one.uses_left,
        "taken_off": taken_off_view(one.off, program),
    }


def taken_off_view(off: Allocation, program: Program) -> dict[str, Any]:
    """What is taken off a bill, and off which of its lines."""
    return {
        "amount": money_view(off.amount, program),
        "lines": [{"line_id": line_id, "amount": money_view(amount, program)} for line_id, amount in off.lines],
    }


def benefit_view(reward: Reward, locale: str | None) -> dict[str, Any] | None:
    """What a reward is; None for a plain thing that is handed over."""
    if reward.benefit is None:
        return None
    shown = benefit_form(reward.benefit)
    if reward.benefit.kind == "donation":
        shown["cause"] = reward.about_in(locale)
    if reward.benefit.kind == "event_ticket":
        shown["event"] = {"name": reward.about_in(locale), **shown["event"]}
    if reward.voucher:
        shown |= {"partial": reward.voucher.partial, "valid_days": reward.voucher.valid_days}
    return shown


def money_view(amount: int, program: Program) -> dict[str, Any]:
    """An amount in the program's currency."""
    return {"amount": amount, "currency": program.currency}


def closed_view(document: Document, state: str, account: Account, entry: Entry, program: Program) -> dict[str, Any]:
    """A redemption as it ends, and what the member then has."""
    shown = {key: value for key, value in document.result.items() if key != "account"}
    seen = account_view(account, program, entry.recorded_at)
    if perk := program.find_perk(shown.get("perk_id", "")):
        shown["uses"] = uses_view(account, perk, program, entry.recorded_at)
    if state == "redeemed":
        shown["redeemed_at"] = format_instant(entry.recorded_at)
    return shown | {"state": state, "entry_id": entry_id(entry), "account": seen}


def redemption_view(document: Document, now: datetime) -> dict[str, Any]:
    """A redemption as it stands now: one whose time is over has lapsed, whether that is written yet or not. How many uses of
    a perk were left then is left out: it is another number by now.
    """
    lapsed = document.state == "reserved" and now >= datetime.fromisoformat(document.details["expires_at"])
    shown = {key: value for key, value in document.result.items() if key not in {"account", "uses"}}
    return shown | {"state": "lapsed" if lapsed else document.state}


def _tier_view(reward: Reward, program: Program, locale: str) -> dict[str, str] | None:
    """The first of the program's tiers whose members may have the reward."""
    for tier in program.tiers:
        if tier.id in reward.tiers:
            return {"id": tier.id, "name": tier.name_in(locale)}
    return None
