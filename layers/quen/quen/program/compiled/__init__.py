"""The stored document → the program in force, on the path of every request: no validation, no pydantic, no YAML.

What is stored was valid when it was written and has every default written out, so this only turns it into values; what an
earlier form of the document could not say is `_UNSAID`. Its text is canonical JSON: the same program always has the same
text, which is how an unchanged document is recognised.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from quen.program.compiled.announcements import announcement_of
from quen.program.compiled.cards import card_of
from quen.program.compiled.conditions import categories_of
from quen.program.compiled.earning import basis_of, campaign_of, caps_of, rule_of
from quen.program.compiled.memberships import plan_of
from quen.program.compiled.messages import messages_of
from quen.program.compiled.occasions import birthday_of, holiday_of
from quen.program.compiled.payment import payment_of
from quen.program.compiled.perks import perk_of
from quen.program.compiled.points import points_of
from quen.program.compiled.policies import adjustments_of
from quen.program.compiled.rewards import reward_of
from quen.program.compiled.segments import segment_of
from quen.program.compiled.tiers import tier_of, tiering_of
from quen.program.compiled.win_back import win_back_of
from quen.program.model import Program, StoredValuePolicy, TransferPolicy

_UNSAID: Mapping[str, Any] = {
    "purchases": {"accepted_days": 90},
    "receipts": {"claim_days": 30},
    "refunds": {"grace_days": 14},
    "merges": {"undo_days": 30},
    "adjustments": {},
}
"""What a document means that was stored before it could say so: never changed, as a version never is."""


def canonical_text(content: Mapping[str, Any]) -> str:
    """The one JSON text of a document: members sorted, no blanks."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def compile_program(content: Mapping[str, Any], version: int, effective_from: datetime) -> Program:
    """The program of a canonical document's content."""
    content = {**_UNSAID, **content}
    about = content["program"]
    locales, categories = about["locales"], categories_of(content.get("categories", ()))
    transfers, stored_value = content.get("transfers"), content.get("stored_value")
    cards = content.get("cards", ())
    return Program(
        id=about["id"],
        name=about["name"],
        time_zone=ZoneInfo(about["time_zone"]),
        currency=about["currency"],
        locales=tuple(locales),
        version=version,
        effective_from=effective_from,
        points=points_of(content["points"]),
        earning=tuple(rule_of(rule, categories, cards) for rule in content["earning"]),
        basis=basis_of(content.get("basis"), categories),
        caps=caps_of(content.get("caps", ())),
        campaigns=tuple(campaign_of(campaign, locales, categories) for campaign in content.get("campaigns", ())),
        tiers=tuple(tier_of(tier, locales, categories) for tier in content.get("tiers", ())),
        tiering=tiering_of(content.get("tiering")),
        perks=tuple(perk_of(perk, locales, categories) for perk in content.get("perks", ())),
        cards=tuple(card_of(card, locales) for card in cards),
        plans=tuple(plan_of(plan, locales) for plan in content.get("memberships", ())),
        holidays=tuple(holiday_of(holiday, locales) for holiday in content.get("holidays", ())),
        announcements=tuple(announcement_of(said, locales) for said in content.get("announcements", ())),
        segments=tuple(segment_of(segment, locales) for segment in content.get("segments", ())),
        events=frozenset(event["type"] for event in content.get("events", ())),
        birthday=birthday_of(content.get("birthday")),
        win_back=win_back_of(content.get("win_back")),
        rewards=tuple(reward_of(reward, locales) for reward in content["rewards"]),
        payment=payment_of(content.get("payment"), categories),
        messages=messages_of(content["messages"]),
        reservation_minutes=content["reservations"]["minutes"],
        accepted_days=content["purchases"]["accepted_days"],
        claim_days=content["receipts"]["claim_days"],
        grace_days=content["refunds"]["grace_days"],
        undo_days=content["merges"]["undo_days"],
        transfers=TransferPolicy(**transfers) if transfers else None,
        stored_value=StoredValuePolicy(**stored_value) if stored_value else None,
        adjustments=adjustments_of(content["adjustments"]),
        entries_kept_months=content.get("ledger", {}).get("entries_kept_months"),
    )
