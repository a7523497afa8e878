"""Returns: a purchase is priced anew by its own rules, and what it no longer earns is taken back.

`awarded − already taken back − f(what remains)`: a hundred small returns equal one big one, in any order. Points are taken
where they hurt least: what is still pending, the lots that the purchase filled, other active points, then debt up to the
program's limit; beyond it the shop bears the loss, as an entry that says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction

from msgspec.structs import replace

from quen.business_days import local_day
from quen.earning.model import Award, Purchase, ends_on, limits_on, price_purchase
from quen.ledger.model.commands import ReturnPurchase
from quen.ledger.model.draft import Draft
from quen.ledger.model.earned import purchase_key, qualifying_key
from quen.ledger.model.fold import apply, cap_horizon, counted
from quen.ledger.model.funding import funded_by, redeemed_at
from quen.ledger.model.habits import RETURNED_WHOLE, without_goods
from quen.ledger.model.stamped import take_off_cards
from quen.ledger.model.subscribed import unsaved_by_return
from quen.ledger.model.values import WRITTEN_OFF, Account, Entry, Lots, Reference
from quen.program.model import Facts, NthPurchase, Program, Wallet, card_of_wallet


def purchase_return(account: Account, command: ReturnPurchase, program: Program, now: datetime) -> list[Entry]:
    """The return's own entry, and where not all could be taken back, the write-off."""
    still = still_earned(command)
    reference = Reference("return", purchase_key(command.partner_id, command.return_id))
    draft = Draft(account, "reverse", program, now, reference, command.occurred_at)
    for payment, lots in command.payments.items():
        draft.give(redeemed_at(command.payees.get(payment, "")), draft.living(lots, days_min=program.grace_days))
    lost = max(0, command.earned["points"] - still.points)
    source = funded_by(command.funder)
    missing = _take_back(draft, source, lost, command.own)
    if missing and draft.active:
        missing -= sum(draft.take(source, min(missing, draft.active)).values())
    owed = min(missing, max(0, program.points.debt_limit - account.debt))
    draft.owe(source, owed)
    day = local_day(command.remaining.occurred_at, command.rules.time_zone)
    wallets: tuple[tuple[Wallet, str], ...] = (("qualifying", qualifying_key(day)), ("stamps", "stamps"))
    for wallet, key in wallets:
        gone = max(0, command.earned.get(wallet, 0) - still.earned(wallet))
        draft.count(key, -min(gone, counted(account, key)))
    stamps = take_off_cards(draft, account, _stamps_gone(command, still), command.rules, command.stamped_on)
    amount = command.before.total.amount - command.remaining.total.amount
    habit = without_goods(account, command.before, amount, day, is_whole=command.is_whole)
    caps = {**_caps_given_back(account, command, day), **habit.visits, **_returned_whole(account, command, program)}
    entry = draft.sealed(
        program_version=command.rules.version,
        caps=caps,
        habits=habit.habits,
        cards=stamps.cards,
        gifts=stamps.gifts,
        saved=unsaved_by_return(account, command, still, day),
    )
    return [entry, *_written_off(apply(account, entry), missing - owed, source, reference, program, now)]


def still_earned(command: ReturnPurchase) -> Award:
    """What the rest of the purchase earns by its own rules, with the room under daily caps that it had."""
    return price_purchase(command.rules, command.remaining, facts=command.facts, rooms=command.rooms)


def _stamps_gone(command: ReturnPurchase, still: Award) -> dict[str, int]:
    """The stamps that the purchase no longer earns, by card."""
    had = {card_of_wallet(wallet): stamps for wallet, stamps in command.earned.items() if card_of_wallet(wallet)}
    left = still.cards
    return {card_id: max(0, stamps - left.get(card_id, 0)) for card_id, stamps in had.items()}


def rules_that_applied(rules: Program, sold: Purchase, facts: Facts, rooms: Mapping[str, int]) -> Program:
    """The program with those of its purchase rules alone that applied to the purchase as it was made.

    Less of a bill never makes another rule apply (one for small bills, or one whose cap had rejected the whole): else what
    is left would hang on the steps by which it came back.
    """
    shares = price_purchase(rules, sold, facts=facts, rooms=rooms).explanation
    applied = {share.rule_id for share in shares if share.points or Fraction(share.exact or 0) < 1}
    kept = tuple(rule for rule in rules.earning if rule.id in applied)
    return rules if len(kept) == len(rules.purchase_rules) else replace(rules, earning=kept)


def budgets_freed(command: ReturnPurchase) -> dict[str, int]:
    """What the return gives back to the budgets of campaigns, by campaign."""
    budgets = {f"@{campaign.id}": campaign.id for campaign in command.rules.campaigns if campaign.budget is not None}
    return {budgets[name]: points for name, points in _limits_freed(command).items() if name in budgets}


def limits_held(rules: Program, states: Sequence[Purchase], facts: Facts, rooms: Mapping[str, int]) -> dict[str, int]:
    """What a purchase still uses of limits, by their names: `states` are the whole of it and what each return has left.

    What a return has given back once is the limit's: where the rounding of a part is luckier than the whole's, the purchase
    takes nothing again, for somebody else may have it.
    """
    held = dict(price_purchase(rules, states[0], facts=facts, rooms=rooms).capped)
    for state in states[1:] if held else ():
        capped = price_purchase(rules, state, facts=facts, rooms=rooms).capped
        held = {name: min(points, capped.get(name, 0)) for name, points in held.items()}
    return held


def _limits_freed(command: ReturnPurchase) -> dict[str, int]:
    """What the return gives back to limits, by their names; never more than the purchase still used of them."""
    if not command.held:
        return {}
    still = still_earned(command).capped
    freed = {name: points - still.get(name, 0) for name, points in command.held.items()}
    return {name: points for name, points in freed.items() if points > 0}


def own_left(own: Lots, lost: int) -> Lots:
    """What of its own lots a purchase still calls its own, once so many points were taken back: pending lots first."""
    left = dict(own)
    for key in _in_order(own):
        share = min(lost, left[key])
        left[key] -= share
        lost -= share
    return {key: points for key, points in left.items() if points}


def _in_order(own: Lots) -> list[str]:
    return sorted(own, key=lambda key: ("/" not in key, key))


def _take_back(draft: Draft, source: str, lost: int, own: Lots) -> int:
    """Take from pending and own lots; says how many points are missing."""
    missing = lost
    for key in _in_order(own):
        missing -= draft.take_pending(source, key, min(missing, own[key]))
    for key in _in_order(own):
        lot, left = key.rpartition("/")[2], own[key]
        # It may have moved on since: where points live as long as their member is active.
        for place in (lot, *draft.living({lot: left})):
            share = draft.take_from(source, place, min(missing, left))
            missing, left = missing - share, left - share
    return missing


def _caps_given_back(account: Account, command: ReturnPurchase, day: date) -> Mapping[str, int]:
    """What limits have used up after the return; of a period that is forgotten, nothing is said."""
    freed = _limits_freed(command)
    if not freed:
        return {}
    horizon = cap_horizon(account.caps)
    store = command.before.store_id
    keys = {limit.name: limit.key for limit in limits_on(command.rules, day, store) if limit.key}
    given = {keys[name]: points for name, points in freed.items() if name in keys}
    return {key: max(0, account.caps.get(key, 0) - points) for key, points in given.items() if ends_on(key) >= horizon}


def _returned_whole(account: Account, command: ReturnPurchase, program: Program) -> Mapping[str, int]:
    """One purchase more that came back whole, where rules ask which purchase one is."""
    is_asked = command.is_whole and NthPurchase in program.asked
    return {RETURNED_WHOLE: account.caps.get(RETURNED_WHOLE, 0) + 1} if is_asked else {}


def _written_off(
    account: Account, points: int, source: str, reference: Reference, program: Program, now: datetime
) -> list[Entry]:
    """What nobody can be made to give back: who stood behind it has it back all the same, and the program bears it."""
    if not points:
        return []
    draft = Draft(account, "write_off", program, now, reference)
    draft.move(source, points)
    draft.move(WRITTEN_OFF, -points)
    return [draft.sealed()]
