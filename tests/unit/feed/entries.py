"""Entries in which three partners have a part, and what each of them is told of one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from factories import NOON
from quen.feed.model import partner_events
from quen.ledger.model import Entry, Hold, Reference, seal
from quen.ledger.model.values import Kind

ANN, BEN, CAT = "ptn_ann", "ptn_ben", "ptn_cat"
MEMBER = "mem_0000000000000001"


def shown(partner_id: str, member_id: str) -> str:
    """As each partner knows the member."""
    return f"{member_id} of {partner_id}"


def told(entry: Entry) -> list[tuple[str, str, str, int | None, int | None]]:
    """To whom, in which role, which type, about how many points, how many of them its own."""
    return [
        (
            event.partner_id,
            (data := json.loads(event.body)["data"])["role"],
            event.type,
            data.get("points"),
            data.get("own_points"),
        )
        for event in partner_events(entry, shown)
    ]


def body_for(partner_id: str, entry: Entry) -> dict[str, Any]:
    """The first body that the partner is told."""
    body: dict[str, Any] = next(
        json.loads(event.body) for event in partner_events(entry, shown) if event.partner_id == partner_id
    )
    return body


def make_entry(kind: Kind, reference: Reference, lines: Mapping[str, int], **fields: Any) -> Entry:
    return seal(Entry(MEMBER, 7, kind, NOON, NOON, reference, 1, lines, balance_after=987_654, **fields))


def redemption(redemption_id: str = "red_1") -> Reference:
    return Reference("redemption", redemption_id)


def purchase(partner_id: str = ANN, purchase_id: str = "B-1") -> Reference:
    return Reference("purchase", f"{partner_id}#{purchase_id}")


def held(lots: Mapping[str, int], **fields: Any) -> Hold:
    return Hold(NOON, lots, **fields)


BENS = "2027-11-30@ptn_ben"
HOLD = held({BENS: 30, "2027-12-31@ptn_cat": 20, "never": 50})
"""Ben's lot, and points of Ben, of Cat and of the program that are held for one redemption."""
