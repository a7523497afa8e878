"""A preview answers exactly what the purchase would, whatever the program, the member and the bill."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto import mock_aws
from msgspec.structs import replace

from factories import NOON, make_program
from house import FixedPrograms, House, MovableClock, enrol, member
from quen.earning.model import Purchase, PurchaseLine, Tender
from quen.money import Money
from quen.program.model import (
    BasisPolicy,
    Campaign,
    Cap,
    EarningRule,
    Goods,
    InTiers,
    NotThis,
    NthPurchase,
    OfAmount,
    Program,
    Tier,
)
from tables import create_tables, open_mocked

PARTNER = "ptn_0000000000000001"
CATEGORIES = ("coffee", "cake", "tea")
numbers = count(1)

goods = st.none() | st.sampled_from([Goods(frozenset({category})) for category in CATEGORIES])
caps = st.lists(
    st.builds(
        Cap,
        st.integers(1, 60),
        st.sampled_from(["purchase", "day", "month", "ever"]),
        st.sampled_from(["cap", "reject"]),
    ),
    max_size=2,
    unique_by=lambda cap: cap.per,
).map(tuple)
conditions = st.sampled_from(
    [None, OfAmount(80_000), NthPurchase(2, is_every=True), InTiers(frozenset({"gold"})), NotThis(NthPurchase(1))]
)


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """Some rules of every shape, a campaign with a small budget, tiers, a basis, limits of all rules."""
    common: Any = {"goods": goods, "when": conditions, "caps": caps, "campaign": st.sampled_from([None, "tet"])}
    shapes = st.one_of(
        st.builds(
            EarningRule,
            st.just(""),
            st.just("purchase"),
            points=st.integers(1, 9),
            per=st.integers(3_000, 20_000),
            **common,
        ),
        st.builds(
            EarningRule,
            st.just(""),
            st.just("purchase"),
            points=st.integers(1, 9),
            each=st.sampled_from(["item", "visit"]),
            **common,
        ),
        st.builds(
            EarningRule,
            st.just(""),
            st.just("purchase"),
            multiplier=st.sampled_from([Fraction(2), Fraction("1.25")]),
            **common,
        ),
        st.builds(EarningRule, st.just(""), st.just("purchase"), bonus=st.integers(1, 40), **common),
    )
    rules = [replace(rule, id=f"rule-{number}") for number, rule in enumerate(draw(st.lists(shapes, max_size=5)))]
    base = EarningRule("base", "purchase", points=1, per=10_000)
    return make_program(
        earning=(base, *rules),
        campaigns=(Campaign("tet", {"en": "Tet"}, budget=draw(st.integers(1, 200))),),
        tiers=(
            Tier("member", {"en": "Member"}, draw(st.sampled_from([Fraction(1), Fraction("1.5")]))),
            Tier("gold", {"en": "Gold"}),
        ),
        basis=BasisPolicy(with_tax=draw(st.booleans()), without_goods=draw(goods)),
        caps=draw(caps),
    )


@st.composite
def bills(draw: st.DrawFn) -> Purchase:
    """A bill of some lines, perhaps with a tax and a part that was paid with points."""
    amounts = draw(
        st.lists(st.tuples(st.sampled_from(CATEGORIES), st.integers(1, 3), st.integers(0, 90_000)), max_size=4)
    )
    lines = tuple(
        PurchaseLine(f"{number}", category, quantity, Money(amount, "VND"), category)
        for number, (category, quantity, amount) in enumerate(amounts)
    )
    total = draw(st.integers(0, 300_000))
    paid = draw(st.integers(0, total))
    return Purchase(
        "",
        NOON,
        Money(total, "VND"),
        draw(st.sampled_from([None, "d1", "d3"])),
        lines,
        tax=Money(total // 11, "VND"),
        tenders=(Tender("points", Money(paid, "VND")),),
    )


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with mock_aws():
        client = open_mocked()
        yield House(client, create_tables(client), MovableClock())


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(program=programs(), purchases=st.lists(bills(), min_size=1, max_size=3))
def test_a_preview_answers_exactly_what_the_purchase_would(
    house: House, program: Program, purchases: list[Purchase]
) -> None:
    for dependent in ("ledger", "purchases", "members", "_budgets"):
        house.__dict__.pop(dependent, None)
    number = next(numbers)
    house.programs = FixedPrograms(
        replace(
            program,
            campaigns=tuple(replace(each, id=f"tet-{number}") for each in program.campaigns),
            earning=tuple(
                replace(rule, campaign=f"tet-{number}" if rule.campaign else None) for rule in program.earning
            ),
        )
    )
    member_id = enrol(house, f"+8490{number:07d}")
    for place, purchase in enumerate(purchases):
        preview = house.purchases.preview(PARTNER, member(member_id), purchase)
        named = replace(purchase, purchase_id=f"B-{number}-{place}")
        recorded = house.purchases.record(PARTNER, member(member_id), named, "f").result
        assert without_names(preview) == without_names(recorded)


def without_names(answer: Any) -> Any:
    """An answer without what only something that was written has."""
    entries = [{name: value for name, value in entry.items() if name != "entry_id"} for entry in answer["entries"]]
    account = {name: value for name, value in answer["account"].items() if name != "sequence"}
    return {**answer, "purchase_id": None, "entries": entries, "account": account}
