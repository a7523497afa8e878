"""What falls due by itself: points activate, holds lapse, terms of memberships end, tiers are reviewed, members are warned,
cards and lots expire.

It comes as entries of its own, in the order of time; at one midnight points activate before holds lapse, then come terms
and tiers, and what expires comes last. So no point is spent after its last day and none is withheld after it became active,
however late a job runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Literal

from quen.business_days import day_end, day_start, local_day
from quen.ledger.model.draft import Draft
from quen.ledger.model.fold import apply
from quen.ledger.model.funding import expired_of, last_day_of, lot_funder
from quen.ledger.model.stamped import card_expired
from quen.ledger.model.subscribed import term_turned
from quen.ledger.model.tiered import reviewed, reviews_due
from quen.ledger.model.values import HELD, NEVER, PENDING, Account, Entry, HoldChange, Reference
from quen.ledger.model.warned import extended, gift_warned, gift_warnings_due, may_expire, warned, warnings_due
from quen.program.model import Program

_ACTIVATES, _LAPSES, _TERMS, _REVIEWS, _CARDS, _WARNS, _GIFTS, _EXPIRES = range(8)
NO_REVIEW = "never"
"""Sorts after every day."""


def bring_up_to(account: Account, program: Program, until: datetime, now: datetime) -> list[Entry]:
    """What had fallen due at `until` and is not written yet, oldest first; it is recorded `now`.

    A command can make something due itself (a late receipt whose points are over already): whoever commits a decision
    brings the account that it leaves up to now as well.
    """
    entries: list[Entry] = []
    today = local_day(until, program.time_zone)
    while due := min(_due(account, program, today), default=None):
        at, what, key = due
        if at > until:
            break
        entry = _fallen_due(account, what, key, program, at, now)
        account = apply(account, entry)
        entries.append(entry)
    return entries


def next_due_on(account: Account, program: Program) -> date | None:
    """The first local day at whose midnight something of this account has fallen due, but for reviews of its tier, which are
    found otherwise (see `next_review_on`); None where nothing ever will.
    """
    zone = program.time_zone
    due = min((due for due in _due(account, program) if due[1] != _REVIEWS), default=None)
    if due is None:
        return None
    day = local_day(due[0], zone)
    return day if day_start(day, zone) == due[0] else day + timedelta(days=1)


def next_review_on(account: Account) -> str:
    """The day at whose midnight something next happens to the tier, be it earned or set by staff; NO_REVIEW where nothing
    ever does; "" for who has no more than the entry tier.
    """
    if not account.standing.tier and not account.tier:
        return ""
    return min((day for day, _ in reviews_due(account)), default=NO_REVIEW)


def returned_hold(
    account: Account,
    kind: Literal["lapse", "release"],
    redemption_id: str,
    program: Program,
    now: datetime,
    at: datetime | None = None,
) -> Entry:
    """A hold is over: its points are back in the lots they came from, and a gift is where it was."""
    hold = account.holds[redemption_id]
    draft = Draft(account, kind, program, now, Reference("redemption", redemption_id), at)
    draft.give(HELD, draft.living(hold.lots))
    gifts = {hold.gift: 1} if hold.gift else {}
    return draft.sealed(hold=HoldChange(redemption_id, hold, "returned"), gifts=gifts)


def _due(account: Account, program: Program, today: date | None = None) -> Iterator[tuple[datetime, int, str]]:
    """When, in which order, and under which key the account's next changes by mere time come, seen from `today`."""
    zone = program.time_zone
    if account.pending:
        key = min(account.pending)
        yield day_start(date.fromisoformat(key.partition("/")[0]), zone), _ACTIVATES, key
    for redemption_id, hold in account.holds.items():
        yield hold.lapses_at, _LAPSES, redemption_id
    if account.membership.next_on:
        yield day_start(date.fromisoformat(account.membership.next_on), zone), _TERMS, account.membership.plan
    for day, held in reviews_due(account):
        yield day_start(date.fromisoformat(day), zone), _REVIEWS, held
    for card, mark in account.cards.items():
        if mark.until:
            yield day_end(date.fromisoformat(mark.until), zone), _CARDS, card
    for told_on, day in warnings_due(account, program, today):
        yield day_start(told_on, zone), _WARNS, day
    for told_on, gift in gift_warnings_due(account, program, today):
        yield day_start(told_on, zone), _GIFTS, gift
    if account.lots and (day := last_day_of(first := min(account.lots))) != NEVER:
        yield day_end(date.fromisoformat(day), zone), _EXPIRES, first


def _fallen_due(account: Account, what: int, key: str, program: Program, at: datetime, now: datetime) -> Entry:
    if what == _LAPSES:
        entry = returned_hold(account, "lapse", key, program, now, at)
    elif what == _TERMS:
        entry = term_turned(account, program, at, now)
    elif what == _REVIEWS:
        entry = reviewed(account, key, program, at, now)
    elif what == _CARDS:
        entry = card_expired(account, key, program, at, now)
    elif what == _ACTIVATES:
        entry = _activated(account, key, program, at, now)
    elif what == _WARNS:
        entry = warned(account, key, program, at, now)
    elif what == _GIFTS:
        entry = gift_warned(account, key, program, at, now)
    elif may_expire(account, key, program):
        entry = _expired(account, key, program, at, now)
    else:
        entry = extended(account, key, program, at, now)
    return entry


def _activated(account: Account, key: str, program: Program, at: datetime, now: datetime) -> Entry:
    draft = Draft(account, "activate", program, now, Reference("lot", key), at)
    points = draft.take_pending(PENDING, key, account.pending[key])
    draft.give(PENDING, draft.living({key.partition("/")[2]: points}))
    return draft.sealed()


def _expired(account: Account, key: str, program: Program, at: datetime, now: datetime) -> Entry:
    """The reason is what allowed it, where the program asks for a warning."""
    draft = Draft(account, "expire", program, now, Reference("lot", key), at)
    draft.take_from(expired_of(lot_funder(key)), key, account.lots[key])
    return draft.sealed(reason=account.proven.get(last_day_of(key), ""))
