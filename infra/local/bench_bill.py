"""What a month costs, for so many members: from what a request is measured to take, and the price table. Pure.

What a program's members do is an assumption, and stands here as one; so does what AWS itself takes for a call, which no machine
but AWS's shows. Free tiers are left out, as they end.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

PRICES = Path(__file__).with_name("prices.toml")
REGION = "us-east-1"

FULL_PROCESSOR_MEGABYTES = 1769
"""Lambda gives a whole processor at so much memory, and a part of it at less."""
MEMORY_MEGABYTES = 1024
READ_MILLISECONDS, COMMIT_MILLISECONDS = 5, 15
"""What a function waits for DynamoDB: a read or a single write, and a transaction. Assumed."""
LAMBDA_LOG_BYTES = 400
"""What Lambda itself logs of an invocation, as JSON: its start and its report. Assumed."""
ITEM_OVERHEAD_BYTES = 100
GIGABYTE = 1_000_000_000
HOURS, DAYS = 730, Fraction(365, 12)
POLLS_PER_QUEUE = 5 * 3 * 60 * HOURS
"""Lambda asks an empty queue by five pollers, each of which waits 20 seconds."""


@dataclass(frozen=True, slots=True)
class Use:
    """What one use case takes, measured: units, calls of DynamoDB and whether one of them is a transaction, CPU, bytes of the
    log, and bytes that stay for ever.
    """

    writes: Fraction
    reads: Fraction
    calls: Fraction
    commits: int
    cpu_milliseconds: Fraction
    log_bytes: int
    stored_bytes: int = 0

    @property
    def milliseconds(self) -> Fraction:
        """How long a function runs for it."""
        share = Fraction(FULL_PROCESSOR_MEGABYTES, MEMORY_MEGABYTES)
        waited = (self.calls - self.commits) * READ_MILLISECONDS + self.commits * COMMIT_MILLISECONDS
        return self.cpu_milliseconds * share + waited


@dataclass(frozen=True, slots=True)
class Habits:
    """What a member does in a month, on average. The gateway's 9 calls are 4 purchases, half a redemption in two calls, and
    4 looks at the balance. A message is a birthday's, or a warning before points end.
    """

    purchases: Fraction = Fraction(4)
    redemptions: Fraction = Fraction(1, 2)
    looks: Fraction = Fraction(4)
    expiries: Fraction = Fraction(1, 12)
    birthdays: Fraction = Fraction(1, 12)
    messages: Fraction = Fraction(1, 3)

    @property
    def calls(self) -> Fraction:
        """Of the gateway."""
        return self.purchases + 2 * self.redemptions + self.looks

    @property
    def entries(self) -> Fraction:
        """Written to the ledger; each is told once."""
        return self.purchases + 2 * self.redemptions + self.expiries + self.birthdays


@dataclass(frozen=True, slots=True)
class Fixtures:
    """What is there whoever comes: read from the templates."""

    queues: int
    schedules: int
    alarms: int
    """The metrics that they watch, each of which is billed."""
    secrets: int = 2
    dashboards: int = 0
    metrics: int = 0
    """Of ours, each with a value in every hour."""


@dataclass(frozen=True, slots=True)
class Line:
    """One item of a bill."""

    name: str
    quantity: Fraction
    unit: str
    usd: Fraction


@dataclass(frozen=True, slots=True)
class Prices:
    """USD for one of each thing that is counted."""

    as_of: str
    each: Mapping[str, Fraction]

    def line(self, name: str, quantity: Fraction | int, unit: str) -> Line:
        """So much of it."""
        return Line(name, Fraction(quantity), unit, quantity * self.each[unit])


def read_prices(text: str, region: str = REGION) -> Prices:
    """One region of the table. Raises KeyError where it has none."""
    table: Mapping[str, Any] = tomllib.loads(text, parse_float=Fraction)[region]
    each = {name: Fraction(price["usd"]) / price["per"] for name, price in table["prices"].items()}
    return Prices(str(table["as_of"]), each)


def bill(
    members: int,
    uses: Mapping[str, Use],
    prices: Prices,
    fixtures: Fixtures,
    *,
    gateway: str,
    habits: Habits | None = None,
) -> Sequence[Line]:
    """A month's lines, the dearest first, in the first year: what is stored is half a year's. `gateway` is `rest_api_calls` or
    `http_api_calls`.
    """
    habits = habits or Habits()
    counts = {
        "earn": habits.purchases, "reserve": habits.redemptions, "redeem": habits.redemptions, "balance": habits.looks,
        "expire": habits.expiries, "birthday": habits.birthdays, "publish": habits.entries, "message": habits.messages,
    }  # fmt: skip
    monthly = {name: count * members for name, count in counts.items()}
    invoked = sum((count for name, count in monthly.items() if name not in {"expire", "birthday"}), Fraction(0))

    def total(part: Callable[[Use], Fraction | int]) -> Fraction:
        return sum((monthly[name] * part(uses[name]) for name in counts), Fraction(0))

    seconds = total(lambda use: use.milliseconds) / 1000
    stored = total(lambda use: use.stored_bytes) / GIGABYTE
    logged = (total(lambda use: use.log_bytes) + invoked * LAMBDA_LOG_BYTES) / GIGABYTE
    polls, nightly = fixtures.queues * POLLS_PER_QUEUE, proof_units(members, uses, habits, months=6)
    line = prices.line
    lines = [
        line("gateway", habits.calls * members, gateway),
        line("functions, calls", invoked + fixtures.schedules * HOURS, "lambda_requests"),
        line("functions, time", seconds * MEMORY_MEGABYTES / 1024, "lambda_gigabyte_seconds"),
        line("requests, writes", total(lambda use: use.writes), "dynamodb_write_units"),
        line("requests, reads", total(lambda use: use.reads), "dynamodb_read_units"),
        line("nightly proof, reads", nightly * DAYS, "dynamodb_read_units"),
        line("storage", stored * 6, "dynamodb_gigabyte_months"),
        line("backups", stored * 6, "dynamodb_backup_gigabyte_months"),
        line("events", monthly["publish"], "eventbridge_events"),
        line("queues, messages", monthly["message"] * 3, "sqs_requests"),
        line("queues, idle polling", polls, "sqs_requests"),
        line("logs, taken in", logged, "log_gigabytes"),
        line("logs, kept 90 days", logged * 3, "log_gigabyte_months"),
        line("alarms", fixtures.alarms, "alarms"),
        line("dashboard", fixtures.dashboards, "dashboards"),
        line("metrics of our own, at most", fixtures.metrics, "custom_metrics"),
        line("secrets", fixtures.secrets, "secrets"),
    ]  # fmt: skip
    return sorted(lines, key=lambda each: each.usd, reverse=True)


def proof_units(members: int, uses: Mapping[str, Use], habits: Habits, *, months: int) -> Fraction:
    """What a night's proof of the whole ledger reads, once it is so many months old: all of it to find who is there, each
    member's entries and account again, and for each entry and document that the other one is there, half a unit each.
    """
    entries = habits.entries * months
    counts = {"earn": habits.purchases, "reserve": habits.redemptions, "redeem": habits.redemptions}
    stored = sum((count * months * uses[name].stored_bytes for name, count in counts.items()), Fraction(0))
    return members * (stored * Fraction(3, 2) / 4096 + 1 + entries)


def growth(members: int, uses: Mapping[str, Use], prices: Prices) -> tuple[Fraction, Fraction]:
    """Gigabytes that a year adds, and what these cost a month from then on, with their backup."""
    habits = Habits()
    counts = {"earn": habits.purchases, "reserve": habits.redemptions, "redeem": habits.redemptions}
    yearly = (
        sum((count * 12 * members * uses[name].stored_bytes for name, count in counts.items()), Fraction(0)) / GIGABYTE
    )
    each = prices.each
    return yearly, yearly * (each["dynamodb_gigabyte_months"] + each["dynamodb_backup_gigabyte_months"])
