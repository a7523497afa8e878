"""A member's paid membership: its states, and what payments, members and time make of them. Pure.

    values     Membership, MembershipChange, and their short forms
    periods    how long a payment lasts, and when the next step falls due
    decisions  trial_started, paid, payment_failed, canceled, resumed, refunded
    terms      turned: what time does

Days are texts as the account keeps them, `2027-11-30`.
"""

from quen.memberships.model.decisions import (
    AHEAD_MAX,
    canceled,
    paid,
    payment_failed,
    refunded,
    resumed,
    trial_started,
)
from quen.memberships.model.periods import due_on, ends_on, shifted
from quen.memberships.model.terms import turned
from quen.memberships.model.values import (
    NO_MEMBERSHIP,
    Membership,
    MembershipChange,
    MembershipState,
    PaidPeriod,
    change_form,
    membership_form,
    parse_change,
    parse_membership,
)

__all__ = [
    "AHEAD_MAX",
    "NO_MEMBERSHIP",
    "Membership",
    "MembershipChange",
    "MembershipState",
    "PaidPeriod",
    "canceled",
    "change_form",
    "due_on",
    "ends_on",
    "membership_form",
    "paid",
    "parse_change",
    "parse_membership",
    "payment_failed",
    "refunded",
    "resumed",
    "shifted",
    "trial_started",
    "turned",
]
