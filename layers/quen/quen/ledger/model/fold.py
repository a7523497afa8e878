"""Folding entries into an account. An entry that does not fit its account is a broken ledger, never a business error."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta

from quen.ledger.model.values import ACTIVE, DEBT, HELD, PENDING, Account, Entry, Hold, HoldChange, Lots

# A receipt that comes later than this, when newer days are remembered, finds its day's caps used up.
CAP_MEMORY_DAYS = 35


class BrokenLedgerError(Exception):
    """The entries contradict each other: a defect or a manipulation, at the named sequence."""

    def __init__(self, sequence: int, why: str) -> None:
        super().__init__(f"entry {sequence}: {why}")
        self.sequence = sequence
        self.why = why


def apply(account: Account, entry: Entry) -> Account:
    """The account after the entry. Raises BrokenLedgerError where the entry is not the next one or takes what is not there."""
    if entry.sequence != account.sequence + 1:
        raise BrokenLedgerError(entry.sequence, f"follows {account.sequence}")
    if entry.previous_hash != account.head:
        raise BrokenLedgerError(entry.sequence, "does not continue the chain")
    _check_lines(entry)
    return replace(
        account,
        sequence=entry.sequence,
        head=entry.hash,
        lots=_changed(account.lots, entry.lots, entry.sequence),
        pending=_changed(account.pending, entry.pending, entry.sequence),
        holds=_holds_after(account.holds, entry),
        debt=account.debt - entry.lines.get(DEBT, 0),
        caps=_caps_after(account.caps, entry.caps),
        rewards=_rewards_after(account.rewards, entry.hold),
    )


def rebuild(member_id: str, entries: Iterable[Entry]) -> Account:
    """The account that these entries, from the first on, fold to."""
    account = Account(member_id)
    for entry in entries:
        account = apply(account, entry)
    return account


def cap_horizon(caps: Mapping[str, int]) -> str:
    """The earliest day whose caps are remembered for certain; of the days before it nothing is known any more."""
    if not caps:
        return ""
    newest = date.fromisoformat(max(caps).partition("/")[0])
    return (newest - timedelta(days=CAP_MEMORY_DAYS)).isoformat()


def _check_lines(entry: Entry) -> None:
    """Double entry: the lines sum to zero, and each of the member's says what lots, pending lots and holds say."""
    held = 0
    if entry.hold:
        held = entry.hold.hold.points if entry.hold.change == "opened" else -entry.hold.hold.points
    said = {ACTIVE: sum(entry.lots.values()), PENDING: sum(entry.pending.values()), HELD: held}
    if sum(entry.lines.values()) != 0:
        raise BrokenLedgerError(entry.sequence, "its lines do not sum to zero")
    if any(entry.lines.get(name, 0) != points for name, points in said.items()):
        raise BrokenLedgerError(entry.sequence, "its lines and its lots differ")


def _changed(lots: Lots, changes: Lots, sequence: int) -> Lots:
    if not changes:
        return lots
    after = dict(lots)
    for key, points in changes.items():
        after[key] = after.get(key, 0) + points
        if after[key] < 0:
            raise BrokenLedgerError(sequence, f"takes more from lot {key} than it holds")
    return {key: after[key] for key in sorted(after) if after[key]}


def _holds_after(holds: Mapping[str, Hold], entry: Entry) -> Mapping[str, Hold]:
    change = entry.hold
    if change is None:
        return holds
    if change.change == "opened":
        if change.redemption_id in holds:
            raise BrokenLedgerError(entry.sequence, "opens a hold twice")
        return {**holds, change.redemption_id: change.hold}
    if holds.get(change.redemption_id) != change.hold:
        raise BrokenLedgerError(entry.sequence, "closes a hold that is not open")
    return {key: hold for key, hold in holds.items() if key != change.redemption_id}


def _caps_after(caps: Mapping[str, int], changes: Mapping[str, int]) -> Mapping[str, int]:
    if not changes:
        return caps
    after = {**caps, **changes}
    horizon = cap_horizon(after)
    return {key: after[key] for key in sorted(after) if key >= horizon}


def _rewards_after(rewards: Mapping[str, int], change: HoldChange | None) -> Mapping[str, int]:
    """How many of each limited reward the member has had or holds; what is called off counts no more."""
    if change is None or not change.hold.counted or change.change == "redeemed":
        return rewards
    reward_id = change.hold.reward_id
    step = change.hold.counted if change.change == "opened" else -change.hold.counted
    after = {**rewards, reward_id: rewards.get(reward_id, 0) + step}
    return {key: count for key, count in after.items() if count}
