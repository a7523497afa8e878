"""The reference page lists every saying of every kind of message, and every name that words may use."""

from __future__ import annotations

import re
from pathlib import Path

from quen.messages.model import MARKETING
from quen.program.model.placeholders import PLACEHOLDERS, SAYINGS

PAGE = (Path(__file__).parents[2] / "REFERENCE.md").read_text("utf-8")
SECTION = PAGE.partition("## Words of messages")[2].partition("\n## ")[0]


def test_the_page_lists_every_saying_with_its_names_in_order() -> None:
    rows = [
        f"| `{kind}` | `{said}` | {saying.when} | {' '.join(f'`${name}`' for name in saying.names) or '–'} |"
        for kind, sayings in SAYINGS.items()
        for said, saying in sayings.items()
    ]
    assert re.findall(r"^\| `\w+` \| `\w+` .*\|$", SECTION, re.MULTILINE) == rows


def test_the_page_lists_every_name_with_what_it_is() -> None:
    rows = [f"| `${name}` | {one.meaning} | {one.vi} | {one.en} |" for name, one in PLACEHOLDERS.items()]
    assert re.findall(r"^\| `\$\w+` .*\|$", SECTION, re.MULTILINE) == rows


def test_the_page_says_which_kinds_are_advertising() -> None:
    assert f"Advertising ({', '.join(MARKETING)})" in SECTION.replace("\n", " ")
