"""Punch cards against a plain count: every stamp put on and taken off by itself, whatever the order of purchases and returns,
gifts that are used, and days that pass.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from factories import make_card, make_stamping
from quen.cards.model import NO_CARD
from quen.ledger.model import rebuild
from quen.program.model import Milestone, PunchCard
from till import Till

PER_STAMP = 10_000


@dataclass
class PlainCards:
    """One stamp after the other."""

    card: PunchCard
    stamps: int = 0
    completed: int = 0
    until: str = ""
    ended_on: str = ""
    owed: list[int] = field(default_factory=list)
    gifts: list[tuple[str, str]] = field(default_factory=list)

    def stamp(self, today: date) -> None:
        if not self.stamps:
            self.until = self.card.last_day_from(today)
        self.stamps += 1
        if self.stamps in self.owed:
            self.owed.remove(self.stamps)
        elif milestone := self.card.milestones.get(self.stamps):
            last_day = today + timedelta(days=milestone.valid_days - 1)
            self.gifts.append((last_day.isoformat(), milestone.reward_id))
        if self.stamps == self.card.stamps:
            self.completed, self.stamps, self.until = self.completed + 1, 0, ""

    def take(self, today: date) -> None:
        if not self.stamps:
            self.completed, self.stamps = self.completed - 1, self.card.stamps
            self.until = self.card.last_day_from(today)
        if milestone := self.card.milestones.get(self.stamps):
            alive = [one for one in self.gifts if one[1] == milestone.reward_id and one[0] >= today.isoformat()]
            if alive:
                self.gifts.remove(max(alive))
            else:
                self.owed.append(self.stamps)
        self.stamps -= 1
        if not self.stamps:
            self.until = ""

    def use(self, today: date) -> tuple[str, str] | None:
        alive = [one for one in self.gifts if one[0] >= today.isoformat()]
        if not alive:
            return None
        self.gifts.remove(min(alive))
        return min(alive)

    def pass_to(self, today: date) -> None:
        if self.until and self.until < today.isoformat():
            self.ended_on, self.stamps, self.until = self.until, 0, ""


def shown(till: Till, today: date) -> tuple[Any, ...]:
    mark = till.account.cards.get("coffee", NO_CARD)
    owed = [at for at, times in mark.owed for _ in range(times)]
    gifts = [key.split("/")[::-1] for key, count in till.account.gifts.items() for _ in range(count)]
    alive = sorted((day, reward) for day, reward in gifts if day >= today.isoformat())
    assert till.account.wallet("stamps") == mark.stamps
    return mark.stamps, mark.completed, mark.until, mark.ended_on, owed, alive


def expected(plain: PlainCards, today: date) -> tuple[Any, ...]:
    alive = sorted(one for one in plain.gifts if one[0] >= today.isoformat())
    return plain.stamps, plain.completed, plain.until, plain.ended_on, sorted(plain.owed), alive


def cards() -> st.SearchStrategy[PunchCard]:
    def made(length: int, places: dict[int, str], days: int, valid: int) -> PunchCard:
        milestones = {at: Milestone(reward, valid) for at, reward in places.items() if at <= length}
        return make_card(length, milestones=milestones or {length: Milestone("cone", valid)}, days=days)

    places = st.dictionaries(st.integers(1, 12), st.sampled_from(["cone", "sundae"]), min_size=1, max_size=4)
    return st.builds(made, st.integers(2, 12), places, st.sampled_from([0, 8, 40]), st.sampled_from([1, 15, 90]))


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("buy"), st.integers(0, 200_000)),
        st.tuples(st.just("return"), st.tuples(st.integers(0, 3), st.integers(10_000, 200_000))),
        st.tuples(st.just("use"), st.none()),
        st.tuples(st.just("wait"), st.sampled_from([1, 3, 9, 30])),
    ),
    min_size=5,
    max_size=25,
)


@settings(max_examples=120, deadline=None)
@given(cards(), STEPS)
def test_cards_are_what_stamp_by_stamp_makes_of_them(card: PunchCard, steps: list[tuple[str, Any]]) -> None:
    till, plain = Till(make_stamping(card=card)), PlainCards(card)
    bought: list[tuple[str, int, date]] = []
    for number, (what, how) in enumerate(steps):
        today = till.program.local_day(till.now)
        if what == "buy":
            till.buy(how, f"B-{number}")
            bought.append((f"B-{number}", how, today))
            for _ in range(how // PER_STAMP):
                plain.stamp(today)
        elif what == "return" and bought:
            index = -1 - how[0] % len(bought)
            purchase_id, left, day = bought[index]
            amount = min(left, how[1])
            if not amount:
                continue
            till.bring_back(amount, purchase_id)
            bought[index] = (purchase_id, left - amount, day)
            if day.isoformat() > plain.ended_on:
                for _ in range(left // PER_STAMP - (left - amount) // PER_STAMP):
                    plain.take(today)
        elif what == "use" and (used := plain.use(today)):
            key = f"{used[1]}/{used[0]}"
            gifts = {**till.account.gifts, key: till.account.gifts[key] - 1}
            till.account = replace(till.account, gifts={key: count for key, count in gifts.items() if count})
        elif what == "wait":
            till.now += timedelta(days=how)
            till.keep_up()
            plain.pass_to(till.program.local_day(till.now))
        today = till.program.local_day(till.now)
        assert shown(till, today) == expected(plain, today)


@settings(max_examples=100, deadline=None)
@given(cards(), st.lists(st.integers(1, 300_000), min_size=1, max_size=5), st.data())
def test_what_comes_back_whole_was_never_bought_in_whatever_steps(
    card: PunchCard, amounts: list[int], data: st.DataObject
) -> None:
    program = make_stamping(card=card)
    till = Till(program)
    for number, amount in enumerate(amounts):
        till.buy(amount, f"B-{number}")
    left = dict(enumerate(amounts))
    while left:
        number = data.draw(st.sampled_from(sorted(left)))
        amount = data.draw(st.integers(1, left[number]))
        till.bring_back(amount, f"B-{number}")
        left[number] -= amount
        left = {key: value for key, value in left.items() if value}
    assert (till.account.cards, till.account.gifts, till.account.counters) == ({}, {}, {})
    assert rebuild("mem", till.entries) == till.account


@settings(max_examples=100, deadline=None)
@given(
    cards(), st.integers(400_000, 900_000), st.integers(0, 3), st.lists(st.integers(1, 9_000), min_size=1, max_size=40)
)
def test_many_small_returns_are_one_big_one(card: PunchCard, amount: int, used: int, parts: list[int]) -> None:
    small, big = Till(make_stamping(card=card)), Till(make_stamping(card=card))
    for till in (small, big):
        till.buy(70_000, "first")
        till.buy(amount)
        gifts = dict(sorted(till.account.gifts.items())[used:])
        till.account = replace(till.account, gifts=gifts)
    for part in parts:
        small.bring_back(part)
    big.bring_back(sum(parts))
    assert (small.account.cards, small.account.gifts) == (big.account.cards, big.account.gifts)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 30), min_size=1, max_size=8))
def test_it_is_all_one_how_stamps_are_shared_among_receipts(stamps: list[int]) -> None:
    apart, together = Till(make_stamping()), Till(make_stamping())
    for number, count in enumerate(stamps):
        apart.buy(count * PER_STAMP, f"B-{number}")
    together.buy(sum(stamps) * PER_STAMP)
    assert (apart.account.cards, apart.account.gifts) == (together.account.cards, together.account.gifts)
