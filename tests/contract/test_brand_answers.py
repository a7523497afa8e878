"""What a brand may be answered, by the types that the partner API declares: nothing that says who a member is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

import pytest

from quen.http.endpoint import Endpoint
from quen.http.openapi import endpoints_of, load
from quen.http.pseudonyms import PartnerSpeech

PERSONAL = re.compile(r"member|phone|email|e_mail|birth|login|card_code|qr_|consent|locale|survivor|merged")
TRANSLATED = {"member_id"}
CONSENTED = {"masked_name"}
BENEFITS = {"membership", "per_member", "member_discount"}


def fields_of(kind: Any, seen: frozenset[Any] = frozenset()) -> Iterator[str]:
    """The names of all fields of an answer, however deep."""
    if kind in seen:
        return
    for part in get_args(kind):
        yield from fields_of(part, seen | {kind} if isinstance(kind, type) else seen)
    if hasattr(kind, "__total__"):
        for name, hint in get_type_hints(kind).items():
            yield name
            yield from fields_of(hint, seen | {kind})


@pytest.mark.parametrize("endpoint", endpoints_of("partner"), ids=lambda one: f"{one.method} {one.path}")
def test_no_answer_to_a_partner_has_a_field_that_says_who_a_member_is(endpoint: Endpoint) -> None:
    personal = {name for name in fields_of(endpoint.answer) if PERSONAL.search(name)}
    assert personal <= TRANSLATED | CONSENTED | BENEFITS


@pytest.mark.parametrize("app", load("partner"), ids=lambda app: app.app_name)
def test_every_function_of_the_partner_api_speaks_to_brands_in_their_own_ids(app: Any) -> None:
    assert isinstance(app.translation, PartnerSpeech)
