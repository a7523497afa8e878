"""A partner's packs and caps in the use cases: a purchase is given whole or refused, and what comes back may be given again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from moto import mock_aws
from msgspec.structs import replace

from factories import NOON, make_event, make_program, make_purchase
from house import FixedPrograms, House, MovableClock, adjust, enrol, member
from partnering import PARTNER, POSTPAID, PREPAID, UNTROUBLED, capped, given_of, make_partner, prepaid
from quen.agreements.service import PackOrder
from quen.money import Money
from quen.partners.model import Exchange, Partner, Rate
from quen.partners.model.refusals import PackExceededError, PartnerBudgetExhaustedError, PartnerCapReachedError
from quen.program.benefits import Benefit
from quen.program.model import EarningRule, Reward
from quen.returns.model import Goods
from quen.rewards.model import PointsWanted, RewardWanted
from tables import create_tables, open_mocked


@pytest.fixture
def house() -> Iterator[House]:
    with mock_aws():
        client = open_mocked()
        made = House(client, create_tables(client), MovableClock())
        base, review = EarningRule("base", "purchase", points=1, per=10_000), EarningRule("review", "review", points=5)
        tree = Reward("tree", {"en": "Tree"}, 10, benefit=Benefit("donation", amount=1))
        made.programs = FixedPrograms(make_program(earning=(base, review), rewards=(tree,)))
        yield made


def keep(house: House, partner: Partner) -> Partner:
    """The partner as the table has it."""
    house._partner_store.add(partner)
    return partner


def buy(house: House, member_id: str, partner: Partner, points: int, number: int = 1) -> Any:
    purchase = make_purchase(points * 10_000, purchase_id=f"B-{number}")
    return house.purchases.record(PARTNER, member(member_id), purchase, "f", partner)


def give_back(house: House, amount: int, number: int = 1) -> None:
    house.returns.record(PARTNER, f"B-{number}", Goods(f"R-{number}-{amount}", NOON, Money(amount, "VND")), "f")


def test_a_purchase_is_given_whole_or_refused_and_then_nothing_is_written(house: House) -> None:
    member_id, partner = enrol(house), keep(house, prepaid(10))
    buy(house, member_id, partner, 7)
    before = house.ledger.show_account(member_id)
    with pytest.raises(PartnerBudgetExhaustedError):
        buy(house, member_id, partner, 4, 2)
    assert house.ledger.show_account(member_id) == before
    assert given_of(house, partner)["PACK"] == 7
    buy(house, member_id, partner, 3, 2)
    assert given_of(house, partner)["PACK"] == 10


def test_the_purchase_that_emptied_the_pack_gets_its_first_answer_again(house: House) -> None:
    member_id, partner = enrol(house), keep(house, prepaid(10))
    first = buy(house, member_id, partner, 10)
    again = buy(house, member_id, partner, 10)
    assert (again.result, again.replayed) == (first.result, True)
    assert given_of(house, partner)["PACK"] == 10


def test_a_purchase_that_earns_nothing_is_recorded_with_an_empty_pack(house: House) -> None:
    member_id, partner = enrol(house), keep(house, prepaid(0))
    assert buy(house, member_id, partner, 0).result["entries"][0]["points"] == 0


def test_a_pack_that_was_bought_a_moment_ago_counts(house: House) -> None:
    member_id = enrol(house)
    keep(house, prepaid(100))
    assert buy(house, member_id, prepaid(10), 25).result["entries"][0]["points"] == 25


def test_a_preview_is_refused_as_the_purchase_would_be(house: House) -> None:
    member_id, partner = enrol(house), keep(house, prepaid(10))
    purchase = make_purchase(110_000, purchase_id="")
    with pytest.raises(PartnerBudgetExhaustedError):
        house.purchases.preview(PARTNER, member(member_id), purchase, partner)
    house.purchases.preview(PARTNER, member(member_id), make_purchase(100_000, purchase_id=""), partner)
    assert given_of(house, partner)["PACK"] == 0


def test_events_take_their_points_too(house: House) -> None:
    member_id, partner = enrol(house), keep(house, prepaid(9))
    told_of = make_event(event_id="E-1", subject="a")
    house.occasions.record(PARTNER, member(member_id), told_of, "f", partner)
    second = replace(told_of, event_id="E-2", subject="b")
    with pytest.raises(PartnerBudgetExhaustedError):
        house.occasions.preview(PARTNER, member(member_id), second, partner)
    with pytest.raises(PartnerBudgetExhaustedError):
        house.occasions.record(PARTNER, member(member_id), second, "f", partner)
    assert given_of(house, partner)["PACK"] == 5


def test_what_comes_back_can_be_given_again(house: House) -> None:
    member_id, partner = enrol(house), keep(house, replace(capped(issued=10), terms=PREPAID, packs=10))
    buy(house, member_id, partner, 10)
    give_back(house, 40_000)
    assert given_of(house, partner) == {"PACK": 6, "issued": 6, "redeemed": 0}
    buy(house, member_id, partner, 4, 2)
    give_back(house, 60_000)
    assert given_of(house, partner) == {"PACK": 4, "issued": 4, "redeemed": 0}


def test_a_return_on_another_day_fills_the_pack_and_no_cap(house: House) -> None:
    member_id, partner = enrol(house), keep(house, replace(capped(issued=10), terms=PREPAID, packs=10))
    buy(house, member_id, partner, 10)
    assert isinstance(house.clock, MovableClock)
    house.clock.advance(days=1)
    give_back(house, 100_000)
    assert given_of(house, partner) == {"PACK": 0, "issued": 0, "redeemed": 0}
    house.clock.advance(days=-1)
    assert given_of(house, partner)["issued"] == 10


def test_what_is_written_off_comes_back_to_the_pack_as_the_books_say(house: House) -> None:
    points = replace(make_program().points, debt_limit=3)
    house.programs = FixedPrograms(replace(house.programs.program, points=points))
    member_id, partner = enrol(house), keep(house, replace(capped(issued=10), terms=PREPAID, packs=10))
    buy(house, member_id, partner, 10)
    reserve(house, member_id, PointsWanted(8), partner)
    give_back(house, 100_000)
    entries = house.ledger.read_entries(member_id, None, 2)
    assert [entry.lines[f"partner.{PARTNER}.funded"] for entry in entries] == [5, 5]
    assert given_of(house, partner) == {"PACK": 0, "issued": 0, "redeemed": 0}


@pytest.mark.parametrize(("before", "after", "given"), [(PREPAID, POSTPAID, 10), (POSTPAID, PREPAID, -10)])
def test_a_pack_has_back_what_comes_back_on_a_day_on_which_it_pays_and_no_other(
    house: House, before: Any, after: Any, given: int
) -> None:
    member_id, partner = enrol(house), keep(house, prepaid(10, terms=before))
    buy(house, member_id, partner, 10)
    assert isinstance(house.clock, MovableClock)
    later = replace(after[0], first_day=date(2026, 11, 24))
    house.agreements.add_terms(PARTNER, later, lambda _before, _after: ())
    house.clock.advance(days=3)
    give_back(house, 100_000)
    assert given_of(house, partner)["PACK"] == given


def test_a_cap_ends_with_its_day(house: House) -> None:
    member_id, partner = enrol(house), keep(house, capped(issued=10))
    buy(house, member_id, partner, 10)
    with pytest.raises(PartnerCapReachedError):
        buy(house, member_id, partner, 1, 2)
    assert isinstance(house.clock, MovableClock)
    house.clock.advance(days=1)
    buy(house, member_id, partner, 10, 2)


class RunningClock(MovableClock):
    """One that runs, where it is told to, from look to look."""

    seconds = 0

    def now(self) -> datetime:
        self.advance(seconds=self.seconds)
        return self.instant


@pytest.mark.parametrize("what", ["purchase", "event", "exchange", "redemption"])
def test_what_runs_over_midnight_is_of_one_day_for_the_books_and_for_the_terms(house: House, what: str) -> None:
    house.wall = running = RunningClock()
    first_day, rates = date(2026, 12, 1), Exchange(into=Rate(points=1, units=1))
    partner = keep(house, make_partner(terms=(replace(POSTPAID[0], first_day=first_day),), exchange=rates))
    member_id, midnight = enrol(house), datetime(2026, 11, 30, 17, tzinfo=UTC)
    adjust(house, member_id, 100)
    for before in range(1, 7):
        running.instant, running.seconds = midnight - timedelta(minutes=1), 0
        redemption_id = reserve(house, member_id, PointsWanted(5), partner, f"k{before}")
        told_of = make_event(event_id=f"E-{before}", subject=str(before))
        running.instant, running.seconds = midnight - timedelta(seconds=before), 1
        if what == "purchase":
            buy(house, member_id, partner, 10, before)
        elif what == "event":
            house.occasions.record(PARTNER, member(member_id), told_of, "f", partner)
        elif what == "exchange":
            house.exchanges.receive(partner, f"X-{before}", member(member_id), 8, "f")
        else:
            house.rewards.redeem(redemption_id, partner_id=PARTNER, acceptor=partner)
        (entry,) = house.ledger.read_entries(member_id, None, 1)
        is_settled = any(name.startswith(f"partner.{PARTNER}") for name in entry.lines)
        assert is_settled == (house.programs.program.local_day(entry.recorded_at) >= first_day), before


def test_a_pack_that_goes_on_when_it_is_empty_is_overdrawn_and_counted(house: House) -> None:
    member_id, partner = enrol(house), keep(house, make_partner(terms=UNTROUBLED, packs=10))
    buy(house, member_id, partner, 25)
    assert given_of(house, partner)["PACK"] == 25


def test_points_spent_with_a_partner_keep_within_its_cap(house: House) -> None:
    member_id, partner = enrol(house), keep(house, capped(redeemed=10))
    adjust(house, member_id, 100)
    reserved = [reserve(house, member_id, PointsWanted(points), partner) for points in (8, 3)]
    house.rewards.redeem(reserved[0], partner_id=PARTNER, acceptor=partner)
    with pytest.raises(PartnerCapReachedError):
        house.rewards.redeem(reserved[1], partner_id=PARTNER, acceptor=partner)
    assert house.ledger.show_account(member_id)["points"]["held"] == 3
    assert house.rewards.redeem(reserved[0], partner_id=PARTNER, acceptor=partner).replayed
    house.rewards.release(reserved[1], partner_id=PARTNER)
    assert given_of(house, partner)["redeemed"] == 8


def test_what_is_had_at_once_at_a_till_keeps_within_the_cap_as_well(house: House) -> None:
    member_id, partner = enrol(house), keep(house, capped(redeemed=15))
    adjust(house, member_id, 100)
    reserve(house, member_id, RewardWanted("tree"), partner)
    with pytest.raises(PartnerCapReachedError):
        reserve(house, member_id, RewardWanted("tree"), partner, "k2")
    assert given_of(house, partner)["redeemed"] == 10


def test_points_from_the_partner_s_own_program_are_taken_as_well(house: House) -> None:
    rates = Exchange(into=Rate(points=1, units=1))
    member_id, partner = enrol(house), keep(house, prepaid(10, exchange=rates))
    house.exchanges.receive(partner, "X-1", member(member_id), 8, "f")
    with pytest.raises(PartnerBudgetExhaustedError):
        house.exchanges.receive(partner, "X-2", member(member_id), 3, "f")
    assert house.exchanges.receive(partner, "X-1", member(member_id), 8, "f").replayed
    assert given_of(house, partner)["PACK"] == 8
    for _ in range(2):
        house.exchanges.reverse(PARTNER, "X-1")
        assert given_of(house, partner)["PACK"] == 0


@pytest.mark.parametrize("hours", [1, 24, 30, 48])
def test_an_exchange_can_be_called_off_for_all_the_hours_that_were_agreed(house: House, hours: int) -> None:
    partner = keep(house, make_partner(exchange=Exchange(into=Rate(points=1, units=1, hold_hours=hours))))
    member_id = enrol(house)
    assert isinstance(house.clock, MovableClock)
    for number, start in enumerate((0, 7, 11, 11.9, 12)):
        house.clock.instant = NOON + timedelta(days=number * 10, hours=start)
        house.exchanges.receive(partner, f"X-{number}", member(member_id), 8, "f")
        house.clock.advance(hours=hours, seconds=-1)
        assert house.exchanges.reverse(PARTNER, f"X-{number}").result["state"] == "reversed"


@pytest.mark.parametrize("terms", [(), POSTPAID])
def test_a_refund_takes_from_who_was_paid_whatever_terms_began_later_on_that_day(house: House, terms: Any) -> None:
    member_id, partner = enrol(house), keep(house, make_partner(terms=terms))
    adjust(house, member_id, 100)
    redemption_id = reserve(house, member_id, PointsWanted(8), partner)
    house.rewards.redeem(redemption_id, partner_id=PARTNER, acceptor=partner)
    house.agreements.change(PARTNER, {"terms": PREPAID if not terms else ()}, lambda _before, _after: ())
    assert house.rewards.refund(redemption_id, partner_id=PARTNER).result["points_refunded"] == 8
    refunded, redeemed = house.ledger.read_entries(member_id, None, 2)
    (payee,) = [name for name in redeemed.lines if name.endswith(".redeemed")]
    assert payee == (f"partner.{PARTNER}.redeemed" if terms else "program.redeemed")
    assert refunded.lines[payee] == -8


@pytest.mark.parametrize("seed", range(3))
def test_what_is_counted_of_a_pack_is_what_the_ledger_says_that_its_partner_stands_behind(
    house: House, seed: int
) -> None:
    random, member_id = Random(seed), enrol(house)
    partner = keep(house, prepaid(60, exchange=Exchange(into=Rate(points=1, units=1))))
    bought: dict[int, int] = {}
    for number in range(25):
        points, step = random.randint(1, 15), random.choice(["buy", "buy", "return", "event", "exchange", "pack"])
        try:
            if step == "buy":
                buy(house, member_id, partner, points, number)
                bought[number] = points
            elif step == "return" and bought:
                again = random.choice(list(bought))
                part = random.randint(1, bought[again])
                goods = Goods(f"R-{number}", NOON, Money(part * 10_000, "VND"))
                house.returns.record(PARTNER, f"B-{again}", goods, "f")
                bought[again] -= part
                bought = {sold: rest for sold, rest in bought.items() if rest}
            elif step == "event":
                told_of = make_event(event_id=f"E-{number}", subject=str(number))
                house.occasions.record(PARTNER, member(member_id), told_of, "f", partner)
            elif step == "exchange":
                house.exchanges.receive(partner, f"X-{number}", member(member_id), points, "f")
                if points % 2:
                    house.exchanges.reverse(PARTNER, f"X-{number}")
            elif step == "pack":
                order = PackOrder(PARTNER, points - 8 or 1, Money(0, "VND"), "", "staff-1", f"p-{number}", "f")
                house.agreements.buy_pack(order, lambda _pack: ())
        except (PartnerBudgetExhaustedError, PackExceededError):
            continue
    balance = house.agreements.balance(PARTNER)
    entries = house.ledger.read_entries(member_id, None, 500)
    assert balance.given == -sum(entry.lines.get(f"partner.{PARTNER}.funded", 0) for entry in entries) > 0
    assert balance.left >= 0


def reserve(house: House, member_id: str, wanted: Any, partner: Partner, key: str = "") -> str:
    done = house.rewards.reserve(
        member(member_id),
        wanted,
        idempotency_key=key or str(wanted)[:20] + str(getattr(wanted, "points", "")),
        fingerprint="f",
        partner_id=PARTNER,
        acceptor=partner,
    )
    return str(done.result["redemption_id"])
