"""Criteria: whether figures meet what a tier asks, and what is lacking on the closest way there."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from quen.program.model import Criteria
from quen.tiers.model.values import Figures

_NOTHING = Fraction(0)


def holds(criteria: Criteria, figures: Figures) -> bool:
    """Whether all that is asked is there, and one of what is asked in the alternative."""
    return (
        all(figures.get(measure, 0) >= amount for measure, amount in criteria.at_least.items())
        and all(holds(each, figures) for each in criteria.all_of)
        and (not criteria.any_of or any(holds(each, figures) for each in criteria.any_of))
    )


def ways_to(criteria: Criteria, figures: Figures) -> Sequence[Figures]:
    """What must be reached in all, by measure: one way for each alternative that the criteria name, the closest one first.

    Of alternatives within one of the parts only the closest is taken: members are told of a way, not of all that there are.
    """
    needed: Figures = criteria.at_least
    for each in criteria.all_of:
        needed = _both(needed, ways_to(each, figures)[0])
    ways = [_both(needed, ways_to(each, figures)[0]) for each in criteria.any_of] or [needed]
    # Mostly there is one, and to say how far away it is takes longer than all else.
    return ways if len(ways) == 1 else sorted(ways, key=lambda way: _distance(way, figures))


def lacking(way: Figures, figures: Figures) -> Figures:
    """What is still to be gathered on that way."""
    return {
        measure: amount - figures.get(measure, 0) for measure, amount in way.items() if amount > figures.get(measure, 0)
    }


def _both(one: Figures, other: Figures) -> Figures:
    return {**one, **{measure: max(amount, one.get(measure, 0)) for measure, amount in other.items()}}


def _distance(way: Figures, figures: Figures) -> tuple[Fraction, int]:
    """How far away it is: the greatest share that is lacking of anything, then of how many things something is."""
    lacks = lacking(way, figures)
    return max((Fraction(amount, way[measure]) for measure, amount in lacks.items()), default=_NOTHING), len(lacks)
