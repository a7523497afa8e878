"""Decisions: what a command makes of an account.

`decide` first brings the account up to `now`, then asks whether the member's state allows the command, then decides it.
The command's own entry is one; what a return cannot take back any more follows it as an entry of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from quen.errors import MemberNotActiveError
from quen.ledger.model.commands import (
    Adjust,
    BringUpToDate,
    CancelMembership,
    Command,
    GrantBonus,
    MoveStoredValue,
    NoteReach,
    OpenBalance,
    ReceiveExchange,
    ReceivePoints,
    RecordEvent,
    RecordPayment,
    RecordProof,
    RecordPurchase,
    Redeem,
    Refund,
    RefundMembership,
    Release,
    Reserve,
    ReservePerk,
    ResumeMembership,
    ReturnPurchase,
    ReverseExchange,
    SendPoints,
    SetState,
    SetTier,
    StartTrial,
)
from quen.ledger.model.due import bring_up_to
from quen.ledger.model.earned import bonus, event, purchase
from quen.ledger.model.exchanged import received, reversed_exchange
from quen.ledger.model.fold import apply
from quen.ledger.model.given import adjustment, opening, receipt, sending, state_change, stored_value, tier_change
from quen.ledger.model.lapsed import noted
from quen.ledger.model.lapses import NoteLapse
from quen.ledger.model.merge_commands import ComeBack, GiveUp, MergeAway, TakeOver
from quen.ledger.model.merged import came_back, gave_up, merged_away, took_over
from quen.ledger.model.perked import perk_reserved
from quen.ledger.model.returned import purchase_return
from quen.ledger.model.spent import redeemed, refunded, released, reserved
from quen.ledger.model.subscribed import cancellation, membership_refund, payment, resumption, trial
from quen.ledger.model.tiered import raised
from quen.ledger.model.values import Account, Entry
from quen.ledger.model.warned import proof, reach
from quen.program.model import Program

_EARNS_OR_SPENDS = (
    RecordPurchase,
    RecordEvent,
    GrantBonus,
    ReceiveExchange,
    Reserve,
    ReservePerk,
    Redeem,
    SendPoints,
    ReceivePoints,
    OpenBalance,
    StartTrial,
    RecordPayment,
    ResumeMembership,
)


def decide(
    account: Account, command: Command, program: Program, now: datetime, current: Program | None = None
) -> list[Entry]:
    """The entries that the command makes: first what fell due by `now`, then the command's own one.

    `program` decides the command: a purchase's is that of its day. `current` is the one in force now, where that is another:
    it decides what falls due and which tier is reached. Raises the business error that refuses the command; then nothing
    has happened.
    """
    if isinstance(command, BringUpToDate):
        return bring_up_to(account, current or program, min(command.until, now), now)
    entries = bring_up_to(account, current or program, now, now)
    for entry in entries:
        account = apply(account, entry)
    _check_state(account, command)
    return [*entries, *_decided(account, command, program, now, current or program)]


def own_entry(entries: Sequence[Entry]) -> Entry:
    """Of what `decide` answered to a command, the command's own entry."""
    return next(entry for entry in reversed(entries) if entry.kind != "write_off")


def _check_state(account: Account, command: Command) -> None:
    """What a member may not do who is not active. Points still come back to them, expire, and are put right by staff."""
    activity = command.activity if isinstance(command, MoveStoredValue) else ""
    if account.state != "active" and (activity in {"load", "redeem"} or isinstance(command, _EARNS_OR_SPENDS)):
        raise MemberNotActiveError
    puts_right = activity == "adjust" or isinstance(command, Adjust | SetState | SetTier | MergeAway | TakeOver)
    if account.state == "closed" and puts_right:
        raise MemberNotActiveError("The account is closed.")
    if account.moved_to and isinstance(command, GiveUp):
        raise MemberNotActiveError("The survivor has been merged into another member since; undo that merge first.")


_DECIDES: Mapping[type[Any], Callable[[Account, Any, Program, datetime], Entry]] = {
    RecordPurchase: purchase,
    RecordEvent: event,
    GrantBonus: bonus,
    NoteLapse: noted,
    ReceiveExchange: received,
    ReverseExchange: reversed_exchange,
    Reserve: reserved,
    ReservePerk: perk_reserved,
    Redeem: redeemed,
    Release: released,
    Refund: refunded,
    Adjust: adjustment,
    SendPoints: sending,
    ReceivePoints: receipt,
    MergeAway: merged_away,
    TakeOver: took_over,
    GiveUp: gave_up,
    ComeBack: came_back,
    OpenBalance: opening,
    SetState: state_change,
    SetTier: tier_change,
    MoveStoredValue: stored_value,
    StartTrial: trial,
    RecordPayment: payment,
    CancelMembership: cancellation,
    ResumeMembership: resumption,
    RefundMembership: membership_refund,
    NoteReach: reach,
    RecordProof: proof,
}
"""Every command, and what decides it; but for those that make more than one entry, or none of their own."""


def _decided(account: Account, command: Command, program: Program, now: datetime, current: Program) -> list[Entry]:
    if isinstance(command, ReturnPurchase):
        return purchase_return(account, command, program, now)
    entry = _DECIDES[type(command)](account, command, program, now)
    if isinstance(command, RecordPurchase | RecordEvent):
        entry = raised(account, entry, current, command.person)
    elif isinstance(command, OpenBalance | TakeOver | GiveUp):
        entry = raised(account, entry, current)
    return [entry]
