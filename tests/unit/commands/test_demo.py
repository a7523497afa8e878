"""The demo's history: the same for everybody, with peaks, paydays and birthdays, and readable by a replay."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from local.demo.days import DAYS, FIRST_DAY, GUESTS, is_payday, make_visits, write_csv
from local.histories import parse_history

SAIGON = ZoneInfo("Asia/Ho_Chi_Minh")
VISITS = list(make_visits())


def test_the_same_seed_is_the_same_history_and_another_is_not() -> None:
    assert write_csv(make_visits()) == write_csv(iter(VISITS))
    assert write_csv(make_visits(1, days=5)) != write_csv(make_visits(2, days=5))


def test_ninety_days_of_two_hundred_members_in_order() -> None:
    assert len({visit.guest.phone for visit in VISITS}) == GUESTS
    assert [visit.at for visit in VISITS] == sorted(visit.at for visit in VISITS)
    assert {visit.at.date() for visit in VISITS} == {FIRST_DAY + timedelta(days=number) for number in range(DAYS)}
    assert 3_000 < len(VISITS) < 6_000
    assert all(visit.amount > 0 and visit.amount % 1000 == 0 for visit in VISITS)


def test_mornings_and_evenings_are_busy() -> None:
    hours = Counter(visit.at.hour for visit in VISITS)
    assert hours[7] > 3 * hours[10]
    assert hours[19] > 3 * hours[14]
    assert set(hours) <= set(range(6, 22))


def test_wages_are_felt() -> None:
    late = [visit for visit in VISITS if visit.at.date() >= FIRST_DAY + timedelta(days=40)]  # when most have joined
    days = {visit.at.date() for visit in late}
    paydays = sum(is_payday(day) for day in days)
    on_paydays = sum(is_payday(visit.at.date()) for visit in late)
    assert on_paydays / paydays > 1.1 * (len(late) - on_paydays) / (len(days) - paydays)
    assert is_payday(date(2026, 7, 31))
    assert not is_payday(date(2026, 7, 6))


def test_some_members_have_their_birthday_in_these_days_and_one_on_29_february() -> None:
    birthdays = {visit.guest.phone: visit.guest.birthday for visit in VISITS}.values()
    days = {(day.month, day.day) for day in {visit.at.date() for visit in VISITS}}
    assert sum((day.month, day.day) in days for day in birthdays if day) > 10
    assert any((day.month, day.day) == (2, 29) for day in birthdays if day)


def test_a_replay_reads_the_csv() -> None:
    history = parse_history("demo", write_csv(iter(VISITS)), "csv", SAIGON, 0)
    assert len(history) == len(VISITS)
    assert [past.amount for past in history] == [visit.amount for visit in VISITS]
    assert {past.member.phone for past in history} == {visit.guest.phone for visit in VISITS}
    assert history[0].member.profile["locale"] == "vi"
