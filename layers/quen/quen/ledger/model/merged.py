"""Merging two accounts of one person, and undoing it: four halves, each an entry of its own in its own account.

What the one gives up the other takes over, lot by lot with its last day, so that over both the sums stay as they were.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from quen.errors import InsufficientPointsError, InsufficientStoredValueError, RedemptionsOpenError
from quen.ledger.model.commands import ComeBack, GiveUp, MergeAway, TakeOver
from quen.ledger.model.draft import Draft
from quen.ledger.model.fold import counted
from quen.ledger.model.values import TRANSFERRED, Account, Entry, Reference
from quen.program.model import Program


def merged_away(account: Account, command: MergeAway, program: Program, now: datetime) -> Entry:
    """Everything goes, and the account is closed. Raises RedemptionsOpenError."""
    if account.holds:
        raise RedemptionsOpenError
    draft = Draft(account, "merge_out", program, now, Reference("merge", command.merge_id))
    _hand_over(draft, account)
    return draft.sealed(state="closed", moved_to=command.survivor_id)


def took_over(account: Account, command: TakeOver, program: Program, now: datetime) -> Entry:
    """The survivor has what both had; what was owed is paid from it."""
    merged = command.merged
    draft = Draft(account, "merge_in", program, now, Reference("merge", command.merge_id))
    draft.give(TRANSFERRED, merged.lots)
    draft.await_activation(TRANSFERRED, merged.pending)
    _charge(draft, merged.debt)
    for key, amount in merged.counters.items():
        draft.count(key, amount)
    caps = {key: account.caps.get(key, 0) + used for key, used in merged.caps.items()}
    return draft.sealed(caps=caps, rewards=dict(merged.rewards))


def gave_up(account: Account, command: GiveUp, program: Program, now: datetime) -> Entry:
    """The survivor gives back what came, from the same lots where they are there, from others where not; what has expired
    since is gone for both. Raises InsufficientPointsError where it is spent.
    """
    carried = command.carried
    draft = Draft(account, "merge_out", program, now, Reference("merge", command.merge_id))
    if carried.debt:
        draft.give(TRANSFERRED, {draft.last_day_from(draft.today): carried.debt})
    alive = {key: points for key, points in _activated(carried, draft).items() if key >= draft.today.isoformat()}
    for key, points in carried.pending.items():
        draft.take_pending(TRANSFERRED, key, points)
    missing = sum(points - draft.take_from(TRANSFERRED, key, points) for key, points in alive.items())
    if missing > draft.active:
        raise InsufficientPointsError("The member who survived the merge has spent points that would go back.")
    if missing:
        draft.take(TRANSFERRED, missing)
    if carried.wallet("stored_value") > account.wallet("stored_value"):
        raise InsufficientStoredValueError("The member who survived the merge has spent money that would go back.")
    for key, amount in carried.counters.items():
        draft.count(key, -min(amount, counted(account, key)))
    caps = {key: max(0, account.caps[key] - used) for key, used in carried.caps.items() if key in account.caps}
    had = {key: -min(count, account.rewards.get(key, 0)) for key, count in carried.rewards.items()}
    return draft.sealed(caps=caps, rewards={key: count for key, count in had.items() if count})


def came_back(account: Account, command: ComeBack, program: Program, now: datetime) -> Entry:
    """The account that went has its own again."""
    draft = Draft(account, "merge_in", program, now, Reference("merge", command.merge_id))
    draft.give(TRANSFERRED, command.lots)
    draft.await_activation(TRANSFERRED, command.pending)
    _charge(draft, command.debt)
    for key, amount in command.counters.items():
        draft.count(key, amount)
    return draft.sealed(state=command.state, moved_to="")


def _hand_over(draft: Draft, account: Account) -> None:
    for key, points in account.lots.items():
        draft.take_from(TRANSFERRED, key, points)
    for key, points in account.pending.items():
        draft.take_pending(TRANSFERRED, key, points)
    if account.debt:
        draft.pay_back(account.debt)
        draft.move(TRANSFERRED, -account.debt)
    for key, amount in account.counters.items():
        draft.count(key, -amount)


def _charge(draft: Draft, debt: int) -> None:
    """A debt that comes along is paid from what is active; the rest is owed on."""
    paid = min(debt, draft.active)
    if paid:
        draft.take(TRANSFERRED, paid)
    if debt > paid:
        draft.owe(TRANSFERRED, debt - paid)


def _activated(carried: Account, draft: Draft) -> Mapping[str, int]:
    """The lots that came, with those that were pending then and have become active since."""
    lots = dict(carried.lots)
    for key, points in carried.pending.items():
        active_on, _, lot = key.partition("/")
        if active_on <= draft.today.isoformat():
            lots[lot] = lots.get(lot, 0) + points
    return lots
