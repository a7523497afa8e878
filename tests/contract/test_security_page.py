"""SECURITY.md promises nothing that is not there: every file and test that it names exists, and every row is held by one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from quen.http.openapi import ABOUT, endpoints_of

PROJECT = Path(__file__).parents[2]
PAGE = (PROJECT / "SECURITY.md").read_text("utf-8")
FILES = sorted(set(re.findall(r"`((?:layers|functions|infra|tests)/[\w./-]+\.\w+)`", PAGE)))


def rows_of(heading: str) -> list[list[str]]:
    """The cells of the table under a heading, without its head."""
    section = PAGE.partition(f"### {heading}")[2].partition("\n### ")[0].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


THREATS = [row for heading in re.findall(r"^### (.+)$", PAGE, re.MULTILINE) for row in rows_of(heading)]


@pytest.mark.parametrize("name", FILES)
def test_what_the_page_names_is_there(name: str) -> None:
    assert (PROJECT / name).is_file()


def test_every_threat_has_an_answer_that_a_test_or_a_file_holds() -> None:
    assert len(THREATS) > 30
    assert not [row for row in THREATS if len(row) != 4 or not row[1] or not re.search(r"`[\w./-]+`", row[2])]


def test_every_boundary_is_looked_at_for_what_can_be_done_there() -> None:
    for heading in ("The mobile API", "The partner API", "The admin API"):
        said = " ".join(row[0] for row in rows_of(heading))
        assert "**Information**" in said, heading
        assert "**Elevation**" in said or "**Spoofing**" in said, heading


def test_routes_that_the_page_names_are_served() -> None:
    served = {f"{one.method} {one.path}" for name in ABOUT for one in endpoints_of(name)}
    assert set(re.findall(r"`((?:GET|POST|PUT) /v1/[^`]+)`", PAGE)) <= served
