"""What a change of the program means: what is added, changed and removed, what sample baskets earn before and after, and what
whoever changes it should know. Pure; the same two documents and day always give the same plan.

changes      two documents, compared by the names of what is in them
drafts       a purchase in the making, changed until a condition holds
baskets      the samples: made of what the rules of both programs ask about
comparison   what every basket earns before and after
warnings     sentences on what a change does to members who are there already
"""

from quen.planning.model.baskets import Basket, sample_baskets
from quen.planning.model.changes import Change, ChangeKind, changes_between
from quen.planning.model.comparison import BasketPlan, Earned, compare
from quen.planning.model.drafts import Draft, fitted
from quen.planning.model.warnings import Warned, warnings_of

__all__ = [
    "Basket",
    "BasketPlan",
    "Change",
    "ChangeKind",
    "Draft",
    "Earned",
    "Warned",
    "changes_between",
    "compare",
    "fitted",
    "sample_baskets",
    "warnings_of",
]
