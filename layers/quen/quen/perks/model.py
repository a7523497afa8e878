"""Who has which perk on a day, through what, and how often it may be used. Pure.

It is told what a member has (a tier, a plan, perks that were given to them), never what their account is: so it stands
below the ledger, which asks it when a use is reserved and when a purchase is priced.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Literal, NamedTuple

from msgspec import Struct, field

from quen.program.model import Perk, Program, Quota, Reward, last_day_of

Source = Literal["tier", "membership", "granted"]


class Holder(Struct, frozen=True):
    """What a member has on a local day: their tier, the plan that they pay for ("": none) and the last day of what is paid,
    and the last day of every perk that was given to them.
    """

    day: date
    tier: str = ""
    plan: str = ""
    plan_until: str = ""
    granted: Mapping[str, str] = field(default_factory=dict)


class Uses(NamedTuple):
    """How often a perk may be used in a period, and the period: its last local day and its name (`2026-11-30/month`)."""

    limit: int
    period: str

    @property
    def last_day(self) -> str:
        """The last local day of the period."""
        return self.period.partition("/")[0]


def sources_of(perk: Perk, holder: Holder) -> tuple[Source, ...]:
    """Through what the member has the perk: all that applies; nothing, where they do not have it."""
    through: dict[Source, bool] = {
        "tier": holder.tier in perk.tiers,
        "membership": holder.plan in perk.plans,
        "granted": holder.granted.get(perk.id, "") >= holder.day.isoformat(),
    }
    return tuple(source for source, has_it in through.items() if has_it)


def perks_held(program: Program, holder: Holder) -> Iterator[Perk]:
    """The perks that the member has, in the program's order; an invitation to what is over is nobody's any more."""
    for perk in program.perks:
        is_over = perk.at is not None and program.local_day(perk.at) < holder.day
        if not is_over and sources_of(perk, holder):
            yield perk


def find_held(program: Program, perk_id: str, holder: Holder) -> Perk | None:
    """The perk of that id, where the member has it."""
    return next((perk for perk in perks_held(program, holder) if perk.id == perk_id), None)


def multipliers_held(program: Program, holder: Holder) -> frozenset[str]:
    """The perks that the member has and that multiply points."""
    return frozenset(perk.id for perk in perks_held(program, holder) if perk.multiplies)


def uses_of(perk: Perk, quota: Quota, holder: Holder) -> Uses:
    """How often the member may use a perk that they have, in which period: of all through which they have it, as often as
    the most generous says. Where uses go by tier and plan, who was given it has the
    fewest of them.
    """
    sources = sources_of(perk, holder)
    if not quota.by_holder:
        limit = quota.uses
    else:
        given = {"tier": quota.by_holder.get(holder.tier, 0), "membership": quota.by_holder.get(holder.plan, 0)}
        given["granted"] = min((count for count in quota.by_holder.values() if count), default=0)
        limit = max((given[source] for source in sources), default=0)
    return Uses(limit, _period(perk, quota, holder))


def saves_money(perk: Perk, holder: Holder) -> bool:
    """Whether it is what they pay for that lets the member have it, and nothing else does."""
    return sources_of(perk, holder) == ("membership",)


def opens_early(perk: Perk, reward: Reward, day: date) -> bool:
    """Whether holders of the perk may have that reward on a day before its window begins."""
    first = reward.window.first
    is_meant = perk.early_days > 0 and (not perk.rewards or reward.id in perk.rewards)
    return is_meant and first is not None and 0 < (first - day).days <= perk.early_days


def _period(perk: Perk, quota: Quota, holder: Holder) -> str:
    """The period of that day. A perk of a membership that was given to who has none counts to the day to which it was."""
    if quota.per == "membership_period":
        return f"{holder.plan_until or holder.granted.get(perk.id, '')}/{quota.per}"
    return f"{last_day_of(quota.per, holder.day).isoformat()}/{quota.per}"
