"""Perks, of a stored document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from quen.program.compiled.texts import named
from quen.program.model import Perk


def perk_of(perk: Mapping[str, Any], locales: Sequence[str]) -> Perk:
    """One perk."""
    return Perk(perk["id"], named(perk["name"], locales))
