"""Spending: points are set aside, then spent for good or given back, and even what was spent can be undone."""

from __future__ import annotations

from datetime import datetime

from quen.errors import (
    IdempotencyKeyReusedError,
    ReservationExpiredError,
    RewardLimitReachedError,
    TierRequiredError,
)
from quen.ledger.model.commands import Redeem, Refund, Release, Reserve
from quen.ledger.model.draft import Draft
from quen.ledger.model.due import returned_hold
from quen.ledger.model.standing import tier_of
from quen.ledger.model.values import HELD, REDEEMED, Account, Entry, Hold, HoldChange, Kind, Reference, limit_key
from quen.program.model import Program

OPEN_HOLDS_MAX = 20


def reserved(account: Account, command: Reserve, program: Program, now: datetime) -> Entry:
    """Points set aside, or spent at once, at the price of the member's tier.

    Raises InsufficientPointsError, RewardLimitReachedError, TierRequiredError.
    """
    if command.redemption_id in account.holds:
        # The same request again; the ledger looks for the first answer of whatever is refused.
        raise IdempotencyKeyReusedError
    if len(account.holds) >= OPEN_HOLDS_MAX and not command.at_once:
        raise RewardLimitReachedError("Too many redemptions are open; redeem or cancel one first.")
    had = account.rewards.get(limit_key(command.reward_id, command.period), 0)
    if command.limit is not None and had + command.quantity > command.limit:
        raise RewardLimitReachedError
    kind: Kind = "redeem" if command.at_once else "reserve"
    draft = Draft(account, kind, program, now, Reference("redemption", command.redemption_id))
    tier = tier_of(account, program, draft.today)
    if command.tiers and tier not in command.tiers:
        raise TierRequiredError
    hold = Hold(
        command.lapses_at,
        draft.take(REDEEMED if command.at_once else HELD, command.prices.get(tier, command.points)),
        command.reward_id,
        counted=command.quantity if command.limit is not None else 0,
        stock=command.stock,
        at_till=command.at_till,
        period=command.period if command.limit is not None else "",
    )
    if command.at_once:
        draft.renew("redemption", draft.today)
    return draft.sealed(hold=HoldChange(command.redemption_id, hold, "spent" if command.at_once else "opened"))


def redeemed(account: Account, command: Redeem, program: Program, now: datetime) -> Entry:
    """The held points are spent. Raises ReservationExpiredError."""
    hold = _open_hold(account, command.redemption_id)
    draft = Draft(account, "redeem", program, now, Reference("redemption", command.redemption_id))
    draft.move(HELD, -hold.points)
    draft.move(REDEEMED, hold.points)
    draft.renew("redemption", draft.today)
    return draft.sealed(hold=HoldChange(command.redemption_id, hold, "redeemed"))


def released(account: Account, command: Release, program: Program, now: datetime) -> Entry:
    """The held points go back. Raises ReservationExpiredError."""
    _open_hold(account, command.redemption_id)
    return returned_hold(account, "release", command.redemption_id, program, now)


def refunded(account: Account, command: Refund, program: Program, now: datetime) -> Entry:
    """Spent points come back to the lots they came from, which live on for the program's grace at least, if they have it."""
    draft = Draft(account, "refund", program, now, Reference("redemption", command.redemption_id))
    draft.give(REDEEMED, draft.living(command.lots, days_min=program.grace_days if command.has_grace else None))
    had = account.rewards.get(command.hold.limit_key, 0)
    uncounted = min(command.hold.counted, had)
    return draft.sealed(rewards={command.hold.limit_key: -uncounted} if uncounted else {})


def _open_hold(account: Account, redemption_id: str) -> Hold:
    hold = account.holds.get(redemption_id)
    if hold is None:
        raise ReservationExpiredError
    return hold
