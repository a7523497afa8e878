"""Vouchers as tests issue them: a batch in a house of theirs, and tills that use its codes."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any, Literal

from house import House
from quen.ledger.documents import Outcome
from quen.members.model import MemberReference
from quen.money import Money
from quen.program.benefits import Benefit, Bill
from quen.vouchers.batches import Batches, NewBatch
from quen.vouchers.codes import VoucherCodes
from quen.vouchers.model import Terms, Wanted

PARTNER = "ptn_0000000000000001"
LAST_DAY = date(2026, 12, 31)
FACE = 100_000


class QueuedBatches:
    """Remembers which batches are to be worked on."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def send(self, batch_id: str) -> None:
        self.sent.append(batch_id)


def never() -> bool:
    """Time is never out."""
    return False


def batches_of(house: House, queue: QueuedBatches | None = None) -> Batches:
    """The house's batches over a queue that only remembers."""
    return Batches(
        house._voucher_store,
        house._ledger_store,
        house.programs,
        queue or QueuedBatches(),
        VoucherCodes(house.keys),
        house.clock,
        house.keys.derive("ids"),
        lambda _: None,
    )


def money_off(amount: int = FACE, *, partial: bool = True, **benefit: Any) -> Terms:
    """A voucher that pays like money."""
    return Terms(Benefit("amount_off", amount=amount, **benefit), LAST_DAY, partial=partial)


def issue_batch(house: House, count: int = 1, terms: Terms | None = None, key: str = "batch") -> str:
    """A batch, issued to its end; answers its id."""
    batches = batches_of(house)
    asked = NewBatch("Tết", count, terms or money_off())
    begun = batches.create(asked, actor="staff-1", idempotency_key=key, fingerprint=f"{count} {terms}")
    batches.issue(begun.result["batch_id"], never)
    return str(begun.result["batch_id"])


def issue_code(house: House, terms: Terms | None = None, key: str = "batch") -> str:
    """A batch of one; answers the code."""
    return VoucherCodes(house.keys).code_of(issue_batch(house, 1, terms, key), 0)


def use(
    house: House,
    how: Literal["reserve", "redeem"],
    code: str,
    wanted: int | Bill | None = None,
    key: str = "1",
    member: MemberReference | None = None,
    partner_id: str = PARTNER,
    fingerprint: str = "",
) -> Outcome:
    """A till uses a code: for an amount, for a bill, or for all of it."""
    amount = Money(wanted, "VND") if isinstance(wanted, int) else None
    return house.vouchers.use(
        how,
        code,
        Wanted(amount, wanted if isinstance(wanted, Bill) else None),
        member,
        partner_id=partner_id,
        idempotency_key=key,
        fingerprint=fingerprint or hashlib.sha256(f"{code} {wanted}".encode()).hexdigest(),
    )


def close(house: House, use_id: str, how: Any, partner_id: str = PARTNER) -> Outcome:
    """A till ends a use."""
    return house.vouchers.close(use_id, how, partner_id=partner_id)


def left(house: House, code: str) -> int:
    """What is left of the voucher, as it is kept."""
    voucher_id = VoucherCodes(house.keys).find_voucher_id(code)
    voucher = house._voucher_store.find(str(voucher_id))
    assert voucher
    return voucher.remaining
