"""What can stand in the way of a redemption before the account is asked: gates, the bill, and what the profile says."""

from __future__ import annotations

from datetime import datetime

from quen.errors import RewardNotAvailableError, ValidationFailedError
from quen.ledger.model import behaviour_of
from quen.ledger.service import Ledger
from quen.program.model import Perk, Program, Reward, segment_holds
from quen.rewards.model import (
    ExchangeWanted,
    PerkWanted,
    PointsWanted,
    RewardWanted,
    Wanted,
    check_bill,
    check_gates,
    check_gift,
    check_payment,
    check_perk,
    early_perks,
)
from quen.rewards.payments import Payments
from quen.rewards.ports import MemberLookup

VOUCHERS_MAX = 20
"""At a time, so that a redemption stays one transaction."""


class Checks:
    """Looks at what is wanted before points, pieces or uses are."""

    def __init__(self, ledger: Ledger, members: MemberLookup, payments: Payments) -> None:
        self._ledger = ledger
        self._members = members
        self._payments = payments

    def check(
        self, member_id: str, wanted: Wanted, program: Program, now: datetime, partner_id: str | None
    ) -> tuple[Reward | None, Perk | None]:
        """The reward or the perk that is asked for, where nothing but the account can stand in the way; neither for plain
        points.
        """
        if wanted.bill is not None:
            check_bill(program, wanted.bill)
        if isinstance(wanted, PointsWanted):
            paid = self._payments.paid(partner_id, wanted)
            check_payment(program, wanted.points, wanted.bill, paid, is_own=wanted.is_own)
            return None, None
        if isinstance(wanted, ExchangeWanted):
            return None, None
        if isinstance(wanted, PerkWanted):
            return None, self._checked_perk(member_id, wanted, program, now)
        return self._checked_reward(member_id, wanted, program, now, partner_id), None

    def _checked_perk(self, member_id: str, wanted: PerkWanted, program: Program, now: datetime) -> Perk:
        perk = check_perk(program.find_perk(wanted.perk_id), wanted.quantity)
        if perk.is_for_birthday_month:
            person = self._members.person(member_id, program.time_zone)
            if person.birth_month != program.local_day(now).month:
                raise RewardNotAvailableError("It is for the month of the member's birthday.")
        return perk

    def _checked_reward(
        self, member_id: str, wanted: RewardWanted, program: Program, now: datetime, partner_id: str | None
    ) -> Reward:
        reward = program.load_reward(wanted.reward_id)
        if wanted.is_gift:
            check_gift(reward, wanted.quantity, wanted.store_id)
        else:
            day = program.local_day(now)
            check_gates(reward, day, wanted.store_id, may_be_early=bool(early_perks(program, reward, day)))
            if reward.segment and not self._is_in_segment(reward.segment, member_id, program, now):
                raise RewardNotAvailableError
        if reward.voucher and wanted.quantity > VOUCHERS_MAX:
            sentence = f"At most {VOUCHERS_MAX} vouchers are bought at a time."
            raise ValidationFailedError.at("/quantity", "out_of_range", sentence)
        if partner_id not in {None, reward.partner_id or partner_id}:
            raise RewardNotAvailableError("Another partner hands this reward over.")
        return reward

    def _is_in_segment(self, segment_id: str, member_id: str, program: Program, now: datetime) -> bool:
        day = program.local_day(now)
        behaviour = behaviour_of(self._ledger.load_account(member_id), program, day)
        return segment_holds(program, segment_id, self._members.person(member_id, program.time_zone), behaviour, day)
