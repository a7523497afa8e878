"""Who is in which segment as of a day, asked of a person and of what they did."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from factories import NOON, make_program
from quen.people import Behaviour, Person
from quen.program.compiled import canonical_text, compile_program
from quen.program.compiled.segments import segment_of
from quen.program.document import parse_document
from quen.program.model import Program, Segment, Tier, segment_holds, segments_held
from unit.program.documents import make_document

TODAY = date(2026, 11, 25)
NAMES = {"vi": "Nhóm", "en": "Group"}
TIERS = (Tier("everybody", NAMES), Tier("gold", NAMES))

LAN = Person(
    birth_month=11,
    birth_day=25,
    tags=frozenset({"vip", "student"}),
    consents=frozenset({"marketing_email"}),
    joined_on=date(2026, 1, 31),
)
NOBODY_SAID = Person(None, None, frozenset(), frozenset(), None)
REGULAR = Behaviour(
    months={
        "earlier": (2, 200_000, 2),
        "2026-08": (1, 50_000, 1),
        "2026-10": (3, 300_000, 2),
        "2026-11": (2, 90_000, 1),
    },
    first_on=date(2024, 2, 29),
    last_on=date(2026, 11, 20),
    stores=("Q3", "Q1"),
    tier="gold",
)
NEWCOMER = Behaviour({}, None, None, (), "")


def program_with(*segments: Segment) -> Program:
    return make_program(tiers=TIERS, segments=segments)


def segment(when: Mapping[str, Any], segment_id: str = "asked") -> Segment:
    return segment_of({"id": segment_id, "name": NAMES, "when": when}, ("vi", "en"))


def holds(
    when: Mapping[str, Any], person: Person | None = LAN, behaviour: Behaviour = REGULAR, day: date = TODAY
) -> bool:
    return segment_holds(program_with(segment(when)), "asked", person, behaviour, day)


def days_ago(**bounds: int) -> Mapping[str, Any]:
    return {"days_ago": bounds}


@pytest.mark.parametrize(
    ("when", "held"),
    [
        ({"last_purchase": days_ago(at_most=5)}, True),
        ({"last_purchase": days_ago(at_most=4)}, False),
        ({"last_purchase": days_ago(at_least=5)}, True),
        ({"last_purchase": days_ago(at_least=6)}, False),
        ({"last_purchase": days_ago(at_least=3, at_most=7)}, True),
        ({"first_purchase": days_ago(at_least=1000)}, True),  # 29 February 2024 is 1000 days ago
        ({"first_purchase": days_ago(at_least=1001)}, False),
        ({"first_purchase": days_ago(at_most=1000)}, True),
        ({"first_purchase": days_ago(at_most=999)}, False),
        ({"never_bought": True}, False),
        ({"purchases": {"at_least": 8}}, True),
        ({"purchases": {"at_least": 9}}, False),
        ({"purchases": {"at_most": 8}}, True),
        ({"purchases": {"at_most": 7}}, False),
        ({"purchases": {"at_least": 3, "months": 1}}, False),
        ({"purchases": {"at_least": 5, "months": 2}}, True),
        ({"purchases": {"at_most": 5, "months": 3}}, True),
        ({"purchases": {"at_least": 6, "months": 4}}, True),
        ({"purchases": {"at_most": 6, "months": 24}}, True),  # what stands under "earlier" is older than any month
        ({"spend": {"at_least": 640_000}}, True),
        ({"spend": {"at_least": 640_001}}, False),
        ({"spend": {"at_most": 90_000, "months": 1}}, True),
        ({"spend": {"at_most": 89_999, "months": 1}}, False),
        ({"visits": {"at_least": 6}}, True),
        ({"visits": {"at_least": 4, "months": 3}}, False),
        ({"visits": {"at_least": 2, "at_most": 3, "months": 2}}, True),
        ({"store": ["Q9", "Q1"]}, True),
        ({"store": ["Q9"]}, False),
        ({"tag": ["vip", "press"]}, True),
        ({"tag": ["press"]}, False),
        ({"birthday_month": "current"}, True),
        ({"birthday_month": [1, 11]}, True),
        ({"birthday_month": [1, 12]}, False),
        ({"consent": ["marketing_sms", "marketing_email"]}, True),
        ({"consent": ["marketing_sms"]}, False),
        ({"joined": days_ago(at_least=298)}, True),
        ({"joined": days_ago(at_least=299)}, False),
        ({"joined": days_ago(at_most=298)}, True),
        ({"joined": days_ago(at_most=297)}, False),
        ({"tier": ["gold"]}, True),
        ({"tier": ["everybody"]}, False),
        ({"tag": ["vip"], "tier": ["gold"]}, True),
        ({"tag": ["press"], "tier": ["gold"]}, False),
        ({"all": [{"tag": ["vip"]}, {"tag": ["student"]}]}, True),
        ({"all": [{"tag": ["vip"]}, {"tag": ["press"]}]}, False),
        ({"any": [{"tag": ["press"]}, {"tier": ["gold"]}]}, True),
        ({"any": [{"tag": ["press"]}, {"tier": ["everybody"]}]}, False),
        ({"not": {"tag": ["press"]}}, True),
        ({"not": {"tag": ["vip"]}}, False),
    ],
)
def test_every_question_is_answered_both_ways(when: Mapping[str, Any], held: bool) -> None:
    assert holds(when) is held


@pytest.mark.parametrize(
    ("when", "held"),
    [
        ({"never_bought": True}, True),
        ({"last_purchase": days_ago(at_least=1)}, False),
        ({"last_purchase": days_ago(at_most=3650)}, False),
        ({"first_purchase": days_ago(at_least=1)}, False),
        ({"purchases": {"at_most": 0}}, True),
        ({"spend": {"at_least": 1}}, False),
        ({"store": ["Q1"]}, False),
        ({"tier": ["everybody"]}, True),
    ],
)
def test_who_never_bought_anything_has_no_last_purchase_and_is_in_the_first_tier(
    when: Mapping[str, Any], held: bool
) -> None:
    assert holds(when, behaviour=NEWCOMER) is held


def test_a_tier_that_the_program_no_longer_has_counts_as_its_first_one() -> None:
    assert holds({"tier": ["everybody"]}, behaviour=replace(REGULAR, tier="platinum"))
    assert not segment_holds(
        make_program(segments=(segment({"tier": ["gold"]}),)), "asked", LAN, replace(REGULAR, tier=""), TODAY
    )


@pytest.mark.parametrize(
    "when",
    [
        {"tag": ["vip"]},
        {"consent": ["marketing_email"]},
        {"birthday_month": "current"},
        {"birthday_month": list(range(1, 13))},
        {"joined": days_ago(at_most=3650)},
    ],
)
@pytest.mark.parametrize("person", [None, NOBODY_SAID])
def test_no_question_holds_about_a_person_of_whom_nothing_is_known(
    when: Mapping[str, Any], person: Person | None
) -> None:
    assert not holds(when, person)
    assert holds({"not": when}, person)


def bought(*days: str) -> Behaviour:
    months: dict[str, tuple[int, int, int]] = {}
    for day in days:
        purchases, spend, visits = months.get(day[:7], (0, 0, 0))
        months[day[:7]] = (purchases + 1, spend + 1000, visits + 1)
    return Behaviour(months, date.fromisoformat(min(days)), date.fromisoformat(max(days)), ("Q1",), "")


@pytest.mark.parametrize(
    ("day", "months", "purchases"),
    [
        ("2027-03-31", 1, 1),  # 28 February is another month, though only 31 days ago
        ("2027-03-31", 2, 2),
        ("2027-03-01", 1, 1),  # months are told apart, not days: one of the 1st counts on the 1st
        ("2027-02-28", 1, 1),
        ("2027-02-28", 2, 2),
        ("2027-01-31", 1, 1),
        ("2027-01-01", 2, 2),  # the year's first day looks back into December
        ("2026-12-31", 1, 1),
        ("2026-12-31", 2, 1),
        ("2027-03-31", 3, 3),
        ("2027-03-31", 4, 4),
        ("2027-03-31", None, 4),
    ],
)
def test_months_are_those_of_the_calendar_across_their_ends_and_the_years(
    day: str, months: int | None, purchases: int
) -> None:
    behaviour = bought("2026-12-31", "2027-01-01", "2027-02-28", "2027-03-01")
    asked = {"months": months} if months else {}
    on = date.fromisoformat(day)
    assert holds({"purchases": {"at_least": purchases, "at_most": purchases, **asked}}, behaviour=behaviour, day=on)


def test_twelve_months_are_a_whole_year_back_to_the_same_month_without_it() -> None:
    behaviour = bought("2025-12-31", "2026-01-01", "2026-12-15")
    assert holds({"visits": {"at_most": 2, "months": 12}}, behaviour=behaviour, day=date(2026, 12, 31))
    assert holds({"visits": {"at_least": 3, "months": 13}}, behaviour=behaviour, day=date(2026, 12, 31))


@pytest.mark.parametrize(
    ("last_on", "day", "days"),
    [
        ("2028-02-28", "2028-03-01", 2),
        ("2028-02-29", "2028-03-01", 1),
        ("2027-02-28", "2027-03-01", 1),
        ("2028-02-29", "2029-02-28", 365),
        ("2026-12-31", "2027-01-01", 1),
        ("2026-11-25", "2026-11-25", 0),
    ],
)
def test_days_are_counted_one_by_one_over_leap_days_and_new_years(last_on: str, day: str, days: int) -> None:
    behaviour, on = bought(last_on), date.fromisoformat(day)
    assert holds({"last_purchase": days_ago(at_most=days)}, behaviour=behaviour, day=on)
    assert not holds({"last_purchase": days_ago(at_least=days + 1)}, behaviour=behaviour, day=on)


def test_who_was_born_on_29_february_has_their_birthday_month_in_every_year() -> None:
    leapling = replace(LAN, birth_month=2, birth_day=29)
    assert [holds({"birthday_month": "current"}, leapling, day=date(year, 2, 1)) for year in (2027, 2028)] == [True] * 2
    assert not holds({"birthday_month": "current"}, leapling, day=date(2027, 3, 1))


def test_as_of_a_day_before_the_first_purchase_nothing_was_ever_bought() -> None:
    day, behaviour = date(2026, 11, 10), bought("2026-11-20", "2026-11-24")
    assert holds({"never_bought": True}, behaviour=behaviour, day=day)
    assert not holds({"purchases": {"at_least": 1}}, behaviour=behaviour, day=day)
    assert not holds({"purchases": {"at_least": 1, "months": 1}}, behaviour=behaviour, day=day)
    assert not holds({"store": ["Q1"]}, behaviour=behaviour, day=day)
    assert not holds({"last_purchase": days_ago(at_most=3650)}, behaviour=behaviour, day=day)


def test_as_of_an_earlier_day_later_months_do_not_count_and_a_later_purchase_is_no_lapse() -> None:
    day, behaviour = date(2026, 10, 31), bought("2026-09-01", "2026-10-31", "2026-11-01")
    assert holds({"purchases": {"at_least": 2, "at_most": 2}}, behaviour=behaviour, day=day)
    assert holds({"spend": {"at_most": 1000, "months": 1}}, behaviour=behaviour, day=day)
    assert holds({"last_purchase": days_ago(at_most=0)}, behaviour=behaviour, day=day)
    assert not holds({"last_purchase": days_ago(at_least=1)}, behaviour=behaviour, day=day)


def test_who_had_not_joined_by_the_day_did_not_join_so_many_days_ago() -> None:
    assert not holds({"joined": days_ago(at_most=3650)}, day=date(2026, 1, 30))
    assert holds({"joined": days_ago(at_most=0)}, day=date(2026, 1, 31))


def test_a_purchase_that_came_back_whole_is_taken_off_the_tally_but_was_one() -> None:
    returned = Behaviour({}, date(2026, 11, 1), date(2026, 11, 1), ("Q1",), "")
    assert holds({"purchases": {"at_most": 0}}, behaviour=returned)
    assert not holds({"never_bought": True}, behaviour=returned)


LAPSED = segment({"last_purchase": days_ago(at_least=3)}, "lapsed")
MAILABLE = segment({"consent": ["marketing_email"]}, "mailable")
WIN_BACK = segment({"all": [{"segment": ["lapsed"]}, {"segment": ["mailable"]}]}, "win-back")
OTHERS = segment({"not": {"segment": ["win-back"]}}, "others")


def test_a_segment_may_ask_about_others_in_whatever_order_they_are_written() -> None:
    program = program_with(OTHERS, WIN_BACK, MAILABLE, LAPSED)
    assert segments_held(program, LAN, REGULAR, TODAY) == {"win-back", "mailable", "lapsed"}
    assert segments_held(program, NOBODY_SAID, REGULAR, TODAY) == {"lapsed", "others"}
    assert segments_held(program, None, NEWCOMER, TODAY) == {"others"}


def test_a_member_is_in_no_segment_that_the_program_does_not_have() -> None:
    program = program_with(segment({"segment": ["gone"]}))
    assert not segment_holds(program, "gone", LAN, REGULAR, TODAY)
    assert segments_held(program, LAN, REGULAR, TODAY) == frozenset()


def test_a_circle_of_segments_that_no_document_could_have_still_has_an_end() -> None:
    one, other = segment({"segment": ["other"]}, "one"), segment({"segment": ["one"]}, "other")
    assert segments_held(program_with(one, other), LAN, REGULAR, TODAY) == frozenset()


def test_each_segment_is_asked_once_however_often_others_name_it() -> None:
    chain = [segment({"tag": ["vip"]}, "s0")]
    for number in range(1, 100):
        before = {"segment": [f"s{number - 1}"]}
        chain.append(segment({"all": [before, {"not": {"not": before}}]}, f"s{number}"))
    program = program_with(*reversed(chain))
    began = time.process_time()
    assert len(segments_held(program, LAN, REGULAR, TODAY)) == 100
    assert time.process_time() - began < 1  # twice for each name would take longer than the world is old


def test_only_segments_that_ask_about_the_person_need_a_profile_be_it_by_way_of_others() -> None:
    program = program_with(OTHERS, WIN_BACK, MAILABLE, LAPSED, segment({"not": {"segment": ["lapsed"]}}, "active"))
    asking = {found.id: found.asks_person for found in program.segments}
    assert asking == {"others": True, "win-back": True, "mailable": True, "lapsed": False, "active": False}


@pytest.mark.parametrize("name", ["tag", "consent", "birthday_month", "joined"])
def test_what_only_the_profile_says_asks_about_the_person(name: str) -> None:
    said: dict[str, Any] = {"birthday_month": "current", "joined": days_ago(at_least=1)}
    (found,) = program_with(segment({"not": {name: said.get(name, ["x"])}})).segments
    assert found.asks_person


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("last_purchase", days_ago(at_least=1)),
        ("first_purchase", days_ago(at_least=1)),
        ("never_bought", True),
        ("purchases", {"at_least": 1}),
        ("spend", {"at_least": 1}),
        ("visits", {"at_least": 1}),
        ("store", ["Q1"]),
        ("tier", ["gold"]),
    ],
)
def test_what_the_account_remembers_needs_no_profile(name: str, said: object) -> None:
    (found,) = program_with(segment({name: said})).segments
    assert not found.asks_person


def test_a_segment_of_the_document_arrives_in_the_program_with_its_names() -> None:
    sections = [
        {
            "id": "regulars",
            "name": NAMES,
            "when": {"birthday_month": "current", "visits": {"at_least": 3, "months": 3}},
        },
        {"id": "autumn", "name": NAMES, "when": {"birthday_month": [9, 10, 11]}},
    ]
    text = canonical_text(parse_document(make_document() | {"segments": sections}).content)
    assert json.loads(text)["segments"] == sections
    regulars, autumn = compile_program(json.loads(text), 1, NOON).segments
    assert (regulars.name_in("vi-VN"), autumn.name_in("en")) == ("Nhóm", "Group")
    assert (regulars, autumn) == program_with(
        segment(sections[0]["when"], "regulars"),  # type: ignore[arg-type]
        segment(sections[1]["when"], "autumn"),  # type: ignore[arg-type]
    ).segments
