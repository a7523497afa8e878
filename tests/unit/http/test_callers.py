"""Who reads a token: the authorizer before the API, or where there is none the API itself."""

from __future__ import annotations

from typing import Any

import pytest

from gateway_events import make_event, member_claims
from mobile_api.callers import recognise_bearer
from quen.http.callers import has_authorizer_spoken
from quen.http.errors import TokenMissingError
from quen.http.gateway import GatewayRequest

# What an HTTP API writes where a route has no authorizer.
NOTHING = {"claims": None, "scopes": None}


def make_request(authorizer: dict[str, Any] | None, **headers: str) -> GatewayRequest:
    return GatewayRequest.of(make_event(headers=headers, authorizer=authorizer))


@pytest.mark.parametrize(
    ("authorizer", "has_spoken"),
    [(None, False), (NOTHING, False), ({"refusal": "token_invalid"}, True), (member_claims(), True)],
)
def test_an_authorizer_that_found_nothing_has_not_spoken(authorizer: dict[str, Any] | None, has_spoken: bool):
    assert has_authorizer_spoken(make_request(authorizer)) is has_spoken


def test_what_the_authorizer_found_is_believed_and_the_token_not_read_again():
    """This process has no settings, so it could read none."""
    assert recognise_bearer(make_request(member_claims(), Authorization="Bearer t")).subject == "login-1"


@pytest.mark.parametrize("authorizer", [None, NOTHING])
def test_who_brings_no_token_is_told_so_without_anybody_being_asked(authorizer: dict[str, Any] | None):
    with pytest.raises(TokenMissingError):
        recognise_bearer(make_request(authorizer))
