"""Lapses: whose member stays away longer than they used to, noted once, and over with the next purchase.

A lapse is named by the day of the last purchase before it. So is all that is done about it: whoever buys again and stays
away again has lapsed anew, and whoever does not is asked once.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from quen.ledger.model.draft import Draft
from quen.ledger.model.gifted import NothingGivenError
from quen.ledger.model.lapses import HandledLapse, LapseOutcome, NoteLapse
from quen.ledger.model.standing import tier_of
from quen.ledger.model.values import STORE, Account, Entry, Reference
from quen.program.model import Program, next_monday

WIN_BACK: Final = "win_back"


def next_lapse_on(account: Account, program: Program) -> date | None:
    """The Monday from which on the member has lapsed, unless they buy before; None where they never will, or where that was
    handled. The account of an active member is asked, as it is after its last entry.
    """
    policy, first, last = program.win_back, account.first_bought_on, account.last_bought_on
    if policy is None or policy.gifts.are_nothing or first is None or last is None:
        return None
    if account.state != "active" or is_handled(account, last):
        return None
    day = policy.lapses_on(account.purchases, first, last)
    return next_monday(day) if day else None


def outcome_of(account: Account, program: Program, day: date, *, may_profile: bool) -> LapseOutcome:
    """What becomes of a member who has lapsed on that day. `may_profile`: they have agreed to offers by what they bought."""
    policy = program.win_back
    if not may_profile:
        return "unasked"
    if policy is None or policy.gifts.for_tier(tier_of(account, program, day)).is_nothing:
        return "not_meant"
    return "held_out" if policy.holds_out(program.id, account.member_id) else "offered"


def is_handled(account: Account, bought_on: date) -> bool:
    """Whether the lapse after the purchase of that day, or a later one, was handled."""
    return account.win_back.bought_on >= bought_on.isoformat()


def has_returned(account: Account, bought_on: date) -> bool:
    """Whether the member has bought after that day."""
    return account.last_bought_on is not None and account.last_bought_on > bought_on


def handled(account: Account, bought_on: date, outcome: LapseOutcome, today: date) -> HandledLapse:
    """What the account keeps of the lapse. Raises NothingGivenError where there is none: the member is back, or it was
    handled before.
    """
    if account.state != "active" or account.last_bought_on != bought_on or is_handled(account, bought_on):
        raise NothingGivenError
    return HandledLapse(bought_on.isoformat(), today.isoformat(), outcome)


def noted(account: Account, command: NoteLapse, program: Program, now: datetime) -> Entry:
    """A lapse that is handled without an offer. Raises NothingGivenError."""
    draft = Draft(account, WIN_BACK, program, now, Reference(WIN_BACK, command.bought_on.isoformat()))
    lapse = handled(account, command.bought_on, command.outcome, draft.today)
    return draft.sealed(win_back=lapse, reason=command.outcome)


def days_away(entry: Entry) -> int:
    """How many days after the lapse was handled the purchase came that has ended it."""
    # It is the member's latest one, so its day is among those that the entry has changed.
    bought_on = max(day for key, day in entry.seen.items() if STORE in key)
    handled_on = entry.win_back.handled_on if entry.win_back else bought_on
    return (date.fromisoformat(bought_on) - date.fromisoformat(handled_on)).days


def ended_by(account: Account, day: date) -> HandledLapse | None:
    """The lapse that a purchase of that day ends: handled before, and followed by no purchase until now. One of a receipt
    that comes late, for a day before the lapse was handled, ends none: there was none.
    """
    lapse = account.win_back
    if not lapse.bought_on or has_returned(account, date.fromisoformat(lapse.bought_on)):
        return None
    return lapse if day.isoformat() >= lapse.handled_on else None
