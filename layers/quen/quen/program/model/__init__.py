"""A program as the rest of the house sees it: the values of one version of the document, and the plain sums they decide.

Integers and fractions only; a float in here is a defect. A `Program` is never changed: a change is a new version, and
an entry keeps the number of the version that decided it.
"""

from quen.program.model.earning import EarningRule, Scope, Wallet, Weekday
from quen.program.model.points import Activity, EndOf, Expiry, ExpiryKind, PointsPolicy, Rounding
from quen.program.model.policies import (
    LEAP_DAY,
    AdjustmentPolicy,
    Birthday,
    Channel,
    Feb29,
    MessagePolicy,
    StoredValuePolicy,
    TransferPolicy,
)
from quen.program.model.program import Program, VersionMark, version_at
from quen.program.model.rewards import Reward
from quen.program.model.texts import text_in

__all__ = [
    "LEAP_DAY",
    "Activity",
    "AdjustmentPolicy",
    "Birthday",
    "Channel",
    "EarningRule",
    "EndOf",
    "Expiry",
    "ExpiryKind",
    "Feb29",
    "MessagePolicy",
    "PointsPolicy",
    "Program",
    "Reward",
    "Rounding",
    "Scope",
    "StoredValuePolicy",
    "TransferPolicy",
    "VersionMark",
    "Wallet",
    "Weekday",
    "text_in",
    "version_at",
]
