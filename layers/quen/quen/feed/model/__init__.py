"""Events as partners are told them: who is told of an entry, what, and how a page of a feed is cut. Pure."""

from quen.feed.model.bodies import body_of, partner_events
from quen.feed.model.errors import CursorExpiredError
from quen.feed.model.pages import run_after
from quen.feed.model.tellings import PARTNER_EVENT_TYPES, Role, Telling, tellings_of
from quen.feed.model.values import Kept, Page, PartnerEvent, Shown

__all__ = [
    "PARTNER_EVENT_TYPES",
    "CursorExpiredError",
    "Kept",
    "Page",
    "PartnerEvent",
    "Role",
    "Shown",
    "Telling",
    "body_of",
    "partner_events",
    "run_after",
    "tellings_of",
]
