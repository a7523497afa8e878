"""Punch cards, member by member: a part of the document's shape."""

from __future__ import annotations

from pydantic import Field

from quen.program.document.values import Identifier, Members, Names

CARDS_MAX = 20


class CardSection(Members):
    """A card of stamps that bring a reward at each milestone."""

    id: Identifier = Field(description="Unique among the cards.")
    name: Names
