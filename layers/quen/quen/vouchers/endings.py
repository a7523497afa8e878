"""Vouchers that end soon: which there are, and what is true of one at this moment.

The index is a moment old and knows nothing of merges. So each voucher is read again before its member is told: it must still
be there to be used, and it is told to who has it now.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from msgspec import Struct

from quen.ledger.ports import CurrentProgram
from quen.ledger.reading import Reading
from quen.vouchers.model import Voucher


class EndingRecords(Protocol):
    """Where vouchers are kept."""

    def find(self, voucher_id: str) -> Voucher | None:
        """The voucher, read consistently."""

    def list_ending(self, shard: int, on: date, cursor: str | None, limit: int) -> tuple[Sequence[str], str | None]:
        """A page of the shard's vouchers whose last day is that one, and where the next page starts."""


class Ending(Struct, frozen=True):
    """A voucher that one member still has: whose it is now, the last day to whose 24:00 it lives, and how many days that is
    from today. `amount` is what is left of one that pays like money, in the smallest unit (0: it is no money).
    """

    voucher_id: str
    member_id: str
    last_day: date
    days_left: int
    amount: int


class Endings:
    """What is true of vouchers now, whatever the day is that somebody asks for."""

    def __init__(self, records: EndingRecords, ledger: Reading, programs: CurrentProgram) -> None:
        self._records = records
        self._ledger = ledger
        self._programs = programs

    def list_ending(self, shard: int, on: date, cursor: str | None, limit: int) -> tuple[Sequence[str], str | None]:
        """A page of the ids of the shard's vouchers whose last day is that one, and where the next page starts."""
        return self._records.list_ending(shard, on, cursor, limit)

    def find(self, voucher_id: str, on: date) -> Ending | None:
        """The voucher, where it is one member's own and something of it can still be used: today, or on that day, where
        nobody's clock here has reached it yet. What a till has set aside is still left. Raises MemberNotFoundError.
        """
        voucher = self._records.find(voucher_id)
        now = self._ledger.now()
        today = max(on, self._programs.current(now).local_day(now))
        if voucher is None or voucher.member_id is None:
            return None
        if voucher.is_cancelled or not voucher.remaining or today > voucher.last_day:
            return None
        return Ending(
            voucher_id,
            self._ledger.load_surviving(voucher.member_id).member_id,
            voucher.last_day,
            (voucher.last_day - today).days,
            voucher.remaining if voucher.terms.is_money else 0,
        )
