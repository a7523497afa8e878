"""What is given and taken by people: adjustments, transfers, opening balances, stored value, and the member's state
and tier.
"""

from __future__ import annotations

from datetime import datetime

from quen.business_days import add_months
from quen.errors import (
    InsufficientStoredValueError,
    StoredValueLimitReachedError,
    StoredValueNotOfferedError,
    TransferLimitReachedError,
    TransfersNotOfferedError,
    ValidationFailedError,
)
from quen.ledger.model.commands import (
    Adjust,
    MoveStoredValue,
    OpenBalance,
    ReceivePoints,
    SendPoints,
    SetState,
    SetTier,
)
from quen.ledger.model.draft import Draft
from quen.ledger.model.stamped import bring_on_cards
from quen.ledger.model.values import (
    ADJUSTED,
    ENTRY_TIER,
    NEVER,
    OPENED,
    TRANSFERRED,
    Account,
    Entry,
    Reference,
    TierMark,
)
from quen.money import AMOUNT_MAX
from quen.program.model import Program, card_of_wallet

ADJUSTED_MONTHS_MAX = 120
SENT_TODAY = "@sent"
"""What a day's transfers are counted under, beside the rules with a cap; no rule can have that name."""


def adjustment(account: Account, command: Adjust, program: Program, now: datetime) -> Entry:
    """Points that staff give or take. Raises ValidationFailedError, InsufficientPointsError."""
    draft = Draft(account, "adjust", program, now, Reference("adjustment", command.adjustment_id))
    if command.points == 0:
        raise ValidationFailedError.at("/points", "zero", "An adjustment gives or takes at least one point.")
    if command.points < 0:
        if command.expires_on:
            raise ValidationFailedError.at("/expires_on", "not_allowed", "Only points that are given have a last day.")
        draft.take(ADJUSTED, -command.points)
        return draft.sealed(reason=command.reason_code)
    lot = command.expires_on.isoformat() if command.expires_on else draft.last_day_from(draft.today)
    latest = add_months(draft.today, ADJUSTED_MONTHS_MAX)
    if lot != NEVER and not draft.today.isoformat() <= lot <= latest.isoformat():
        sentence = "Points that are given expire today at the earliest, and within ten years."
        raise ValidationFailedError.at("/expires_on", "out_of_range", sentence)
    draft.give(ADJUSTED, {lot: command.points})
    return draft.sealed(reason=command.reason_code)


def sending(account: Account, command: SendPoints, program: Program, now: datetime) -> Entry:
    """Points that leave for another member. Raises TransfersNotOfferedError, TransferLimitReachedError,
    InsufficientPointsError, ValidationFailedError.
    """
    policy = program.transfers
    if policy is None:
        raise TransfersNotOfferedError
    if command.to_member_id == account.member_id:
        raise ValidationFailedError.at("/to", "oneself", "Points are given to another member.")
    if command.points < policy.minimum:
        raise ValidationFailedError.at("/points", "out_of_range", f"At least {policy.minimum} points are given.")
    draft = Draft(account, "transfer_out", program, now, Reference("transfer", command.transfer_id))
    key = f"{draft.today}/{SENT_TODAY}"
    sent = account.caps.get(key, 0) + command.points
    if sent > policy.per_day:
        raise TransferLimitReachedError
    draft.take(TRANSFERRED, command.points)
    return draft.sealed(caps={key: sent})


def receipt(account: Account, command: ReceivePoints, program: Program, now: datetime) -> Entry:
    """Points that another member gave, in lots of the same last days."""
    draft = Draft(account, "transfer_in", program, now, Reference("transfer", command.transfer_id))
    draft.give(TRANSFERRED, command.lots)
    return draft.sealed()


def opening(account: Account, command: OpenBalance, program: Program, now: datetime) -> Entry:
    """What the member brings from an older system. Raises ValidationFailedError for a card that the program has not."""
    draft = Draft(account, "opening", program, now, Reference("import", command.import_id))
    draft.give(OPENED, command.lots)
    stamps = bring_on_cards(draft, account, command.counters, program)
    for key, amount in command.counters.items():
        if not card_of_wallet(key):
            draft.count(key, amount)
    return draft.sealed(cards=stamps.cards)


def state_change(account: Account, command: SetState, program: Program, now: datetime) -> Entry:
    """The member may earn and spend from now on, or may not."""
    draft = Draft(account, "state", program, now, Reference("member", account.member_id))
    return draft.sealed(state=command.state, reason=command.reason)


def tier_change(account: Account, command: SetTier, program: Program, now: datetime) -> Entry:
    """The member has that tier from today on; with none, only what they have earned. Raises ValidationFailedError."""
    if command.tier:
        _check_tier(account, command.tier, program)
    if command.until and not command.tier:
        raise ValidationFailedError.at("/until", "not_allowed", "The entry tier has no last day.")
    draft = Draft(account, "tier", program, now, Reference("member", account.member_id))
    if command.until and command.until < draft.today:
        raise ValidationFailedError.at("/until", "out_of_range", "The last day of a tier is today at the earliest.")
    until = command.until.isoformat() if command.until else ""
    mark = TierMark(command.tier, draft.today.isoformat(), until) if command.tier else ENTRY_TIER
    return draft.sealed(tier=mark, reason=command.reason)


def _check_tier(account: Account, tier_id: str, program: Program) -> None:
    tier = next((tier for tier in program.tiers if tier.id == tier_id), None)
    if tier is None:
        raise ValidationFailedError.at("/tier", "unknown_tier", "The program has no such tier.")
    if tier.is_retired:
        raise ValidationFailedError.at("/tier", "retired_tier", "The tier is retired: nobody gets it any more.")
    if program.rank_of(tier_id) < program.rank_of(account.standing.tier):
        sentence = "The member has earned a higher tier, which is theirs to the end of its period."
        raise ValidationFailedError.at("/tier", "lower_than_earned", sentence)


def stored_value(account: Account, command: MoveStoredValue, program: Program, now: datetime) -> Entry:
    """Money in and out. Raises ValidationFailedError, StoredValueNotOfferedError, StoredValueLimitReachedError,
    InsufficientStoredValueError.
    """
    if command.amount == 0 or (command.amount < 0 and command.activity != "adjust"):
        raise ValidationFailedError.at("/amount", "out_of_range", "At least one unit of money is moved.")
    amount = -command.amount if command.activity == "redeem" else command.amount
    policy = program.stored_value
    if command.activity == "load" and policy is None:
        raise StoredValueNotOfferedError
    after = account.wallet("stored_value") + amount
    if after < 0:
        raise InsufficientStoredValueError
    # What was paid goes back to whoever paid it, though the account has been filled up since.
    is_limited = amount > 0 and command.activity != "refund"
    if after > (policy.maximum if policy and is_limited else AMOUNT_MAX):
        raise StoredValueLimitReachedError
    draft = Draft(account, "stored_value", program, now, Reference("stored_value", command.activity_id))
    draft.count("stored_value", amount)
    return draft.sealed(reason=command.reason or command.activity)
