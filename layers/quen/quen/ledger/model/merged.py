"""Merging two accounts of one person, and undoing it: four halves, each an entry of its own in its own account.

What the one gives up the other takes over, lot by lot with its last day, so that over both the sums stay as they were. What
members have beside points stands in `privileges`; their stamps go on the survivor's cards, and come off them again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec.structs import replace

from quen.errors import InsufficientPointsError, InsufficientStoredValueError, RedemptionsOpenError
from quen.ledger.model.draft import Draft
from quen.ledger.model.fold import counter_of
from quen.ledger.model.habits import days_brought, given_back, summed, without_brought
from quen.ledger.model.merge_commands import ComeBack, GiveUp, MergeAway, TakeOver
from quen.ledger.model.privileges import back_again, brought, given_up, left_behind, regained
from quen.ledger.model.stamped import bring_together, part_again
from quen.ledger.model.values import TRANSFERRED, Account, Entry, Lots, Reference
from quen.program.model import Program, card_of_wallet, card_wallet


def merged_away(account: Account, command: MergeAway, program: Program, now: datetime) -> Entry:
    """Everything goes, and the account is closed. Raises RedemptionsOpenError."""
    if account.holds:
        raise RedemptionsOpenError
    draft = Draft(account, "merge_out", program, now, Reference("merge", command.merge_id))
    _hand_over(draft, account)
    habits = {month: [-amount for amount in tally] for month, tally in account.habits.items()}
    seen = dict.fromkeys(account.seen, "")
    gone = left_behind(account)
    return draft.sealed(state="closed", moved_to=command.survivor_id, habits=habits, seen=seen, **gone)


def took_over(account: Account, command: TakeOver, program: Program, now: datetime) -> Entry:
    """The survivor has what both had; what was owed is paid from it. Of two tiers that staff set their own stays.

    Raises MembershipsBothRunError.
    """
    merged = command.merged
    draft = Draft(account, "merge_in", program, now, Reference("merge", command.merge_id))
    draft.give(TRANSFERRED, draft.living(merged.lots))
    draft.await_activation(TRANSFERRED, merged.pending)
    _charge(draft, merged.debt)
    for key, amount in _without_cards(merged.counters).items():
        draft.count(key, amount)
    caps = {key: account.caps.get(key, 0) + used for key, used in merged.caps.items()}
    stamps = bring_together(draft, account, merged.cards, program)
    came = brought(account, merged, program, draft.today)
    came["gifts"] = _sum_of(came["gifts"], stamps.gifts)
    return draft.sealed(
        caps=caps,
        rewards=dict(merged.rewards),
        habits=merged.habits,
        seen=days_brought(merged.seen, command.merge_id),
        cards=stamps.cards,
        win_back=merged.win_back if merged.win_back.bought_on else None,
        **came,
    )


def moved_on(carried: Account, since: Iterable[Entry]) -> Account:
    """What came with a merge, in the lots that the survivor has it in: points that lived on, for their member was not warned,
    are in later ones. `since` are the survivor's entries after the merge, oldest first.
    """
    lots, pending = dict(carried.lots), dict(carried.pending)
    for entry in since:
        if entry.kind != "extend":
            continue
        old, new = sorted(entry.lots, key=lambda lot: entry.lots[lot])
        if old in lots:
            lots[new] = lots.get(new, 0) + lots.pop(old)
        for key in [key for key in pending if key.partition("/")[2] == old and key.partition("/")[0] <= old]:
            place = f"{key.partition('/')[0]}/{new}"
            pending[place] = pending.get(place, 0) + pending.pop(key)
    return replace(carried, lots=lots, pending=pending)


def gave_up(account: Account, command: GiveUp, program: Program, now: datetime) -> Entry:
    """The survivor gives back what came, from the same lots where they are there, from others where not; what has expired
    since is gone for both. What came and paid back what the survivor owed is owed again.

    Raises InsufficientPointsError, InsufficientStoredValueError where it is spent.
    """
    carried = command.carried
    draft = Draft(account, "merge_out", program, now, Reference("merge", command.merge_id))
    if carried.debt:
        draft.give(TRANSFERRED, {draft.last_day_from(draft.today): carried.debt})
    for key, points in carried.pending.items():
        draft.take_pending(TRANSFERRED, key, points)
    alive = draft.living(_alive(carried, draft))
    missing = sum(points - draft.take_from(TRANSFERRED, key, points) for key, points in alive.items())
    if missing > draft.active + command.owed:
        raise InsufficientPointsError("The member who survived the merge has spent points that would go back.")
    if taken := min(missing, draft.active):
        draft.take(TRANSFERRED, taken)
    draft.owe(TRANSFERRED, missing - taken)
    if carried.wallet("stored_value") > account.wallet("stored_value"):
        raise InsufficientStoredValueError("The member who survived the merge has spent money that would go back.")
    for key, amount in _counted_off(account.counters, _without_cards(carried.counters)).items():
        draft.count(key, -amount)
    given = given_up(account, command.before, carried, program)
    stamps = part_again(draft, account, carried.cards, program, given["gifts"])
    given["gifts"] = _sum_of(given["gifts"], stamps.gifts)
    caps = {key: max(0, account.caps[key] - used) for key, used in carried.caps.items() if key in account.caps}
    had = {key: -min(count, account.rewards.get(key, 0)) for key, count in carried.rewards.items()}
    gone = summed(
        (place, [-amount for amount in tally]) for _, place, tally in given_back(account.habits, carried.habits)
    )
    return draft.sealed(
        caps=caps,
        rewards={key: count for key, count in had.items() if count},
        habits=gone,
        seen=without_brought(account.seen, command.merge_id),
        cards=stamps.cards,
        **given,
    )


def coming_back(account: Account, command: GiveUp, gave: Entry, program: Program) -> ComeBack:
    """What giving up is answered with: `account` is the survivor's right before the entry `gave`.

    Points come back in the lots in which they went, whichever lots the survivor has given for them; where only the
    survivor's activity has kept them alive, in the lots that it has moved them to.
    """
    draft = Draft(account, gave.kind, program, gave.recorded_at, gave.reference)
    pending, counters = (
        {key: -amount for key, amount in changes.items()} for changes in (gave.pending, _without_cards(gave.counters))
    )
    carried, today = command.carried, draft.today.isoformat()
    lots: dict[str, int] = {}
    for key, points in _alive(carried, draft).items():
        own = key if key >= today else min(draft.living({key: points}))
        lots[own] = lots.get(own, 0) + points
    habits = summed((month, tally) for month, _, tally in given_back(account.habits, carried.habits))
    again = back_again(account, command.before, carried)
    return ComeBack(command.merge_id, lots, pending, counters, carried.debt, carried.state, habits, carried.seen, again)


def came_back(account: Account, command: ComeBack, program: Program, now: datetime) -> Entry:
    """The account that went has its own again."""
    draft = Draft(account, "merge_in", program, now, Reference("merge", command.merge_id))
    draft.give(TRANSFERRED, command.lots)
    draft.await_activation(TRANSFERRED, command.pending)
    _charge(draft, command.debt)
    for key, amount in command.counters.items():
        draft.count(key, amount)
    for card_id, mark in command.privileges.cards.items():
        draft.count(card_wallet(card_id), mark.stamps)
    again = regained(command.privileges, account)
    return draft.sealed(state=command.state, moved_to="", habits=command.habits, seen=command.seen, **again)


def _without_cards(counters: Mapping[str, int]) -> Mapping[str, int]:
    """The other wallets but for stamps on cards, which go by the cards."""
    return {key: amount for key, amount in counters.items() if not card_of_wallet(key)}


def _sum_of(one: Mapping[str, int], other: Mapping[str, int]) -> Mapping[str, int]:
    sums = {key: one.get(key, 0) + other.get(key, 0) for key in {**one, **other}}
    return {key: amount for key, amount in sums.items() if amount}


def _hand_over(draft: Draft, account: Account) -> None:
    for key, points in account.lots.items():
        draft.take_from(TRANSFERRED, key, points)
    for key, points in account.pending.items():
        draft.take_pending(TRANSFERRED, key, points)
    if account.debt:
        draft.pay_back(account.debt)
        draft.move(TRANSFERRED, -account.debt)
    for key, amount in account.counters.items():
        draft.count(key, -amount)


def _charge(draft: Draft, debt: int) -> None:
    """A debt that comes along is paid from what is active; the rest is owed on."""
    paid = min(debt, draft.active)
    if paid:
        draft.take(TRANSFERRED, paid)
    if debt > paid:
        draft.owe(TRANSFERRED, debt - paid)


def _alive(carried: Account, draft: Draft) -> Lots:
    """Of the lots that came, with those that were pending then and have become active since, those not over yet."""
    lots = dict(carried.lots)
    for key, points in carried.pending.items():
        active_on, _, lot = key.partition("/")
        if active_on <= draft.today.isoformat():
            lots[lot] = lots.get(lot, 0) + points
    return {key: points for key, points in lots.items() if min(draft.living({key: points})) >= draft.today.isoformat()}


def _counted_off(counters: Mapping[str, int], carried: Mapping[str, int]) -> Mapping[str, int]:
    """What goes back of the other wallets, as far as it is there, by the counter that it now stands under."""
    left = dict(counters)
    given: dict[str, int] = {}
    for key, amount in carried.items():
        place = counter_of(left, key)
        share = min(amount, left.get(place, 0))
        left[place] = left.get(place, 0) - share
        given[place] = given.get(place, 0) + share
    return given
