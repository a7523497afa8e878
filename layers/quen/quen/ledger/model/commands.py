"""What can be asked of an account. A command is a value; `decide` turns it into one entry, or refuses it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from quen.earning.model import Purchase, RuleShare


@dataclass(frozen=True, slots=True)
class RecordPurchase:
    """A till reports a purchase; the program's rules say what it earns. Zero points are recorded too."""

    partner_id: str
    purchase: Purchase


@dataclass(frozen=True, slots=True)
class GrantBonus:
    """Points that no purchase earned: `welcome` at enrolment, `birthday` once a year (`occasion` is then the year).

    `shares` explains them, where more than the one rule gave them.
    """

    reason: Literal["welcome", "birthday"]
    points: int
    occasion: str
    rule_id: str
    shares: tuple[RuleShare, ...] = ()


@dataclass(frozen=True, slots=True)
class Reserve:
    """Set points aside for a reward, or (without `reward_id`) for part of a bill, until `lapses_at`.

    `limit` is how often the member may have this reward, where the program limits it; `stock` says which shards of its
    stock the pieces come from, where it has one; `at_till`, that a till asks.
    """

    redemption_id: str
    points: int
    lapses_at: datetime
    reward_id: str = ""
    quantity: int = 1
    limit: int | None = None
    stock: Mapping[str, int] = field(default_factory=dict)
    at_till: bool = False


@dataclass(frozen=True, slots=True)
class Redeem:
    """The reward was handed over: the held points are spent for good."""

    redemption_id: str


@dataclass(frozen=True, slots=True)
class Release:
    """The redemption is called off: the held points go back to the lots they came from."""

    redemption_id: str


@dataclass(frozen=True, slots=True)
class Adjust:
    """Staff give (+) or take (−) points, for a reason. Taking never goes below what is active."""

    adjustment_id: str
    points: int
    reason_code: str
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class BringUpToDate:
    """Nothing but what had fallen due at `until`."""

    until: datetime


Command = RecordPurchase | GrantBonus | Reserve | Redeem | Release | Adjust | BringUpToDate
