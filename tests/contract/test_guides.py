"""README and the guides: every block of theirs is run or checked, every link leads somewhere, every command exists."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from api_reference.contract import read_contract
from local.command import parse
from quen.errors import ValidationFailedError
from quen.program.document import parse_document, read_text
from shown import match, with_known
from snippets import PAGES, PROJECT, Command, Snippet, commands_of, snippets_of, words_of

README = PROJECT / "README.md"
LINES_MAX, COLUMNS_MAX = 90, 120
LANGUAGES = {"console", "python", "sh", "yaml", "text"}
NOT_RUN_MAX = 1
OTHER_TOOLS = {"aws", "git"}
TOLD_BY_THE_LEDGER = {"marketing"}
"""The pages whose texts are told by `test_how_points_behave` and `test_how_status_behaves`."""
LEAST: Mapping[str, Any] = {
    "program": {"id": "p", "name": "P", "time_zone": "Asia/Ho_Chi_Minh", "currency": "VND", "locales": ["vi", "en"]},
    "points": {"worth": {"points": 1, "money": 100}},
}
TILLS = {
    "purchases",
    "returns",
    "members",
    "redemptions",
    "bills",
    "stored_value",
    "events",
    "vouchers",
    "perks",
    "receipts",
}

SNIPPETS = [snippet for page in PAGES for snippet in snippets_of(page)]
ON_PAGES = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)


def of(language: str) -> Any:
    """A case for each block of that language."""
    found = [one for one in SNIPPETS if one.language == language and not one.reason]
    assert found
    return pytest.mark.parametrize("snippet", found, ids=lambda snippet: snippet.place)


def test_the_way_to_the_first_points_is_short() -> None:
    lines = README.read_text("utf-8").splitlines()
    assert len(lines) <= LINES_MAX
    assert max(map(len, lines)) <= COLUMNS_MAX


@ON_PAGES
def test_every_block_says_what_it_is_so_that_it_can_be_checked(page: Path) -> None:
    blocks = list(snippets_of(page))
    assert page.read_text("utf-8").count("\n```") == 2 * len(blocks)
    assert {block.language for block in blocks} <= LANGUAGES
    assert page.stem in TOLD_BY_THE_LEDGER or not [block for block in blocks if block.language == "text"]


def test_what_is_not_run_says_why_and_is_rare() -> None:
    reasons = [snippet.reason for snippet in SNIPPETS if snippet.note and not snippet.is_long]
    assert all(reasons)
    assert len(reasons) <= NOT_RUN_MAX


@of("yaml")
def test_a_part_of_a_program_is_taken_with_the_least_that_a_program_has(snippet: Snippet) -> None:
    part, unread = read_text(snippet.text.encode())
    assert not unread
    try:
        parse_document(json.dumps({**LEAST, **part}).encode())
    except ValidationFailedError as error:
        pytest.fail(f"{snippet.place}: {[(fault.pointer, fault.message) for fault in error.faults]}")


@of("sh")
def test_a_command_of_a_shell_exists(snippet: Snippet) -> None:
    verbs = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for line in re.sub(r"\\\n", " ", snippet.text).splitlines():
        name, *rest = words_of(line)
        if name == "make":
            assert rest[0] in verbs, line
        elif name == "quen":
            parse(rest)
        else:
            assert name in OTHER_TOOLS | {".venv-stack/bin/sam"}, line


@of("console")
def test_a_command_of_quen_is_one_that_there_is(snippet: Snippet) -> None:
    for command in commands_of(snippet.text):
        typed = re.sub(r"^[A-Z]+=\$\((.*)\)$", r"\1", command.typed, flags=re.DOTALL)
        assert "…" not in typed
        name, *rest = words_of(typed)
        if name == "quen":
            parse(rest)


@ON_PAGES
def test_what_a_sentence_says_to_type_exists(page: Path) -> None:
    verbs = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text("utf-8"), re.MULTILINE))
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    assert set(re.findall(r"`make ([a-z-]+)", text)) <= verbs
    commands = {path.stem for path in (PROJECT / "infra/local/commands").glob("*.py")} | {"import"}
    assert set(re.findall(r"`quen ([a-z-]+)", text)) <= commands
    paths = re.findall(r"`((?:infra|functions|layers|tests|events)/[\w./-]+)`", text)
    assert [path for path in paths if not (PROJECT / path).exists()] == []


def anchors(page: Path) -> set[str]:
    """The places of a page that a link can name."""
    text = page.read_text("utf-8")
    if page.suffix == ".html":
        return set(re.findall(r' id="([^"]+)"', text))
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links() -> Iterator[tuple[Path, str]]:
    """The links within the project, of every page."""
    tops = sorted(PROJECT.glob("*.md"))
    for page in [*tops, *PAGES]:
        text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
        yield from ((page, target) for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target)


def test_every_link_leads_to_a_place_that_is_there() -> None:
    known: dict[Path, set[str]] = {}
    missing = []
    for page, target in links():
        path, _, place = target.partition("#")
        leads_to = (page.parent / path).resolve() if path else page
        if leads_to.exists() and place:
            known.setdefault(leads_to, anchors(leads_to))
        is_there = place in known[leads_to] if leads_to in known and place else leads_to.exists()
        missing += [] if is_there else [(page.name, target)]
    assert not missing


def test_the_table_for_tills_names_every_refusal_of_their_routes() -> None:
    partner = read_contract("partner")
    groups = [partner.codes, *(route.codes for route in partner.routes if route.resource in TILLS)]
    refused = {code for codes in groups for found in codes.values() for code in found}
    table = (PROJECT / "infra/guides/tills.md").read_text("utf-8").partition("## What to do on each refusal")[2]
    assert set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", table)) - {"request_id"} == refused


def test_what_is_left_out_may_be_anything_and_an_id_what_it_was_at_first() -> None:
    known: dict[str, str] = {}
    shown = '{"member_id": "mem_aaaaaaaaaaaaaaaa", …, "points": 5, …}'
    answered = '{\n  "member_id": "mem_bbbbbbbbbbbbbbbb",\n  "points": 5}'
    assert match(shown, answered, known)
    assert known == {"mem_aaaaaaaaaaaaaaaa": "mem_bbbbbbbbbbbbbbbb"}
    assert with_known("GET /v1/members/mem_aaaaaaaaaaaaaaaa", known) == "GET /v1/members/mem_bbbbbbbbbbbbbbbb"
    assert not match(shown, answered.replace("5", "6"), known)
    assert not match(shown, answered.replace("mem_b", "mem_c"), known)
    assert not match('{"points": 5}', '{"points": 5, "more": 1}', known)


def test_a_command_goes_on_as_long_as_a_quote_is_open() -> None:
    text = '$ quen request POST /v1/x --json \'{\n  "a": 1}\'   # why\n{"b": 2}\n$ quen job list\n'
    first, second = commands_of(text)
    assert words_of(first.typed)[-1] == '{\n  "a": 1}'
    assert (first.shown, second) == ('{"b": 2}\n', Command("quen job list", ""))
