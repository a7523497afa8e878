"""Which members would come to another tier under other rules, and when.

Nobody knows what members will buy, so they are taken to go on as they did: a review to come is made on the figures of the
last twelve months (in rolling periods on theirs, in tiers for life on those of ever), with the very rules of a review: its
notice, its grace, how far one goes down. Who rises does so on what they have bought indeed, with their next purchase. Both
documents are looked at in the same way, so what differs comes from the document alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

from msgspec import Struct

from quen.business_days import add_months
from quen.ledger.model import Account, earner_of, tier_of
from quen.program.model import Program
from quen.tiers.model import EVER, Earner, Figures, Months, Standing, review, rise, window_of

MOVES_SHOWN_MAX = 50
_YEAR = 12
_STEPS_MAX = 8
"""A notice, an end and a grace: a standing is decided after three."""

InForce = Callable[[date], Program]
"""Which program decides what falls due with that day."""


class Outlook(NamedTuple):
    """The tier that a member comes to ("": the program has none), and on which day ("": it is theirs already, or becomes so
    with their next purchase).
    """

    tier: str
    on: str = ""


class Move(Struct, frozen=True):
    """A member whose tier comes to be another one, or another day, than it would without the document: `instead`."""

    member_id: str
    tier: str
    planned: Outlook
    instead: Outlook


class Step(NamedTuple):
    """From one tier to another, or to the same."""

    before: str
    after: str


class TierMoves(Struct, frozen=True):
    """Of so many `members` above the entry tier how many would come from which tier to which (`planned`), and without the
    document (`instead`); the first of those for whom that differs. `is_all` says that there are no more members and moves.
    """

    members: int
    planned: Counter[Step]
    instead: Counter[Step]
    moves: Sequence[Move]
    is_all: bool


def tier_moves(accounts: Sequence[Account], now: Program, then: Program, begins: date, *, is_all: bool) -> TierMoves:
    """What `then` makes of these members' tiers in place of `now`, from that day on."""
    planned, instead, moves = Counter[Step](), Counter[Step](), []
    for account in accounts:
        tier = tier_of(account, now, begins)
        move = Move(
            account.member_id,
            tier,
            planned=outlook(account, tier, lambda day: then if day >= begins else now, begins),
            instead=outlook(account, tier, lambda _: now, begins),
        )
        planned[Step(tier, move.planned.tier)] += 1
        instead[Step(tier, move.instead.tier)] += 1
        if move.planned != move.instead:
            moves.append(move)
    is_all = is_all and len(moves) <= MOVES_SHOWN_MAX
    return TierMoves(len(accounts), planned, instead, moves[:MOVES_SHOWN_MAX], is_all)


def outlook(account: Account, tier: str, in_force: InForce, day: date) -> Outlook:
    """To what the member comes who has that tier on that day."""
    program = in_force(day)
    has = tier_of(account, program, day)
    if has != tier:
        return Outlook(has, day.isoformat())
    earner = earner_of(account)
    risen = rise(program, earner, day, ())
    if risen and risen.cause == "upgraded" and program.rank_of(risen.after.tier) > program.rank_of(has):
        return Outlook(risen.after.tier)
    left, on = _reviewed(earner, in_force, day)
    if not on:
        return Outlook(has)
    decides = in_force(date.fromisoformat(on))
    rank = max(decides.rank_of(left), decides.rank_of(account.tier_on(date.fromisoformat(on))))
    ends_with = decides.tiers[rank].id if decides.tiers else ""
    return Outlook(ends_with, on) if ends_with != has else Outlook(has)


def _reviewed(earner: Earner, in_force: InForce, day: date) -> tuple[str, str]:
    """The tier that the next reviews leave of what was earned, and the day on which they take the rest; "" where none does."""
    standing: Standing = earner.standing
    for _ in range(_STEPS_MAX):
        if not standing.next_on:
            break
        due = date.fromisoformat(standing.next_on)
        program = in_force(due)
        change = review(program, _steady(earner, standing, earner.figures(_pace(program, earner, day))), due)
        if change.cause == "downgraded":
            return change.after.tier, due.isoformat()
        if change.cause in {"prolonged", "upgraded"}:
            break
        standing = change.after
    return standing.tier, ""


def _steady(earner: Earner, standing: Standing, figures: Figures) -> Earner:
    """The same member, who gathers so much in every period."""
    return Earner(standing, earner.joined_on, lambda _: figures)


def _pace(program: Program, earner: Earner, day: date) -> Months:
    """The months that stand for those to come."""
    if program.tiering.period == "lifetime":
        return EVER
    if program.tiering.period == "rolling":
        return window_of(program.tiering, day, earner.joined_on)
    return Months(f"{add_months(day.replace(day=1), 1 - _YEAR):%Y-%m}", f"{day:%Y-%m}")
