"""What a punch card holds, and what stamps make of it. Pure.

Stamps are counted on: `completed` cards and the stamps on the current one are one row of stamps, in which milestones are
crossed going up, each giving its reward once per card, and uncrossed going down. So whatever is taken back in many steps
comes to the same as in one.

What was given for a milestone is taken back when the milestone is uncrossed, as long as it is there: unused, and its last day
not over. Where it is not, the milestone stays `owed`: the stamps must be earned again, and crossing it the next time gives
nothing. That is the debt of a card; it outlasts the card's end, for what was had is had. Pieces of one reward are alike:
which of them a milestone gave, nobody can tell, so the one that lives longest goes back.

A card that ends takes its stamps with it, and closes the book: what was stamped on that day or before can be taken back no
more, from no newer card and from no completed one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from quen.program.model import PunchCard


class Reached(NamedTuple):
    """That stamps reached that place on a card, so many times; `reward_id` is what each time gave, empty where nothing.

    The end of a card is reached, whether it gives something or not.
    """

    at: int
    reward_id: str
    times: int = 1


class CardMark(NamedTuple):
    """The member's current card: the stamps on it, its last day ("": it has none), how many cards were completed before it,
    which milestones are `owed` and how often, and the last day of the last card that ended unfinished ("": none did).

    `reached` is an entry's alone: what its stamps have reached.
    """

    stamps: int = 0
    until: str = ""
    completed: int = 0
    owed: tuple[tuple[int, int], ...] = ()
    ended_on: str = ""
    reached: tuple[Reached, ...] = ()

    @property
    def kept(self) -> CardMark:
        """What an account keeps of it."""
        return self._replace(reached=()) if self.reached else self


NO_CARD = CardMark()
_ALL_PAID: Mapping[int, int] = {}


class Stamping(NamedTuple):
    """What stamps make of a card: its mark, and signed changes of pieces by reward and last day."""

    mark: CardMark
    gifts: Mapping[tuple[str, str], int]


def stamped(card: PunchCard, mark: CardMark, stamps: int, day: date) -> Stamping:
    """So many stamps more, recorded on that local day; at the end of a card the next one begins.

    Where a newer version of the program has made cards shorter than what is on this one, it is one stamp from its end.
    """
    before = min(mark.stamps, card.stamps - 1)
    after = mark.stamps + stamps
    completed, left = divmod(after, card.stamps)
    owed = dict(mark.owed)
    reached: list[Reached] = []
    for at in sorted({*card.milestones, *owed, card.stamps}):
        times = _crossings(at, before, after, card.stamps) if at <= card.stamps else 0
        unpaid = min(times, owed.get(at, 0))
        owed[at] = owed.get(at, 0) - unpaid
        paid = times - unpaid if at in card.milestones else 0
        if paid:
            reached.append(Reached(at, card.milestones[at].reward_id, paid))
        elif times and at == card.stamps:
            reached.append(Reached(at, "", times))
    gifts: dict[tuple[str, str], int] = {}
    for one in reached:
        if one.reward_id:
            key = (one.reward_id, card.milestones[one.at].last_day_from(day).isoformat())
            gifts[key] = gifts.get(key, 0) + one.times
    is_new = completed > 0 or not mark.stamps
    until = card.last_day_from(day) if is_new else mark.until
    return Stamping(
        CardMark(
            left, until if left else "", mark.completed + completed, _owed_form(owed), mark.ended_on, tuple(reached)
        ),
        gifts,
    )


def unstamped(
    card: PunchCard,
    mark: CardMark,
    stamps: int,
    day: date,
    gifts: Mapping[tuple[str, str], int],
    unpaid: Mapping[int, int] = _ALL_PAID,
) -> Stamping:
    """So many stamps less, on that local day; `gifts` are the pieces that are there, by reward and last day; `unpaid` says of
    milestones how often they were crossed for nothing, or are still to be.

    Going back over its beginning opens the card before it again, which then lives as if its first stamp were of that day. What
    is not there can not be taken: a card never goes below nothing.
    """
    before = mark.completed * card.stamps + mark.stamps
    after = max(0, before - stamps)
    completed, left = divmod(after, card.stamps)
    owed = dict(mark.owed)
    for at in card.milestones:
        owed[at] = owed.get(at, 0) + _crossings(at, after, before, card.stamps) - unpaid.get(at, 0)
    changes: dict[tuple[str, str], int] = {}
    for reward_id in {milestone.reward_id for milestone in card.milestones.values()}:
        pieces = [key for key in _living(gifts, reward_id, day) for _ in range(gifts[key])]
        places = [at for at, milestone in card.milestones.items() if milestone.reward_id == reward_id]
        # what was reached last goes back first, and of the pieces who lives longest
        for at in _downwards(places, before, after, card.stamps):
            if pieces and owed[at] > 0:
                owed[at] -= 1
                key = pieces.pop(0)
                changes[key] = changes.get(key, 0) - 1
    is_reopened = completed < mark.completed
    until = card.last_day_from(day) if is_reopened else mark.until
    return Stamping(CardMark(left, until if left else "", completed, _owed_form(owed), mark.ended_on), changes)


def ended(mark: CardMark) -> CardMark:
    """The card's last day is over: its stamps are gone, and a new card begins with the next one."""
    return CardMark(0, "", mark.completed, mark.owed, mark.until)


def brought(card: PunchCard, mark: CardMark, stamps: int, day: date) -> CardMark:
    """So many stamps that an older system had given: whatever they brought, it has given too."""
    completed, left = divmod(mark.stamps + stamps, card.stamps)
    until = mark.until or card.last_day_from(day)
    return mark._replace(stamps=left, until=until if left else "", completed=mark.completed + completed)


def together(card: PunchCard, own: CardMark, other: CardMark, day: date) -> Stamping:
    """Two members' cards as one. What the other's stamps have brought already they bring no second time: the row of both is
    paid once.
    """
    paid = {at: 1 for at in card.milestones if at <= other.stamps}
    ready = own._replace(owed=_owed_form(_owed_sum(own.owed, other.owed, paid)), until=own.until or other.until)
    stamping = stamped(card, ready, other.stamps, day)
    mark = stamping.mark
    until = ready.until if mark.completed == own.completed else mark.until
    completed = mark.completed + other.completed
    return stamping._replace(mark=mark._replace(until=until if mark.stamps else "", completed=completed))


def parted(
    card: PunchCard, own: CardMark, other: CardMark, day: date, gifts: Mapping[tuple[str, str], int]
) -> Stamping:
    """The card without what had come of the other's, as far as it is there; `gifts` as in `unstamped`."""
    paid = {at: 1 for at in card.milestones if at <= other.stamps}
    apart = unstamped(card, own, other.stamps, day, gifts, _owed_sum((), other.owed, paid))
    return apart._replace(mark=apart.mark._replace(completed=max(0, apart.mark.completed - other.completed)))


def set_aside(own: CardMark, other: CardMark) -> CardMark:
    """Both together on a card that the program has no more: nothing comes of it."""
    return own._replace(stamps=own.stamps + other.stamps, until=own.until or other.until)


def taken_back(own: CardMark, other: CardMark) -> CardMark:
    """The card without the other's stamps, as far as they are there."""
    stamps = max(0, own.stamps - other.stamps)
    return own._replace(stamps=stamps, until=own.until if stamps else "")


def _owed_sum(
    one: Sequence[tuple[int, int]], other: Sequence[tuple[int, int]], more: Mapping[int, int]
) -> dict[int, int]:
    sums = dict(one)
    for at, times in (*other, *more.items()):
        sums[at] = sums.get(at, 0) + times
    return sums


def mark_form(mark: CardMark) -> list[Any]:
    """The mark as short JSON-able values: what is empty at its end is left out."""
    form: list[Any] = [*mark[:-1], [_short(one) for one in mark.reached]]
    while form and not form[-1]:
        form.pop()
    return form


def parse_mark(form: Sequence[Any]) -> CardMark:
    """The mark that `mark_form` wrote."""
    unsaid: list[Any] = [*NO_CARD]
    stamps, until, completed, owed, ended_on, reached = [*form, *unsaid[len(form) :]]
    return CardMark(
        stamps,
        until,
        completed,
        tuple((at, times) for at, times in owed),
        ended_on,
        tuple(Reached(*one) for one in reached),
    )


def _short(reached: Reached) -> Sequence[Any]:
    """Once goes without saying."""
    return reached if reached.times != 1 else reached[:-1]


def _crossings(at: int, low: int, high: int, length: int) -> int:
    """How often that place of a card of this length is reached on the way from `low` to `high`, in a row of cards."""
    return max(0, (high - at) // length - (low - at) // length)


def _downwards(places: Sequence[int], high: int, low: int, length: int) -> Iterator[int]:
    """Which of these places are left on the way down from `high` to `low`, in a row of cards, one after the other."""
    for card in range(high // length, low // length - 1, -1):
        for at in sorted(places, reverse=True):
            if low < card * length + at <= high:
                yield at


def _living(gifts: Mapping[tuple[str, str], int], reward_id: str, day: date) -> Iterator[tuple[str, str]]:
    """The pieces of that reward whose last day is not over, who lives longest first."""
    return iter(sorted((key for key in gifts if key[0] == reward_id and key[1] >= day.isoformat()), reverse=True))


def _owed_form(owed: Mapping[int, int]) -> tuple[tuple[int, int], ...]:
    return tuple((at, times) for at, times in sorted(owed.items()) if times > 0)
