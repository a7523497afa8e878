"""Receipts from before the member was one: their points, claimed by the code that is printed on them."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from mobile_api.callers import own_member_id, recognise_bearer
from quen.bootstrap import application
from quen.errors import (
    ConflictRetryError,
    MemberNotActiveError,
    MemberNotFoundError,
    TooLateError,
)
from quen.http.callers import MemberCaller
from quen.http.endpoint import Call, Resource
from quen.http.purchases import PurchasePoints
from quen.ledger.documents import Outcome
from quen.partners.model.refusals import PartnerBudgetExhaustedError, PartnerCapReachedError
from quen.receipts.errors import ReceiptAlreadyClaimedError, ReceiptNotFoundError

receipts: Resource[MemberCaller] = Resource(__name__, recognise_bearer)


class ClaimBody(Struct, frozen=True, forbid_unknown_fields=True):
    """The code on the receipt."""

    claim_code: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=64,
            description="In any case, with or without hyphens; O is read as 0, I and L as 1.",
            examples=["7K3W-9QXM-R2T4B"],
        ),
    ]


@receipts.endpoint(
    "POST",
    "/v1/me/receipts",
    status=201,
    body=ClaimBody,
    answer=PurchasePoints,
    errors=(
        ReceiptNotFoundError,
        ReceiptAlreadyClaimedError,
        TooLateError,
        MemberNotFoundError,
        MemberNotActiveError,
        ConflictRetryError,
        PartnerBudgetExhaustedError,
        PartnerCapReachedError,
    ),
)
def claim(call: Call[MemberCaller, ClaimBody]) -> Outcome:
    """Claim a receipt's points, once for ever; again is the first answer again. Codes that name none: 20 a minute at most."""
    outcome = application().receipts.claim(own_member_id(call.caller), call.input.claim_code)
    # The sentence is for the till to print.
    return replace(outcome, result={name: part for name, part in outcome.result.items() if name != "receipt_text"})
