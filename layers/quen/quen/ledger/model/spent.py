"""Spending: points are set aside, then spent for good or given back, and even what was spent can be undone."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from quen.errors import (
    IdempotencyKeyReusedError,
    ReservationExpiredError,
    RewardLimitReachedError,
    RewardNotAvailableError,
    TierRequiredError,
)
from quen.ledger.model.commands import Redeem, Refund, Release, Reserve
from quen.ledger.model.draft import Draft
from quen.ledger.model.due import returned_hold
from quen.ledger.model.exchanged import OUT, exchanged_today
from quen.ledger.model.funding import redeemed_at
from quen.ledger.model.holders import holder_of
from quen.ledger.model.standing import tier_of
from quen.ledger.model.subscribed import saved_by_use, unsaved_by_refund
from quen.ledger.model.values import (
    HELD,
    REDEEMED,
    Account,
    Entry,
    Hold,
    HoldChange,
    Kind,
    Reference,
    gift_key,
    limit_key,
    usable_gifts,
)
from quen.perks.model import perks_held
from quen.program.model import Program

OPEN_HOLDS_MAX = 20


def reserved(account: Account, command: Reserve, program: Program, now: datetime) -> Entry:
    """Points set aside, or spent at once, at the price of the member's tier.

    Raises InsufficientPointsError, RewardLimitReachedError, TierRequiredError, RewardNotAvailableError.
    """
    if command.redemption_id in account.holds:
        # The same request again; the ledger looks for the first answer of whatever is refused.
        raise IdempotencyKeyReusedError
    if not command.at_once:
        check_open_holds(account)
    if command.is_gift:
        return _gift_reserved(account, command, program, now)
    had = account.rewards.get(limit_key(command.reward_id, command.period), 0)
    if command.limit is not None and had + command.quantity > command.limit:
        raise RewardLimitReachedError
    kind: Kind = "redeem" if command.at_once else "reserve"
    draft = Draft(account, kind, program, now, _reference(command.redemption_id))
    tier = tier_of(account, program, draft.today)
    if command.tiers and tier not in command.tiers:
        raise TierRequiredError
    if command.early_perks and not _has_one_of(account, command.early_perks, program, draft.today):
        raise RewardNotAvailableError
    caps = exchanged_today(account, command.exchanged, command.points, OUT, draft) if command.exchanged else {}
    hold = Hold(
        command.lapses_at,
        draft.take(REDEEMED if command.at_once else HELD, command.prices.get(tier, command.points)),
        command.reward_id,
        counted=command.quantity if command.limit is not None else 0,
        stock=command.stock,
        partner_id=command.partner_id,
        period=command.period if command.limit is not None else "",
    )
    if command.at_once:
        draft.renew("redemption", draft.today)
    return draft.sealed(
        hold=HoldChange(command.redemption_id, hold, "spent" if command.at_once else "opened"), caps=caps
    )


def check_open_holds(account: Account) -> None:
    """Raises RewardLimitReachedError where no further redemption may be open at the same time."""
    if len(account.holds) >= OPEN_HOLDS_MAX:
        raise RewardLimitReachedError("Too many redemptions are open; redeem or cancel one first.")


def _gift_reserved(account: Account, command: Reserve, program: Program, now: datetime) -> Entry:
    """One piece that was given to the member, of those the one that ends first. Raises RewardNotAvailableError."""
    draft = Draft(account, "redeem" if command.at_once else "reserve", program, now, _reference(command.redemption_id))
    key = min(usable_gifts(account, command.reward_id, draft.today), default="")
    if not key or command.quantity != 1:
        raise RewardNotAvailableError("The member has no such gift.")
    if command.at_once:
        draft.renew("redemption", draft.today)
    hold = Hold(command.lapses_at, {}, command.reward_id, stock=command.stock, partner_id=command.partner_id, gift=key)
    change = HoldChange(command.redemption_id, hold, "spent" if command.at_once else "opened")
    return draft.sealed(hold=change, gifts={key: -1})


def redeemed(account: Account, command: Redeem, program: Program, now: datetime) -> Entry:
    """The held points are spent. Raises ReservationExpiredError."""
    hold = _open_hold(account, command.redemption_id)
    draft = Draft(account, "redeem", program, now, _reference(command.redemption_id))
    draft.move(HELD, -hold.points)
    draft.move(redeemed_at(command.payee), hold.points - command.fee)
    draft.move(REDEEMED, command.fee)
    draft.renew("redemption", draft.today)
    saved = saved_by_use(account, hold, draft.today)
    by = command.partner_id if command.partner_id != hold.partner_id else ""
    return draft.sealed(hold=HoldChange(command.redemption_id, hold, "redeemed", by), saved=saved)


def released(account: Account, command: Release, program: Program, now: datetime) -> Entry:
    """The held points go back. Raises ReservationExpiredError."""
    _open_hold(account, command.redemption_id)
    return returned_hold(account, "release", command.redemption_id, program, now)


def refunded(account: Account, command: Refund, program: Program, now: datetime) -> Entry:
    """Spent points come back to the lots they came from, which live on for the program's grace at least, if they have
    it; so does a gift that was used.
    """
    draft = Draft(account, "refund", program, now, _reference(command.redemption_id))
    lots = draft.living(command.lots, days_min=program.grace_days if command.has_grace else None)
    draft.give(redeemed_at(command.payee), lots)
    if command.payee:
        # The fee never was the partner's.
        draft.move(redeemed_at(command.payee), command.fee)
        draft.move(REDEEMED, -command.fee)
    had = account.rewards.get(command.hold.limit_key, 0)
    uncounted = min(command.hold.counted, had)
    gift = command.hold.gift
    if gift and command.has_grace:
        reward_id, _, last_day = gift.rpartition("/")
        gift = gift_key(reward_id, max(last_day, (draft.today + timedelta(days=program.grace_days)).isoformat()))
    return draft.sealed(
        rewards={command.hold.limit_key: -uncounted} if uncounted else {},
        gifts={gift: 1} if gift else {},
        saved=unsaved_by_refund(account, command.hold, program),
    )


def _open_hold(account: Account, redemption_id: str) -> Hold:
    hold = account.holds.get(redemption_id)
    if hold is None:
        raise ReservationExpiredError
    return hold


def _has_one_of(account: Account, perks: Collection[str], program: Program, day: date) -> bool:
    return any(perk.id in perks for perk in perks_held(program, holder_of(account, program, day)))


def _reference(redemption_id: str) -> Reference:
    return Reference("redemption", redemption_id)
