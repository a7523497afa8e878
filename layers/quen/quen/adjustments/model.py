"""Who may give and take how many points, and when a second person is asked. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from quen.errors import AdjustmentLimitReachedError, ValidationFailedError
from quen.program.model import AdjustmentPolicy

WAITS_FOR = timedelta(days=14)
"""How long a request waits for its second person."""


def has_lapsed(asked_at: datetime, now: datetime) -> bool:
    """Whether a request that nobody has decided about has waited for too long."""
    return now > asked_at + WAITS_FOR


def check_reason(policy: AdjustmentPolicy, reason_code: str) -> None:
    """Raises ValidationFailedError for a reason that is none of those which the program lists, where it lists any."""
    if policy.reason_codes and reason_code not in policy.reason_codes:
        raise ValidationFailedError.at(
            "/reason_code", "not_allowed", "The program lists the reasons; this is none of them."
        )


def check_limits(policy: AdjustmentPolicy, role: str, points: int, reason_code: str) -> None:
    """Raises AdjustmentLimitReachedError for more points than the role may move, and as `check_reason` does."""
    check_reason(policy, reason_code)
    limit = policy.limits.get(role)
    if limit is not None and abs(points) > limit:
        raise AdjustmentLimitReachedError(f"The role {role} may give or take {limit} points at a time.")


def asks_for_a_second_person(policy: AdjustmentPolicy, points: int) -> bool:
    """Whether so many points are more than one person decides about."""
    return policy.approval_above is not None and abs(points) > policy.approval_above
