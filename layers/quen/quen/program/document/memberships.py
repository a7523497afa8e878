"""Paid memberships, member by member: a part of the document's shape."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from quen.money import AMOUNT_MAX
from quen.program.document.values import Identifier, Locale, LongText, Members, Names, one_of

PLANS_MAX = 20
MONTHS_MAX = 12
DAYS_MIN = 7
DAYS_MAX = 366
TRIAL_DAYS_MAX = 366
NOTICE_DAYS_MAX = 30
GRACE_DAYS_MAX = 60
RETRIES_MAX = 10

RetryDay = Annotated[int, Field(ge=1, le=GRACE_DAYS_MAX)]


class PlanPeriodSection(Members):
    """How long one payment lasts; to 24:00 of the last day."""

    model_config = one_of({"required": ["months"]}, {"required": ["days"]})

    months: int | None = Field(
        default=None,
        ge=1,
        le=MONTHS_MAX,
        description="Months: one that is paid for from 31 January on is due on the last day of February, then on 31 March.",
    )
    days: int | None = Field(default=None, ge=DAYS_MIN, le=DAYS_MAX, description="Days.")


class TrialSection(Members):
    """How long a member may try it, once in a life, for nothing."""

    days: int = Field(ge=1, le=TRIAL_DAYS_MAX, description="For how many days, the first one included.")


class MembershipSection(Members):
    """A plan that members pay for. Its perks are those of the `perks` that name it under `plans`."""

    id: Identifier = Field(description="Unique among the memberships.")
    name: Names
    terms: dict[Locale, LongText] | None = Field(
        default=None, description="What a member should know, one text for every locale of the program."
    )
    price: int = Field(
        ge=1,
        le=AMOUNT_MAX,
        description="What one period costs, in the currency's smallest unit. Payments are of just this.",
    )
    period: PlanPeriodSection = Field(description="How long one payment lasts.")
    trial: TrialSection | None = Field(default=None, description="How long it can be tried; left out: it cannot.")
    renewal_notice_days: int = Field(
        default=3,
        ge=0,
        le=NOTICE_DAYS_MAX,
        description="How many days before the next payment is due it is told; 0: it is not.",
    )
    grace_days: int = Field(
        default=7,
        ge=0,
        le=GRACE_DAYS_MAX,
        description="How many days an unpaid membership waits, without its perks, before it ends; 0: it ends at once.",
    )
    retry_days: list[RetryDay] | None = Field(
        default=None,
        max_length=RETRIES_MAX,
        description="On which of these days the payment is tried again; left out: of the 1st, 3rd and 5th those within them.",
    )
