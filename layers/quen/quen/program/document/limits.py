"""How late, how long and how much: what tills, members and staff may do with points. A part of the document's shape."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from quen.money import AMOUNT_MAX
from quen.program.document.values import MOVED_POINTS_MAX, Code, Members

ACCEPTED_DAYS_MAX = 92
"""As long as the ledger remembers what a rule with a cap gave on a day."""
REASON_CODES_MAX = 50
ENTRIES_KEPT_MONTHS_MIN = 13
"""Longer than anything looks back at single entries: a statement, and the undoing of a merge, span a year at the most."""
ENTRIES_KEPT_MONTHS_MAX = 1200

AdjustingRole = Literal["owner", "manager", "support"]
LimitPoints = Annotated[int, Field(ge=0, le=MOVED_POINTS_MAX)]


class Reservations(Members):
    """Points held by a till."""

    minutes: int = Field(default=15, ge=1, le=1440, description="How long a till's reservation holds points.")


class PurchasesSection(Members):
    """Which receipts still earn."""

    accepted_days: int = Field(
        default=90, ge=0, le=ACCEPTED_DAYS_MAX, description="How many days after the purchase a receipt may still come."
    )


class ReceiptsSection(Members):
    """Receipts of people who are no members yet."""

    claim_days: int = Field(
        default=30,
        ge=1,
        le=ACCEPTED_DAYS_MAX,
        description="For how many days after the purchase a member can claim its points by the code on the receipt.",
    )


class RefundsSection(Members):
    """Points that come back when a reward is refunded or a purchase is returned."""

    grace_days: int = Field(
        default=14,
        ge=0,
        le=365,
        description="Returned points live at least so many more days, even if theirs are over.",
    )


class LedgerSection(Members):
    """What becomes of old entries."""

    entries_kept_months: int = Field(
        ge=ENTRIES_KEPT_MONTHS_MIN,
        le=ENTRIES_KEPT_MONTHS_MAX,
        description="Entries leave the table for the archive once so many whole months have passed since theirs.",
    )


class MergesSection(Members):
    """Two accounts of one person made one."""

    undo_days: int = Field(default=30, ge=0, le=365, description="For how many days a merge can be undone.")


class TransfersSection(Members):
    """Points that members give each other."""

    per_day: int = Field(
        ge=1, le=MOVED_POINTS_MAX, description="Points that one member may give away in one local day, at the most."
    )
    minimum: int = Field(default=1, ge=1, le=MOVED_POINTS_MAX, description="Points at a time, at the least.")


class StoredValueSection(Members):
    """Money that members keep with the shop."""

    maximum: int = Field(
        ge=1, le=AMOUNT_MAX, description="The most that one account holds, in the currency's smallest unit."
    )


class AdjustmentsSection(Members):
    """Points that staff give and take."""

    limits: dict[AdjustingRole, LimitPoints] = Field(
        default={}, description="At most so many points at a time, by role; a role left out has no limit."
    )
    approval_above: int | None = Field(
        default=None,
        ge=0,
        le=MOVED_POINTS_MAX,
        description="More points than this need a second person; left out: none do.",
    )
    reason_codes: list[Code] = Field(
        default=[], max_length=REASON_CODES_MAX, description="The reasons that may be given; left out or empty: any."
    )
