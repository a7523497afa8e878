"""Gifts for occasions: the birthday and holidays, and what they give to members of each tier."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day of the year on which members are given something."""

    id: str
    name: Mapping[str, str]
