"""Every refusal the domain can make, as one tree.

    QuenError                             anything the caller is told about
    ├── ValidationFailedError             a value of the request breaks a rule, named by pointer
    ├── NotFoundError                     the thing named does not exist for this caller
    │   ├── MemberNotFoundError
    │   ├── PurchaseNotFoundError
    │   ├── RedemptionNotFoundError
    │   ├── RewardNotFoundError
    │   └── VoucherNotFoundError
    ├── ForbiddenError                    the caller may not do this
    │   ├── PartnerForbiddenError         the partner's rights do not cover it
    │   ├── AdjustmentLimitReachedError   more points than the role may move at a time
    │   └── SecondPersonRequiredError     nobody approves what they asked for themselves
    ├── ConflictError                     the state of things does not allow it
    │   ├── MemberAlreadyExistsError      the person, or the login, is enrolled already
    │   ├── MemberNotActiveError          the member's state gates earning and spending
    │   ├── PurchaseAlreadyRecordedError  same purchase id, other content
    │   ├── ReturnAlreadyRecordedError    same return id, other content
    │   ├── EventAlreadyRecordedError     same event id, other content
    │   ├── EventAlreadyCountedError      the member did this before: same type, same subject
    │   ├── PaymentAlreadyRecordedError   same payment id, other content
    │   ├── MembershipRunningError        a membership stands in the way of another one
    │   ├── MembershipNotRunningError     there is none to cancel, resume or refund
    │   ├── MembershipPaidAheadError      enough periods are paid for already
    │   ├── AlreadyReturnedError          what it was for came back already
    │   ├── AlreadyRedeemedError          the redemption is final
    │   ├── NotRedeemedError              there is nothing to refund
    │   ├── AlreadyDecidedError           somebody has approved or rejected it
    │   ├── RedemptionsOpenError          open redemptions stand in the way
    │   ├── MembershipsBothRunError       two members who are one person both pay for a membership
    │   ├── ReservationExpiredError       the reservation lapsed or was released
    │   ├── RewardOutOfStockError         nothing is left of it
    │   ├── VoucherAlreadyRedeemedError   nothing is left of the voucher
    │   ├── VoucherReservedError          another use of the voucher has set it aside
    │   ├── VoucherExpiredError           the voucher's last day is over
    │   ├── VoucherCancelledError         staff, or the end of its reward, killed the voucher
    │   └── ConflictRetryError            lost every race it ran; try again
    ├── UnprocessableError                understood, but the rules say no
    │   ├── IdempotencyKeyReusedError     same key, other payload
    │   ├── InsufficientPointsError       fewer active points than asked for
    │   ├── CurrencyMismatchError         not the program's currency
    │   ├── ReturnExceedsPurchaseError    more comes back than is left of the purchase
    │   ├── TransfersNotOfferedError      the program has no transfers
    │   ├── TransferLimitReachedError     the day's limit of points that a member gives
    │   ├── StoredValueNotOfferedError    the program keeps no money for members
    │   ├── StoredValueLimitReachedError  more than one account may hold
    │   ├── InsufficientStoredValueError  less money than asked for
    │   ├── RefundExceedsPaymentError     more money back than was paid
    │   ├── RewardLimitReachedError       the member's limit for this reward
    │   ├── TierRequiredError             the reward is for members of other tiers
    │   ├── PerkNotHeldError              the member does not have the perk
    │   ├── RewardNotAvailableError       the reward cannot be had today, or not by this member
    │   ├── StoreNotEligibleError         the reward is redeemed at other stores
    │   ├── BirthdayLockedError           changed within the last 365 days
    │   ├── ConsentRequiredError          no consent covers it
    │   ├── PaymentRequiredError          no trial (any more): the membership begins with a payment
    │   ├── PerksUsedError                nothing goes back of a period whose perks were used
    │   ├── VoucherNotApplicableError     the voucher is worth nothing here
    │   └── TooLateError                  older than the program accepts
    └── TemporarilyUnavailableError       something we depend on does not answer

A class carries its permanent `code`; `quen.http.problems` maps codes to HTTP statuses, and a test proves that map total.
The transport's own refusals (malformed JSON, signatures, tokens …) grow from `QuenError` beside the code that makes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from msgspec import Struct


class Fault(Struct, frozen=True):
    """One thing wrong with a document: where (an RFC 6901 JSON pointer) and what (a stable snake_case code).

    `message` is a sentence for a person; it never holds a value of the request.
    """

    pointer: str
    code: str
    message: str = ""


class QuenError(Exception):
    """Anything the caller is told about. `detail` is a sentence without any value of the request."""

    code: ClassVar[str] = "internal_error"
    title: ClassVar[str] = "Something went wrong"
    retryable: ClassVar[bool] = False

    def __init__(self, detail: str = "", *, faults: Sequence[Fault] = ()) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.faults = tuple(faults)


class ValidationFailedError(QuenError):
    code = "validation_failed"
    title = "The request is not valid"

    @classmethod
    def at(cls, pointer: str, code: str, message: str = "") -> ValidationFailedError:
        """The refusal for one fault at one place."""
        return cls(message or "One value of the request is not valid.", faults=[Fault(pointer, code, message)])


class NotFoundError(QuenError):
    code = "not_found"
    title = "There is no such thing"


class MemberNotFoundError(NotFoundError):
    code = "member_not_found"
    title = "There is no such member"


class PurchaseNotFoundError(NotFoundError):
    code = "purchase_not_found"
    title = "There is no such purchase"


class RedemptionNotFoundError(NotFoundError):
    code = "redemption_not_found"
    title = "There is no such redemption"


class RewardNotFoundError(NotFoundError):
    code = "reward_not_found"
    title = "There is no such reward"


class VoucherNotFoundError(NotFoundError):
    code = "voucher_not_found"
    title = "There is no such voucher"


class ForbiddenError(QuenError):
    code = "forbidden"
    title = "The caller may not do this"


class PartnerForbiddenError(ForbiddenError):
    code = "partner_forbidden"
    title = "The partner may not do this"


class AdjustmentLimitReachedError(ForbiddenError):
    code = "adjustment_limit_reached"
    title = "The role may not move so many points at a time"


class SecondPersonRequiredError(ForbiddenError):
    code = "second_person_required"
    title = "Somebody else decides about this"


class ConflictError(QuenError):
    code = "conflict"
    title = "The state of things does not allow it"


class MemberAlreadyExistsError(ConflictError):
    code = "member_already_exists"
    title = "This person is a member already"


class MemberNotActiveError(ConflictError):
    code = "member_not_active"
    title = "The member can neither earn nor spend now"


class PurchaseAlreadyRecordedError(ConflictError):
    code = "purchase_already_recorded"
    title = "This purchase id was recorded with other content"


class ReturnAlreadyRecordedError(ConflictError):
    code = "return_already_recorded"
    title = "This return id was recorded with other content"


class EventAlreadyRecordedError(ConflictError):
    code = "event_already_recorded"
    title = "This event id was recorded with other content"


class EventAlreadyCountedError(ConflictError):
    code = "event_already_counted"
    title = "This was counted for the member before"


class PaymentAlreadyRecordedError(ConflictError):
    code = "payment_already_recorded"
    title = "This payment id was recorded with other content"


class MembershipRunningError(ConflictError):
    code = "membership_running"
    title = "The member has a membership that is not over yet"


class MembershipNotRunningError(ConflictError):
    code = "membership_not_running"
    title = "The member has no membership to which this could be done"


class MembershipPaidAheadError(ConflictError):
    code = "membership_paid_ahead"
    title = "The membership is paid for as far ahead as allowed"


class AlreadyReturnedError(ConflictError):
    code = "already_returned"
    title = "It was given back already"


class NotRedeemedError(ConflictError):
    code = "not_redeemed"
    title = "The redemption was not redeemed"


class AlreadyDecidedError(ConflictError):
    code = "already_decided"
    title = "It was approved or rejected already"


class MembershipsBothRunError(ConflictError):
    code = "memberships_both_run"
    title = "Both members pay for a membership; end one of them first"


class RedemptionsOpenError(ConflictError):
    code = "redemptions_open"
    title = "The member has open redemptions; redeem or cancel them first"


class AlreadyRedeemedError(ConflictError):
    code = "already_redeemed"
    title = "The redemption is final"


class ReservationExpiredError(ConflictError):
    code = "reservation_expired"
    title = "The reservation is over; what it held went back"


class RewardOutOfStockError(ConflictError):
    code = "reward_out_of_stock"
    title = "Nothing is left of this reward"


class VoucherAlreadyRedeemedError(ConflictError):
    code = "voucher_already_redeemed"
    title = "The voucher was used already"


class VoucherReservedError(ConflictError):
    code = "voucher_reserved"
    title = "The voucher is reserved for another use"


class VoucherExpiredError(ConflictError):
    code = "voucher_expired"
    title = "The voucher's last day is over"


class VoucherCancelledError(ConflictError):
    code = "voucher_cancelled"
    title = "The voucher was cancelled"


class ConflictRetryError(ConflictError):
    code = "conflict_retry"
    title = "Others were faster; try again"
    retryable = True


class UnprocessableError(QuenError):
    code = "unprocessable"
    title = "The rules do not allow it"


class IdempotencyKeyReusedError(UnprocessableError):
    code = "idempotency_key_reused"
    title = "This idempotency key came with another payload before"


class InsufficientPointsError(UnprocessableError):
    code = "insufficient_points"
    title = "There are not enough active points"


class CurrencyMismatchError(UnprocessableError):
    code = "currency_mismatch"
    title = "The amount is not in the program's currency"


class ReturnExceedsPurchaseError(UnprocessableError):
    code = "return_exceeds_purchase"
    title = "More comes back than is left of the purchase"


class TransfersNotOfferedError(UnprocessableError):
    code = "transfers_not_offered"
    title = "The program has no transfers of points"


class TransferLimitReachedError(UnprocessableError):
    code = "transfer_limit_reached"
    title = "The member has given as many points today as allowed"


class StoredValueNotOfferedError(UnprocessableError):
    code = "stored_value_not_offered"
    title = "The program keeps no money for members"


class StoredValueLimitReachedError(UnprocessableError):
    code = "stored_value_limit_reached"
    title = "The account may not hold so much money"


class InsufficientStoredValueError(UnprocessableError):
    code = "insufficient_stored_value"
    title = "There is not enough money on the account"


class RefundExceedsPaymentError(UnprocessableError):
    code = "refund_exceeds_payment"
    title = "More comes back than is left of the payment"


class RewardLimitReachedError(UnprocessableError):
    code = "reward_limit_reached"
    title = "The member has had this reward as often as allowed"


class TierRequiredError(UnprocessableError):
    code = "tier_required"
    title = "The reward is for a higher tier"


class PerkNotHeldError(UnprocessableError):
    code = "perk_not_held"
    title = "The member does not have this perk now"


class RewardNotAvailableError(UnprocessableError):
    code = "reward_not_available"
    title = "The reward cannot be had now"


class StoreNotEligibleError(UnprocessableError):
    code = "store_not_eligible"
    title = "The reward is redeemed at other stores"


class BirthdayLockedError(UnprocessableError):
    code = "birthday_locked"
    title = "The birthday was set within the last 365 days"


class ConsentRequiredError(UnprocessableError):
    code = "consent_required"
    title = "The member has not consented to this"


class PaymentRequiredError(UnprocessableError):
    code = "payment_required"
    title = "The membership begins with a payment: there is no trial for this member"


class PerksUsedError(UnprocessableError):
    code = "perks_used"
    title = "Perks of this period were used or are reserved"


class VoucherNotApplicableError(UnprocessableError):
    code = "voucher_not_applicable"
    title = "The voucher takes nothing off this bill"


class TooLateError(UnprocessableError):
    code = "too_late"
    title = "This happened longer ago than the program accepts"


class TemporarilyUnavailableError(QuenError):
    code = "temporarily_unavailable"
    title = "A part of the system does not answer; try again"
    retryable = True
