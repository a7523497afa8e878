"""Counted perks: a use is set aside like the points of a reward, and counted where pieces of limited rewards are.

So the account's version decides who has the last one; a use that is called off, lapses or is refunded counts no more; and
what the limit is, is asked when a use is reserved: after an upgrade there are more at once, after a downgrade none until
what was used fits again.
"""

from __future__ import annotations

from datetime import date, datetime

from quen.business_days import day_end
from quen.errors import IdempotencyKeyReusedError, PerkNotHeldError, RewardLimitReachedError
from quen.ledger.model.commands import ReservePerk
from quen.ledger.model.draft import Draft
from quen.ledger.model.holders import holder_of, used_of
from quen.ledger.model.spent import check_open_holds
from quen.ledger.model.values import Account, Entry, Hold, HoldChange, Reference
from quen.perks.model import find_held, saves_money, uses_of
from quen.program.model import Program


def perk_reserved(account: Account, command: ReservePerk, program: Program, now: datetime) -> Entry:
    """Uses set aside, by what the member has now. A member's own stand no longer than their period.

    Raises PerkNotHeldError, RewardLimitReachedError.
    """
    if command.redemption_id in account.holds:
        # The same request again; the ledger looks for the first answer of whatever is refused.
        raise IdempotencyKeyReusedError
    check_open_holds(account)
    draft = Draft(account, "reserve", program, now, Reference("redemption", command.redemption_id))
    holder = holder_of(account, program, draft.today)
    perk = find_held(program, command.perk_id, holder)
    if perk is None or perk.quota is None:
        raise PerkNotHeldError
    uses = uses_of(perk, perk.quota, holder)
    if used_of(account, perk.id, uses) + command.quantity > uses.limit:
        raise RewardLimitReachedError("The member has used this perk as often as allowed.")
    lapses_at = command.lapses_at
    if not command.partner_id:
        lapses_at = min(lapses_at, day_end(date.fromisoformat(uses.last_day), program.time_zone))
    hold = Hold(
        lapses_at,
        {},
        perk.id,
        counted=command.quantity,
        partner_id=command.partner_id,
        period=uses.period,
        saved=command.saves if saves_money(perk, holder) else 0,
    )
    return draft.sealed(hold=HoldChange(command.redemption_id, hold, "opened"))
