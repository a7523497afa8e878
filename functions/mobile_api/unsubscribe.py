"""Saying no to advertising with one click, from a mail or an SMS, without signing in (RFC 8058).

Looking at the page changes nothing: mail programs and scanners follow every link. What is sent to it does, by a person's
button or by their mail program's, and the same again changes nothing. A link of ours always works, whatever has become of the
member; any other text is answered alike, and tells nothing.
https://www.rfc-editor.org/rfc/rfc8058
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

from mobile_api.unsubscribe_pages import gone_page, offer_page, stopped_page
from quen.bootstrap import application
from quen.errors import ConflictRetryError, NotFoundError
from quen.http.endpoint import Call, Nothing
from quen.http.pages import Page, Pages, Visitor
from quen.members.unsubscribing import ALL_ADVERTISING, Unsubscription

unsubscribe = Pages(__name__)


class UnsubscribeForm(Struct, frozen=True, kw_only=True):
    """What a mail program sends, and the page's button. Other fields are not looked at."""

    one_click: Literal["One-Click"] = field(name="List-Unsubscribe")
    scope: Literal["channel", "all"] = "channel"


@unsubscribe.page("GET", "/v1/unsubscribe/{token}", errors=(NotFoundError,))
def show(call: Call[Visitor, Nothing], token: str) -> Page:
    """What would stop, with a button for it. Looking changes nothing."""
    said = application().unsubscribe_tokens.read(token)
    if said is None:
        return gone_page(call.caller.languages)
    return offer_page(_languages(said, call.caller), _program_name(), said.purpose)


@unsubscribe.page("POST", "/v1/unsubscribe/{token}", body=UnsubscribeForm, errors=(NotFoundError, ConflictRetryError))
def stop(call: Call[Visitor, UnsubscribeForm], token: str) -> Page:
    """No more advertising by the channel that the link came by, or by any (`scope` is `all`). Again changes nothing."""
    app = application()
    said = app.unsubscribe_tokens.read(token)
    if said is None:
        return gone_page(call.caller.languages)
    purpose = ALL_ADVERTISING if call.input.scope == "all" else said.purpose
    app.consents.withdraw(said.member_id, purpose, "one_click", said.message_id)
    return stopped_page(_languages(said, call.caller), _program_name(), purpose)


def _languages(said: Unsubscription, visitor: Visitor) -> tuple[str, ...]:
    """The member's own language first; who has left is spoken to as their browser wants."""
    member = application().consents.find_person(said.member_id)
    own = (member.locale.partition("-")[0].lower(),) if member and member.locale else ()
    return (*own, *visitor.languages)


def _program_name() -> str:
    app = application()
    return app.programs.current(app.clock.now()).name
