"""No point dies unwarned: members are told before points end, and where nobody could tell them the points live on a while.

Warnings fall due by themselves, so many days before a lot's last day, for whoever may be told (`Account.reachable`: the
profile says so, in the transaction that changes it). What says that a warning arrived, or that nobody could be asked for
more, is a proof; it is in the ledger, so that the expiry needs to ask nobody. A lot without one is moved on to a later last
day, of which its member is warned anew.

Gifts end whatever points do. Their members are told a week before, once, and a gift is given with its last day said: one that
is given for a few days only is not told of again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from quen.business_days import local_day
from quen.ledger.model.commands import NoteReach, RecordProof
from quen.ledger.model.draft import Draft
from quen.ledger.model.funding import by_last_day, last_day_of, lot_funder, lot_key
from quen.ledger.model.values import NEVER, WARNED, Account, Entry, Lots, Reference, Warned
from quen.program.model import ExpiryWarning, Program

NOT_TOLD = 10**6
"""More days than any warning comes before a last day."""
GIFT_DAYS_MIN = 7
"""Of a gift is told at the last of the program's stages that leaves so many days to use it."""
NOT_ACTIVE = "not_active"


def warnings_due(account: Account, program: Program, today: date | None = None) -> Iterator[tuple[date, str]]:
    """On which local day each last day of points is to be told next. Seen from `today` what is late is told on that day, after
    all that fell due before it, and nothing of a last day that is over; None: seen from any day before.
    """
    policy = program.points.expiry.warning
    if not policy.days or not _may_be_told(account):
        return
    for day in by_last_day(account.lots):
        told = account.warned.get(day, NOT_TOLD)
        stage = next((stage for stage in policy.stages(program.points.expiry) if stage < told), None)
        if day == NEVER or stage is None:
            continue
        first = date.fromisoformat(day) - timedelta(days=stage)
        if today is None or today.isoformat() <= day:
            yield max(first, today or first), day


def gift_warnings_due(account: Account, program: Program, today: date | None = None) -> Iterator[tuple[date, str]]:
    """On which local day each gift, by its key, is to be told of; `today` is as in `warnings_due`."""
    stage = _gift_stage(program)
    if stage is None or not _may_be_told(account):
        return
    for key in account.gifts:
        last_day = key.rpartition("/")[2]
        if account.warned.get(key, NOT_TOLD) <= stage or (today and last_day < today.isoformat()):
            continue
        first = date.fromisoformat(last_day) - timedelta(days=stage)
        yield max(first, today or first), key


def gift_warned(account: Account, key: str, program: Program, at: datetime, now: datetime) -> Entry:
    """The warning that is due for that gift: how many pieces of it there are."""
    draft = Draft(account, "warn", program, now, Reference("gift", key), at)
    return draft.sealed(warned=Warned(_gift_stage(program) or 0, {key: account.gifts[key]}))


def warned(account: Account, day: str, program: Program, at: datetime, now: datetime) -> Entry:
    """The warning that is due for that last day, and for all that follow it closely. One that is told late is the one that is
    true then: who was not looked at for a month is not told three times.
    """
    policy = program.points.expiry.warning
    last_day = date.fromisoformat(day)
    today = local_day(at, program.time_zone)
    stages = policy.stages(program.points.expiry)
    stage = min(stage for stage in stages if last_day - timedelta(days=stage) <= today)
    draft = Draft(account, "warn", program, now, Reference("lot", day), at)
    return draft.sealed(warned=Warned(stage, _together(account, last_day, stage, policy)))


def may_expire(account: Account, lot: str, program: Program) -> bool:
    """Whether the lot ends with its last day: its member was warned, or cannot be, or the program does not ask for it."""
    policy = program.points.expiry.warning
    is_asked = policy.is_required and _may_be_told(account)
    return not is_asked or last_day_of(lot) in account.proven


def extended(account: Account, lot: str, program: Program, at: datetime, now: datetime) -> Entry:
    """The lot lives on, by itself: to a last day that no other points have and nobody has proven anything about, so that its
    member is warned of that one.
    """
    taken = {last_day_of(key) for key in account.lots} | account.proven.keys()
    day = date.fromisoformat(last_day_of(lot)) + timedelta(days=program.points.expiry.warning.grace_days)
    while day.isoformat() in taken:
        day += timedelta(days=1)
    draft = Draft(account, "extend", program, now, Reference("lot", lot), at)
    draft.move_lot(lot, lot_key(day.isoformat(), lot_funder(lot)))
    return draft.sealed()


def to_prove(account: Account, days: Sequence[str], proof: str) -> tuple[str, ...]:
    """Of which of these last days the proof says something new: what was proven before stays as it was, but that a warning
    arrived counts for more than that nobody could be warned. Points of who is not active end without a proof, and who is
    active again has not been warned.
    """
    if proof == NOT_ACTIVE:
        return ()
    known = {day for day, why in account.proven.items() if proof not in WARNED or why in WARNED}
    return tuple(day for day in days if day not in known)


def proof(account: Account, command: RecordProof, program: Program, now: datetime) -> Entry:
    """Why points of these last days may end; see `to_prove`."""
    draft = Draft(account, "notice", program, now, Reference("message", command.message_id))
    proven = dict.fromkeys(to_prove(account, command.days, command.proof), command.proof)
    return draft.sealed(proven=proven, reason=command.proof)


def reach(account: Account, command: NoteReach, program: Program, now: datetime) -> Entry:
    """Whether the member may be told about their points."""
    draft = Draft(account, "notice", program, now, Reference("member", account.member_id))
    return draft.sealed(reachable=command.reachable)


def _together(account: Account, first: date, stage: int, policy: ExpiryWarning) -> Lots:
    """The points, by last day, that are told in one: those that follow within the program's days, but for what would be told
    as early again.
    """
    latest = first + timedelta(days=min(policy.together_days, stage))
    return {
        day: points
        for day, points in by_last_day(account.lots).items()
        if first.isoformat() <= day <= latest.isoformat() and account.warned.get(day, NOT_TOLD) > stage
    }


def _gift_stage(program: Program) -> int | None:
    return min((days for days in program.points.expiry.warning.days if days >= GIFT_DAYS_MIN), default=None)


def _may_be_told(account: Account) -> bool:
    return account.reachable and account.state == "active"
