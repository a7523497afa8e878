"""Holidays, of a stored document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from quen.program.compiled.texts import named
from quen.program.model import Holiday


def holiday_of(holiday: Mapping[str, Any], locales: Sequence[str]) -> Holiday:
    """One holiday."""
    return Holiday(holiday["id"], named(holiday["name"], locales))
