"""What purchases and occasions earn: points, and whatever the program's rules give to the other wallets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from quen.business_days import local_day
from quen.earning.model import NOTHING, Award, RuleShare, ends_on, limits_on, price_event, price_purchase
from quen.errors import TooLateError
from quen.ledger.model.commands import GrantBonus, RecordEvent, RecordPurchase
from quen.ledger.model.draft import Draft
from quen.ledger.model.facts import facts_of
from quen.ledger.model.fold import cap_horizon
from quen.ledger.model.funding import funded_by, funder_of, issued, lot_funder, lot_key
from quen.ledger.model.gifted import NothingGivenError, gift_of
from quen.ledger.model.habits import with_purchase
from quen.ledger.model.lapsed import WIN_BACK, ended_by, handled
from quen.ledger.model.stamped import put_on_cards
from quen.ledger.model.subscribed import saved_by_purchase
from quen.ledger.model.values import Account, Entry, Lots, Reference
from quen.program.model import Program


def purchase(account: Account, command: RecordPurchase, program: Program, now: datetime) -> Entry:
    """What the purchase earns by the rules of its day. Raises TooLateError, CurrencyMismatchError."""
    bought = command.purchase
    earned_on = local_day(bought.occurred_at, program.time_zone)
    reference = Reference("purchase", purchase_key(command.partner_id, bought.purchase_id))
    draft = Draft(account, "earn", program, now, reference, bought.occurred_at)
    _check_late(program, earned_on, command.reported_on or draft.today)
    facts = facts_of(account, program, command.person, earned_on)
    rooms = _rooms(account, program, earned_on, bought.store_id)
    award = price_purchase(program, bought, facts=facts, rooms={**rooms, **command.budgets})
    draft.renew("purchase", earned_on)
    _earn(draft, award, earned_on, command.funder)
    stamps = put_on_cards(draft, account, award, program)
    habit = with_purchase(account, bought, earned_on)
    caps = {**_caps_used(account, program, earned_on, bought.store_id, award), **habit.visits}
    return draft.sealed(
        shares=award.explanation,
        caps=caps,
        basis=award.basis,
        facts=facts,
        habits=habit.habits,
        seen=habit.seen,
        cards=stamps.cards,
        gifts=stamps.gifts,
        saved=saved_by_purchase(account, bought, award, facts, program, earned_on),
        win_back=ended_by(account, earned_on),
    )


def event(account: Account, command: RecordEvent, program: Program, now: datetime) -> Entry:
    """What an event earns by the rules of its day; `reason` is its type. Raises TooLateError."""
    told = command.event
    earned_on = local_day(told.occurred_at, program.time_zone)
    reference = Reference("event", purchase_key(command.partner_id, told.event_id))
    draft = Draft(account, "bonus", program, now, reference, told.occurred_at)
    _check_late(program, earned_on, draft.today)
    facts = facts_of(account, program, command.person, earned_on)
    rooms = _rooms(account, program, earned_on, told.store_id)
    award = price_event(program, told, facts=facts, rooms={**rooms, **command.budgets})
    if award.points:
        # What gave nothing is no bonus: it keeps no points alive.
        draft.renew("bonus", earned_on)
    _earn(draft, award, earned_on, command.funder)
    stamps = put_on_cards(draft, account, award, program)
    caps = _caps_used(account, program, earned_on, told.store_id, award)
    return draft.sealed(
        shares=award.explanation, caps=caps, facts=facts, cards=stamps.cards, gifts=stamps.gifts, reason=told.type
    )


def bonus(account: Account, command: GrantBonus, program: Program, now: datetime) -> Entry:
    """What is given for an occasion: points, active at once, and whatever else. Raises NothingGivenError."""
    draft = Draft(account, "bonus", program, now, Reference(command.reason, command.occasion))
    gift = gift_of(account, command, program, draft.today)
    points = command.points + gift.points
    if not (points or gift.pieces or gift.granted):
        raise NothingGivenError
    is_win_back, lapsed_after = command.reason == WIN_BACK, command.occasion
    lapse = handled(account, date.fromisoformat(lapsed_after), "offered", draft.today) if is_win_back else None
    draft.renew("bonus", draft.today)
    _credit(draft, points, draft.today)
    shares = command.shares
    if points and not shares:
        shares = (RuleShare(command.rule_id, program.version, 0, points),)
    return draft.sealed(
        shares=shares, gifts=gift.pieces, granted=gift.granted, reachable=command.reachable, win_back=lapse
    )


def purchase_key(partner_id: str, purchase_id: str) -> str:
    """How a purchase, or an event, is named across partners; a partner's id has no `#`."""
    return f"{partner_id}#{purchase_id}"


def own_lots(entry: Entry) -> Lots:
    """The lots and pending lots that a purchase or an event has filled: from these a return takes first."""
    pending = {key: points for key, points in entry.pending.items() if points > 0}
    active, funder = issued(entry) - sum(pending.values()), funder_of(entry)
    filled = [key for key, points in entry.lots.items() if points > 0 and lot_funder(key) == funder]
    if not filled or active <= 0:
        return pending
    lot = max(filled)
    return pending | {lot: min(active, entry.lots[lot])}


def qualifying_key(day: date) -> str:
    """The counter of qualifying points for what happened on that day: months are told apart."""
    return f"qualifying/{day.isoformat()[:7]}"


def _check_late(program: Program, day: date, reported_on: date) -> None:
    if day < reported_on - timedelta(days=program.accepted_days):
        raise TooLateError


def _earn(draft: Draft, award: Award, day: date, funder: str) -> None:
    """The award of that day: points, each after its wait, and the other wallets."""
    for days, points in award.waits.items():
        _credit(draft, points, day + timedelta(days=days), funder)
    draft.count(qualifying_key(day), award.earned("qualifying"))
    draft.count("stamps", award.earned("stamps"))


def _credit(draft: Draft, points: int, active_on: date, funder: str = "") -> None:
    """New points: pending until their day, or active at once. The expiry clock starts when they become active."""
    if not points:
        return
    lot = lot_key(draft.last_day_from(active_on), funder)
    if active_on > draft.today:
        draft.await_activation(funded_by(funder), {f"{active_on}/{lot}": points})
    else:
        draft.give(funded_by(funder), {lot: points})


def _rooms(account: Account, program: Program, day: date, store: str | None) -> Mapping[str, int]:
    """How much each limit may still give to this member on that day; of a period that is forgotten, nothing."""
    limits = [limit for limit in limits_on(program, day, store) if limit.key]
    if not limits:
        return NOTHING
    horizon = cap_horizon(account.caps)
    return {
        limit.name: 0 if ends_on(limit.key) < horizon else limit.points - account.caps.get(limit.key, 0)
        for limit in limits
    }


def _caps_used(account: Account, program: Program, day: date, store: str | None, award: Award) -> Mapping[str, int]:
    """What the account then remembers of the limits that the award has used."""
    if not award.capped:
        return NOTHING
    keys = {limit.name: limit.key for limit in limits_on(program, day, store) if limit.key}
    return {
        keys[name]: account.caps.get(keys[name], 0) + points for name, points in award.capped.items() if name in keys
    }
