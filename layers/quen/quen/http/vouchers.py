"""How every API shows a voucher."""

from __future__ import annotations

from typing import Literal, TypedDict

from quen.http.answers import Day, Money
from quen.http.benefits import BenefitAnswer


class Voucher(TypedDict):
    """A voucher; it lives to 24:00 of `valid_until`. Only what pays like money has values."""

    voucher_id: str
    state: Literal["issued", "reserved", "redeemed", "partially_redeemed", "expired", "cancelled"]
    benefit: BenefitAnswer
    partial: bool
    face_value: Money | None
    remaining_value: Money | None
    valid_from: Day | None
    valid_until: Day
