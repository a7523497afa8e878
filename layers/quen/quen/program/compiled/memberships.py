"""Paid memberships, of a stored document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from quen.program.compiled.texts import named
from quen.program.model import Plan


def plan_of(membership: Mapping[str, Any], locales: Sequence[str]) -> Plan:
    """One plan."""
    return Plan(membership["id"], named(membership["name"], locales), 0)
