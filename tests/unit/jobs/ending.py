"""Worlds in which vouchers end: a member with some, over vouchers in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from quen.jobs.names import WARN_ENDINGS
from quen.jobs.warn_endings import WarnEndings
from quen.program.benefits import Benefit
from quen.program.model import Program
from quen.vouchers.endings import Endings
from quen.vouchers.model import Terms, Voucher, new_voucher
from unit.jobs.fakes import NOW, Fuse, Guarded, World

TODAY = NOW.date()


class MemoryVouchers:
    """Vouchers by id. The shard of one is the fifth character of its id; `asked` are the days that were looked for."""

    def __init__(self) -> None:
        self.vouchers: dict[str, Voucher] = {}
        self.asked: list[date] = []

    def find(self, voucher_id: str) -> Voucher | None:
        return self.vouchers.get(voucher_id)

    def list_ending(self, shard: int, on: date, cursor: str | None, limit: int) -> tuple[Sequence[str], str | None]:
        self.asked.append(on)
        ids = [key for key, one in sorted(self.vouchers.items()) if one.last_day == on and int(key[4]) == shard]
        rest = [voucher_id for voucher_id in ids if voucher_id > (cursor or "")]
        return rest[:limit], rest[limit - 1] if len(rest) > limit else None


class EndingWorld(World):
    """Where vouchers end."""

    def __init__(self, fuse: Fuse | None = None, program: Program | None = None, now: datetime = NOW) -> None:
        super().__init__(fuse, program, now)
        self.vouchers = MemoryVouchers()
        intents, vouchers = Guarded(self.intents, self.fuse), Guarded(self.vouchers, self.fuse)
        endings = Endings(vouchers, self.ledger, self.programs)
        self.handlers[WARN_ENDINGS] = lambda: WarnEndings(intents, endings, self.programs)

    def add_voucher(
        self,
        member_id: str | None,
        days: int,
        number: int = 1,
        shard: int = 2,
        benefit: Benefit | None = None,
        **changes: Any,
    ) -> str:
        """One of 50,000 that ends so many days from today."""
        terms = Terms(benefit or Benefit("voucher", amount=50_000), TODAY + timedelta(days=days), partial=True)
        voucher = new_voucher(f"vch_{shard}{number:015}", "gft_0000000000000001", number, terms, member_id)
        self.vouchers.vouchers[voucher.voucher_id] = replace(voucher, **changes)
        return voucher.voucher_id
