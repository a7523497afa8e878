"""What stands for entries that have left the table: the account that they fold to, and what is known of them all.

A member's history is then in two parts: what is archived, up to the checkpoint's sequence, and what is kept, from the next
one on. The first kept entry names the last archived one by its hash, so the two parts are one chain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from quen.ledger.model.chain import Sealed, parse_entry
from quen.ledger.model.values import Account


class Checkpoint(Struct, frozen=True):
    """`account` is the fold of all archived entries: its sequence is that of the last of them, its head that one's hash.

    `until` is the latest instant that one of them bears (UTC): whoever asks for a later one needs none of them. `totals` is
    what they moved, by ledger account. `key` names the newest object of the archive, which names the one before it.
    """

    account: Account
    until: datetime
    totals: Mapping[str, int]
    key: str

    @property
    def sequence(self) -> int:
        """That of the last archived entry."""
        return self.account.sequence


class KeptHistory(Struct, frozen=True):
    """A member's history as far as the table has it: the checkpoint where entries were archived, and those after it."""

    member_id: str
    checkpoint: Checkpoint | None
    entries: Sequence[Sealed]

    @property
    def begun(self) -> Account:
        """The account that the kept entries go on from."""
        return self.checkpoint.account if self.checkpoint else Account(self.member_id)

    @property
    def is_whole(self) -> bool:
        """Whether none is missing after the checkpoint. One may be where it was read while others were archived: at the
        beginning, or within, for they are deleted in no order and a long history is read in parts.
        """
        if not self.entries:
            return True
        first, last = (parse_entry(*self.entries[place]).sequence for place in (0, -1))
        return first == self.begun.sequence + 1 and last == self.begun.sequence + len(self.entries)

    def reaches_back_to(self, instant: datetime) -> bool:
        """Whether every entry that may bear that instant, or a later one, is kept."""
        return self.checkpoint is None or self.checkpoint.until < instant
