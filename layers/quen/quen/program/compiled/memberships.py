"""Paid memberships, of a stored document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from quen.program.compiled.texts import named
from quen.program.model import Plan
from quen.program.model.memberships import RETRY_DAYS


def plan_of(membership: Mapping[str, Any], locales: Sequence[str]) -> Plan:
    """One plan."""
    period, grace_days = membership["period"], membership["grace_days"]
    retry_days = membership.get("retry_days")
    return Plan(
        id=membership["id"],
        name=named(membership["name"], locales),
        price=membership["price"],
        months=period.get("months", 0),
        days=period.get("days", 0),
        trial_days=membership.get("trial", {}).get("days", 0),
        notice_days=membership["renewal_notice_days"],
        grace_days=grace_days,
        retry_days=tuple(day for day in (RETRY_DAYS if retry_days is None else retry_days) if day < grace_days),
        terms=named(membership.get("terms", {}), locales),
    )
