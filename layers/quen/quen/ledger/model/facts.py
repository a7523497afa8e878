"""What conditions may know of a member, as of a day: only what the program's rules ask, so that nothing else is kept."""

from __future__ import annotations

from datetime import date

from quen.earning.model import NO_FACTS
from quen.ledger.model.values import Account
from quen.people import Person
from quen.program.model import Facts, InBirthdayMonth, InTiers, NthPurchase, Program


def facts_of(account: Account, program: Program, person: Person | None, day: date) -> Facts:
    """The facts of a purchase of that local day, by the account before it."""
    asked = program.asked
    if not asked:
        return NO_FACTS
    tier = program.tier_of(account.tier_on(day)) if InTiers in asked else None
    is_birthday_month = InBirthdayMonth in asked and person is not None and person.birth_month == day.month
    nth = 1 + sum(purchases for purchases, _, _ in account.habits.values()) if NthPurchase in asked else 1
    return Facts(tier=tier.id if tier else "", is_birthday_month=is_birthday_month, nth=nth)
