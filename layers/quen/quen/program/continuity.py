"""What a program keeps while it is in force: its currency, and the tiers that members may have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from quen.errors import Fault, ValidationFailedError

Content = Mapping[str, Any]
"""A valid document as plain values."""


def check_currency(before: Content, after: Content) -> None:
    """Points that members hold are worth money of one currency: another one would be another program.

    Raises ValidationFailedError.
    """
    if before["program"]["currency"] != after["program"]["currency"]:
        sentence = "A program that is in force keeps its currency."
        raise ValidationFailedError.at("/program/currency", "not_allowed", sentence)


def check_tiers(before: Content, after: Content, all_versions: Callable[[], Iterable[Content]]) -> None:
    """A tier that could be reached is retired before it is removed, so that nobody loses it before the end of their period.

    `all_versions` are asked only about a removed tier that cannot be reached just now. Raises ValidationFailedError.
    """
    kept = {tier["id"] for tier in _tiers(after)}
    removed = {tier["id"]: tier for tier in _tiers(before) if tier["id"] not in kept and not tier.get("retired")}
    reached = {tier_id for tier_id, tier in removed.items() if tier.get("reach")}
    if removed.keys() - reached:
        reached |= {tier["id"] for content in all_versions() for tier in _tiers(content) if tier.get("reach")}
    faults = [_fault(tier_id) for tier_id in removed if tier_id in reached]
    if faults:
        raise ValidationFailedError("Members may have a tier that is removed.", faults=faults)


def _tiers(content: Content) -> list[Mapping[str, Any]]:
    return content.get("tiers") or []


def _fault(tier_id: str) -> Fault:
    sentence = f"Members may have the tier {tier_id}: say retired: true of it first, and remove it in a later version."
    return Fault("/tiers", "tier_removed", sentence)
