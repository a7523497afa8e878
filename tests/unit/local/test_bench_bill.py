"""A bill is its quantities times the price table, whatever else is assumed."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from local.bench_bill import (
    FULL_PROCESSOR_MEGABYTES,
    MEMORY_MEGABYTES,
    PRICES,
    Fixtures,
    Habits,
    Use,
    bill,
    growth,
    proof_units,
    read_prices,
)
from local.bench_uses import fixtures
from local.deployment import PROJECT

NOTHING = Use(Fraction(0), Fraction(0), Fraction(0), 0, Fraction(0), 0)
NAMES = ("earn", "reserve", "redeem", "balance", "expire", "birthday", "publish", "message")
PRICED = read_prices(PRICES.read_text("utf-8"))
BARE = Fixtures(queues=0, schedules=0, alarms=0, secrets=0)


def uses(**changed: Use) -> dict[str, Use]:
    return dict.fromkeys(NAMES, NOTHING) | changed


def usd(
    name: str, members: int = 1_000_000, fixed: Fixtures = BARE, gateway: str = "rest_api_calls", **of: Any
) -> float:
    return float({line.name: line.usd for line in bill(members, uses(**of), PRICED, fixed, gateway=gateway)}[name])


def test_a_member_makes_nine_calls_of_the_gateway() -> None:
    assert Habits().calls == 9
    assert usd("gateway") == pytest.approx(31.5)
    assert usd("gateway", gateway="http_api_calls") == pytest.approx(9.0)


def test_units_are_billed_for_as_often_as_a_member_does_it() -> None:
    six = replace(NOTHING, writes=Fraction(6), reads=Fraction(2))
    assert usd("requests, writes", earn=six) == pytest.approx(4 * 6 * 0.625)
    assert usd("requests, writes", redeem=six) == pytest.approx(0.5 * 6 * 0.625)
    assert usd("requests, reads", balance=six) == pytest.approx(4 * 2 * 0.125)


def test_a_function_runs_slower_than_a_whole_processor_and_waits_for_its_calls() -> None:
    use = replace(NOTHING, calls=Fraction(4), commits=1, cpu_milliseconds=Fraction(MEMORY_MEGABYTES))
    assert use.milliseconds == FULL_PROCESSOR_MEGABYTES + 3 * 5 + 15


def test_what_is_stored_is_billed_for_half_a_year_of_it_and_grows() -> None:
    stored = replace(NOTHING, stored_bytes=1_000)
    assert usd("storage", earn=stored) == pytest.approx(4 * 6 * 0.25)
    assert [float(each) for each in growth(1_000_000, uses(earn=stored), PRICED)] == pytest.approx([48, 48 * 0.45])


def test_the_proof_reads_more_the_older_the_ledger_is() -> None:
    young, old = (proof_units(1, uses(), Habits(), months=months) for months in (1, 12))
    assert old - 1 == 12 * (young - 1)


def test_fixed_costs_are_there_with_nobody() -> None:
    fixed = Fixtures(queues=10, schedules=9, alarms=50)
    assert usd("alarms", members=0, fixed=fixed) == pytest.approx(5.0)
    assert usd("queues, idle polling", members=0, fixed=fixed) == pytest.approx(10 * 15 * 60 * 730 * 0.4e-6)
    assert usd("gateway", members=0, fixed=fixed) == 0


def test_the_dearest_item_comes_first() -> None:
    lines = bill(10_000, uses(), PRICED, fixtures(), gateway="rest_api_calls")
    assert [line.usd for line in lines] == sorted((line.usd for line in lines), reverse=True)


def test_the_templates_say_what_is_there_whoever_comes() -> None:
    """The runbook counts the same alarms and metrics, and a test counts those."""
    found = fixtures()
    assert min(found.queues, found.schedules) > 5
    runbook = " ".join((PROJECT / "RUNBOOK.md").read_text("utf-8").split())
    [alarms] = re.findall(r"All of them together are (\d+),", runbook)
    [metrics] = re.findall(r"All of these together are (\d+),", runbook)
    behind_http, computed, filtered = 2, 1, 3
    assert found.alarms == int(alarms) - behind_http + computed
    assert found.metrics == int(metrics) - filtered
    assert found.dashboards == 1


def test_the_price_table_says_its_day_and_its_sources() -> None:
    assert PRICED.as_of >= "2026-11-26"
    assert all(price > 0 for price in PRICED.each.values())
