"""Perks, member by member: a part of the document's shape."""

from __future__ import annotations

from pydantic import Field

from quen.program.document.values import Identifier, Members, Names

PERKS_MAX = 100


class PerkSection(Members):
    """Something that members have that is no points."""

    id: Identifier = Field(description="Unique among the perks and the rewards.")
    name: Names
