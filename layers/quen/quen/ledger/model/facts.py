"""What conditions may know of a member, as of a day: only what the program's rules ask, so that nothing else is kept."""

from __future__ import annotations

from datetime import date

from quen.earning.model import NO_FACTS
from quen.people import Person
from quen.program.model import Facts, InBirthdayMonth, Program


def facts_of(program: Program, person: Person | None, day: date) -> Facts:
    """The facts of a purchase of that local day."""
    asked = program.asked
    if not asked:
        return NO_FACTS
    is_birthday_month = InBirthdayMonth in asked and person is not None and person.birth_month == day.month
    return Facts(is_birthday_month=is_birthday_month)
