"""What a partner is told, word for word: `{"type", "timestamp", "data"}`, as Standard Webhooks asks for it.

Thin: no balance, nothing personal, nothing of another partner. The member's id is the one by which that partner knows the
member, and the event's id is of this partner too: with one id for all of them, two partners who are told of one entry
could lay their lists of members side by side. For the same reason a funder is not told which entry or redemption it was,
and a brand neither how many entries the member has had nor at which time of the day others spent what it funds.
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#payload-structure
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from quen.events.model import EVENT_VERSION, event_id_of
from quen.feed.model.tellings import Telling, recorder_of, tellings_of
from quen.feed.model.values import PartnerEvent, Shown
from quen.instants import format_instant
from quen.ledger.model import Entry, entry_id


def partner_events(entry: Entry, shown: Shown) -> list[PartnerEvent]:
    """What partners are told of the entry, in order; one that nobody knows (any more) is told nothing."""
    events = []
    for telling in tellings_of(entry):
        member_id = shown(telling.partner_id, entry.member_id)
        if member_id is not None:
            body = body_of(telling, entry, member_id)
            told = PartnerEvent(telling.partner_id, body["data"]["event_id"], telling.type, _bytes(body))
            events.append(told)
    return events


def body_of(telling: Telling, entry: Entry, member_id: str) -> dict[str, Any]:
    """The body of one event, as a JSON-able value."""
    # Who knows the member by the program's own id is the program itself: there is nothing to be kept apart.
    is_brand = member_id != entry.member_id
    happened = entry.occurred_at
    if is_brand and telling.role == "funder":
        happened = happened.replace(hour=0, minute=0, second=0, microsecond=0)
    occurred_at = format_instant(happened)
    fact = "\n".join((entry.hash, telling.partner_id, telling.mark))
    data: dict[str, Any] = {
        "event_id": event_id_of(telling.type, fact),
        "version": EVENT_VERSION,
        "member_id": member_id,
        "occurred_at": occurred_at,
        "role": telling.role,
        "kind": entry.kind,
    }
    if not is_brand:
        data["sequence"] = entry.sequence
    if telling.role != "funder":
        data["entry_id"] = entry_id(entry)
    if telling.points is not None:
        data["points"] = telling.points
    if telling.own is not None:
        data["own_points"] = telling.own
    if reference := _reference(telling, entry):
        data["reference"] = reference
    return {
        "type": telling.type,
        "timestamp": occurred_at,
        "data": {**data, "program_version": entry.program_version, **telling.details},
    }


def _reference(telling: Telling, entry: Entry) -> Mapping[str, str] | None:
    """What the entry is about, where that is the partner's own: by its id of it, a redemption by ours, a lot by its days."""
    kind, about = entry.reference.kind, entry.reference.id
    if recorder_of(entry) == telling.partner_id:
        return {"kind": kind, "id": about.rpartition("#")[2]}
    if kind == "lot":
        return {"kind": kind, "id": about.partition("@")[0]}
    return {"kind": kind, "id": about} if telling.role == "acceptor" and kind == "redemption" else None


def _bytes(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
