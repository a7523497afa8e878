"""What a partner, or who administers it, is refused though the request itself is in order.

ConflictError
├── PartnerBudgetExhaustedError   the partner has not bought so many points ahead
├── PartnerCapReachedError        the partner's points of the day are used up
├── KeyNotActiveError             the key is retiring already, or revoked
└── PackExceededError             more points would be withdrawn than are left
"""

from __future__ import annotations

from quen.errors import ConflictError

DAY_SECONDS = 24 * 60 * 60


class PartnerBudgetExhaustedError(ConflictError):
    """Of a prepaid partner whose terms say so. Staff may add a pack."""

    code = "partner_budget_exhausted"
    title = "The partner has not bought so many points ahead"


class PartnerCapReachedError(ConflictError):
    """`retry_after_seconds` says when the next day begins."""

    code = "partner_cap_reached"
    title = "The partner's points of this day are used up"
    retryable = True

    def __init__(self, detail: str = "", *, retry_after_seconds: int = DAY_SECONDS) -> None:
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds


class KeyNotActiveError(ConflictError):
    """It has a successor, or none was wanted: only an active key is rotated."""

    code = "key_not_active"
    title = "The key is retiring already, or revoked"


class PackExceededError(ConflictError):
    """What was given away cannot be withdrawn."""

    code = "pack_exceeded"
    title = "So many points are not left of what the partner bought"
