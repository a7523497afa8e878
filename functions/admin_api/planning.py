"""What a program document would change, before it is made the program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NotRequired, TypedDict

from admin_api.program import ProgramBody
from quen.bootstrap import application
from quen.http.answers import Count, Day, Instant, Money
from quen.http.callers import recognise_staff
from quen.http.endpoint import Call, Resource
from quen.planning.views import plan_view
from quen.staff.model import Action, StaffCaller

planning: Resource[StaffCaller] = Resource(__name__, recognise_staff)


class Text(TypedDict):
    """The same in both languages."""

    vi: str
    en: str


class Change(TypedDict):
    """A value that is added, changed or removed. `path` is a pointer, with the name of a rule or a reward (`id`) where a
    pointer has its number.
    """

    path: str
    section: str
    id: str | None
    change: Literal["added", "changed", "removed"]
    before: Any
    after: Any


class RuleGift(TypedDict):
    """What one rule gives for a basket."""

    rule_id: str
    wallet: Literal["points", "qualifying", "stamps"]
    card_id: NotRequired[str]
    points: Count


class MoneyDifference(TypedDict):
    """An amount in the currency's smallest unit; negative where it is less than before."""

    amount: int
    currency: str


class Basket(TypedDict):
    """What a sample basket earns before (null: there was nothing to compare with) and after, and what the points are worth."""

    basket_id: str
    name: Text
    total: Money
    points_before: Count | None
    points_after: Count
    qualifying_before: Count | None
    qualifying_after: Count
    stamps_before: Count | None
    stamps_after: Count
    worth_before: Money | None
    worth_after: Money
    worth_difference: MoneyDifference | None
    explanation_before: list[RuleGift] | None
    explanation_after: list[RuleGift]


class Warned(TypedDict):
    """Something to know before the change is made."""

    code: str
    path: str
    text: Text


class Outlook(TypedDict):
    """The tier that a member comes to, and on which day: null where it is theirs already, or will be with the next purchase."""

    tier: str | None
    on: Day | None


TierCount = TypedDict("TierCount", {"from": str | None, "to": str | None, "planned": Count, "instead": Count})
"""How many come from one tier to another, or stay: with the document (`planned`), and without it (`instead`)."""
TierMove = TypedDict("TierMove", {"member_id": str, "from": str | None, "planned": Outlook, "instead": Outlook})
"""A member for whom that differs."""


class TierMoves(TypedDict):
    """What the document would make of the tiers of so many `members` above the entry tier, were they to buy as in the last
    twelve months. `is_all`: there are no more such members, and no more moves.
    """

    members: Count
    is_all: bool
    counts: list[TierCount]
    moves: list[TierMove]


class Plan(TypedDict):
    """What the document would change: the version that it would be, from when it would count, and what it is compared with.
    `tier_moves` is null where it changes nothing about tiers.
    """

    version: int
    effective_from: Instant
    compared_with: int | None
    unchanged: bool
    changes: list[Change]
    baskets: list[Basket]
    tier_moves: TierMoves | None
    warnings: list[Warned]


@planning.endpoint("POST", "/v1/program/plan", action=Action.PLAN_PROGRAM, body=ProgramBody, answer=Plan)
def plan(call: Call[StaffCaller, ProgramBody]) -> Mapping[str, Any]:
    """What a document would change as the program; nothing is written. Every fault is named by pointer."""
    app = application()
    return plan_view(app.plans.plan(call.input, app.ledger.now()))
