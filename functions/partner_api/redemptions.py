"""Redemptions at a till: reserve, then redeem or release."""

from __future__ import annotations

from msgspec import Struct

from partner_api.callers import recognise_partner
from quen.archive.errors import EntriesArchivedError
from quen.bootstrap import application
from quen.errors import (
    AlreadyRedeemedError,
    AlreadyReturnedError,
    ConflictRetryError,
    NotRedeemedError,
    QuenError,
    RedemptionNotFoundError,
    ReservationExpiredError,
    ValidationFailedError,
    VoucherAlreadyRedeemedError,
    VoucherReservedError,
)
from quen.http.answers import Count
from quen.http.bills import BillBody
from quen.http.bodies import BusinessId, Member, Pieces, Points, RewardId, ShortText
from quen.http.endpoint import Call, Nothing, Resource
from quen.http.redemptions import Redemption
from quen.ledger.documents import Outcome
from quen.partners.model import Partner, PartnerCaller, Right
from quen.partners.model.refusals import PartnerCapReachedError
from quen.rewards.model import PerkWanted, PointsWanted, RewardWanted, Wanted
from quen.rewards.model.refusals import RESERVE_REFUSALS
from quen.rewards.model.wanted import wanted_from

redemptions: Resource[PartnerCaller] = Resource(__name__, recognise_partner)


class ExchangePoints(Struct, frozen=True, forbid_unknown_fields=True):
    """Points that become units of the partner's own program: held, until it has given them and redeems."""

    points: Points


class RedemptionBody(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One of these: a reward of the catalogue, for points or with `gift` as one that the member was given; plain points to pay
    part of a bill with; so many uses of a counted perk; points that go to
    the partner's own program. With the `bill`, the answer says what is taken off it; a reward that
    is not redeemed everywhere wants its store.
    """

    member: Member
    reward_id: RewardId | None = None
    points: Points | None = None
    perk_id: RewardId | None = None
    gift: bool = False
    quantity: Pieces = 1
    exchange: ExchangePoints | None = None
    purchase_id: BusinessId | None = None
    store_id: ShortText | None = None
    bill: BillBody | None = None

    def wanted(self, partner: Partner) -> Wanted:
        """As the domain has it. Raises ValidationFailedError, ExchangeNotOfferedError."""
        if sum(value is not None for value in (self.reward_id, self.points, self.perk_id, self.exchange)) != 1:
            sentence = "Ask for exactly one of reward_id, points, perk_id and exchange."
            raise ValidationFailedError.at("", "exactly_one_required", sentence)
        if self.gift and self.reward_id is None:
            raise ValidationFailedError.at("/gift", "not_allowed", "Only a reward is had as a gift.")
        if self.quantity != 1 and self.perk_id is None:
            raise ValidationFailedError.at("/quantity", "not_allowed", "Only uses of a perk are several at a till.")
        if self.exchange is not None:
            return self._exchanged(self.exchange, partner)
        bill = self.bill.value() if self.bill else None
        if self.points is not None:
            return PointsWanted(self.points, self.purchase_id, bill, self.store_id)
        if self.purchase_id is not None:
            raise ValidationFailedError.at("/purchase_id", "not_allowed", "Only points pay for a purchase.")
        if self.perk_id is not None:
            return PerkWanted(self.perk_id, self.quantity, bill, self.store_id)
        return RewardWanted(self.reward_id or "", store_id=self.store_id, bill=bill, is_gift=self.gift)

    def _exchanged(self, exchange: ExchangePoints, partner: Partner) -> Wanted:
        for name, value in (("purchase_id", self.purchase_id), ("store_id", self.store_id), ("bill", self.bill)):
            if value is not None:
                sentence = "Points that go to another program pay for nothing here."
                raise ValidationFailedError.at(f"/{name}", "not_allowed", sentence)
        return wanted_from(partner, exchange.points)


class RefundedRedemption(Redemption):
    """A redemption that was undone. `points_refunded` are those that had not come back with returned goods before."""

    points_refunded: Count


@redemptions.endpoint(
    "POST",
    "/v1/redemptions",
    action=Right.REDEEM_REWARDS,
    status=201,
    body=RedemptionBody,
    answer=Redemption,
    needs_key=True,
    errors=(*RESERVE_REFUSALS, PartnerCapReachedError),
)
def reserve(call: Call[PartnerCaller, RedemptionBody]) -> Outcome:
    """Hold the points, the gift or the uses until the till redeems or releases them, or the reservation lapses."""
    call.caller.require_store(call.input.store_id)
    rewards = application().rewards
    try:
        wanted = call.input.wanted(call.caller.partner)
    except QuenError:
        # The rate of an exchange may have changed since it was asked for first.
        if replay := rewards.find_reserved(call.caller.partner_id, call.idempotency_key, call.fingerprint):
            return replay
        raise
    return rewards.reserve(
        call.input.member.reference(),
        wanted,
        idempotency_key=call.idempotency_key,
        fingerprint=call.fingerprint,
        partner_id=call.caller.partner_id,
        acceptor=call.caller.partner,
    )


@redemptions.endpoint(
    "POST",
    "/v1/redemptions/{redemption_id}/redeem",
    action=Right.REDEEM_REWARDS,
    answer=Redemption,
    errors=(
        RedemptionNotFoundError,
        AlreadyRedeemedError,
        ReservationExpiredError,
        ConflictRetryError,
        PartnerCapReachedError,
    ),
)
def redeem(call: Call[PartnerCaller, Nothing], redemption_id: str) -> Outcome:
    """The reward was handed over, or the bill paid: final."""
    return application().rewards.redeem(redemption_id, partner_id=call.caller.partner_id, acceptor=call.caller.partner)


@redemptions.endpoint(
    "POST",
    "/v1/redemptions/{redemption_id}/release",
    action=Right.REDEEM_REWARDS,
    answer=Redemption,
    errors=(RedemptionNotFoundError, AlreadyRedeemedError, ReservationExpiredError, ConflictRetryError),
)
def release(call: Call[PartnerCaller, Nothing], redemption_id: str) -> Outcome:
    """Called off: the points go back to the lots they came from."""
    return application().rewards.release(redemption_id, partner_id=call.caller.partner_id)


@redemptions.endpoint(
    "POST",
    "/v1/redemptions/{redemption_id}/refund",
    action=Right.REDEEM_REWARDS,
    answer=RefundedRedemption,
    errors=(
        RedemptionNotFoundError,
        NotRedeemedError,
        AlreadyReturnedError,
        ConflictRetryError,
        EntriesArchivedError,
        VoucherAlreadyRedeemedError,
        VoucherReservedError,
    ),
)
def refund(call: Call[PartnerCaller, Nothing], redemption_id: str) -> Outcome:
    """Undone after it was redeemed: the points go back to their lots, which live on for the program's grace at least."""
    return application().rewards.refund(redemption_id, partner_id=call.caller.partner_id)
