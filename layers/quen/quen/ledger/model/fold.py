"""Folding entries into an account. An entry that does not fit its account is a broken ledger, never a business error."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import TypeVar

from quen.cards.model import NO_CARD, CardMark
from quen.earning.model import ends_on
from quen.ledger.model.habits import added, seen_after
from quen.ledger.model.values import (
    ACTIVE,
    DEBT,
    HELD,
    OTHER_UNITS,
    PENDING,
    WARNED,
    Account,
    Entry,
    Hold,
    Lots,
    Tally,
    unit_of,
)
from quen.memberships.model import Membership

# As long as any program may accept late receipts: a day that is forgotten can earn no more.
CAP_MEMORY_DAYS = 92
QUALIFYING_MONTHS = 36
"""So many months are told apart; what qualified before them stands together under `qualifying/earlier`."""

_OTHER_ACCOUNTS = frozenset(f"{side}.{unit}" for side in ("member", "program") for unit in OTHER_UNITS)
_ARRIVES = frozenset({"transfer_in", "merge_in", "opening", "adjust"})
"""What brings points of any last day. Purchases and bonuses bring those of a last day that is told of with all before it."""
_QUALIFYING = "qualifying/"
_T = TypeVar("_T")
_EARLIER = "qualifying/earlier"


class BrokenLedgerError(Exception):
    """The entries contradict each other: a defect or a manipulation, at the named sequence."""

    def __init__(self, sequence: int, why: str) -> None:
        super().__init__(f"entry {sequence}: {why}")
        self.sequence = sequence
        self.why = why


def apply(account: Account, entry: Entry) -> Account:
    """The account after the entry. Raises BrokenLedgerError where the entry is not the next one or takes what is not there."""
    if entry.sequence != account.sequence + 1:
        raise BrokenLedgerError(entry.sequence, f"follows {account.sequence}")
    if entry.previous_hash != account.head:
        raise BrokenLedgerError(entry.sequence, "does not continue the chain")
    _check_lines(entry)
    tier, tier_since, tier_until = entry.tier or (account.tier, account.tier_since, account.tier_until)
    lots, holds = _changed(account.lots, entry.lots, entry.sequence), _holds_after(account.holds, entry)
    gifts = _gifts_after(account.gifts, entry)
    alive = _last_days(lots, gifts, holds)
    return Account(
        member_id=account.member_id,
        sequence=entry.sequence,
        head=entry.hash,
        lots=lots,
        pending=_changed(account.pending, entry.pending, entry.sequence),
        holds=holds,
        debt=_debt_after(account.debt, entry),
        caps=_caps_after(account.caps, entry.caps),
        rewards=_rewards_after(account.rewards, entry),
        counters=_counters_after(account.counters, entry),
        state=account.state if entry.state is None else entry.state,
        moved_to=account.moved_to if entry.moved_to is None else entry.moved_to,
        active_on=max(account.active_on, entry.active_on),
        habits=_habits_after(account.habits, entry),
        seen=seen_after(account.seen, entry.seen),
        tier=tier,
        tier_since=tier_since,
        tier_until=tier_until,
        standing=account.standing if entry.standing is None else entry.standing.after,
        cards=_cards_after(account.cards, entry.cards),
        gifts=gifts,
        granted=_granted_after(account.granted, entry),
        membership=_membership_after(account.membership, entry),
        reachable=account.reachable if entry.reachable is None else entry.reachable,
        warned=_of_last_days(account.warned, _told(account, entry), entry, alive),
        proven=_of_last_days(_still_proven(account.proven, entry), entry.proven, entry, alive),
        win_back=account.win_back if entry.win_back is None else max(account.win_back, entry.win_back),
    )


def folded(account: Account, entries: Iterable[Entry]) -> Account:
    """The account after these entries."""
    for entry in entries:
        account = apply(account, entry)
    return account


def rebuild(member_id: str, entries: Iterable[Entry]) -> Account:
    """The account that these entries, from the first on, fold to."""
    return folded(Account(member_id), entries)


def cap_horizon(caps: Mapping[str, int]) -> str:
    """The earliest day whose caps are remembered for certain; of what ended before it nothing is known any more.

    Days alone tell how far the account has come: longer periods, whose keys begin with `~`, may end in the future.
    """
    newest = max((key for key in caps if key < "~"), default="")
    if not newest:
        return ""
    return (date.fromisoformat(ends_on(newest)) - timedelta(days=CAP_MEMORY_DAYS)).isoformat()


def counted(account: Account, key: str) -> int:
    """What that counter holds; what qualified in a month that is no longer told apart stands under `earlier`."""
    return account.counters.get(counter_of(account.counters, key), 0)


def counter_of(counters: Mapping[str, int], key: str) -> str:
    """Under which key a counter stands: its own, or that of all months that are no longer told apart."""
    is_earlier = key.startswith(_QUALIFYING) and key not in counters and key < (_qualifying_horizon(counters) or "~")
    return _EARLIER if is_earlier and _EARLIER in counters else key


def _check_lines(entry: Entry) -> None:
    """Double entry: the lines of each unit sum to zero, and each of the member's says what lots, holds and counters say."""
    lines, hold = entry.lines, entry.hold
    held = 0
    if hold and hold.change != "spent":
        held = hold.hold.points if hold.change == "opened" else -hold.hold.points
    if lines.keys().isdisjoint(_OTHER_ACCOUNTS):
        is_balanced = sum(lines.values()) == 0
        # stamps that go on one card and off another one are no line
        is_counted = not any(_counted(entry.counters, unit) for unit in OTHER_UNITS) if entry.counters else True
    else:
        is_balanced = not any(_sums(lines).values())
        is_counted = all(lines.get(f"member.{unit}", 0) == _counted(entry.counters, unit) for unit in OTHER_UNITS)
    if not is_balanced:
        raise BrokenLedgerError(entry.sequence, "its lines do not sum to zero")
    said = ((ACTIVE, sum(entry.lots.values())), (PENDING, sum(entry.pending.values())), (HELD, held))
    if not is_counted or any(lines.get(name, 0) != points for name, points in said):
        raise BrokenLedgerError(entry.sequence, "its lines and its lots differ")


def _sums(lines: Mapping[str, int]) -> Mapping[str, int]:
    """What the lines sum to, unit by unit."""
    sums: dict[str, int] = {}
    for name, amount in lines.items():
        sums[unit_of(name)] = sums.get(unit_of(name), 0) + amount
    return sums


def _counted(counters: Mapping[str, int], unit: str) -> int:
    return sum(amount for key, amount in counters.items() if key.partition("/")[0] == unit)


def _debt_after(debt: int, entry: Entry) -> int:
    after = debt - entry.lines.get(DEBT, 0)
    if after < 0:
        raise BrokenLedgerError(entry.sequence, "pays back more than is owed")
    return after


def _changed(lots: Lots, changes: Lots, sequence: int) -> Lots:
    if not changes:
        return lots
    after = dict(lots)
    for key, points in changes.items():
        after[key] = after.get(key, 0) + points
        if after[key] < 0:
            raise BrokenLedgerError(sequence, f"takes more from lot {key} than it holds")
    if len(after) == len(lots) and all(after[key] for key in changes):
        return after  # the same lots, in the same order
    return {key: after[key] for key in sorted(after) if after[key]}


def _holds_after(holds: Mapping[str, Hold], entry: Entry) -> Mapping[str, Hold]:
    change = entry.hold
    if change is None or change.change == "spent":
        return holds
    if change.change == "opened":
        if change.redemption_id in holds:
            raise BrokenLedgerError(entry.sequence, "opens a hold twice")
        return {**holds, change.redemption_id: change.hold}
    if holds.get(change.redemption_id) != change.hold:
        raise BrokenLedgerError(entry.sequence, "closes a hold that is not open")
    return {key: hold for key, hold in holds.items() if key != change.redemption_id}


def _caps_after(caps: Mapping[str, int], changes: Mapping[str, int]) -> Mapping[str, int]:
    if not changes:
        return caps
    after = {**caps, **changes}
    horizon = cap_horizon(after)
    # A period's key begins with its last day, so that it needs no taking apart.
    return {key: after[key] for key in sorted(after) if after[key] and key.removeprefix("~") >= horizon}


def _rewards_after(rewards: Mapping[str, int], entry: Entry) -> Mapping[str, int]:
    """How many of each limited reward the member has had or holds; what is called off or refunded counts no more.

    A period that is over everywhere on earth is forgotten, so that an account stays small; what comes back into one
    changes nothing any more.
    """
    steps = dict(entry.rewards)
    change = entry.hold
    if change and change.hold.counted and change.change != "redeemed":
        step = -change.hold.counted if change.change == "returned" else change.hold.counted
        steps[change.hold.limit_key] = steps.get(change.hold.limit_key, 0) + step
    if not steps:
        return rewards
    after = {**rewards, **{key: rewards.get(key, 0) + step for key, step in steps.items()}}
    yesterday = _yesterday(entry)
    return {key: after[key] for key in sorted(after) if after[key] and _still_counts(key, after[key], yesterday)}


def _still_counts(key: str, count: int, yesterday: str) -> bool:
    """Whether the count of a limited reward is still asked for: an unlimited time, or a period that is not over."""
    last_day = key.partition("/")[2].partition("/")[0]
    return not last_day or (count > 0 and last_day >= yesterday)


def _cards_after(cards: Mapping[str, CardMark], changes: Mapping[str, CardMark]) -> Mapping[str, CardMark]:
    if not changes:
        return cards
    after = {**cards, **{card: mark.kept for card, mark in changes.items()}}
    return {card: after[card] for card in sorted(after) if after[card] != NO_CARD}


def _gifts_after(gifts: Mapping[str, int], entry: Entry) -> Mapping[str, int]:
    """What the member may have for nothing; what is over everywhere on earth is forgotten."""
    if not entry.gifts:
        return gifts
    after = {**gifts, **{key: gifts.get(key, 0) + change for key, change in entry.gifts.items()}}
    if any(count < 0 for count in after.values()):
        raise BrokenLedgerError(entry.sequence, "takes a gift that is not there")
    yesterday = _yesterday(entry)
    return {key: after[key] for key in sorted(after) if after[key] and key.rpartition("/")[2] >= yesterday}


def _membership_after(membership: Membership, entry: Entry) -> Membership:
    """What it saves is never less than nothing: what came back may have saved it in an earlier period."""
    if entry.membership is not None:
        return entry.membership.after
    return membership._replace(saved=max(0, membership.saved + entry.saved)) if entry.saved else membership


def _granted_after(granted: Mapping[str, str], entry: Entry) -> Mapping[str, str]:
    if not entry.granted:
        return granted
    after = {**granted, **entry.granted}
    yesterday = _yesterday(entry)
    return {perk: after[perk] for perk in sorted(after) if after[perk] and after[perk] >= yesterday}


def _told(account: Account, entry: Entry) -> Mapping[str, int]:
    """How many days before their last days lots and gifts are told of by the entry. A gift's last day is told with the gift: of
    the days that are left by the calendar of Greenwich all but one are so in every zone.
    """
    if entry.warned:
        return dict.fromkeys(entry.warned.points, entry.warned.stage)
    new = [key for key, change in entry.gifts.items() if change > 0 and key not in account.warned]
    today = entry.occurred_at.date()
    return {key: (date.fromisoformat(key.rpartition("/")[2]) - today).days - 1 for key in new}


def _last_days(lots: Lots, gifts: Mapping[str, int], holds: Mapping[str, Hold]) -> frozenset[str]:
    """The last days that points still have, or can get back from a hold, and the keys of the gifts that are there."""
    days = {lot.partition("@")[0] for pocket in (lots, *(hold.lots for hold in holds.values())) for lot in pocket}
    return frozenset(days | gifts.keys())


def _still_proven(proven: Mapping[str, str], entry: Entry) -> Mapping[str, str]:
    """Who may be told from now on is to be told: that nobody could be proves nothing any more. Nor does a warning prove
    anything about points that came to its last day after it; those that come back were there.
    """
    if entry.reachable:
        proven = {day: why for day, why in proven.items() if why in WARNED}
    if proven and entry.kind in _ARRIVES and entry.moved_to is None:
        came = {lot.partition("@")[0] for lot, points in entry.lots.items() if points > 0}
        proven = {day: why for day, why in proven.items() if day not in came}
    return proven


def _of_last_days(
    known: Mapping[str, _T], told: Mapping[str, _T], entry: Entry, alive: Collection[str]
) -> Mapping[str, _T]:
    """What is known of last days and of gifts; of those that are over everywhere on earth, and of which nothing is there or can
    come back, nothing is remembered.
    """
    if not told and not (known and entry.kind in {"expire", "extend"}):
        return known
    after, yesterday = {**known, **told}, _yesterday(entry)
    return {key: after[key] for key in sorted(after) if key.rpartition("/")[2] >= yesterday or key in alive}


def _yesterday(entry: Entry) -> str:
    """The latest day that is over in every zone when the entry is written."""
    return (entry.recorded_at.date() - timedelta(days=1)).isoformat()


def _habits_after(habits: Mapping[str, Tally], entry: Entry) -> Mapping[str, Tally]:
    """What the months remember; none is ever below zero."""
    if not entry.habits:
        return habits
    after = added(habits, entry.habits)
    is_less = any(min(change) < 0 for change in entry.habits.values())
    if is_less and any(min(tally) < 0 for tally in after.values()):
        raise BrokenLedgerError(entry.sequence, "takes back more purchases than there were")
    return after


def _counters_after(counters: Mapping[str, int], entry: Entry) -> Mapping[str, int]:
    """The other wallets; none is ever below zero. Qualifying points of long ago stand together."""
    if not entry.counters:
        return counters
    after = {**counters, **{key: counters.get(key, 0) + amount for key, amount in entry.counters.items()}}
    if len(after) == len(counters) and all(after[key] > 0 for key in entry.counters):
        return after  # the same counters, in the same order
    horizon = _qualifying_horizon(after)
    kept: dict[str, int] = {}
    for key, amount in after.items():
        place = _EARLIER if key.startswith(_QUALIFYING) and key < horizon else key
        kept[place] = kept.get(place, 0) + amount
    if any(amount < 0 for amount in kept.values()):
        raise BrokenLedgerError(entry.sequence, "takes more from a wallet than it holds")
    return {key: kept[key] for key in sorted(kept) if kept[key]}


def _qualifying_horizon(keys: Iterable[str]) -> str:
    """The key of the earliest month that is still told apart; months are counted back from the newest one."""
    newest = max((key for key in keys if key.startswith(_QUALIFYING) and key != _EARLIER), default="")
    if not newest:
        return ""
    year, month = int(newest[-7:-3]), int(newest[-2:])
    year, month = divmod(year * 12 + month - 1 - (QUALIFYING_MONTHS - 1), 12)
    return f"{_QUALIFYING}{year:04d}-{month + 1:02d}"
