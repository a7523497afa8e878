"""Time travel: what may be typed, and what it does to the one item."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from local.commands.clock import parse_step, parse_when, span
from local.sandbox_clock import SandboxClockItem

REAL = datetime(2026, 11, 22, 5, 0, 0, 250_000, tzinfo=UTC)


class OneItemTable:
    """As much of a DynamoDB client as one item needs, in a table without a kept day."""

    def __init__(self) -> None:
        self.item: dict[str, Any] = {}

    def get_paginator(self, operation: str) -> Any:
        assert operation == "query"
        return SimpleNamespace(paginate=lambda **_: [{"Items": []}])

    def get_item(self, **_request: object) -> dict[str, Any]:
        return {"Item": self.item} if self.item else {}

    def update_item(self, *, Key: dict[str, Any], ExpressionAttributeValues: dict[str, Any], **_: object) -> None:  # noqa: N803 - boto3's names
        self.item = {**Key, **self.item, "offset_seconds": ExpressionAttributeValues[":offset"]}


def test_a_step_is_days_hours_minutes_seconds() -> None:
    assert parse_step("30d") == timedelta(days=30)
    assert parse_step("1d12h") == timedelta(days=1, hours=12)
    assert parse_step("-90s") == timedelta(seconds=-90)
    assert parse_step("30") == parse_step("P30D") == timedelta(days=30)
    assert parse_step("PT12H") == timedelta(hours=12)
    for bad in ("", "d", "-", "p", "1w", "--1d", "1d 2h", "1.5d"):
        with pytest.raises(argparse.ArgumentTypeError):
            parse_step(bad)


def test_when_is_an_instant_a_day_or_now() -> None:
    assert parse_when("now") is None
    assert parse_when("2027-01-01") == "2027-01-01"
    assert parse_when("2027-01-01T00:00:00Z") == datetime(2027, 1, 1, tzinfo=UTC)
    assert parse_when("2027-01-01T07:00:00+07:00") == datetime(2027, 1, 1, tzinfo=UTC)
    assert parse_when("2027-01-01T09:30") == "2027-01-01T09:30"
    for bad in ("2027-02-30", "1.1.2027", ""):
        with pytest.raises(argparse.ArgumentTypeError):
            parse_when(bad)


def test_a_clock_that_nobody_moved_shows_real_time() -> None:
    clock = SandboxClockItem(OneItemTable(), "program", lambda: REAL)  # type: ignore[arg-type]
    assert clock.read_offset() == timedelta(0)
    assert clock.now() == REAL.replace(microsecond=0)


@pytest.mark.parametrize("instant", [datetime(1997, 1, 1, tzinfo=UTC), datetime(2031, 6, 1, 12, tzinfo=UTC)])
def test_the_clock_goes_to_the_very_second_backwards_too(instant: datetime) -> None:
    table = OneItemTable()
    clock = SandboxClockItem(table, "program", lambda: REAL)  # type: ignore[arg-type]
    clock.set_now(instant)
    assert clock.now() == instant
    assert (table.item["PK"], table.item["SK"]) == ({"S": "SANDBOX"}, {"S": "CLOCK"})
    clock.set_offset(timedelta(0))
    assert clock.now() == REAL.replace(microsecond=0)


@pytest.mark.parametrize(
    ("offset", "told"),
    [
        (timedelta(0), "0:00:00"),
        (timedelta(hours=-10, minutes=-56), "-10:56:00"),
        (timedelta(days=359, hours=12), "359 days, 12:00:00"),
        (timedelta(days=-1, hours=-2), "-1 day, 2:00:00"),
    ],
)
def test_a_clock_that_is_behind_is_told_as_people_say_it(offset: timedelta, told: str) -> None:
    assert span(offset) == told
