"""What the APIs answer, as types. Services make these as plain values; a test holds every answer to its type.

They are typed dictionaries because a declaration is all they are: nothing is converted when a request is answered.
"""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired, TypedDict

from msgspec import Meta

Instant = Annotated[
    str,
    Meta(description="RFC 3339 in UTC.", extra_json_schema={"format": "date-time"}, examples=["2026-11-22T03:15:00Z"]),
]
Day = Annotated[
    str,
    Meta(
        description="YYYY-MM-DD, in the program's time zone.",
        extra_json_schema={"format": "date"},
        examples=["2027-11-30"],
    ),
]
Count = Annotated[int, Meta(ge=0)]
Cursor = Annotated[str, Meta(description="Give it as `cursor` to get the next page; null on the last one.")]


class Money(TypedDict):
    """An amount in the currency's smallest unit."""

    amount: Count
    currency: str


class Balances(TypedDict):
    """Points by what can be done with them."""

    active: Count
    pending: Count
    held: Count
    debt: Count


class PointsByDay(TypedDict):
    """Points and their day; null is never."""

    on: Day | None
    points: Count


class Tier(TypedDict):
    """The member's level."""

    id: str
    name: str


class Account(TypedDict):
    """What a member has now."""

    member_id: str
    points: Balances
    worth: Money
    expiring: list[PointsByDay]
    activating: list[PointsByDay]
    tier: Tier | None
    sequence: Count


class Share(TypedDict):
    """Why: this rule, in this version of the program, gave so much on this basis."""

    rule_id: str
    rule_version: int
    basis: int
    points: int


class Changes(TypedDict):
    """What an entry changed, signed."""

    active: int
    pending: int
    held: int
    debt: int


class LotChange(TypedDict):
    """What an entry put into a lot, or took from it (negative). `on` is the lot's last day; null is never."""

    on: Day | None
    points: int


class Reference(TypedDict):
    """What an entry is about."""

    kind: str
    id: str


class Entry(TypedDict):
    """One fact of the statement. `points` is the signed change of active points; they add up to `balance_after`."""

    entry_id: str
    sequence: Count
    kind: str
    points: int
    changes: Changes
    occurred_at: Instant
    recorded_at: Instant
    balance_after: int
    explanation: list[Share]
    lots: list[LotChange]
    reference: Reference
    reason: str | None
    hash: str


class EntryPage(TypedDict):
    """The statement, newest first."""

    items: list[Entry]
    next_cursor: Cursor | None


class Redemption(TypedDict):
    """One use of points. `account` is there in the answer to a change."""

    redemption_id: str
    member_id: str
    state: Literal["reserved", "redeemed", "released", "lapsed"]
    code: str
    reward_id: str | None
    quantity: Count
    points: Count
    worth: Money
    expires_at: Instant
    entry_id: str
    account: NotRequired[Account]


class RedemptionPage(TypedDict):
    """Redemptions, newest first."""

    items: list[Redemption]
    next_cursor: Cursor | None


class Fault(TypedDict):
    """One thing wrong with the request: where (a JSON pointer) and what."""

    pointer: str
    code: str
    detail: NotRequired[str]


class Problem(TypedDict):
    """Why a request was refused (RFC 9457). `code` is permanent; the words may change."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: list[Fault]
    retryable: bool
