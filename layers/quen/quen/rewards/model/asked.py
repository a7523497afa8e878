"""A redemption that is asked for: the command that it is, and what is kept of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from quen.instants import format_instant
from quen.ledger.model import Entry, Exchanged, Reserve, ReservePerk
from quen.program.benefits import NOTHING_OFF, Allocation
from quen.program.model import PaymentPolicy, Perk, Program, Reward
from quen.rewards.model.bills import paid_with, payable_money, taken_off_by
from quen.rewards.model.gates import early_perks
from quen.rewards.model.perks import perk_off
from quen.rewards.model.wanted import (
    OWN_POINTS_DAYS,
    PERK_DAYS,
    ExchangeWanted,
    PointsWanted,
    RewardWanted,
    Wanted,
    lapse_of,
)
from quen.vouchers.model import Terms


class Asked(Struct, frozen=True):
    """What a member wants under which id, by which program and when; `reward` is None for plain points and for a `perk`,
    `partner_id` None for who asks for themselves.
    """

    redemption_id: str
    member_id: str
    wanted: Wanted
    reward: Reward | None
    program: Program
    now: datetime
    partner_id: str | None = None
    perk: Perk | None = None

    @property
    def quantity(self) -> int:
        """How many pieces; one bill is paid once."""
        return 1 if isinstance(self.wanted, PointsWanted | ExchangeWanted) else self.wanted.quantity

    @property
    def lapses_at(self) -> datetime:
        """Until when it stands."""
        if isinstance(self.wanted, ExchangeWanted):
            return self.now + timedelta(hours=self.wanted.rate.hold_hours)
        days = self.reward.expires_in_days if self.reward else PERK_DAYS if self.perk else None
        if isinstance(self.wanted, PointsWanted) and self.wanted.is_own:
            days = OWN_POINTS_DAYS
        return lapse_of(self.program, days, self.now, at_till=self.partner_id is not None)

    @property
    def voucher_terms(self) -> Terms | None:
        """Those of the vouchers that it buys; None where it buys none."""
        if self.reward is None or self.reward.voucher is None or self.reward.benefit is None:
            return None
        bought = self.reward.voucher
        last_day = self.program.local_day(self.now) + timedelta(days=bought.valid_days - 1)
        return Terms(self.reward.benefit, last_day, partial=bought.partial)

    def command(self, stock: Mapping[str, int]) -> Reserve | ReservePerk:
        """What is asked of the ledger, with the pieces that it takes from which shards."""
        partner_id, reward = self.partner_id or "", self.reward
        if self.perk:
            return ReservePerk(
                self.redemption_id, self.perk.id, self.lapses_at, self.quantity, partner_id, self._saves(self.perk)
            )
        if isinstance(self.wanted, ExchangeWanted):
            points, most = self.wanted.points, self.wanted.rate.per_day
            exchanged = Exchanged(partner_id, most)
            return Reserve(self.redemption_id, points, self.lapses_at, partner_id=partner_id, exchanged=exchanged)
        if reward is None:
            points = self.wanted.points if isinstance(self.wanted, PointsWanted) else 0
            return Reserve(self.redemption_id, points, self.lapses_at, partner_id=partner_id)
        return Reserve(
            self.redemption_id,
            reward.points * self.quantity,
            self.lapses_at,
            reward.id,
            self.quantity,
            reward.per_member,
            stock,
            partner_id,
            period=reward.period_on(self.program.local_day(self.now)),
            at_once=reward.is_at_once,
            prices={tier: price * self.quantity for tier, price in reward.price_by_tier.items()},
            tiers=reward.tiers,
            early_perks=early_perks(self.program, reward, self.program.local_day(self.now)),
            is_gift=isinstance(self.wanted, RewardWanted) and self.wanted.is_gift,
        )

    def taken_off(self, points: int) -> Allocation:
        """What it takes off the bill that the till shows; nothing, where none is shown."""
        bill = self.wanted.bill
        if bill is None:
            return NOTHING_OFF
        if self.perk:
            return perk_off(self.perk, bill)
        if self.reward is None:
            return paid_with(self.program, points, bill)
        return taken_off_by(self.reward, bill)

    def details(self, entry: Entry) -> dict[str, Any]:
        """What later commands need to know of it."""
        kept = {
            "partner_id": self.partner_id,
            "reward_id": self.reward.id if self.reward else None,
            "quantity": self.quantity,
            "points": entry.hold.hold.points if entry.hold else 0,
            "expires_at": format_instant(entry.hold.hold.lapses_at if entry.hold else self.lapses_at),
            "purchase_id": self.wanted.purchase_id if isinstance(self.wanted, PointsWanted) else None,
        }
        if isinstance(self.wanted, ExchangeWanted):
            kept |= {"fee": self.wanted.rate.fee, "units": self.wanted.units}
        only_for = self.reward.partner_id if self.reward else None
        more = {"only_for": only_for, "payable": self._payable if kept["purchase_id"] else None}
        return kept | {name: value for name, value in more.items() if value is not None}

    def _saves(self, perk: Perk) -> int:
        """What the uses save whoever pays for the perk, in the smallest unit: what the bill shows, or what the program says."""
        return self.taken_off(0).amount if self.wanted.bill else perk.worth * self.quantity

    @property
    def _payable(self) -> int | None:
        """What all points together may pay of the bill, in the smallest unit; None where the till shows none."""
        bill = self.wanted.bill
        return payable_money(self.program.payment or PaymentPolicy(), bill) if bill else None
