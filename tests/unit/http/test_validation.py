"""What msgspec says in words becomes a pointer and a stable code; no value of the request comes back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

import pytest
from msgspec import UNSET, Meta, Struct, UnsetType

from quen.errors import ValidationFailedError
from quen.http.bodies import Day, Instant
from quen.http.paging import PageQuery
from quen.http.validation import parse_body, parse_query


class Price(Struct, frozen=True, forbid_unknown_fields=True):
    amount: Annotated[int, Meta(ge=0, le=10**12)]
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$", max_length=3)] = "VND"


class Line(Struct, frozen=True, forbid_unknown_fields=True):
    line_id: Annotated[str, Meta(min_length=1, max_length=4)]
    price: Price


class Basket(Struct, frozen=True, forbid_unknown_fields=True):
    lines: Annotated[tuple[Line, ...], Meta(max_length=2)] = ()
    at: Annotated[datetime, Meta(tz=True)] | None = None
    day: date | None = None
    kind: Literal["sale", "gift"] = "sale"
    is_paid: bool = False
    names: dict[str, int] = {}


class Visit(Struct, frozen=True, forbid_unknown_fields=True):
    at: Instant | None = None
    on: Day | UnsetType = UNSET
    born_on: date | None = None
    before: tuple[Visit, ...] = ()


def line(**price: Any) -> dict[str, Any]:
    return {"lines": [{"line_id": "1", "price": price}]}


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ([], "", "type"),
        ("x", "", "type"),
        (None, "", "type"),
        ({"lines": 5}, "/lines", "type"),
        ({"lines": [5]}, "/lines/0", "type"),
        ({"lines": [{"line_id": "1"}]}, "/lines/0/price", "missing"),
        ({"lines": [1, 2, 3]}, "/lines", "length"),
        (line(), "/lines/0/price/amount", "missing"),
        (line(amount=1.0), "/lines/0/price/amount", "type"),
        (line(amount="1"), "/lines/0/price/amount", "type"),
        (line(amount=True), "/lines/0/price/amount", "type"),
        (line(amount=None), "/lines/0/price/amount", "type"),
        (line(amount=-1), "/lines/0/price/amount", "out_of_range"),
        (line(amount=10**12 + 1), "/lines/0/price/amount", "out_of_range"),
        (line(amount=10**40), "/lines/0/price/amount", "out_of_range"),
        (line(amount=1, currency="vnd"), "/lines/0/price/currency", "pattern"),
        (line(amount=1, currency="VND\n"), "/lines/0/price/currency", "length"),
        ({"lines": [{"line_id": "", "price": {"amount": 1}}]}, "/lines/0/line_id", "length"),
        ({"lines": [{"line_id": "12345", "price": {"amount": 1}}]}, "/lines/0/line_id", "length"),
        (line(amount=1, tax=1), "/lines/0/price/tax", "unknown"),
        ({"total": 1}, "/total", "unknown"),
        ({"+84 901 234 567": 1}, "", "unknown"),
        ({"a`b - at `$.x`": 1}, "", "unknown"),
        ({"at": "yesterday"}, "/at", "format"),
        ({"at": "2026-11-22T03:15:00"}, "/at", "format"),
        ({"at": "2026-02-30T03:15:00Z"}, "/at", "format"),
        ({"at": 1}, "/at", "type"),
        ({"day": "2026-02-30"}, "/day", "format"),
        ({"day": "22/11/2026"}, "/day", "format"),
        ({"kind": "loan"}, "/kind", "not_allowed"),
        ({"is_paid": 1}, "/is_paid", "type"),
        ({"names": {"x": "y"}}, "/names", "type"),
    ],
)
def test_a_fault_is_named_by_place_and_rule(body: object, pointer: str, code: str) -> None:
    with pytest.raises(ValidationFailedError) as refusal:
        parse_body(body, Basket)  # type: ignore[arg-type]
    assert [(fault.pointer, fault.code) for fault in refusal.value.faults] == [(pointer, code)]


def test_a_valid_body_becomes_typed_values() -> None:
    basket = parse_body({**line(amount=125000), "at": "2026-11-22T10:15:00+07:00", "day": "2026-11-22"}, Basket)
    assert basket.lines[0].price.amount == 125000
    assert basket.at == datetime.fromisoformat("2026-11-22T03:15:00+00:00")
    assert basket.day == date(2026, 11, 22)


def test_no_value_of_the_request_is_echoed() -> None:
    secret = "0901234567"
    for body in ({"kind": secret}, {"at": secret}, {secret: 1}, {"is_paid": secret}, line(amount=secret)):
        with pytest.raises(ValidationFailedError) as refusal:
            parse_body(body, Basket)
        shown = [refusal.value.detail, *(f"{fault.pointer} {fault.message}" for fault in refusal.value.faults)]
        assert secret not in " ".join(shown)


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ({"limit": ["0"]}, "/limit", "out_of_range"),
        ({"limit": ["101"]}, "/limit", "out_of_range"),
        ({"limit": ["ten"]}, "/limit", "type"),
        ({"limit": ["1e1"]}, "/limit", "type"),
        ({"limit": ["5.0"]}, "/limit", "type"),
        ({"limit": ["-1"]}, "/limit", "type"),
        ({"limit": [""]}, "/limit", "type"),
        ({"limit": ["9" * 40]}, "/limit", "type"),
        ({"limit": ["5", "6"]}, "/limit", "duplicate"),
        ({"page": ["2"]}, "/page", "unknown"),
    ],
)
def test_a_query_is_held_to_its_rules(query: dict[str, list[str]], pointer: str, code: str) -> None:
    with pytest.raises(ValidationFailedError) as refusal:
        parse_query(query, PageQuery)
    assert [(fault.pointer, fault.code) for fault in refusal.value.faults] == [(pointer, code)]


def test_a_page_holds_20_items_unless_asked_otherwise() -> None:
    assert parse_query({}, PageQuery) == PageQuery(limit=20, cursor=None)
    assert parse_query({"limit": ["100"], "cursor": ["x"]}, PageQuery) == PageQuery(limit=100, cursor="x")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"at": "0001-01-01T00:00:00+14:00"}, "/at"),
        ({"at": "9999-12-31T23:59:59-14:00"}, "/at"),
        ({"at": "1969-12-31T23:59:59Z"}, "/at"),
        ({"at": "1970-01-01T00:00:00+00:01"}, "/at"),
        ({"at": "2201-01-01T00:00:00Z"}, "/at"),
        ({"on": "1969-12-31"}, "/on"),
        ({"on": "2201-01-01"}, "/on"),
        ({"on": "9999-12-31"}, "/on"),
        ({"before": [{}, {"at": "0001-01-01T00:00:00Z"}]}, "/before/1/at"),
    ],
)
def test_a_time_that_no_clock_will_show_is_out_of_range(body: dict[str, Any], pointer: str) -> None:
    with pytest.raises(ValidationFailedError) as refusal:
        parse_body(body, Visit)
    assert [(fault.pointer, fault.code) for fault in refusal.value.faults] == [(pointer, "out_of_range")]
    with pytest.raises(ValidationFailedError) as refusal:
        parse_query(
            {name: [value] for name, value in (body if "before" not in body else {"on": "1969-12-31"}).items()}, Visit
        )
    assert refusal.value.faults[0].code == "out_of_range"


@pytest.mark.parametrize(
    "body",
    [
        {"at": "1970-01-01T00:00:00Z"},
        {"at": "2200-12-31T23:59:59Z"},
        {"on": "1970-01-01"},
        {"on": "2200-12-31"},
        {"born_on": "1931-05-01"},
        {"at": None},
    ],
)
def test_every_other_time_is_taken_and_a_birthday_has_rules_of_its_own(body: dict[str, Any]) -> None:
    parse_body(body, Visit)
