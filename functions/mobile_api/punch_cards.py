"""Punch cards, and what they have won."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from mobile_api.callers import own_member_id, recognise_bearer
from quen.bootstrap import application
from quen.errors import MemberNotFoundError
from quen.http.callers import MemberCaller
from quen.http.endpoint import Call, Nothing, Resource
from quen.http.punch_cards import Gift, PunchCard

punch_cards: Resource[MemberCaller] = Resource(__name__, recognise_bearer)


class PunchCards(TypedDict):
    """Every punch card of the program with the member's stamps, and the rewards that the member may have for no points."""

    cards: list[PunchCard]
    gifts: list[Gift]


@punch_cards.endpoint("GET", "/v1/me/cards", answer=PunchCards, errors=(MemberNotFoundError,))
def list_cards(call: Call[MemberCaller, Nothing]) -> Mapping[str, Any]:
    """The member's punch cards, empty ones too, and the gifts that they brought."""
    return application().cards.show(own_member_id(call.caller))
