"""The tier that a member has: as staff set it or as it was earned, whichever is higher; and what it is earned with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from quen.ledger.model.values import Account, Tally
from quen.program.model import Program
from quen.tiers.model import Earner, Figures, Months

QUALIFYING = "qualifying/"


def tier_of(account: Account, program: Program, day: date) -> str:
    """The member's tier on that local day, as the program has it; "" where the program has none."""
    if not program.tiers:
        return ""
    ranks = [program.rank_of(account.tier_on(day)), program.rank_of(account.standing.tier)]
    return program.tiers[max(ranks)].id


def earner_of(account: Account) -> Earner:
    """The member as reviews look at them: what they have gathered in which months, whatever they spent of it."""
    return Earner(
        account.standing,
        account.joined_on,
        lambda months: gathered(months, account.habits, account.counters),
    )


def gathered(months: Months, habits: Mapping[str, Tally], counters: Mapping[str, int]) -> Figures:
    """What of these tallies and counters belongs to those months."""
    # Every purchase asks, so this goes through them once; `~` sorts after all months.
    first, last = months.first, months.last or "~"
    qualifying = purchases = spend = visits = 0
    for key, amount in counters.items():
        if key.startswith(QUALIFYING) and first <= key.removeprefix(QUALIFYING) <= last:
            qualifying += amount
    for month, tally in habits.items():
        if first <= month <= last:
            purchases += tally[0]
            spend += tally[1]
            visits += tally[2]
    return {"qualifying": qualifying, "spend": spend, "visits": visits, "purchases": purchases}
