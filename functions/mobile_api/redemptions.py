"""Redemptions that a member makes: reserve a reward, see what became of it, call it off."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from mobile_api.callers import own_member_id, recognise_bearer
from quen.archive.errors import EntriesArchivedError
from quen.bootstrap import application
from quen.errors import (
    AlreadyRedeemedError,
    ConflictRetryError,
    MemberNotFoundError,
    RedemptionNotFoundError,
    ReservationExpiredError,
    ValidationFailedError,
    VoucherAlreadyRedeemedError,
    VoucherExpiredError,
    VoucherReservedError,
)
from quen.http.bills import BillBody
from quen.http.bodies import Pieces, Points, RewardId, ShortText
from quen.http.callers import MemberCaller
from quen.http.endpoint import Call, Nothing, Resource
from quen.http.errors import CursorInvalidError
from quen.http.paging import PageQuery
from quen.http.redemptions import Redemption, RedemptionPage
from quen.ledger.documents import Outcome
from quen.members.model import MemberReference
from quen.rewards.model import PerkWanted, PointsWanted, RewardWanted, Wanted
from quen.rewards.model.refusals import RESERVE_REFUSALS

redemptions: Resource[MemberCaller] = Resource(__name__, recognise_bearer)


class RewardBody(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """So many pieces of one reward, for points or with `gift` one that the member was given, redeemed at a store: that is to
    be said of rewards that are not redeemed everywhere. Or so many uses of a counted perk, for a bill that is to be paid. Or
    plain points, to pay a bill with by the end of tomorrow.
    """

    reward_id: RewardId | None = None
    perk_id: RewardId | None = None
    points: Points | None = None
    gift: bool = False
    quantity: Pieces = 1
    store_id: ShortText | None = None
    bill: BillBody | None = None

    def wanted(self) -> Wanted:
        """As the domain has it. Raises ValidationFailedError."""
        if sum(value is not None for value in (self.reward_id, self.perk_id, self.points)) != 1:
            sentence = "Ask for exactly one of reward_id, perk_id and points."
            raise ValidationFailedError.at("", "exactly_one_required", sentence)
        if self.points is not None:
            return self._points(self.points)
        if self.perk_id is not None:
            if self.gift:
                raise ValidationFailedError.at("/gift", "not_allowed", "Only a reward is had as a gift.")
            return PerkWanted(self.perk_id, self.quantity, self.bill.value() if self.bill else None, self.store_id)
        if self.bill is not None:
            raise ValidationFailedError.at("/bill", "not_allowed", "A bill is shown for a perk alone.")
        return RewardWanted(self.reward_id or "", self.quantity, self.store_id, is_gift=self.gift)

    def _points(self, points: int) -> Wanted:
        more = {"/gift": self.gift, "/quantity": self.quantity != 1, "/bill": self.bill, "/store_id": self.store_id}
        for pointer, value in more.items():
            if value:
                raise ValidationFailedError.at(pointer, "not_allowed", "Points are set aside by themselves.")
        return PointsWanted(points, is_own=True)


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
    """Reserve a reward, uses of a perk or plain points; what it takes is held until it is collected, called off, or its time is
    over. With its pass, a till without a network can take it.
    """
    app = application()
    done = app.rewards.reserve(
        MemberReference(member_id=own_member_id(call.caller)),
        call.input.wanted(),
        idempotency_key=call.idempotency_key,
        fingerprint=call.fingerprint,
    )
    return replace(done, result=app.passes.with_pass(done.result))


@redemptions.endpoint(
    "GET",
    "/v1/me/redemptions",
    query=PageQuery,
    answer=RedemptionPage,
    errors=(MemberNotFoundError, CursorInvalidError),
)
def list_redemptions(call: Call[MemberCaller, PageQuery]) -> Mapping[str, Any]:
    """The member's redemptions, newest first."""
    app, member_id = application(), own_member_id(call.caller)
    fetch = partial(app.rewards.list_redemptions, member_id)
    page = app.cursors.page(call.input, fetch, caller=call.caller.name, listing="redemptions")
    shown = [app.passes.with_pass(redemption) for redemption in page["items"]]
    return {**page, "items": shown, "archived_before": app.ledger.archived_before(member_id, page)}


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
        EntriesArchivedError,
        VoucherAlreadyRedeemedError,
        VoucherExpiredError,
        VoucherReservedError,
    ),
)
def cancel(call: Call[MemberCaller, Nothing], redemption_id: str) -> Outcome:
    """Call a reservation off, or vouchers of which nothing is used: the points go back to the lots they came from."""
    return application().rewards.release(redemption_id, member_id=own_member_id(call.caller))
