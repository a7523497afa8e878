"""What an account says of perks: who its member is to them, and how much of counted ones is used up."""

from __future__ import annotations

from datetime import date

from quen.ledger.model.standing import tier_of
from quen.ledger.model.values import Account, limit_key
from quen.perks.model import Holder, Uses, uses_of
from quen.program.model import Perk, Program


def holder_of(account: Account, program: Program, day: date) -> Holder:
    """What the account says of who has perks on that local day."""
    plan = account.membership.plan_on(day)
    return Holder(day, tier_of(account, program, day), plan, account.membership.until if plan else "", account.granted)


def used_of(account: Account, perk_id: str, uses: Uses) -> int:
    """How many uses of that period are used up, or set aside."""
    return account.rewards.get(limit_key(perk_id, uses.period), 0)


def uses_left(account: Account, perk: Perk, holder: Holder) -> int | None:
    """How many uses the holder, whose account this is, has left; None where they are not counted."""
    if perk.quota is None:
        return None
    uses = uses_of(perk, perk.quota, holder)
    return max(0, uses.limit - used_of(account, perk.id, uses))
