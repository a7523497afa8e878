"""Tiers in the ledger: what raises a member's figures raises their tier in the same entry; what time does to it are entries
of their own, at the midnights at which reviews fall due.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Literal

from msgspec.structs import replace

from quen.business_days import local_day
from quen.ledger.model.chain import seal
from quen.ledger.model.draft import Draft
from quen.ledger.model.standing import QUALIFYING, earner_of, gathered
from quen.ledger.model.values import ENTRY_TIER, JOINED, Account, Entry, Reference, earliest
from quen.people import Person
from quen.program.model import Program
from quen.tiers.model import Earner, Figures, Months, StandingChange, review, rise

Held = Literal["earned", "set"]
"""What of a member's tier a day is about: what they have earned, or what staff set."""


def raised(account: Account, entry: Entry, current: Program, person: Person | None = None) -> Entry:
    """The entry that was made of that account, with the tier that its figures have reached by it: whatever raises figures
    (a purchase, an opening balance, what a merge brings) goes through here. A standing that the entry gives itself is what
    the tier rises from.

    The program in force decides, however late a receipt is. `person` says when the member joined, where that is asked.
    """
    if not current.has_reachable_tiers:
        return entry
    told = entry
    if current.asks_joining and (joining := _joining(account, person)):
        told = replace(told, seen={**entry.seen, **joining})
    today = local_day(entry.recorded_at, current.time_zone)
    if change := rise(current, _earner_with(account, told), today, _months_of(entry)):
        told = replace(told, standing=change)
    return entry if told is entry else seal(told)


def reviews_due(account: Account) -> Iterator[tuple[str, Held]]:
    """The days at whose midnights something happens to the member's tier."""
    if account.standing.next_on:
        yield account.standing.next_on, "earned"
    if account.tier and account.tier_until:
        yield (date.fromisoformat(account.tier_until) + timedelta(days=1)).isoformat(), "set"


def reviewed(account: Account, held: str, program: Program, at: datetime, now: datetime) -> Entry:
    """The step that is due: of the review of what was earned, or the end of what staff set."""
    draft = Draft(account, "review", program, now, Reference("member", account.member_id), at)
    if held == "set":
        ended = StandingChange("ended", account.standing, account.tier, rules=program.version)
        return draft.sealed(tier=ENTRY_TIER, standing=ended)
    return draft.sealed(standing=review(program, earner_of(account), local_day(at, program.time_zone)))


def _joining(account: Account, person: Person | None) -> Mapping[str, str]:
    """The day of joining, where the account does not know it yet; of two the earlier stays."""
    joined_on = person.joined_on.isoformat() if person and person.joined_on else "~"
    return {JOINED: joined_on} if joined_on < account.seen.get(JOINED, "~") else {}


def _earner_with(account: Account, entry: Entry) -> Earner:
    """The member after the entry, without folding it: months and counters add up."""
    standing = entry.standing.after if entry.standing else account.standing
    joined_on = earliest(JOINED, {**account.seen, **entry.seen})

    def figures(months: Months) -> Figures:
        before = gathered(months, account.habits, account.counters)
        change = gathered(months, entry.habits, entry.counters)
        return {measure: amount + change[measure] for measure, amount in before.items()}

    return Earner(standing, joined_on, figures)


def _months_of(entry: Entry) -> frozenset[str]:
    """The months in which the entry has raised something."""
    qualifying = {key.removeprefix(QUALIFYING) for key in entry.counters if key.startswith(QUALIFYING)}
    return frozenset(qualifying | entry.habits.keys())
