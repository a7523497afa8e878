"""A replay stops in order, counts what was refused, and never carries on after a failure."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from local.errors import LocalError
from local.histories import PastMember, PastPurchase
from local.replaying import REFUSALS_IN_A_ROW_MAX, Replay, Sent, Tally, days_of

SAIGON = ZoneInfo("Asia/Ho_Chi_Minh")
NOON = datetime(2026, 7, 1, 5, tzinfo=UTC)


class RefusingShop:
    """Enrols everybody; answers every purchase the same, or fails. A fake of Shop and Nights."""

    def __init__(self, sent: Sent | LocalError, enrolment: str = "") -> None:
        self._sent = sent
        self._enrolment = enrolment
        self.enrolled: list[str] = []
        self.bought = 0

    def enrol(self, member: PastMember) -> str:
        self.enrolled.append(member.key)
        return self._enrolment

    def buy(self, purchase: PastPurchase) -> Sent:
        self.bought += 1
        if isinstance(self._sent, LocalError):
            raise self._sent
        return self._sent

    def set_clock(self, instant: datetime) -> None: ...

    def run_jobs(self, on: date) -> None: ...


def purchases(count: int, *, members: int = 1, days: int = 1, member_id: str = "") -> list[PastPurchase]:
    return [
        PastPurchase(
            f"P-{number}",
            PastMember(f"m{number % members}", "+12015550100", member_id=member_id),
            NOON + timedelta(days=number * days // count),
            1,
        )
        for number in range(count)
    ]


def run(shop: RefusingShop, history: list[PastPurchase]) -> Tally:
    return Replay(shop, shop, SAIGON, lambda _day, _tally: None, 2).run(history)


def test_days_without_purchases_pass_too() -> None:
    history = [*purchases(1), PastPurchase("late", PastMember("m"), NOON + timedelta(days=3), 1)]
    assert [(day.day, len(bought)) for day, bought in days_of(history, SAIGON)] == [(1, 1), (2, 0), (3, 0), (4, 1)]


def test_a_day_is_the_programs_own() -> None:
    evening = PastPurchase("P", PastMember("m"), datetime(2026, 7, 1, 18, tzinfo=UTC), 1)
    assert [day for day, _ in days_of([evening], SAIGON)] == [date(2026, 7, 2)]


def test_a_member_is_enrolled_once_however_often_they_come() -> None:
    shop = RefusingShop(Sent("mem_1", 5))
    tally = run(shop, purchases(12, members=3, days=4))
    assert sorted(shop.enrolled) == ["m0", "m1", "m2"]
    assert (tally.enrolled, tally.sent, tally.points, tally.refused_total) == (3, 12, 60, 0)


def test_who_is_named_by_id_is_not_enrolled() -> None:
    shop = RefusingShop(Sent("mem_1", 5))
    run(shop, purchases(2, member_id="mem_1"))
    assert shop.enrolled == []


def test_refusals_are_counted_by_code() -> None:
    tally = run(RefusingShop(Sent(refusal="too_late")), purchases(5, members=5))
    assert tally.refused == {"too_late": 5}
    assert tally.member_ids == set()
    refused = run(RefusingShop(Sent("mem_1"), enrolment="validation_failed"), purchases(1))
    assert refused.refused == {"enrolment: validation_failed": 1}


def test_a_replay_that_is_refused_again_and_again_gives_up() -> None:
    shop = RefusingShop(Sent(refusal="currency_mismatch"))
    with pytest.raises(LocalError, match="currency_mismatch"):
        run(shop, purchases(1000, members=100, days=10))
    assert shop.bought <= REFUSALS_IN_A_ROW_MAX + 2


def test_a_failure_stops_every_till() -> None:
    shop = RefusingShop(LocalError("the stack did not answer"))
    with pytest.raises(LocalError, match="did not answer"):
        run(shop, purchases(1000, members=500, days=2))
    assert shop.bought <= 2
