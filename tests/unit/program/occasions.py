"""Occasions on which members earn, and what every rule gives for them: `bought`, `did`, `joined`. Amounts are in dong, times
are local.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from quen.earning.model import (
    Award,
    MemberEvent,
    Purchase,
    PurchaseLine,
    Tender,
    price_enrolment,
    price_event,
    price_purchase,
)
from quen.money import Money
from quen.program.model import Facts, Program

# 2026-12-02 is a Wednesday. The Tết of 2027 is on 6 February, Mid-Autumn on 15 September.
WEDNESDAY, THURSDAY, FRIDAY = "2026-12-02", "2026-12-03", "2026-12-04"

Line = tuple[int, str] | tuple[int, str, int] | tuple[int, str, int, str]
"""Amount, category, and where it matters quantity and SKU."""
Given = Mapping[str, int]
"""What every rule gives, in points, qualifying points or stamps."""


@dataclass(frozen=True)
class Occasion:
    """Something that a member does, and what each rule gives for it."""

    what: str
    price: Callable[[Program], Award]
    gives: Given


def bought(what: str, at: str, *lines: Line, gives: Given, **more: Any) -> Occasion:
    """A purchase. `tax`, `store`, `delivery`, `paid_with` (a tender, for the whole bill or so much of it) say more of it; the
    rest is of the member.
    """
    tax, store, delivery = more.pop("tax", None), more.pop("store", None), more.pop("delivery", None)
    paid_with = more.pop("paid_with", "")
    tender, paid = paid_with if isinstance(paid_with, tuple) else (paid_with, 0)
    facts = Facts(**{"nth": 2, **more})

    def price(program: Program) -> Award:
        total = sum(line[0] for line in lines)
        purchase = Purchase(
            "B-1",
            datetime.fromisoformat(at).replace(tzinfo=program.time_zone).astimezone(UTC),
            _money(total),
            store,
            tuple(_line(number, *line) for number, line in enumerate(lines)),
            _money(tax) if tax else None,
            _money(delivery) if delivery else None,
            (Tender(tender, _money(paid or total)),) if tender else (),
        )
        return price_purchase(program, purchase, facts=facts)

    return Occasion(what, price, gives)


def did(event_type: str, at: str = "2026-12-02T18:00", *, gives: Given) -> Occasion:
    """An event that a partner reports."""

    def price(program: Program) -> Award:
        instant = datetime.fromisoformat(at).replace(tzinfo=program.time_zone).astimezone(UTC)
        return price_event(program, MemberEvent("E-1", event_type, "x", instant))

    return Occasion(f"{event_type} at {at}", price, gives)


def joined(points: int) -> Occasion:
    """A member joins."""
    return Occasion("joins", price_enrolment, {"welcome": points})


def _line(number: int, amount: int, category: str, quantity: int = 1, sku: str = "x") -> PurchaseLine:
    return PurchaseLine(str(number), sku, quantity, _money(amount), category)


def _money(amount: int) -> Money:
    return Money(amount, "VND")
