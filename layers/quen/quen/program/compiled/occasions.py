"""Birthdays and holidays, of a stored document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from quen.program.compiled.texts import named
from quen.program.model import (
    Birthday,
    EveryLunarYear,
    EveryYear,
    Gift,
    Gifts,
    Holiday,
    OneDay,
    PerkGift,
    Recurrence,
    RewardGift,
)


def birthday_of(birthday: Mapping[str, Any] | None) -> Birthday | None:
    """The birthday gift, where there is one; a document of long ago says no more than points."""
    if not birthday:
        return None
    gifts = gifts_of(birthday)
    return Birthday(
        points=gifts.general.points,
        days_before=birthday["days_before"],
        feb_29=birthday["feb_29"],
        channels=tuple(birthday["channels"]),
        reward=gifts.general.reward,
        perk=gifts.general.perk,
        by_tier=gifts.by_tier,
        known_days=birthday.get("known_days", 0),
    )


def holiday_of(holiday: Mapping[str, Any], locales: Sequence[str]) -> Holiday:
    """One holiday."""
    return Holiday(
        id=holiday["id"],
        name=named(holiday["name"], locales),
        on=_recurrence_of(holiday["on"]),
        gifts=gifts_of(holiday),
        days_before=holiday["days_before"],
        segment=holiday.get("segment", ""),
        tags=frozenset(holiday.get("tags", ())),
        message=named(holiday.get("message", {}), locales),
        channels=tuple(holiday["channels"]),
    )


def _recurrence_of(on: Mapping[str, str]) -> Recurrence:
    if "day" in on:
        return OneDay(date.fromisoformat(on["day"]))
    kind = EveryLunarYear if "lunar" in on else EveryYear
    month, day = (int(part) for part in (on.get("lunar") or on["date"]).split("-"))
    return kind(month, day)


def gifts_of(section: Mapping[str, Any]) -> Gifts:
    """What a section of the document gives, in general and by tier."""
    by_tier = {tier: _gift_of(gift) for tier, gift in section.get("by_tier", {}).items()}
    return Gifts(_gift_of(section), by_tier)


def _gift_of(section: Mapping[str, Any]) -> Gift:
    reward, perk = section.get("reward"), section.get("perk")
    return Gift(
        points=section.get("points", 0),
        reward=RewardGift(reward["id"], reward["valid_days"]) if reward else None,
        perk=PerkGift(perk["id"], None if perk["for"] == "month" else perk["for"]["days"]) if perk else None,
    )
