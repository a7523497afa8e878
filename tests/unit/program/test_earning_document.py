"""What a marketing person can say about earning: taken whole, and every contradiction named where it stands."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import pytest

from quen.program.compiled import canonical_text, compile_program
from quen.program.document import parse_document, read_text
from quen.program.model import (
    AllOf,
    AtStores,
    AtTimes,
    BasisPolicy,
    Cap,
    Goods,
    InTiers,
    NthPurchase,
    Occasion,
    OfAmount,
    OnDates,
    Program,
)
from unit.program.documents import faults_of

EXAMPLE = """
program: {id: tra-sua, name: Trà Sữa Quen, time_zone: Asia/Ho_Chi_Minh, currency: VND, locales: [vi, en]}
points: {worth: {points: 1, money: 100}}
categories: [{id: drinks}, {id: tea, in: drinks}, {id: milk-tea, in: tea}, {id: food}, {id: gift-cards}]
tiers:
  - {id: member, name: {vi: Thành viên, en: Member}}
  - {id: gold, name: {vi: Vàng, en: Gold}, multiplier: "1.5"}
events: [{type: app_install, name: {vi: Cài ứng dụng, en: App install}}]
basis: {tax: excluded, delivery_fee: included, without_tenders: [points], without_goods: {categories: [gift-cards]}}
caps: [{points: 5000, per: day, when_reached: reject}]
campaigns:
  - id: tet
    name: {vi: Tết, en: Lunar New Year}
    window: {from: "2027-02-01", to: "2027-02-20"}
    when: {store: [d1, d3]}
    budget: {points: 1000000}
    caps: [{points: 300, per: week}]
earning:
  - {id: base, on: purchase, points: 1, per: 10000, combine: best}
  - {id: drinks, on: purchase, points: 2, per: 10000, combine: best, goods: {categories: [drinks], skus: [cup]}}
  - {id: stop-by, on: purchase, points: 5, each: visit, when: {amount: {at_least: 30000}}}
  - {id: by-cake, on: purchase, points: 3, each: item, goods: {categories: [food]},
     caps: [{points: 30, per: day}, {points: 90, per: month}]}
  - {id: happy-hour, on: purchase, multiplier: "2", when: {time: {from: "14:00", to: "16:00"}, not: {store: [airport]}}}
  - {id: golden, on: purchase, bonus: 20, when: {any: [{tier: [gold]}, {nth_purchase: {every: 10}}], birthday_month: true}}
  - {id: tet-double, on: purchase, multiplier: "2", campaign: tet, exclusive: season, when: {date: {from: "2027-02-05"}}}
  - {id: autumn, on: purchase, multiplier: "1.2", exclusive: season, when: {date: {to: "2027-01-31"}, tender: [card]}}
  - {id: hello, on: first_purchase, points: 50, name: {vi: Chào bạn mới, en: Welcome}}
  - {id: review, on: review, points: 10, cap: {points: 20, per: week}}
  - {id: install, on: app_install, points: 30}
  - {id: welcome, on: enrolment, points: 20}
  - {id: new-year, on: purchase, bonus: 8, when: {festival: [tet]}}
  - {id: full-moon, on: purchase, bonus: 3, when: {lunar: {from: "01-15", to: "01-15"}}}
  - {id: feasts, on: purchase, bonus: 3, when: {festival: [tet, mid_autumn]}}
"""


def parsed() -> dict[str, Any]:
    document, faults = read_text(EXAMPLE)
    assert not faults
    assert isinstance(document, dict)
    return document


def compiled() -> Program:
    content = json.loads(canonical_text(parse_document(EXAMPLE).content))
    return compile_program(content, 3, datetime(2026, 1, 1, tzinfo=UTC))


def test_everything_that_can_be_said_is_valid_and_arrives() -> None:
    program = compiled()
    rules = {rule.id: rule for rule in program.earning}
    drinks = frozenset({"drinks", "tea", "milk-tea"})
    assert rules["drinks"].goods == Goods(drinks, frozenset({"cup"}))
    assert (rules["drinks"].combine, rules["stop-by"].each, rules["golden"].bonus) == ("best", "visit", 20)
    assert rules["stop-by"].when == OfAmount(30_000)
    assert rules["by-cake"].caps == (Cap(30, "day"), Cap(90, "month"))
    assert rules["tet-double"].when == OnDates(date(2027, 2, 5), None)
    assert program.caps == (Cap(5000, "day", "reject"),)
    assert program.basis == BasisPolicy(
        with_tax=False,
        with_delivery=True,
        without_tenders=frozenset({"points"}),
        without_goods=Goods(frozenset({"gift-cards"})),
    )
    [tet] = program.campaigns
    assert (tet.first, tet.last, tet.budget, tet.caps) == (
        date(2027, 2, 1),
        date(2027, 2, 20),
        1_000_000,
        (Cap(300, "week"),),
    )
    assert tet.when == AtStores(frozenset({"d1", "d3"}))
    assert [(tier.id, tier.multiplier) for tier in program.tiers] == [("member", 1), ("gold", Fraction(3, 2))]


def test_the_members_of_a_when_must_all_hold() -> None:
    happy = next(rule.when for rule in compiled().earning if rule.id == "happy-hour")
    assert isinstance(happy, AllOf)
    assert AtTimes(14 * 60, 16 * 60) in happy.parts


@pytest.mark.parametrize(
    ("day", "festive"),
    [
        (date(2027, 1, 29), False),  # 12-22 of the year before
        (date(2027, 1, 30), True),  # 12-23, the Kitchen Gods
        (date(2027, 2, 6), True),  # the new year
        (date(2027, 2, 12), True),  # 01-07
        (date(2027, 2, 13), False),
        (date(2030, 2, 2), True),  # the new year, a day before China's
    ],
)
def test_festivals_go_by_the_vietnamese_lunar_calendar(day: date, festive: bool) -> None:
    rules = {rule.id: rule.when for rule in compiled().earning}
    assert rules["new-year"] is not None
    assert (rules["new-year"].failure(Occasion(day)) is None) == festive


def test_a_lunar_day_comes_every_year_and_one_of_several_festivals_is_enough() -> None:
    rules = {rule.id: rule.when for rule in compiled().earning}
    full_moon, feasts = rules["full-moon"], rules["feasts"]
    assert full_moon is not None
    assert feasts is not None
    assert [full_moon.failure(Occasion(day)) for day in (date(2027, 2, 20), date(2026, 3, 3))] == [None, None]
    assert full_moon.failure(Occasion(date(2027, 2, 21))) == "other_lunar_day"
    assert feasts.failure(Occasion(date(2026, 9, 25))) is None
    assert feasts.failure(Occasion(date(2026, 9, 26))) == "none_of_these"


def test_what_is_asked_of_members_is_known_so_that_nothing_else_is_kept() -> None:
    assert {InTiers, NthPurchase} <= compiled().asked


def changed(path: str, value: object) -> dict[str, Any]:
    """The example with another value at that path; None: without what stands there."""
    root: Any = parsed()
    place = root
    *way, last = path.strip("/").split("/")
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    key: Any = int(last) if isinstance(place, list) else last
    if isinstance(place, list) and key == len(place):
        place.append(value)
    elif value is None:
        del place[key]
    else:
        place[key] = value
    return dict(root)


HAPPY, EVENING = {"from": "14:00", "to": "16:00"}, {"from": "22:00", "to": "02:00"}
WRONG = [
    # A rule that can never count.
    ("/earning/4/when", {"time": HAPPY, "all": [{"time": EVENING}]}, "/earning/4/when/time", "never"),
    ("/earning/8/when", {"nth_purchase": {"every": 2}}, "/earning/8/when/nth_purchase", "never"),
    ("/earning/9/when", {"all": [{"amount": {"at_least": 1}}]}, "/earning/9/when", "never"),
    ("/earning/9/when", {"all": [{"tender": ["card"]}]}, "/earning/9/when", "never"),
    ("/earning/6/when", {"date": {"from": "2027-03-01"}}, "/earning/6/when/date", "never"),
    ("/earning/6/when", {"store": ["d9"]}, "/earning/6/when/store", "never"),
    ("/earning/4/when", {"weekday": ["mon"], "all": [{"weekday": ["tue"]}]}, "/earning/4/when/weekday", "never"),
    ("/earning/4/when", {"amount": {"at_least": 10, "at_most": 9}}, "/earning/4/when/amount", "never"),
    ("/earning/4/when", {"date": {"from": "2027-02-02", "to": "2027-02-01"}}, "/earning/4/when/date/to", "never"),
    (
        "/earning/4/when",
        {"date": {"from": "2026-11-23", "to": "2026-11-24"}, "weekday": ["sun"]},
        "/earning/4/when/date",
        "never",
    ),
    ("/earning/4/when/time", {"from": "14:00", "to": "14:00"}, "/earning/4/when/time/to", "never"),
    ("/earning/12/when/festival/0", "christmas", "/earning/12/when/festival/0", "not_allowed"),
    ("/earning/13/when/lunar/from", "13-01", "/earning/13/when/lunar/from", "format"),
    ("/earning/9/when", {"amount": {"at_least": 1}}, "/earning/9/when/amount", "never"),
    ("/campaigns/0/when", {"date": {"from": "2027-03-01"}}, "/campaigns/0/window", "never"),
    ("/earning/4/when", {"weekday": ["mon"], "not": {"weekday": ["mon"]}}, "/earning/4/when/weekday", "never"),
    ("/earning/5/when", {"tier": ["gold"], "not": {"tier": ["gold"]}}, "/earning/5/when/tier", "never"),
    ("/earning/3/goods", {"categories": ["gift-cards"]}, "/earning/3/goods", "never"),
    (
        "/earning/6",
        {"id": "tet-stamps", "on": "purchase", "points": 1, "wallet": "stamps", "campaign": "tet"},
        "/campaigns/0/budget",
        "never",
    ),
    # Exclusive rules whose windows overlap.
    ("/earning/7/when/date", {"to": "2027-02-05"}, "/earning/7/exclusive", "overlapping"),
    ("/earning/7/when", None, "/earning/7/exclusive", "overlapping"),
    # A cap below the least that the rule gives, or one that another makes idle.
    ("/earning/9/cap", {"points": 9, "per": "week"}, "/earning/9/cap/points", "below_minimum"),
    ("/earning/2/cap", {"points": 4, "per": "day"}, "/earning/2/cap/points", "below_minimum"),
    ("/earning/3/caps/1", {"points": 29, "per": "month"}, "/earning/3/caps/0/points", "contradiction"),
    ("/earning/3/caps/1", {"points": 29, "per": "day"}, "/earning/3/caps/1/per", "duplicate"),
    # Names that nothing has.
    ("/earning/1/goods/categories/0", "drink", "/earning/1/goods/categories/0", "unknown_category"),
    ("/earning/4/when/category", ["coffee"], "/earning/4/when/category/0", "unknown_category"),
    ("/earning/5/when/any/0/tier/0", "platinum", "/earning/5/when/any/0/tier/0", "unknown_tier"),
    ("/earning/4/when/segment", ["lapsed"], "/earning/4/when/segment/0", "unknown_segment"),
    ("/earning/10/on", "app_instal", "/earning/10/on", "unknown_event"),
    ("/basis/without_goods/categories/0", "gifts", "/basis/without_goods/categories/0", "unknown_category"),
    ("/categories/1/in", "beverages", "/categories/1/in", "unknown_category"),
    # Circles.
    ("/categories/0", {"id": "drinks", "in": "drinks"}, "/categories/0/in", "cycle"),
    # Twice, or never used.
    ("/earning/6", {"id": "x", "on": "purchase", "bonus": 1}, "/campaigns/0/id", "unused"),
    # Shapes.
    ("/earning/0/each", "item", "/earning/0/each", "contradiction"),
    ("/earning/2/combine", "best", "/earning/2/combine", "contradiction"),
    ("/earning/5/points", 3, "/earning/5/points", "contradiction"),
    ("/earning/4/bonus", 3, "/earning/4/bonus", "contradiction"),
    ("/earning/8/per", 100, "/earning/8/per", "contradiction"),
    ("/earning/9/goods", {"skus": ["x"]}, "/earning/9/goods", "contradiction"),
    ("/earning/1/goods", {}, "/earning/1/goods", "asks_nothing"),
    ("/earning/4/when/not", {}, "/earning/4/when/not", "asks_nothing"),
    ("/earning/5/when/any/1/nth_purchase", {"is": 1, "every": 2}, "/earning/5/when/any/1/nth_purchase", "exactly_one"),
    ("/campaigns/0/window", {}, "/campaigns/0/window", "asks_nothing"),
    ("/campaigns/0/caps/0/per", "purchase", "/campaigns/0/caps/0/per", "not_allowed"),
    ("/campaigns/0/name/vi", None, "/campaigns/0/name/vi", "missing"),
    ("/tiers/1/multiplier", "0.5", "/tiers/1/multiplier", "out_of_range"),
    ("/basis/tax", "half", "/basis/tax", "not_allowed"),
]


RIGHT = [
    # A bill may be paid with two tenders.
    ("/earning/4/when", {"all": [{"tender": ["cash"]}, {"tender": ["card"]}]}),
    # These never apply at the same time.
    ("/earning/6/when", {"time": HAPPY}, ("/earning/7/when", {"time": EVENING})),
    ("/earning/6/when", {"festival": ["tet"]}, ("/earning/7/when", {"festival": ["mid_autumn"]})),
    ("/earning/6/when", {"nth_purchase": {"is": 2}}, ("/earning/7/when", {"nth_purchase": {"is": 3}})),
    ("/earning/7", {"id": "autumn", "on": "review", "points": 1, "exclusive": "season"}),
    # Another rule may have every line.
    (
        "/earning/0",
        {
            "id": "base",
            "on": "purchase",
            "points": 1,
            "per": 1,
            "combine": "best",
            "when": {"amount": {"at_least": 10}},
            "cap": {"points": 5, "per": "purchase"},
        },
    ),
]


@pytest.mark.parametrize("changes", RIGHT)
def test_what_is_no_contradiction_stands(changes: tuple[Any, ...]) -> None:
    where, value, *more = changes
    document = changed(where, value)
    for path, another in more:
        *way, last = path.strip("/").split("/")
        document[way[0]][int(way[1])][last] = another
    assert faults_of(document) == []


def test_an_event_in_a_campaign_that_asks_for_a_bill_never_counts() -> None:
    document = changed("/campaigns/0/when", {"tender": ["card"]})
    document["earning"][9]["campaign"] = "tet"
    assert faults_of(document) == [("/earning/9/campaign", "never")]


def test_two_tenders_of_one_bill_do_not_exclude_each_other() -> None:
    document = changed("/earning/6/when", {"tender": ["cash"]})
    document["earning"][7]["when"] = {"tender": ["card"]}
    del document["earning"][6]["campaign"]
    assert faults_of(document) == [("/earning/7/exclusive", "overlapping"), ("/campaigns/0/id", "unused")]


@pytest.mark.parametrize(("where", "value", "pointer", "code"), WRONG)
def test_a_contradiction_is_named_where_it_stands_and_nothing_else_is(
    where: str, value: object, pointer: str, code: str
) -> None:
    assert faults_of(changed(where, value)) == [(pointer, code)]


WRONG_WITH_CONSEQUENCES = [
    ("/earning/6/campaign", "xmas", "/earning/6/campaign", "unknown_campaign"),
    ("/tiers/1/id", "member", "/tiers/1/id", "duplicate"),
    ("/categories/3/id", "tea", "/categories/3/id", "duplicate"),
    ("/events/0/type", "review", "/events/0/type", "duplicate"),
    ("/earning/0/per", None, "/earning/0/per", "missing"),
]


@pytest.mark.parametrize(("where", "value", "pointer", "code"), WRONG_WITH_CONSEQUENCES)
def test_what_other_parts_rest_on_is_named_beside_them(where: str, value: object, pointer: str, code: str) -> None:
    assert (pointer, code) in faults_of(changed(where, value))


def test_categories_that_contain_each_other_are_all_named() -> None:
    document = changed("/categories/0", {"id": "drinks", "in": "milk-tea"})
    cycle = [("/categories/0/in", "cycle"), ("/categories/1/in", "cycle"), ("/categories/2/in", "cycle")]
    assert faults_of(document) == cycle
