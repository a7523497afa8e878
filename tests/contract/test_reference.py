"""The reference page names every error code, event and setting that there is, and none that there is not."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from quen.events.model import EVENT_TYPES
from quen.http.problems import STATUSES
from quen.settings import Settings

PAGE = (Path(__file__).parents[2] / "REFERENCE.md").read_text("utf-8")
# Parents of other errors, and codes of the contract that no route answers yet.
UNTOLD = {"bad_request", "conflict", "unprocessable"}
LATER = {"hold_not_found", "return_already_recorded", "already_returned", "return_exceeds_purchase"}


def named(heading: str, pattern: str) -> set[str]:
    """What the rows of the section under that heading name."""
    section = PAGE.partition(f"## {heading}")[2].partition("\n## ")[0]
    return set(re.findall(pattern, section, re.MULTILINE))


@pytest.mark.parametrize(
    ("heading", "pattern", "there_are"),
    [
        ("Errors", r"^\| \d{3} \| `(\w+)`", {*STATUSES} - UNTOLD - LATER),
        ("Events", r"^\| `([a-z.]+)`", {*EVENT_TYPES}),
        ("Settings", r"^\| `([A-Z_]+)`", {field.name.upper() for field in fields(Settings)}),
    ],
)
def test_the_page_agrees_with_the_code(heading: str, pattern: str, there_are: set[str]) -> None:
    assert named(heading, pattern) == there_are


@pytest.mark.parametrize("code", sorted({*STATUSES} - UNTOLD - LATER))
def test_a_code_is_documented_with_the_status_that_it_gets(code: str) -> None:
    assert f"| {STATUSES[code]} | `{code}` |" in PAGE
