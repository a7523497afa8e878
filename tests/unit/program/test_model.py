"""The plain sums of a program: last days, birthdays, worth, which version counts when."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from factories import make_program
from quen.errors import RewardNotFoundError
from quen.money import Money, format_money
from quen.program.model import Birthday, Expiry, PointsPolicy, Reward, VersionMark, version_at


@pytest.mark.parametrize(
    ("expiry", "activated_on", "last_day"),
    [
        (Expiry(), "2026-11-22", None),
        (Expiry("days", 30), "2026-11-22", "2026-12-22"),
        (Expiry("days", 1, "end_of_month"), "2026-11-30", "2026-12-31"),
        (Expiry("months", 12), "2026-11-22", "2027-11-22"),
        (Expiry("months", 1), "2027-01-31", "2027-02-28"),
        (Expiry("months", 1), "2028-01-31", "2028-02-29"),
        (Expiry("months", 12), "2028-02-29", "2029-02-28"),
        (Expiry("months", 12, "end_of_month"), "2026-11-01", "2027-11-30"),
        (Expiry("months", 12, "end_of_month"), "2027-02-28", "2028-02-29"),
        (Expiry("fixed", month_day=(12, 31)), "2026-11-22", "2026-12-31"),
        (Expiry("fixed", month_day=(12, 31)), "2026-12-31", "2026-12-31"),
        (Expiry("fixed", month_day=(6, 30)), "2026-07-01", "2027-06-30"),
    ],
)
def test_points_live_to_their_last_day(expiry: Expiry, activated_on: str, last_day: str | None) -> None:
    found = expiry.expires_on(date.fromisoformat(activated_on))
    assert (found.isoformat() if found else None) == last_day


@pytest.mark.parametrize(
    ("feb_29", "year", "celebrated"),
    [
        ("feb_28", 2027, date(2027, 2, 28)),
        ("mar_1", 2027, date(2027, 3, 1)),
        ("skip", 2027, None),
        ("feb_28", 2028, date(2028, 2, 29)),
        ("mar_1", 2028, date(2028, 2, 29)),
        ("skip", 2028, date(2028, 2, 29)),
        ("feb_28", 2100, date(2100, 2, 28)),
    ],
)
def test_29_february_is_celebrated_as_the_program_says(feb_29: str, year: int, celebrated: date | None) -> None:
    assert Birthday(50, feb_29=feb_29).celebrated_on(2, 29, year) == celebrated  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("birthday", "gift_on", "celebrates", "born"),
    [
        (Birthday(50), date(2027, 2, 28), date(2027, 2, 28), ((2, 28), (2, 29))),
        (Birthday(50), date(2028, 2, 28), date(2028, 2, 28), ((2, 28),)),
        (Birthday(50), date(2028, 2, 29), date(2028, 2, 29), ((2, 29),)),
        (Birthday(50, feb_29="mar_1"), date(2027, 3, 1), date(2027, 3, 1), ((3, 1), (2, 29))),
        (Birthday(50, feb_29="mar_1"), date(2028, 3, 1), date(2028, 3, 1), ((3, 1),)),
        (Birthday(50, feb_29="skip"), date(2027, 3, 1), date(2027, 3, 1), ((3, 1),)),
        (Birthday(50, days_before=7), date(2026, 12, 28), date(2027, 1, 4), ((1, 4),)),
    ],
)
def test_a_gift_is_for_everybody_whose_birthday_it_is(
    birthday: Birthday, gift_on: date, celebrates: date, born: tuple[tuple[int, int], ...]
) -> None:
    assert birthday.celebrated(gift_on) == (celebrates, born)


@pytest.mark.parametrize("feb_29", ["feb_28", "mar_1", "skip"])
@pytest.mark.parametrize("days_before", [0, 1, 60])
def test_over_four_years_everybody_is_given_each_birthday_once(feb_29: str, days_before: int) -> None:
    birthday = Birthday(50, days_before, feb_29)  # type: ignore[arg-type]
    gifts: dict[tuple[int, int], int] = {}
    day, end = date(2027, 1, 1).toordinal(), date(2031, 1, 1).toordinal()
    for number in range(day, end):
        for born in birthday.celebrated(date.fromordinal(number))[1]:
            gifts[born] = gifts.get(born, 0) + 1
    assert gifts.pop((2, 29)) == (1 if feb_29 == "skip" else 4)
    assert set(gifts.values()) == {4}


def test_worth_is_rounded_down() -> None:
    program = make_program(points=PointsPolicy(worth_points=3, worth_money=100))
    assert [program.worth(points).amount for points in (0, 1, 2, 3, 4)] == [0, 33, 66, 100, 133]


@pytest.mark.parametrize(
    ("wanted", "name"),
    [("vi", "Cà phê"), ("en", "Coffee"), ("en-GB", "Coffee"), ("fr", "Cà phê"), (None, "Cà phê"), ("", "Cà phê")],
)
def test_a_name_falls_back_to_the_language_and_then_to_the_first_locale(wanted: str | None, name: str) -> None:
    assert Reward("coffee", {"vi": "Cà phê", "en": "Coffee"}, 1).name_in(wanted) == name


@pytest.mark.parametrize(
    ("wanted", "locale"), [("en", "en"), ("en-US", "en"), ("EN-us", "en"), ("fr", "vi"), (None, "vi")]
)
def test_a_member_is_spoken_to_in_a_locale_of_the_program(wanted: str | None, locale: str) -> None:
    assert make_program().locale_for(wanted) == locale


def test_an_unknown_reward_is_refused() -> None:
    with pytest.raises(RewardNotFoundError):
        make_program().load_reward("no-such")


def mark(version: int, day: str) -> VersionMark:
    return VersionMark(version, datetime.fromisoformat(day).replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("marks", "instant", "version"),
    [
        ([], "2026-11-22", None),
        ([mark(1, "2026-01-01"), mark(2, "2026-06-01")], "2026-05-31", 1),
        ([mark(1, "2026-01-01"), mark(2, "2026-06-01")], "2026-06-01", 2),
        ([mark(1, "2026-01-01"), mark(2, "2027-01-01"), mark(3, "2026-06-01")], "2026-11-22", 3),
        ([mark(1, "2026-01-01"), mark(2, "2027-01-01"), mark(3, "2026-06-01")], "2027-01-01", 2),
        ([mark(1, "2026-01-01"), mark(2, "2026-01-01")], "2026-01-01", 2),
        ([mark(1, "2026-01-01"), mark(2, "2026-06-01")], "1997-01-01", 1),
        ([mark(1, "2026-01-01"), mark(2, "1997-01-01")], "1997-02-01", 2),
    ],
)
def test_the_version_in_force_is_the_last_to_have_begun(
    marks: list[VersionMark], instant: str, version: int | None
) -> None:
    assert version_at(marks, datetime.fromisoformat(instant).replace(tzinfo=UTC)) == version


@pytest.mark.parametrize(
    ("money", "locale", "text"),
    [
        (Money(1234, "VND"), "vi", "1.234 ₫"),
        (Money(1234, "VND"), "en", "1,234 VND"),
        (Money(0, "VND"), "vi", "0 ₫"),
        (Money(123456, "USD"), "vi", "1.234,56 USD"),
        (Money(5, "USD"), "en", "0.05 USD"),
        (Money(1500, "KWD"), "en", "1.500 KWD"),
        (Money(-1205, "USD"), "en", "-12.05 USD"),
    ],
)
def test_money_reads_as_people_write_it(money: Money, locale: str, text: str) -> None:
    assert format_money(money, locale) == text
