"""The stored document → the program in force, on the path of every request: no validation, no pydantic, no YAML.

What is stored was valid when it was written and has every default written out, so this only turns it into values; what an
earlier form of the document could not say is `_UNSAID`. Its text is canonical JSON: the same program always has the same
text, which is how an unchanged document is recognised.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, time
from fractions import Fraction
from typing import Any, get_args
from zoneinfo import ZoneInfo

from quen.program.model import (
    AdjustmentPolicy,
    Birthday,
    EarningRule,
    Expiry,
    ExpiryKind,
    MessagePolicy,
    PointsPolicy,
    Program,
    Reward,
    StoredValuePolicy,
    TransferPolicy,
    Weekday,
)

_WEEKDAYS: Sequence[Weekday] = get_args(Weekday)
_UNSAID: Mapping[str, Any] = {
    "purchases": {"accepted_days": 90},
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
    about, birthday = content["program"], content.get("birthday")
    transfers, stored_value = content.get("transfers"), content.get("stored_value")
    return Program(
        id=about["id"],
        name=about["name"],
        time_zone=ZoneInfo(about["time_zone"]),
        currency=about["currency"],
        locales=tuple(about["locales"]),
        version=version,
        effective_from=effective_from,
        points=_points(content["points"]),
        earning=tuple(_rule(rule) for rule in content["earning"]),
        birthday=Birthday(**birthday | {"channels": tuple(birthday["channels"])}) if birthday else None,
        rewards=tuple(_reward(reward, about["locales"]) for reward in content["rewards"]),
        messages=_messages(content["messages"]),
        reservation_minutes=content["reservations"]["minutes"],
        accepted_days=content["purchases"]["accepted_days"],
        grace_days=content["refunds"]["grace_days"],
        undo_days=content["merges"]["undo_days"],
        transfers=TransferPolicy(**transfers) if transfers else None,
        stored_value=StoredValuePolicy(**stored_value) if stored_value else None,
        adjustments=_adjustments(content["adjustments"]),
    )


def _points(points: Mapping[str, Any]) -> PointsPolicy:
    return PointsPolicy(
        worth_points=points["worth"]["points"],
        worth_money=points["worth"]["money"],
        rounding=points["rounding"],
        pending_days=points["pending"]["days"],
        expiry=_expiry(points.get("expiry", {})),
        debt_limit=points["debt"]["limit"],
    )


def _expiry(expiry: Mapping[str, Any]) -> Expiry:
    if "fixed" in expiry:
        month, day = expiry["fixed"].split("-")
        return Expiry("fixed", month_day=(int(month), int(day)))
    kinds: tuple[ExpiryKind, ...] = ("months", "days", "inactive_months")
    for kind in kinds:
        if kind in expiry:
            return Expiry(kind, expiry[kind], expiry.get("at"), activities=frozenset(expiry.get("activities", ())))
    return Expiry()


def _rule(rule: Mapping[str, Any]) -> EarningRule:
    multiplier = rule.get("multiplier")
    cap = rule.get("cap", {})
    return EarningRule(
        id=rule["id"],
        on=rule["on"],
        points=rule.get("points"),
        per=rule.get("per"),
        multiplier=Fraction(multiplier) if multiplier is not None else None,
        weekdays=frozenset(_WEEKDAYS.index(name) for name in rule.get("when", {}).get("weekday", ())),
        cap_points=cap.get("points"),
        cap_per=cap.get("per"),
        wallet=rule.get("wallet", "points"),
        pending_days=rule.get("pending", {}).get("days"),
    )


def _reward(reward: Mapping[str, Any], locales: Sequence[str]) -> Reward:
    names = {locale: reward["name"][locale] for locale in locales}
    return Reward(
        id=reward["id"],
        name=names | reward["name"],
        points=reward["points"],
        stock=reward.get("stock"),
        per_member=reward.get("per_member"),
        expires_in_days=reward["expires_in_days"],
    )


def _adjustments(adjustments: Mapping[str, Any]) -> AdjustmentPolicy:
    return AdjustmentPolicy(
        limits=adjustments.get("limits", {}),
        approval_above=adjustments.get("approval_above"),
        reason_codes=tuple(adjustments.get("reason_codes", ())),
    )


def _messages(messages: Mapping[str, Any]) -> MessagePolicy:
    quiet = messages.get("quiet_hours")
    return MessagePolicy(
        from_email=messages.get("from_email"),
        sender_id=messages.get("sender_id"),
        quiet_from=time.fromisoformat(quiet["from"]) if quiet else None,
        quiet_to=time.fromisoformat(quiet["to"]) if quiet else None,
    )
