"""How a standing changes: up at once, with whatever raises the figures; down only at a review, never without having been
told, and never further than what the figures earn.

The rules are those of the program in force, not of the purchase's day. A period that has begun is lived to its end: a
change of the tiers or of the kind of period takes nothing away before.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, timedelta

from msgspec import Struct

from quen.program.model import Criteria, Program, measures_of
from quen.tiers.model.criteria import holds
from quen.tiers.model.periods import (
    Months,
    end_after,
    end_of,
    window_before,
    window_in_grace,
    window_of,
    window_until,
)
from quen.tiers.model.values import NO_STANDING, Figures, Standing, StandingCause, StandingChange

_ONE_DAY = timedelta(days=1)


class Earner(Struct, frozen=True):
    """Whose standing it is: what they gathered over months, and the day on which they joined, where it is known."""

    standing: Standing
    joined_on: date | None
    figures: Callable[[Months], Figures]


def rise(program: Program, earner: Earner, day: date, months: Collection[str]) -> StandingChange | None:
    """What the member has reached on that day, now that the figures of these months have risen: the highest tier above
    theirs, or in the grace of a loss what keeps theirs. Months of the period that was closed last count for that one.
    """
    windows = [window_of(program.tiering, day, earner.joined_on)]
    closed = window_before(program.tiering, day, earner.joined_on)
    if closed and any(closed.include(month) for month in months):
        windows.append(closed)
    until = end_of(program.tiering, day, earner.joined_on)
    rank, window = max(
        ((_reached(program, earner.figures(window)), window) for window in windows), key=lambda reached: reached[0]
    )
    standing = earner.standing
    if rank > program.rank_of(standing.tier):
        after = _standing(program, program.tiers[rank].id, day, day, until)
        return _change("upgraded", after, program, earner, window)
    if standing.step == "grace":
        window = window_in_grace(program.tiering, date.fromisoformat(standing.closed), day, earner.joined_on)
        if _is_kept(program, standing, earner.figures(window)):
            return _change("prolonged", _prolonged(program, standing, day, until), program, earner, window)
    return None


def review(program: Program, earner: Earner, day: date) -> StandingChange:
    """The step that is due at the midnight with which that day begins: the notice before the end of a period, the end, or the
    end of the grace after it.
    """
    standing, policy = earner.standing, program.tiering
    until = date.fromisoformat(standing.until)
    if standing.step == "grace":
        window = window_in_grace(policy, date.fromisoformat(standing.closed), day, earner.joined_on)
        following = end_of(policy, day, earner.joined_on)
    else:
        window = window_until(policy, until, earner.joined_on)
        following = end_after(policy, until, earner.joined_on)
    figures = earner.figures(window)
    is_kept = _is_kept(program, standing, figures)
    if day <= until:
        # A tier that the program has no more is worth nothing already: there is nothing to be told.
        is_at_risk = not is_kept and program.rank_of(standing.tier) > 0
        after = standing._replace(next_on=(until + _ONE_DAY).isoformat(), step="noticed" if is_at_risk else "")
        return _change("noticed" if is_at_risk else "on_track", after, program, earner, window)
    rank = _reached(program, figures)
    if rank > program.rank_of(standing.tier):
        after = _standing(program, program.tiers[rank].id, day, day, following)
        return _change("upgraded", after, program, earner, window)
    if is_kept:
        return _change("prolonged", _prolonged(program, standing, day, following), program, earner, window)
    return _lost(program, earner, day, window)


def _lost(program: Program, earner: Earner, day: date, window: Months) -> StandingChange:
    """The period is over and the tier was not kept: the grace that is left, or down."""
    standing, policy = earner.standing, program.tiering
    rank = program.rank_of(standing.tier)
    grace = 0
    if rank and standing.step != "grace":
        grace = policy.grace_days if standing.step == "noticed" else max(policy.grace_days, policy.notice_days)
    if grace:
        until = date.fromisoformat(standing.until) + timedelta(days=grace)
        next_on = (until + _ONE_DAY).isoformat()
        after = standing._replace(until=until.isoformat(), next_on=next_on, step="grace", closed=standing.until)
        return _change("grace", after, program, earner, window)
    # What the figures earn is never above the next lower tier, so that one level is never lower than that.
    is_one_level = policy.down == "one_level"
    below = _next_lower(program, rank) if is_one_level else _reached(program, earner.figures(window), below=rank)
    after = NO_STANDING
    if below:
        until_then = end_of(policy, day, earner.joined_on)
        after = _standing(program, program.tiers[below].id, day, day, until_then)
    return _change("downgraded", after, program, earner, window)


def keeping(program: Program, standing: Standing) -> Criteria | None:
    """What keeps the tier beyond its period; None where nothing can: it is retired, or nobody earns it (any more)."""
    rank = program.rank_of(standing.tier)
    tier = program.tiers[rank] if rank else None
    return None if tier is None or tier.is_retired else tier.keep or tier.reach


def asked_of(program: Program, figures: Figures) -> Figures:
    """Those of the figures that some tier asks for."""
    return {measure: amount for measure, amount in figures.items() if measure in program.asked_measures}


def _is_kept(program: Program, standing: Standing, figures: Figures) -> bool:
    if program.tiering.period == "lifetime":
        return program.rank_of(standing.tier) > 0
    criteria = keeping(program, standing)
    return criteria is not None and holds(criteria, figures)


def _reached(program: Program, figures: Figures, below: int | None = None) -> int:
    """The highest tier that the figures reach, `below` a rank; 0: everybody's."""
    ranks = range(len(program.tiers) if below is None else below)
    return max((rank for rank in ranks if _is_reached(program, rank, figures)), default=0)


def _is_reached(program: Program, rank: int, figures: Figures) -> bool:
    tier = program.tiers[rank]
    return tier.reach is not None and not tier.is_retired and holds(tier.reach, figures)


def _next_lower(program: Program, rank: int) -> int:
    """The next lower tier that members earn; 0: everybody's. What staff alone give, nobody goes down to."""
    tiers = program.tiers[:rank]
    return max((lower for lower, tier in enumerate(tiers) if tier.reach and not tier.is_retired), default=0)


def _standing(program: Program, tier: str, since: date | str, day: date, until: date | None) -> Standing:
    """A tier until that day, as of `day`: with the day of the notice, or where that is past, with the day after the end."""
    if until is None:
        return Standing(tier, str(since))
    notice_on = max(until - timedelta(days=program.tiering.notice_days), day + _ONE_DAY)
    has_notice = program.tiering.notice_days > 0 and notice_on <= until
    next_on = notice_on if has_notice else until + _ONE_DAY
    return Standing(tier, str(since), until.isoformat(), next_on.isoformat())


def _prolonged(program: Program, standing: Standing, day: date, until: date | None) -> Standing:
    return _standing(program, standing.tier, standing.since, day, until)


def _change(cause: StandingCause, after: Standing, program: Program, earner: Earner, window: Months) -> StandingChange:
    """With the figures that were asked for, as they were when it was decided: by what reaches the tier that was reached, or
    by what keeps the one that was had.
    """
    reached = program.tier_of(after.tier) if cause == "upgraded" else None
    asked = {*measures_of(reached.reach if reached else keeping(program, earner.standing))}
    figures = {measure: amount for measure, amount in earner.figures(window).items() if measure in asked}
    return StandingChange(cause, after, earner.standing.tier, figures, window.first, program.version)
