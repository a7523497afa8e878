"""Punch cards, of a stored document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from quen.program.compiled.texts import named
from quen.program.model import PunchCard


def card_of(card: Mapping[str, Any], locales: Sequence[str]) -> PunchCard:
    """One card."""
    return PunchCard(card["id"], named(card["name"], locales), 10, {})
