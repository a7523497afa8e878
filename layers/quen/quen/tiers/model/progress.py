"""How far a member is from the next tier, and from keeping the one that they have earned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from quen.program.model import Program, Tier
from quen.tiers.model.criteria import lacking, ways_to
from quen.tiers.model.periods import Months, window_in_grace, window_of, window_until
from quen.tiers.model.reviews import Earner, asked_of, keeping
from quen.tiers.model.values import Figures


class Progress(Struct, frozen=True):
    """What was gathered in the day's period (`figures`), which ends with `window_end` (None: never); what is lacking on the
    closest way to the `next` tier (None: there is none), and on the other ways to it.

    `keep_missing` is what is lacking to keep the `earned` tier beyond its last day `until`: nothing where it is empty; None
    where no tier is earned, or nothing can keep it, or it is for good. `at_risk`: it would be lost, and the member was told.
    """

    figures: Figures
    next: Tier | None
    missing: Figures
    alternatives: Sequence[Figures]
    earned: str
    keep_missing: Figures | None
    until: str
    at_risk: bool
    window_end: date | None


def progress_of(program: Program, earner: Earner, tier_id: str, day: date) -> Progress:
    """The progress on that day of a member whose tier is `tier_id`, be it earned or set."""
    window = window_of(program.tiering, day, earner.joined_on)
    figures = earner.figures(window)
    following = _following(program, program.rank_of(tier_id))
    ways: list[Figures] = []
    if following and following.reach:
        ways = [lacking(way, figures) for way in ways_to(following.reach, figures)]
    keep_missing = _keep_missing(program, earner, day)
    has_notice = earner.standing.step != "" and program.rank_of(earner.standing.tier) > 0
    return Progress(
        figures=asked_of(program, figures),
        next=following,
        missing=ways[0] if ways else {},
        alternatives=ways[1:],
        earned=earner.standing.tier,
        keep_missing=keep_missing,
        until=earner.standing.until,
        at_risk=has_notice and keep_missing != {},
        window_end=window.ends_on,
    )


def _following(program: Program, rank: int) -> Tier | None:
    """The lowest of the tiers above that members can reach."""
    return next((tier for tier in program.tiers[rank + 1 :] if tier.reach and not tier.is_retired), None)


def _keep_missing(program: Program, earner: Earner, day: date) -> Figures | None:
    standing, policy = earner.standing, program.tiering
    criteria = keeping(program, standing)
    if criteria is None or not standing.until:
        return None
    if policy.period == "lifetime":
        return {}
    if standing.step == "grace":
        window: Months = window_in_grace(policy, date.fromisoformat(standing.closed), day, earner.joined_on)
    else:
        window = window_until(policy, date.fromisoformat(standing.until), earner.joined_on)
    figures = earner.figures(window)
    return lacking(ways_to(criteria, figures)[0], figures)
