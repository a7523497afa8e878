"""The page of the APIs is made from the code, needs nothing from elsewhere, and its links and examples hold."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from api_reference.contract import Contract, read_contracts
from api_reference.examples import example_of
from api_reference.page import render
from quen.http.openapi import ABOUT, endpoints_of

PAGE = Path(__file__).parents[2] / "infra/openapi/reference.html"
BYTES_MAX = 1_500_000
VOID = {"meta", "input", "wbr", "br", "hr"}


@cache
def contracts() -> list[Contract]:
    return read_contracts()


class Reading(HTMLParser):
    """What the page holds, and whether each element is closed where it should be."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: set[str] = set()
        self.sources: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [value for name, value in attrs if name == "id" and value]
        self.links |= {value for name, value in attrs if name == "href" and value}
        self.sources += [f"{tag} {name}" for name in ("src", "srcset", "action") if name in given]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text("utf-8")


@pytest.fixture(scope="module")
def read(page: str) -> Reading:
    reading = Reading()
    reading.feed(page)
    return reading


def test_the_page_is_what_the_code_declares(page: str) -> None:
    assert page == render(contracts()), "run `make openapi`"


def test_the_page_needs_nothing_from_elsewhere_and_is_no_burden(page: str, read: Reading) -> None:
    assert not read.open
    assert not read.sources
    assert not re.search(r"@import|url\(|<link|<script [^>]", page)
    assert len(page.encode()) < BYTES_MAX


def test_every_link_of_the_page_leads_to_one_place_of_it(read: Reading) -> None:
    assert len(read.ids) == len(set(read.ids))
    assert {link.removeprefix("#") for link in read.links if link.startswith("#")} <= set(read.ids)
    assert all(link.startswith(("#", "https://")) for link in read.links)


def test_every_route_is_told(page: str) -> None:
    shown = re.findall(r'<span class="verb \w+">(\w+)</span><a href="#[^"]+">([^ ]+?)</a>', page)
    told = {(method, re.sub(r"<wbr>", "", path)) for method, path in shown}
    assert told == {(one.method, one.path) for name in ABOUT for one in endpoints_of(name)}


def test_a_route_names_its_refusals_beside_those_that_all_share() -> None:
    (mobile, partner, admin) = contracts()
    assert {"token_missing", "rate_limited"} <= {code for codes in mobile.codes.values() for code in codes}
    (redeem,) = [one for one in mobile.routes if (one.method, one.path) == ("POST", "/v1/me/redemptions")]
    assert "insufficient_points" in redeem.codes[422]
    assert 401 not in redeem.codes
    (adjust,) = [one for one in admin.routes if one.path == "/v1/members/{member_id}/adjustments"]
    assert adjust.allowed == "Roles: owner, manager, support"
    assert partner.routes[0].allowed == "Right: `record_purchases`"


def test_every_example_of_a_body_would_be_taken() -> None:
    for contract in contracts():
        defined = {"components": {"schemas": {name: dict(schema) for name, schema in contract.schemas.items()}}}
        for route in contract.routes:
            if route.body is not None and route.media_types == ["application/json"]:
                validator = jsonschema_rs.validator_for(_portable({**route.body, **defined}))
                example = example_of(route.body, contract, is_body=True)
                assert not [error.message for error in validator.iter_errors(example)], f"{route.method} {route.path}"


def _portable(schema: Any) -> Any:
    """The patterns without Python's guard of the last line break, which is not of JSON Schema's language."""
    if isinstance(schema, dict):
        return {
            key: value.removesuffix(r"(?!\n)") if key == "pattern" and isinstance(value, str) else _portable(value)
            for key, value in schema.items()
        }
    return [_portable(one) for one in schema] if isinstance(schema, list) else schema
