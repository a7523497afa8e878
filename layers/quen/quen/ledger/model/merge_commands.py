"""What is asked of the two accounts of one person: four halves, two of a merge and two of its undoing."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from quen.ledger.model.privileges import NO_PRIVILEGES, Privileges
from quen.ledger.model.values import Account, Lots, MemberState, Tally


class MergeAway(Struct, frozen=True):
    """Everything of this account goes to the member who survives the merge, and the account is closed."""

    merge_id: str
    survivor_id: str


class TakeOver(Struct, frozen=True):
    """The other half of a merge: what the account that goes had when it went."""

    merge_id: str
    merged: Account


class GiveUp(Struct, frozen=True):
    """A merge is undone, the survivor's half: `carried` is what had come, and goes back; `owed` is what the survivor owed
    before the merge, `before` what they had beside points.
    """

    merge_id: str
    carried: Account
    owed: int = 0
    before: Privileges = NO_PRIVILEGES


class ComeBack(Struct, frozen=True):
    """A merge is undone, the other half: the account is open again, in `state`, with what the survivor gave up, and with the
    `privileges` that are left.
    """

    merge_id: str
    lots: Lots
    pending: Lots
    counters: Mapping[str, int]
    debt: int
    state: MemberState
    habits: Mapping[str, Tally] = field(default_factory=dict)
    seen: Mapping[str, str] = field(default_factory=dict)
    privileges: Privileges = NO_PRIVILEGES
