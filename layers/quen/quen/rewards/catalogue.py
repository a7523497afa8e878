"""What a member can have: the catalogue at their own prices, and what they have off a bill. Nothing here is written."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from quen.ledger.model import Account, behaviour_of, holder_of, tier_of, usable_gifts, uses_left
from quen.ledger.ports import CurrentProgram
from quen.ledger.service import Ledger
from quen.members.model import MemberReference
from quen.perks.model import opens_early, perks_held
from quen.program.benefits import Bill
from quen.program.model import Goods, Perk, Program, Reward, segments_held
from quen.rewards.model import (
    Offer,
    by_reach,
    check_bill,
    check_lines,
    is_available,
    is_shown,
    payable_points,
    relief,
    taken_off_by,
)
from quen.rewards.ports import MemberLookup, RewardStock
from quen.rewards.views import offer_view, quote_view
from quen.shards.model import store_of


class Catalogue:
    """Rewards and bills as one member sees them."""

    def __init__(
        self,
        ledger: Ledger,
        members: MemberLookup,
        programs: CurrentProgram,
        stock: RewardStock,
    ) -> None:
        self._ledger = ledger
        self._members = members
        self._programs = programs
        self._stock = stock

    def list_rewards(self, member_id: str, locale: str | None) -> list[dict[str, Any]]:
        """Every reward that can be had now or soon: at which price, and if not now, what is missing. What is within reach
        comes first, the best value first.
        """
        account = self._ledger.load_account(member_id)
        program, day = self._program_today()
        early = _early_access(account, program, day)
        shown = [
            reward
            for reward in program.rewards
            if is_shown(reward, day) or _is_open(early, reward, day) or usable_gifts(account, reward.id, day)
        ]
        offers = self._offers(account, program, day, shown)
        return [offer_view(offer, program, locale) for offer in by_reach(offers, program)]

    def quote(self, member: MemberReference, bill: Bill, store_id: str | None) -> dict[str, Any]:
        """What the member has off the bill: by their tier or a perk first, whichever takes most, and of its delivery fee; of
        what is then left, how many points may pay, and which rewards within their reach would take something off.

        Raises MemberNotFoundError, MemberNotActiveError, CurrencyMismatchError, ValidationFailedError.
        """
        member_id = self._members.resolve(member, "/member")
        account = self._ledger.load_account(member_id)
        program, day = self._program_today()
        check_bill(program, bill, pointer="")
        tier = program.tier_of(tier_of(account, program, day))
        check_lines(_unpayable(program), bill, pointer="")
        off = relief(tier.discount if tier else None, self._perks(account, program, day), bill)
        early = _early_access(account, program, day)
        here = [
            reward
            for reward in program.rewards
            if usable_gifts(account, reward.id, day) or (reward.is_for_store(store_id) and _is_open(early, reward, day))
        ]
        wanted = [reward for reward in here if taken_off_by(reward, off.left).amount]
        offers = by_reach(self._offers(account, program, day, wanted, store_id), program)
        within = [
            (offer, taken_off_by(offer.reward, off.left)) for offer in offers if offer.is_reachable or offer.has_gift
        ]
        return quote_view(account, program, tier, off, payable_points(program, off.left, account.active), within)

    def _perks(self, account: Account, program: Program, day: date) -> list[tuple[Perk, int | None]]:
        """The perks that may take something off a bill of the member's today, with the uses that are left."""
        holder = holder_of(account, program, day)
        held = [perk for perk in perks_held(program, holder) if perk.discount or perk.delivery]
        if any(perk.is_for_birthday_month for perk in held):
            month = self._members.person(account.member_id, program.time_zone).birth_month
            held = [perk for perk in held if not perk.is_for_birthday_month or month == day.month]
        return [(perk, uses_left(account, perk, holder)) for perk in held]

    def _program_today(self) -> tuple[Program, date]:
        now = self._ledger.now()
        program = self._programs.current(now)
        return program, program.local_day(now)

    def _offers(
        self, account: Account, program: Program, day: date, rewards: list[Reward], store_id: str | None = None
    ) -> list[Offer]:
        tier = tier_of(account, program, day)
        segments: Collection[str] = ()
        if any(reward.segment for reward in rewards):
            person = self._members.person(account.member_id, program.time_zone)
            segments = segments_held(program, person, behaviour_of(account, program, day), day)
        early = _early_access(account, program, day)
        in_all = self._stock.count_taken([reward.id for reward in rewards if reward.stock is not None])
        offers = []
        for reward in rewards:
            by_store = self._left_by_store(reward)
            left = sum(by_store.values()) if reward.stock_by_store else None
            if reward.stock is not None:
                left = max(0, reward.stock - sum(in_all[reward.id].values()))
            here = by_store.get(store_id, 0) if store_id and reward.stock_by_store else left
            is_for_tier = reward.is_for_tier(tier)
            is_for_member = is_for_tier and (not reward.segment or reward.segment in segments)
            offers.append(
                Offer(
                    reward,
                    points=reward.price_for(tier),
                    missing=max(0, reward.price_for(tier) - account.active),
                    left=left,
                    left_by_store=by_store,
                    is_for_tier=is_for_tier,
                    is_available=is_available(
                        reward,
                        account.rewards,
                        day,
                        here,
                        is_for_member=is_for_member,
                        is_early=_is_open(early, reward, day),
                    ),
                    gifts=sum(usable_gifts(account, reward.id, day).values()),
                )
            )
        return offers

    def _left_by_store(self, reward: Reward) -> Mapping[str, int]:
        if not reward.stock_by_store:
            return {}
        given: dict[str, int] = {}
        for shard, pieces in self._stock.count_taken_everywhere(reward.id).items():
            given[store_of(shard)] = given.get(store_of(shard), 0) + pieces
        return {store: max(0, stock - given.get(store, 0)) for store, stock in reward.stock_by_store.items()}


def _early_access(account: Account, program: Program, day: date) -> list[Perk]:
    """The member's perks that open rewards before their windows begin."""
    if not any(perk.early_days for perk in program.perks):
        return []
    return [perk for perk in perks_held(program, holder_of(account, program, day)) if perk.early_days]


def _is_open(early: Sequence[Perk], reward: Reward, day: date) -> bool:
    """Whether it is a day on which a member with these perks may have the reward."""
    return reward.window.contains(day) or any(opens_early(perk, reward, day) for perk in early)


def _unpayable(program: Program) -> Goods | None:
    return program.payment.excluded if program.payment else None
