"""Events as values, and which ones an entry is told by.

An event says what happened to whom by id, never who that is. Its id comes from what it tells, so the same thing told
twice has the same id; `sequence` is the entry's own, so whoever needs the order of one member's events has it. A member
who enrols is told by sequence 0, before any entry; so is what changes in a profile, which has versions of its own.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from quen.events.cards import CARD_EVENT_TYPES, CardEvent, card_events
from quen.events.facts import CONTACT_CHANGED, ProfileChanged, VoucherIssued
from quen.events.memberships import MEMBERSHIP_EVENT_TYPES, membership_detail, membership_types
from quen.instants import format_instant
from quen.ledger.model import Entry, days_away, entry_id, given_by
from quen.ledger.model.funding import issued
from quen.ledger.model.values import ADJUSTED, POINTS, STORED_VALUE, Warned, unit_of
from quen.ledger.views import lots_view
from quen.tiers.views import tier_change_view

SOURCE = "quen"
EVENT_VERSION = 1

ENROLLED = "member.enrolled"
PACK_LOW = "partner.pack_low"
GIFT_ENDING = "gift.ending"

WON_BACK = "member.won_back"
_OCCASIONS: Mapping[str, str] = {
    "birthday": "birthday.rewarded",
    "holiday": "holiday.rewarded",
    "win_back": "win_back.offered",
}
"""What is given on an occasion, and the type of event that tells it."""


class Enrolled(Struct, frozen=True):
    """An account was opened, with these points from the start."""

    member_id: str
    points: int
    occurred_at: datetime


class Event(Struct, frozen=True):
    """One event for the bus: its type and its JSON-able detail."""

    type: str
    detail: Mapping[str, Any]


Tellable = Enrolled | ProfileChanged | VoucherIssued | Entry


def events_of(fact: Tellable) -> list[Event]:
    """How the world is told of it, in order; what concerns nobody outside is told by nothing."""
    if isinstance(fact, Enrolled):
        detail = _detail(ENROLLED, fact.member_id, fact.member_id, 0, fact.occurred_at)
        return [Event(ENROLLED, detail | {"points": fact.points})]
    if isinstance(fact, ProfileChanged):
        return [_contact_changed(fact)] if fact.contact else []
    if isinstance(fact, VoucherIssued):
        return []  # what it was issued for is an event
    types = (*_TYPES[fact.kind](fact), *_tier_types(fact), *membership_types(fact))
    events = [Event(type_, _entry_detail(type_, fact)) for type_ in types]
    return events + [_card_event(told, fact) for told in card_events(fact)]


def _contact_changed(fact: ProfileChanged) -> Event:
    told_by = f"{fact.member_id}\n{fact.version}"
    detail = _detail(CONTACT_CHANGED, told_by, fact.member_id, 0, fact.occurred_at)
    return Event(CONTACT_CHANGED, detail | {"what": [*fact.contact], "profile_version": fact.version})


def _tier_types(entry: Entry) -> list[str]:
    change = tier_change_view(entry)
    told = _TIER_TYPES.get(change["cause"], "tier.changed") if change else ""
    return [told] if told else []


def _card_event(told: CardEvent, entry: Entry) -> Event:
    """One entry may tell several of a type: what they are about tells their ids apart."""
    detail = _entry_detail(told.type, entry) | {"event_id": event_id_of(told.type, f"{entry.hash}\n{told.mark}")}
    return Event(told.type, {**detail, **told.detail})


def _earned(entry: Entry) -> list[str]:
    return ["points.earned"] if issued(entry) else []


def _bought(entry: Entry) -> list[str]:
    return [*_earned(entry), *([WON_BACK] if entry.win_back else [])]


def _bonus(entry: Entry) -> list[str]:
    occasion = entry.reference.kind
    return [*_earned(entry), *([_OCCASIONS[occasion]] if occasion in _OCCASIONS else [])]


def _reserved(entry: Entry) -> list[str]:
    return [f"{_what_is_used(entry)}.reserved"]


def _redeemed(entry: Entry) -> list[str]:
    used = _what_is_used(entry)
    if used == "perk":
        return ["perk.used"]
    return [f"{used}.redeemed", *(["reward.redeemed"] if _reward_id(entry) else [])]


def _returned(entry: Entry) -> list[str]:
    return [f"{_what_is_used(entry)}.released"]


def _refunded(entry: Entry) -> list[str]:
    """What a refund gives back stands in it alone: a redemption of points always was of some."""
    if entry.gifts:
        return ["gift.refunded"]
    return ["points.refunded" if entry.lines else "perk.refunded"]


def _what_is_used(entry: Entry) -> Literal["points", "gift", "perk"]:
    hold = entry.hold.hold if entry.hold else None
    if hold and hold.gift:
        return "gift"
    return "perk" if hold and hold.is_perk else "points"


def _always(*types: str) -> Callable[[Entry], list[str]]:
    return lambda _: list(types)


_TYPES: Mapping[str, Callable[[Entry], list[str]]] = {
    "earn": _bought,
    "bonus": _bonus,
    "activate": _always("points.activated"),
    "warn": lambda entry: [GIFT_ENDING if is_of_gift(entry) else "points.expiring"],
    "extend": _always("points.extended"),
    "notice": _always(),
    "expire": _always("points.expired"),
    "reserve": _reserved,
    "redeem": _redeemed,
    "release": _returned,
    "lapse": _returned,
    "refund": _refunded,
    "reverse": _always("points.reversed"),
    "write_off": _always("points.written_off"),
    "adjust": _always("points.adjusted"),
    "transfer_out": _always("points.sent"),
    "transfer_in": _always("points.received"),
    "merge_out": _always("member.merged_out"),
    "merge_in": _always("member.merged_in"),
    "opening": _always("points.opened"),
    "state": _always("member.state_changed"),
    "stored_value": _always("stored_value.moved"),
    "tier": _always(),
    "review": _always(),
    "card": _always(),
    "membership": _always(),
    "term": _always(),
    "win_back": _always(),
}
"""Every kind of entry, and the types of event that tell it; what it does to the member's tier is told besides."""

_TIER_TYPES: Mapping[str, str] = {"noticed": "tier.at_risk", "grace": "tier.at_risk", "on_track": ""}
"""What is told of a tier by why it was touched: that it is at risk, nothing where all is well, else that it has changed."""

EVENT_TYPES = (
    ENROLLED,
    "points.earned",
    "birthday.rewarded",
    "holiday.rewarded",
    "win_back.offered",
    WON_BACK,
    "points.activated",
    "points.expiring",
    "points.extended",
    "points.expired",
    "points.reserved",
    "points.redeemed",
    "reward.redeemed",
    "points.released",
    "points.refunded",
    "gift.reserved",
    "gift.redeemed",
    "gift.released",
    "gift.refunded",
    GIFT_ENDING,
    "perk.reserved",
    "perk.used",
    "perk.released",
    "perk.refunded",
    "points.reversed",
    "points.written_off",
    "points.adjusted",
    "points.sent",
    "points.received",
    "points.opened",
    "member.merged_out",
    "member.merged_in",
    "member.state_changed",
    CONTACT_CHANGED,
    "stored_value.moved",
    PACK_LOW,
    "tier.changed",
    "tier.at_risk",
    *CARD_EVENT_TYPES,
    *MEMBERSHIP_EVENT_TYPES,
)
"""Every type that goes to the bus."""


def is_of_gift(entry: Entry) -> bool:
    """Whether the entry warns of a gift's end, and not of points'."""
    return entry.warned is not None and entry.reference.kind == "gift"


def moved_points(entry: Entry) -> int:
    """How many points the entry is about, without sign but for an adjustment's: what was earned, held, spent, given back.

    A return is about what it takes back; points that come back with it stand in its own lines.
    """
    if entry.kind == "adjust":
        return -entry.lines.get(ADJUSTED, 0)
    if entry.kind == "reverse":
        return -issued(entry)
    if is_of_gift(entry):
        return 0
    if entry.warned:
        return sum(entry.warned.points.values())
    if entry.kind == "extend":
        return sum(points for points in entry.lots.values() if points > 0)
    return sum(points for name, points in entry.lines.items() if points > 0 and unit_of(name) == POINTS)


def _entry_detail(type_: str, entry: Entry) -> dict[str, Any]:
    """`reference` names the purchase by its partner's own id, a redemption by ours."""
    detail = _detail(type_, entry.hash, entry.member_id, entry.sequence, entry.occurred_at)
    detail |= {
        "entry_id": entry_id(entry),
        "kind": entry.kind,
        "points": moved_points(entry),
        "balance_after": entry.balance_after,
        "program_version": entry.program_version,
        "reference": {"kind": entry.reference.kind, "id": entry.reference.id.rpartition("#")[2]},
    }
    if entry.kind == "stored_value":
        detail["amount"] = entry.lines.get(STORED_VALUE, 0)
    if entry.state is not None:
        detail["state"] = entry.state
    if entry.warned:
        detail |= {"days_before": entry.warned.stage, **_ending(entry.warned, type_)}
    if type_ in {"tier.changed", "tier.at_risk"}:
        detail |= tier_change_view(entry) or {}
    if type_ in _OCCASIONS.values():
        detail |= {"given": given_by(entry).view()}
    if type_ == "holiday.rewarded":
        detail["holiday_id"] = entry.reference.id.rpartition(":")[0]
    if type_ == WON_BACK and entry.win_back:
        detail |= {"lapse": entry.win_back.outcome, "days": days_away(entry)}
    detail |= membership_detail(type_, entry)
    partner_id = entry.reference.id.rpartition("#")[0]
    detail |= {"partner_id": partner_id} if partner_id else {}
    if entry.hold and entry.hold.hold.is_perk:
        return detail | {"perk_id": entry.hold.hold.reward_id, "uses": entry.hold.hold.counted}
    reward_id = _reward_id(entry)
    return detail | ({"reward_id": reward_id} if reward_id else {})


def _ending(warned: Warned, type_: str) -> dict[str, Any]:
    """Points by last day; or the gift, its last day, and how many pieces of it there are."""
    if type_ != GIFT_ENDING:
        return {"expiring": lots_view(warned.points)}
    [(key, pieces)] = warned.points.items()
    reward_id, _, on = key.rpartition("/")
    return {"reward_id": reward_id, "on": on, "pieces": pieces}


def _detail(type_: str, fact: str, member_id: str, sequence: int, occurred_at: datetime) -> dict[str, Any]:
    return {
        "event_id": event_id_of(type_, fact),
        "version": EVENT_VERSION,
        "member_id": member_id,
        "sequence": sequence,
        "occurred_at": format_instant(occurred_at),
    }


def detail_of_partner(type_: str, fact: str, partner_id: str, occurred_at: datetime) -> dict[str, Any]:
    """What every event about a partner says; `fact` is what it tells, unlike any other of that type."""
    return {
        "event_id": event_id_of(type_, fact),
        "version": EVENT_VERSION,
        "partner_id": partner_id,
        "occurred_at": format_instant(occurred_at),
    }


def event_id_of(type_: str, fact: str) -> str:
    """`evt_` and 80 bits of what is told: a fact is an entry's hash or a member's id, and neither can be guessed."""
    digest = hashlib.sha256(f"{type_}\n{fact}".encode()).digest()
    return "evt_" + base64.b32encode(digest[:10]).decode().lower()


def _reward_id(entry: Entry) -> str:
    return entry.hold.hold.reward_id if entry.hold else ""
