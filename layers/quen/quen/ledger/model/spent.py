"""Spending: points are set aside, then spent for good or given back, and even what was spent can be undone."""

from __future__ import annotations

from datetime import datetime

from quen.errors import IdempotencyKeyReusedError, ReservationExpiredError, RewardLimitReachedError
from quen.ledger.model.commands import Redeem, Refund, Release, Reserve
from quen.ledger.model.draft import Draft
from quen.ledger.model.due import returned_hold
from quen.ledger.model.values import HELD, REDEEMED, Account, Entry, Hold, HoldChange, Reference
from quen.program.model import Program

OPEN_HOLDS_MAX = 20


def reserved(account: Account, command: Reserve, program: Program, now: datetime) -> Entry:
    """Points set aside. Raises InsufficientPointsError, RewardLimitReachedError."""
    if command.redemption_id in account.holds:
        # The same request again; the ledger looks for the first answer of whatever is refused.
        raise IdempotencyKeyReusedError
    if len(account.holds) >= OPEN_HOLDS_MAX:
        raise RewardLimitReachedError("Too many redemptions are open; redeem or cancel one first.")
    had = account.rewards.get(command.reward_id, 0)
    if command.limit is not None and had + command.quantity > command.limit:
        raise RewardLimitReachedError
    draft = Draft(account, "reserve", program, now, Reference("redemption", command.redemption_id))
    hold = Hold(
        command.lapses_at,
        draft.take(HELD, command.points),
        command.reward_id,
        counted=command.quantity if command.limit is not None else 0,
        stock=command.stock,
        at_till=command.at_till,
    )
    return draft.sealed(hold=HoldChange(command.redemption_id, hold, "opened"))


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
    """Spent points come back to the lots they came from, which live on for the program's grace at least."""
    draft = Draft(account, "refund", program, now, Reference("redemption", command.redemption_id))
    draft.give(REDEEMED, draft.living(command.lots, days_min=program.grace_days))
    had = account.rewards.get(command.hold.reward_id, 0)
    uncounted = min(command.hold.counted, had)
    return draft.sealed(rewards={command.hold.reward_id: -uncounted} if uncounted else {})


def _open_hold(account: Account, redemption_id: str) -> Hold:
    hold = account.holds.get(redemption_id)
    if hold is None:
        raise ReservationExpiredError
    return hold
