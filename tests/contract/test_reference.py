"""The reference page names every error code, event and setting that there is, and none that there is not."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from msgspec.structs import fields

from quen.errors import ValidationFailedError
from quen.events.model import EVENT_TYPES
from quen.http.bodies import YEAR_MAX, YEAR_MIN
from quen.http.problems import STATUSES, problem
from quen.partners.rates import GROUP_PER_MINUTE_MAX, PER_MINUTE_MAX, RatedAction, RouteGroup
from quen.requests import BODY_BYTES_MAX
from quen.settings import Settings

PAGE = (Path(__file__).parents[2] / "REFERENCE.md").read_text("utf-8")
# Parents of other errors, and codes of the contract that no route answers yet.
UNTOLD = {"bad_request", "conflict", "unprocessable"}
LATER = {"hold_not_found"}


def named(heading: str, pattern: str) -> set[str]:
    """What the rows of the section under that heading name."""
    section = PAGE.partition(f"## {heading}")[2].partition("\n## ")[0]
    return set(re.findall(pattern, section, re.MULTILINE))


@pytest.mark.parametrize(
    ("heading", "pattern", "there_are"),
    [
        ("Errors", r"^\| \d{3} \| `(\w+)`", {*STATUSES} - UNTOLD - LATER),
        ("Events", r"^\| `([a-z_.]+\.[a-z_]+)`", {*EVENT_TYPES}),
        ("Settings", r"^\| `([A-Z_]+)`", {field.name.upper() for field in fields(Settings)}),
    ],
)
def test_the_page_agrees_with_the_code(heading: str, pattern: str, there_are: set[str]) -> None:
    assert named(heading, pattern) == there_are


@pytest.mark.parametrize("code", sorted({*STATUSES} - UNTOLD - LATER))
def test_a_code_is_documented_with_the_status_that_it_gets(code: str) -> None:
    assert f"| {STATUSES[code]} | `{code}` |" in PAGE


def test_the_limits_are_those_of_the_code() -> None:
    assert set(PER_MINUTE_MAX) == set(RatedAction)
    routes = {
        "POST /v1/members/search": "search_members",
        "POST /v1/purchases/preview": "preview_purchases",
        "POST /v1/events/preview": "preview_events",
        "POST /v1/bills/quote": "quote_bills",
        "POST /v1/me/transfers": "send_points",
    }
    rows = re.findall(r"^\| `(POST [^`]+)` \| (\d+) \|$", PAGE, re.MULTILINE)
    guesses = re.findall(r"^\| \w+ codes that name no (voucher|receipt) \| (\d+) \|$", PAGE, re.MULTILINE)
    limits = {routes[route]: int(limit) for route, limit in rows}
    limits |= {f"guess_{kind}s": int(limit) for kind, limit in guesses}
    [anywhere] = re.findall(
        r"^\| requests of a brand that name no member, whichever route \| (\d+) \|$", PAGE, re.MULTILINE
    )
    limits["guess_members"] = int(anywhere)
    assert limits == PER_MINUTE_MAX
    groups = re.findall(r"^\| [^|]+ \| `(\w+)` \| (\d+) \|$", PAGE, re.MULTILINE)
    assert set(GROUP_PER_MINUTE_MAX) == set(RouteGroup)
    assert {name: int(limit) for name, limit in groups} == GROUP_PER_MINUTE_MAX
    assert f"of the years {YEAR_MIN} to {YEAR_MAX}" in PAGE
    assert f"A body has {BODY_BYTES_MAX // 1024} KB at most" in PAGE


def test_a_fault_has_the_members_that_the_page_names() -> None:
    shown = problem(ValidationFailedError.at("/a", "missing", "Needed."), "")["errors"][0]
    assert f"`[{json.dumps([*shown]).replace('[', '{').replace(']', '}')}]`" in PAGE
