"""Vouchers at a till: look, reserve, redeem, release, refund."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypedDict

from msgspec import Meta, Struct

from partner_api.callers import recognise_partner
from quen.bootstrap import application
from quen.errors import (
    AlreadyRedeemedError,
    AlreadyReturnedError,
    ConflictRetryError,
    CurrencyMismatchError,
    IdempotencyKeyReusedError,
    MemberNotActiveError,
    MemberNotFoundError,
    NotRedeemedError,
    QuenError,
    ReservationExpiredError,
    TooLateError,
    ValidationFailedError,
    VoucherAlreadyRedeemedError,
    VoucherCancelledError,
    VoucherExpiredError,
    VoucherNotApplicableError,
    VoucherNotFoundError,
    VoucherReservedError,
)
from quen.http.answers import Instant, Money
from quen.http.benefits import BenefitAnswer
from quen.http.bills import BillBody
from quen.http.bodies import BusinessId, Member, MoneyBody
from quen.http.endpoint import Call, Nothing, Resource
from quen.http.vouchers import Voucher
from quen.ledger.documents import Outcome
from quen.members.model import MemberReference
from quen.money import Money as MoneyValue
from quen.partners.model import PartnerCaller, Right
from quen.vouchers.model import Wanted

vouchers: Resource[PartnerCaller] = Resource(__name__, recognise_partner)

Code = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        description="In any case, with or without hyphens; O is read as 0, I and L as 1.",
        examples=["7K3W-9QXM-R2T4-BC8D0"],
    ),
]


class LookBody(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A code, what it is to be used for, and the member at the till: a voucher of a member's is nobody else's."""

    code: Code
    bill: BillBody | None = None
    member: Member | None = None

    def wanted(self) -> Wanted:
        """As the domain has it. Raises ValidationFailedError, CurrencyMismatchError."""
        return Wanted(None, self.bill.value() if self.bill else None)

    def reference(self) -> MemberReference | None:
        """The member who is meant. Raises ValidationFailedError."""
        return self.member.reference() if self.member else None


class ReserveBody(LookBody, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`amount` is how much of a voucher that pays like money; left out, as much as the bill or the voucher has."""

    amount: MoneyBody | None = None

    def wanted(self) -> Wanted:
        """As the domain has it. Raises ValidationFailedError, CurrencyMismatchError."""
        amount: MoneyValue | None = self.amount.value() if self.amount else None
        if amount and not amount.amount:
            raise ValidationFailedError.at("/amount/amount", "out_of_range", "At least one unit of money is used.")
        return Wanted(amount, self.bill.value() if self.bill else None)


class RedeemBody(ReserveBody, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The same, and the purchase that it is used for."""

    purchase_id: BusinessId | None = None


class LineOff(TypedDict):
    """What is off one line."""

    line_id: str
    amount: Money


class ValidVoucher(Voucher):
    """A voucher that can be used, and what it takes off the bill; null, where there is none."""

    amount_off: Money | None
    lines: list[LineOff]


class VoucherUse(TypedDict):
    """One use: what it takes off the bill, and what is left of the voucher when it is over. A reserved one has an end."""

    use_id: str
    voucher_id: str
    state: Literal["reserved", "redeemed", "released", "refunded"]
    benefit: BenefitAnswer
    amount_off: Money
    lines: list[LineOff]
    remaining_value: Money | None
    expires_at: Instant | None
    purchase_id: str | None


_LOOKED_AT: tuple[type[QuenError], ...] = (
    VoucherNotFoundError,
    MemberNotFoundError,
    MemberNotActiveError,
    VoucherAlreadyRedeemedError,
    VoucherReservedError,
    VoucherExpiredError,
    VoucherCancelledError,
    VoucherNotApplicableError,
    CurrencyMismatchError,
)
_USED = (*_LOOKED_AT, IdempotencyKeyReusedError, ConflictRetryError)


@vouchers.endpoint(
    "POST",
    "/v1/vouchers/validate",
    action=Right.USE_VOUCHERS,
    body=LookBody,
    answer=ValidVoucher,
    errors=_LOOKED_AT,
)
def validate(call: Call[PartnerCaller, LookBody]) -> Mapping[str, Any]:
    """Say what a code is worth, and what it takes off the bill. Codes that name no voucher: 20 times a minute at most."""
    asked = call.input
    return application().vouchers.validate(
        asked.code, asked.wanted(), asked.reference(), partner_id=call.caller.partner_id
    )


@vouchers.endpoint(
    "POST",
    "/v1/vouchers/reserve",
    action=Right.USE_VOUCHERS,
    status=201,
    body=ReserveBody,
    answer=VoucherUse,
    needs_key=True,
    errors=_USED,
)
def reserve(call: Call[PartnerCaller, ReserveBody]) -> Outcome:
    """Set a voucher, or a part of it, aside until the till redeems or releases it, or the reservation lapses."""
    asked = call.input
    return application().vouchers.use(
        "reserve",
        asked.code,
        asked.wanted(),
        asked.reference(),
        partner_id=call.caller.partner_id,
        idempotency_key=call.idempotency_key,
        fingerprint=call.fingerprint,
    )


@vouchers.endpoint(
    "POST",
    "/v1/vouchers/redeem",
    action=Right.USE_VOUCHERS,
    status=201,
    body=RedeemBody,
    answer=VoucherUse,
    needs_key=True,
    errors=_USED,
)
def redeem(call: Call[PartnerCaller, RedeemBody]) -> Outcome:
    """Use a voucher, or a part of it, at once."""
    asked = call.input
    return application().vouchers.use(
        "redeem",
        asked.code,
        asked.wanted(),
        asked.reference(),
        partner_id=call.caller.partner_id,
        idempotency_key=call.idempotency_key,
        fingerprint=call.fingerprint,
        purchase_id=asked.purchase_id,
    )


_ENDED = (VoucherNotFoundError, AlreadyRedeemedError, AlreadyReturnedError, ReservationExpiredError, ConflictRetryError)


@vouchers.endpoint(
    "POST",
    "/v1/vouchers/uses/{use_id}/redeem",
    action=Right.USE_VOUCHERS,
    answer=VoucherUse,
    errors=(*_ENDED, VoucherCancelledError),
)
def redeem_reserved(call: Call[PartnerCaller, Nothing], use_id: str) -> Outcome:
    """The bill was paid: what was set aside is used."""
    return application().vouchers.close(use_id, "redeem", partner_id=call.caller.partner_id)


@vouchers.endpoint(
    "POST",
    "/v1/vouchers/uses/{use_id}/release",
    action=Right.USE_VOUCHERS,
    answer=VoucherUse,
    errors=_ENDED,
)
def release(call: Call[PartnerCaller, Nothing], use_id: str) -> Outcome:
    """Called off: what was set aside can be used again."""
    return application().vouchers.close(use_id, "release", partner_id=call.caller.partner_id)


@vouchers.endpoint(
    "POST",
    "/v1/vouchers/uses/{use_id}/refund",
    action=Right.USE_VOUCHERS,
    answer=VoucherUse,
    errors=(VoucherNotFoundError, NotRedeemedError, VoucherCancelledError, TooLateError, ConflictRetryError),
)
def refund(call: Call[PartnerCaller, Nothing], use_id: str) -> Outcome:
    """Undone after it was redeemed: the value goes back, and the voucher lives for the program's days of grace at least."""
    return application().vouchers.close(use_id, "refund", partner_id=call.caller.partner_id)
