"""The tier that a member has earned: how it is reached, reviewed, kept and lost. Pure.

    values      a standing, and what an entry does to it
    periods     the months over which tiers are looked at, and the last day for which one is theirs
    criteria    whether figures meet what is asked, and what is lacking
    reviews     up at once; down only at a review, and never without having been told
    progress    the way to the next tier, and what keeps the one a member has

A tier is reached at once and lost only at a review, which falls due by itself.
"""

from quen.tiers.model.criteria import holds, lacking, ways_to
from quen.tiers.model.periods import EVER, Months, end_after, end_of, window_of
from quen.tiers.model.progress import Progress, progress_of
from quen.tiers.model.reviews import Earner, review, rise
from quen.tiers.model.values import NO_STANDING, Figures, Standing, StandingCause, StandingChange, StandingStep

__all__ = [
    "EVER",
    "NO_STANDING",
    "Earner",
    "Figures",
    "Months",
    "Progress",
    "Standing",
    "StandingCause",
    "StandingChange",
    "StandingStep",
    "end_after",
    "end_of",
    "holds",
    "lacking",
    "progress_of",
    "review",
    "rise",
    "ways_to",
    "window_of",
]
