"""Redemptions that a member makes: reserve a reward, see what became of it, call it off."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

from msgspec import Meta, Struct

from mobile_api.callers import own_member_id
from quen.bootstrap import application
from quen.errors import (
    AlreadyRedeemedError,
    ConflictRetryError,
    MemberNotFoundError,
    RedemptionNotFoundError,
    ReservationExpiredError,
    VoucherAlreadyRedeemedError,
    VoucherExpiredError,
    VoucherReservedError,
)
from quen.http.answers import Redemption, RedemptionPage
from quen.http.bodies import RewardId, ShortText
from quen.http.callers import MemberCaller, recognise_member
from quen.http.endpoint import Call, Nothing, Resource
from quen.http.errors import CursorInvalidError
from quen.http.paging import PageQuery
from quen.ledger.documents import Outcome
from quen.members.model import MemberReference
from quen.rewards.model import RewardWanted
from quen.rewards.service import RESERVE_REFUSALS

QUANTITY_MAX = 100

redemptions: Resource[MemberCaller] = Resource(__name__, recognise_member)


class RewardBody(Struct, frozen=True, forbid_unknown_fields=True):
    """So many pieces of one reward, redeemed at a store: that is to be said of rewards that are not redeemed everywhere."""

    reward_id: RewardId
    quantity: Annotated[int, Meta(ge=1, le=QUANTITY_MAX)] = 1
    store_id: ShortText | None = None


@redemptions.endpoint(
    "POST",
    "/v1/me/redemptions",
    status=201,
    body=RewardBody,
    answer=Redemption,
    needs_key=True,
    errors=RESERVE_REFUSALS,
)
def reserve(call: Call[MemberCaller, RewardBody]) -> Outcome:
    """Reserve a reward; its points are held until it is collected, called off, or its time is over."""
    return application().rewards.reserve(
        MemberReference(member_id=own_member_id(call.caller)),
        RewardWanted(call.input.reward_id, call.input.quantity, call.input.store_id),
        idempotency_key=call.idempotency_key,
        fingerprint=call.fingerprint,
    )


@redemptions.endpoint(
    "GET",
    "/v1/me/redemptions",
    query=PageQuery,
    answer=RedemptionPage,
    errors=(MemberNotFoundError, CursorInvalidError),
)
def list_redemptions(call: Call[MemberCaller, PageQuery]) -> Mapping[str, Any]:
    """The member's redemptions, newest first."""
    app = application()
    fetch = partial(app.rewards.list_redemptions, own_member_id(call.caller))
    return app.cursors.page(call.input, fetch, caller=call.caller.name, listing="redemptions")


@redemptions.endpoint(
    "POST",
    "/v1/me/redemptions/{redemption_id}/cancel",
    answer=Redemption,
    errors=(
        RedemptionNotFoundError,
        MemberNotFoundError,
        AlreadyRedeemedError,
        ReservationExpiredError,
        ConflictRetryError,
        VoucherAlreadyRedeemedError,
        VoucherExpiredError,
        VoucherReservedError,
    ),
)
def cancel(call: Call[MemberCaller, Nothing], redemption_id: str) -> Outcome:
    """Call a reservation off, or vouchers of which nothing is used: the points go back to the lots they came from."""
    return application().rewards.release(redemption_id, member_id=own_member_id(call.caller))
