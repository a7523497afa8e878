"""Perks that multiply points: they add to the tier's multiplier, and a return prices with those of its purchase."""

from __future__ import annotations

from fractions import Fraction

import pytest
from msgspec.structs import replace

from factories import make_program, make_purchase
from quen.earning.model import price_purchase
from quen.earning.receipt import receipt_text
from quen.ledger.model import SetTier, own_entry
from quen.ledger.model.chain import facts_form, parse_facts
from quen.memberships.model import Membership
from quen.planning.model import sample_baskets
from quen.program.model import EarningRule, Facts, Perk, Plan, Program, Tier
from till import Till

PERKS = (
    Perk("vip-points", {"vi": "Điểm VIP", "en": "VIP points"}, "multiplier", plans=("vip",), multiplier=Fraction(3, 2)),
    Perk(
        "gold-points",
        {"vi": "Điểm Vàng", "en": "Gold points"},
        "multiplier",
        tiers=("gold",),
        multiplier=Fraction(5, 4),
    ),
)
BASE = EarningRule("base", "purchase", points=1, per=10_000)
PROGRAM = make_program(
    earning=(BASE,),
    tiers=(Tier("member", {"en": "Member"}), Tier("gold", {"en": "Gold"}, Fraction(2))),
    plans=(Plan("vip", {"en": "VIP"}, 99_000),),
    perks=PERKS,
)
VIP = Membership("vip", "ACTIVE", "2026-11-10", "2026-12-09")


def shares(program: Program, facts: Facts, amount: int = 1_000_000) -> dict[str, int]:
    award = price_purchase(program, make_purchase(amount), facts=facts)
    return {share.rule_id: share.points for share in award.explanation}


def test_the_multipliers_of_tier_and_perks_add_up() -> None:
    everything = Facts("gold", perks=frozenset({"vip-points", "gold-points"}))
    assert shares(PROGRAM, everything) == {"base": 100, "tier:gold": 100, "perk:vip-points": 50, "perk:gold-points": 25}


@pytest.mark.parametrize(
    ("facts", "points"),
    [
        (Facts("member"), {"base": 100}),
        (Facts("member", perks=frozenset({"vip-points"})), {"base": 100, "perk:vip-points": 50}),
        (Facts("member", perks=frozenset({"gone"})), {"base": 100}),
    ],
)
def test_a_perk_gives_its_part_to_who_has_it(facts: Facts, points: dict[str, int]) -> None:
    assert shares(PROGRAM, facts) == points


def test_fractions_of_perks_whose_sum_is_whole_are_exact() -> None:
    halves = tuple(replace(PERKS[0], id=perk_id) for perk_id in ("a", "b"))
    program = replace(PROGRAM, perks=halves)
    assert shares(program, Facts("member", perks=frozenset({"a", "b"})), 30_000) == {
        "base": 3,
        "perk:a": 2,
        "perk:b": 1,
    }


def test_a_rule_that_multiplies_takes_what_perks_gave_as_it_takes_the_tiers() -> None:
    double = EarningRule("double", "purchase", multiplier=Fraction(2))
    program = replace(PROGRAM, earning=(BASE, double))
    facts = Facts("member", perks=frozenset({"vip-points"}))
    assert shares(program, facts) == {"base": 100, "double": 150, "perk:vip-points": 50}


def test_a_purchase_is_priced_by_the_perks_of_its_time_and_so_is_its_return() -> None:
    till = Till(PROGRAM)
    till.do(SetTier("gold", None, "regular"))
    till.account = replace(till.account, membership=VIP)
    assert till.buy(1_000_000) == 275
    entry = own_entry(till.entries)
    assert entry.facts.perks == {"vip-points", "gold-points"}
    till.account = replace(till.account, membership=VIP._replace(state="PAST_DUE"))
    till.do(SetTier("", None, "late"))
    till.bring_back(500_000)
    assert till.worth == 137  # what remains is priced anew: 137.5, rounded down once
    till.bring_back(500_000)
    assert till.worth == 0


def test_no_perk_is_kept_where_none_multiplies() -> None:
    till = Till(replace(PROGRAM, perks=(Perk("hello", {"en": "Hello"}, tiers=("member",)),)))
    till.buy(100_000)
    assert own_entry(till.entries).facts.perks == frozenset()


def test_facts_with_perks_read_back() -> None:
    facts = Facts("gold", perks=frozenset({"b", "a"}))
    assert facts_form(facts) == {"tier": "gold", "perks": ["a", "b"]}
    assert parse_facts(facts_form(facts)) == facts


def test_the_receipt_names_the_perk_with_what_it_gave() -> None:
    facts = Facts("member", perks=frozenset({"vip-points"}))
    award = price_purchase(PROGRAM, make_purchase(1_000_000), facts=facts)
    text = receipt_text(PROGRAM, 150, active=150, shares=award.explanation)
    assert "(Điểm VIP: 50)" in text["vi"]
    assert "(VIP points: 50)" in text["en"]


def test_a_plan_shows_what_a_holder_of_the_perk_would_earn() -> None:
    baskets = {basket.basket_id: basket for basket in sample_baskets([PROGRAM], PROGRAM.effective_from.date())}
    assert baskets["perk:vip-points"].draft.facts.perks == {"vip-points"}
    assert baskets["perk:vip-points"].name["en"] == "Somebody with “VIP points”"
