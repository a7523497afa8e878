"""Exchanges with partners' own programs: points that leave for another one, and points that come from there.

What leaves is held until the partner has given its units, and comes back by itself where it never does. What comes waits for as
long as the partner may call it off: until then it can be taken back to the last point, afterwards not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from quen.earning.model import RuleShare
from quen.errors import TooLateError
from quen.exchanges.errors import ExchangeLimitReachedError
from quen.ledger.model.commands import Exchanged, ReceiveExchange, ReverseExchange
from quen.ledger.model.draft import Draft
from quen.ledger.model.earned import purchase_key
from quen.ledger.model.funding import funded_by, lot_key
from quen.ledger.model.values import Account, Entry, Reference
from quen.program.model import Program

RULE = "exchange"
OUT, IN = "@out", "@in"
"""What a day's exchanges are counted under, beside the rules with a cap; no rule can have such a name."""


def exchanged_today(account: Account, exchanged: Exchanged, points: int, way: str, draft: Draft) -> Mapping[str, int]:
    """What the account remembers of the day's exchanges with these points. Raises ExchangeLimitReachedError."""
    if exchanged.per_day is None:
        return {}
    key = f"{draft.today}/{way}:{exchanged.partner_id}"
    so_far = account.caps.get(key, 0) + points
    if so_far > exchanged.per_day:
        raise ExchangeLimitReachedError
    return {key: so_far}


def received(account: Account, command: ReceiveExchange, program: Program, now: datetime) -> Entry:
    """Points of another program, each of which waits until it may not be called off any more."""
    partner_id = command.exchanged.partner_id
    draft = Draft(account, "bonus", program, now, _reference(partner_id, command.exchange_id))
    caps = exchanged_today(account, command.exchanged, command.points, IN, draft)
    lot = lot_key(draft.last_day_from(command.active_on), command.funder)
    draft.await_activation(funded_by(command.funder), {f"{command.active_on}/{lot}": command.points})
    share = RuleShare(RULE, program.version, command.units, command.points)
    return draft.sealed(caps=caps, shares=(share,), reason=RULE)


def reversed_exchange(account: Account, command: ReverseExchange, program: Program, now: datetime) -> Entry:
    """What waited goes, whole. Raises TooLateError where it waits no more."""
    draft = Draft(account, "reverse", program, now, _reference(command.partner_id, command.exchange_id))
    for key, points in command.pending.items():
        if account.pending.get(key, 0) < points:
            raise TooLateError
        draft.take_pending(funded_by(command.funder), key, points)
    return draft.sealed(reason=RULE)


def _reference(partner_id: str, exchange_id: str) -> Reference:
    return Reference("exchange", purchase_key(partner_id, exchange_id))
