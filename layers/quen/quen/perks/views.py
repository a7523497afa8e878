"""How perks are shown to members, tills and staff: JSON-able values. What a perk does not say is left out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from quen.instants import format_instant
from quen.ledger.model import Account, holder_of, used_of
from quen.perks.model import Holder, Source, perks_held, sources_of, uses_of
from quen.program.benefits import decimal_text
from quen.program.model import Perk, Program, Tier, TierDiscount


def perks_view(account: Account, program: Program, now: datetime, locale: str | None) -> dict[str, Any]:
    """Every perk that the member has now, and what the next tier would bring."""
    spoken = program.locale_for(locale)
    holder = holder_of(account, program, program.local_day(now))
    return {
        "member_id": account.member_id,
        "items": [_held_view(perk, account, program, holder, spoken) for perk in perks_held(program, holder)],
        "next_tier": _teaser(program, holder, spoken),
    }


def uses_view(account: Account, perk: Perk, program: Program, now: datetime) -> dict[str, Any] | None:
    """How often a counted perk may be used, was used (what is set aside is used), and can still be; None: not counted."""
    return _uses_view(account, perk, holder_of(account, program, program.local_day(now)))


def _held_view(perk: Perk, account: Account, program: Program, holder: Holder, locale: str) -> dict[str, Any]:
    source = sources_of(perk, holder)[0]
    since, until = _days(perk, account, holder, source)
    return _perk_view(perk, program, locale) | {
        "source": source,
        "since": since or None,
        "until": until or None,
        "quota": _uses_view(account, perk, holder),
    }


def _uses_view(account: Account, perk: Perk, holder: Holder) -> dict[str, Any] | None:
    if perk.quota is None:
        return None
    uses = uses_of(perk, perk.quota, holder)
    used = used_of(account, perk.id, uses)
    return {
        "uses": uses.limit,
        "used": used,
        "left": max(0, uses.limit - used),
        "per": perk.quota.per,
        "period_end": uses.last_day or None,
    }


def _perk_view(perk: Perk, program: Program, locale: str) -> dict[str, Any]:
    """What the perk is."""
    said: dict[str, Any] = {
        "when": "birthday_month" if perk.is_for_birthday_month else None,
        "multiplier": decimal_text(perk.multiplier) if perk.multiplies else None,
        "early_days": perk.early_days or None,
        "rewards": list(perk.rewards) or None,
        "at": format_instant(perk.at) if perk.at else None,
        "place": perk.place or None,
    }
    said |= _discount_view(perk.discount, program) if perk.discount else {}
    if perk.delivery:
        said |= {
            "maximum": _money(perk.delivery.maximum, program),
            "minimum_bill": _money(perk.delivery.minimum_bill, program),
        }
    return {
        "perk_id": perk.id,
        "name": perk.name_in(locale),
        "terms": perk.terms_in(locale),
        "kind": perk.kind,
    } | {name: value for name, value in said.items() if value is not None}


def _discount_view(discount: TierDiscount, program: Program) -> dict[str, Any]:
    return {"percent": decimal_text(discount.percent * 100), "maximum": _money(discount.maximum, program)}


def _days(perk: Perk, account: Account, holder: Holder, source: Source) -> tuple[str, str]:
    """From which day and to which one the member has it; empty where that is not known, or has no end."""
    if source == "granted":
        return "", account.granted[perk.id]
    if source == "membership":
        return account.membership.since, account.membership.until
    marks = {account.tier_on(holder.day): account.tier_mark} | {account.standing.tier: account.standing}
    mark = marks.get(holder.tier)
    return (mark.since, mark.until) if mark else ("", "")


def _teaser(program: Program, holder: Holder, locale: str) -> dict[str, Any] | None:
    """The perks of the next tier that the member does not have; None at the top, or where it brings none."""
    tier = _next_tier(program, holder)
    if tier is None:
        return None
    has = {perk.id for perk in perks_held(program, holder)}
    perks = [perk for perk in program.perks if tier.id in perk.tiers and perk.id not in has]
    if not perks:
        return None
    shown = [_perk_view(perk, program, locale) for perk in perks]
    return {"id": tier.id, "name": tier.name_in(locale), "perks": shown}


def _next_tier(program: Program, holder: Holder) -> Tier | None:
    higher = program.tiers[program.rank_of(holder.tier) + 1 :]
    return next((tier for tier in higher if not tier.is_retired), None)


def _money(amount: int | None, program: Program) -> dict[str, Any] | None:
    return None if amount is None else {"amount": amount, "currency": program.currency}
