"""The virtual card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from mobile_api.callers import own_member_id, recognise_bearer
from quen.bootstrap import application
from quen.errors import ConflictRetryError, MemberNotFoundError
from quen.http.answers import Instant
from quen.http.callers import MemberCaller
from quen.http.endpoint import Call, Nothing, Resource
from quen.http.views import card_view
from quen.members.model.errors import CardBlockedError

card: Resource[MemberCaller] = Resource(__name__, recognise_bearer)


class Card(TypedDict):
    """The lasting code, and a token for the screen that is signed and short-lived."""

    card_code: str
    qr_token: str
    valid_until: Instant


@card.endpoint("GET", "/v1/me/card", answer=Card, errors=(MemberNotFoundError, CardBlockedError))
def show_card(call: Call[MemberCaller, Nothing]) -> Mapping[str, Any]:
    """The member's card, to be shown at a till. One that staff have blocked is replaced first."""
    return card_view(application().members.card(own_member_id(call.caller)))


@card.endpoint("POST", "/v1/me/card/replace", answer=Card, errors=(MemberNotFoundError, ConflictRetryError))
def replace_card(call: Call[MemberCaller, Nothing]) -> Mapping[str, Any]:
    """Lost phone, lost card: the code before is dead at once, and this is the new one. Three times a day at most."""
    app, member_id = application(), own_member_id(call.caller)
    app.card_desk.replace_own(member_id, app.ledger.now())
    return card_view(app.members.card(member_id))
