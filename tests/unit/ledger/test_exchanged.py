"""Points of and for other programs, in the pure core."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quen.errors import TooLateError
from quen.exchanges.errors import ExchangeLimitReachedError
from quen.ledger.model import Exchanged, ReceiveExchange, Redeem, Refund, Reserve, ReverseExchange
from quen.partners.model import Rate
from till import Till

PARTNER = Exchanged("ptn_a", 100)


def receive(till: Till, points: int, exchange_id: str = "X-1", days: int = 2, funder: str = "ptn_a") -> None:
    active_on = till.program.local_day(till.now) + timedelta(days=days)
    till.do(ReceiveExchange(exchange_id, PARTNER, points, points * 2, active_on, funder))


def test_what_comes_waits_and_is_the_partner_s_to_stand_behind() -> None:
    till = Till()
    receive(till, 60)
    assert till.entries[-1].lines == {"partner.ptn_a.funded": -60, "member.pending": 60}
    till.now += timedelta(days=3)
    till.keep_up()
    assert till.account.active == 60


def test_what_waits_is_taken_back_whole_and_what_does_not_wait_is_too_late() -> None:
    till = Till()
    receive(till, 60)
    command = ReverseExchange("X-1", "ptn_a", dict(till.account.pending), "ptn_a")
    till.do(command)
    assert (till.account.pending_points, till.entries[-1].lines["partner.ptn_a.funded"]) == (0, 60)
    receive(till, 40, "X-2")
    late = ReverseExchange("X-2", "ptn_a", dict(till.account.pending), "ptn_a")
    till.now += timedelta(days=3)
    with pytest.raises(TooLateError):
        till.do(late)


def test_a_day_s_limit_is_each_way_s_and_each_partner_s_own() -> None:
    till = Till()
    receive(till, 60)
    with pytest.raises(ExchangeLimitReachedError):
        receive(till, 41, "X-2")
    receive(till, 40, "X-3")
    till.now += timedelta(days=3)
    till.keep_up()
    lapses_at = till.now + timedelta(days=1)
    till.do(Reserve("red_1", 100, lapses_at, partner_id="ptn_a", exchanged=PARTNER))
    with pytest.raises(ExchangeLimitReachedError):
        till.do(Reserve("red_2", 1, lapses_at, partner_id="ptn_a", exchanged=PARTNER))


@pytest.mark.parametrize("payee", ["", "ptn_b"])
def test_the_fee_is_the_program_s_and_comes_back_with_the_rest(payee: str) -> None:
    till = Till()
    till.buy(2_000_000)
    had = till.account.active
    till.do(Reserve("red_1", 100, till.now + timedelta(days=1)))
    hold = till.account.holds["red_1"]
    [entry] = till.do(Redeem("red_1", payee, "ptn_b", fee=5))
    spent = {"program.redeemed": 5, "partner.ptn_b.redeemed": 95} if payee else {"program.redeemed": 100}
    assert entry.lines == {"member.held": -100, **spent}
    [back] = till.do(Refund("red_1", hold, hold.lots, payee=payee, fee=5))
    assert back.lines == {"member.active": 100, **{name: -points for name, points in spent.items()}}
    assert till.account.active == had


@given(st.integers(1, 50), st.integers(1, 50), st.integers(0, 20), st.integers(1, 10_000))
def test_no_part_of_a_point_or_of_a_unit_is_lost_in_an_exchange(points: int, units: int, fee: int, given: int) -> None:
    rate = Rate(points, units, fee)
    if (gained := rate.units_for(given)) is not None:
        assert gained * points == (given - fee) * units
    if (gained := rate.points_for(given)) is not None:
        assert (gained + fee) * units == given * points
