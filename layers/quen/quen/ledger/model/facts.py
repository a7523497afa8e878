"""What conditions may know of a member, as of a day: only what the program's rules ask, so that nothing else is kept."""

from __future__ import annotations

from datetime import date

from quen.earning.model import NO_FACTS
from quen.ledger.model.habits import RETURNED_WHOLE, behaviour_of
from quen.ledger.model.holders import holder_of
from quen.ledger.model.standing import tier_of
from quen.ledger.model.values import Account
from quen.people import Person
from quen.perks.model import multipliers_held
from quen.program.model import Facts, InBirthdayMonth, InTiers, NthPurchase, Perk, Program, segments_held


def facts_of(account: Account, program: Program, person: Person | None, day: date) -> Facts:
    """The facts of a purchase of that local day, by the account before it."""
    asked = program.asked
    if not asked:
        return NO_FACTS
    tier = tier_of(account, program, day) if InTiers in asked else ""
    segments: frozenset[str] = frozenset()
    if program.asked_segments:
        segments = segments_held(program, person, behaviour_of(account, program, day), day) & program.asked_segments
    is_birthday_month = InBirthdayMonth in asked and person is not None and person.birth_month == day.month
    nth = _nth(account) if NthPurchase in asked else 1
    perks = multipliers_held(program, holder_of(account, program, day)) if Perk in asked else frozenset()
    return Facts(tier, segments, is_birthday_month, nth, perks)


def _nth(account: Account) -> int:
    """Which purchase the next one is: 1 where none is kept, else counting on from all that there ever were.

    One that came back whole keeps its number, or the same number could be had again and again by bringing others back.
    """
    kept = sum(purchases for purchases, _, _ in account.habits.values())
    return kept + account.caps.get(RETURNED_WHOLE, 0) + 1 if kept else 1
