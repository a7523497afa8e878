"""Paid memberships, member by member: a part of the document's shape."""

from __future__ import annotations

from pydantic import Field

from quen.program.document.values import Identifier, Members, Names

PLANS_MAX = 20


class MembershipSection(Members):
    """A plan that members pay for."""

    id: Identifier = Field(description="Unique among the memberships.")
    name: Names
