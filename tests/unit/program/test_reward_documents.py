"""Rewards and payments as the document says them: what arrives in the program, and which fault is named where."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import pytest

from quen.program.benefits import Benefit
from quen.program.compiled import canonical_text, compile_program
from quen.program.document import parse_document
from quen.program.model import Goods, PaymentPolicy, Program, TierDiscount, VoucherTerms
from unit.program.documents import MISSING, changed, faults_of, make_document

NAMES = {"vi": "Tên", "en": "Name"}
COFFEE = "/rewards/0"
TIERS = [{"id": "member", "name": NAMES}, {"id": "gold", "name": NAMES}]


def document(**sections: object) -> dict[str, Any]:
    """The demo program with tiers and categories, and these sections instead of its own."""
    known = {"tiers": TIERS, "categories": [{"id": "tobacco"}, {"id": "drinks"}]}
    return make_document() | known | sections


def reward(**members: object) -> dict[str, Any]:
    return document(rewards=[{"id": "coffee", "name": NAMES, "points": 120} | members])


def compiled(source: dict[str, Any]) -> Program:
    content = json.loads(canonical_text(parse_document(source).content))
    return compile_program(content, 1, datetime(2026, 11, 22, tzinfo=UTC))


@pytest.mark.parametrize(
    ("said", "benefit"),
    [
        ({"kind": "free_product", "skus": ["latte-m"]}, Benefit("free_product", skus=("latte-m",))),
        (
            {"kind": "amount_off", "amount": 20_000, "minimum_bill": 100_000},
            Benefit("amount_off", amount=20_000, minimum_bill=100_000),
        ),
        (
            {"kind": "percent_off", "percent": "12.5", "maximum": 50_000},
            Benefit("percent_off", percent=Fraction(1, 8), maximum=50_000),
        ),
        ({"kind": "free_delivery", "maximum": 30_000}, Benefit("free_delivery", maximum=30_000)),
        ({"kind": "gift"}, Benefit("gift")),
        ({"kind": "voucher", "face": 50_000, "partial": True, "valid_days": 30}, Benefit("voucher", amount=50_000)),
        ({"kind": "donation", "cause": NAMES, "amount": 10_000}, Benefit("donation", amount=10_000)),
        (
            {"kind": "event_ticket", "event": NAMES, "at": "2026-12-24T12:00:00Z", "place": "Quận 1"},
            Benefit("event_ticket", event={"at": "2026-12-24T12:00:00Z", "place": "Quận 1"}),
        ),
        (
            {"kind": "partner_reward", "partner": "ptn_0000000000000001"},
            Benefit("partner_reward", partner_id="ptn_0000000000000001"),
        ),
    ],
)
def test_every_kind_of_reward_arrives(said: dict[str, object], benefit: Benefit) -> None:
    [made] = compiled(reward(benefit=said)).rewards
    assert made.benefit == benefit
    is_told = said["kind"] in {"donation", "event_ticket"}
    assert made.about == (NAMES if is_told else {})
    assert made.voucher == (VoucherTerms(partial=True, valid_days=30) if said["kind"] == "voucher" else None)
    assert made.is_at_once is (said["kind"] in {"voucher", "donation"})


def test_all_that_limits_a_reward_arrives() -> None:
    [made] = compiled(
        reward(
            terms=NAMES,
            price_by_tier={"gold": 100},
            window={"from": "2026-12-01", "to": "2026-12-31"},
            stock={"district-1": 100, "district-3": 50},
            per_member={"times": 2, "per": "month"},
            stores=["district-1", "district-3"],
            tiers=["gold"],
        )
    ).rewards
    assert made.terms_in("en") == "Name"
    assert (made.price_for("gold"), made.price_for("member"), made.price_for("")) == (100, 120, 120)
    assert (made.window.first, made.window.last) == (date(2026, 12, 1), date(2026, 12, 31))
    assert (made.stock, made.stock_at("district-3"), made.stock_at("elsewhere")) == (None, 50, 0)
    assert (made.per_member, made.limit_per) == (2, "month")
    assert (made.stores, made.tiers, made.segment) == (("district-1", "district-3"), ("gold",), "")


def test_a_reward_that_says_nothing_new_is_what_it_always_was() -> None:
    [made] = compiled(reward(stock=5, per_member=1)).rewards
    assert (made.stock, made.per_member, made.limit_per, made.benefit) == (5, 1, "ever", None)
    assert not made.is_local
    content = parse_document(reward(stock=5, per_member=1)).content["rewards"]
    assert content == [
        {"id": "coffee", "name": NAMES, "points": 120, "stock": 5, "per_member": 1, "expires_in_days": 30}
    ]


def test_payments_and_discounts_arrive() -> None:
    tobacco = {"categories": ["tobacco"], "skus": ["gift-card"]}
    gold = {"id": "gold", "name": NAMES, "discount": {"percent": "5", "maximum": 100_000, "excluded": tobacco}}
    payment = {"minimum": 50, "multiple": 10, "max_share": "0.5", "excluded": tobacco}
    program = compiled(document(payment=payment, tiers=[TIERS[0], gold]))
    goods = Goods(frozenset({"tobacco"}), frozenset({"gift-card"}))
    assert program.payment == PaymentPolicy(50, 10, Fraction(1, 2), goods)
    assert [tier.discount for tier in program.tiers] == [None, TierDiscount(Fraction(1, 20), 100_000, goods)]
    assert compiled(document(payment={})).payment == PaymentPolicy()
    assert compiled(document()).payment is None


WRONG: list[tuple[dict[str, Any], str, str]] = [
    # the reward's members, where the fault is named (behind /rewards/0), and its code
    ({"benefit": {"kind": "miracle"}}, "/benefit", "not_allowed"),
    ({"benefit": {}}, "/benefit", "not_allowed"),
    ({"benefit": "gift"}, "/benefit", "not_allowed"),
    ({"benefit": {"kind": "gift", "amount": 1}}, "/benefit/amount", "unknown"),
    ({"benefit": {"kind": "amount_off"}}, "/benefit/amount", "missing"),
    ({"benefit": {"kind": "amount_off", "amount": 0}}, "/benefit/amount", "out_of_range"),
    ({"benefit": {"kind": "amount_off", "amount": "20k"}}, "/benefit/amount", "type"),
    ({"benefit": {"kind": "percent_off", "percent": "0"}}, "/benefit/percent", "out_of_range"),
    ({"benefit": {"kind": "percent_off", "percent": "101"}}, "/benefit/percent", "out_of_range"),
    ({"benefit": {"kind": "percent_off", "percent": "10%"}}, "/benefit/percent", "format"),
    ({"benefit": {"kind": "free_product", "skus": []}}, "/benefit/skus", "length"),
    ({"benefit": {"kind": "free_product", "skus": ["a", "a"]}}, "/benefit/skus/1", "duplicate"),
    ({"benefit": {"kind": "donation", "cause": {"vi": "x"}, "amount": 1}}, "/benefit/cause/en", "missing"),
    ({"benefit": {"kind": "partner_reward", "partner": "cgv"}}, "/benefit/partner", "format"),
    ({"benefit": {"kind": "voucher", "face": 1, "valid_days": 0}}, "/benefit/valid_days", "out_of_range"),
    ({"terms": {"vi": "x"}}, "/terms/en", "missing"),
    ({"price_by_tier": {"gold": 0}}, "/price_by_tier/gold", "out_of_range"),
    ({"price_by_tier": {"platinum": 100}}, "/price_by_tier/platinum", "unknown_tier"),
    ({"price_by_tier": {"member": 100}, "tiers": ["gold"]}, "/price_by_tier/member", "contradiction"),
    ({"tiers": ["platinum"]}, "/tiers/0", "unknown_tier"),
    ({"tiers": ["gold", "gold"]}, "/tiers/1", "duplicate"),
    ({"segment": "lapsed"}, "/segment", "unknown_segment"),
    ({"window": {"from": "2026-12-31", "to": "2026-12-01"}}, "/window/to", "never"),
    ({"window": {"from": "2026-02-30"}}, "/window/from", "format"),
    ({"stock": -1}, "/stock", "out_of_range"),
    ({"stock": {}}, "/stock", "length"),
    ({"stock": {"d1": -1}}, "/stock/d1", "out_of_range"),
    ({"stock": {"d1": 1, "d3": 1}, "stores": ["d3"]}, "/stock/d1", "contradiction"),
    ({"stock": {"d1": 1}, "stores": ["d1", "d3"]}, "/stores/1", "missing"),
    ({"stores": ["d1", "d1"]}, "/stores/1", "duplicate"),
    ({"per_member": 0}, "/per_member", "out_of_range"),
    ({"per_member": {"times": 0}}, "/per_member/times", "out_of_range"),
    ({"per_member": {"times": 1, "per": "decade"}}, "/per_member/per", "not_allowed"),
    ({"per_member": {"per": "day"}}, "/per_member/times", "missing"),
]


@pytest.mark.parametrize(("members", "pointer", "code"), WRONG, ids=str)
def test_a_reward_that_cannot_stand_is_named_where_it_is_wrong(
    members: dict[str, Any], pointer: str, code: str
) -> None:
    assert (COFFEE + pointer, code) in faults_of(reward(**members))
    assert len(faults_of(reward(**members))) == 1


@pytest.mark.parametrize(
    ("section", "pointer", "code"),
    [
        ({"max_share": "0"}, "/payment/max_share", "out_of_range"),
        ({"max_share": "1.5"}, "/payment/max_share", "out_of_range"),
        ({"max_share": "half"}, "/payment/max_share", "format"),
        ({"minimum": 55, "multiple": 10}, "/payment/minimum", "contradiction"),
        ({"minimum": 0}, "/payment/minimum", "out_of_range"),
        ({"excluded": {"categories": ["beer"]}}, "/payment/excluded/categories/0", "unknown_category"),
        ({"excluded": {}}, "/payment/excluded", "asks_nothing"),
        ({"share": "1"}, "/payment/share", "unknown"),
    ],
)
def test_a_payment_that_cannot_stand_is_named(section: dict[str, object], pointer: str, code: str) -> None:
    assert faults_of(document(payment=section)) == [(pointer, code)]


@pytest.mark.parametrize(
    ("discount", "pointer", "code"),
    [
        ({"percent": "0"}, "/percent", "out_of_range"),
        ({}, "/percent", "missing"),
        ({"percent": "5", "maximum": 0}, "/maximum", "out_of_range"),
        ({"percent": "5", "excluded": {"categories": ["beer"]}}, "/excluded/categories/0", "unknown_category"),
    ],
)
def test_a_discount_that_cannot_stand_is_named(discount: dict[str, object], pointer: str, code: str) -> None:
    tiers = [TIERS[0] | {"discount": discount}]
    assert faults_of(document(tiers=tiers)) == [("/tiers/0/discount" + pointer, code)]


def test_five_hundred_rewards_are_valid_and_one_more_is_too_many() -> None:
    many = [{"id": f"r-{number}", "name": NAMES, "points": 1} for number in range(501)]
    assert faults_of(document(rewards=many[:500])) == []
    assert faults_of(document(rewards=many)) == [("/rewards", "length")]


def test_two_rewards_have_two_ids() -> None:
    twice = changed("/rewards/1/id", make_document()["rewards"][0]["id"])
    assert faults_of(twice) == [("/rewards/1/id", "duplicate")]
    assert faults_of(changed("/rewards/0/name/en", MISSING)) == [("/rewards/0/name/en", "missing")]


@pytest.mark.parametrize("nonsense", [{"a": 1}, ["a"], 5, True])
@pytest.mark.parametrize("name", ["segment", "tiers", "stores"])
def test_what_is_no_name_is_a_fault_and_no_accident(name: str, nonsense: object) -> None:
    said = nonsense if name == "segment" else [nonsense]
    pointers = {pointer for pointer, _ in faults_of(reward(stock={"d1": 1}, **{name: said}))}
    assert any(pointer.startswith(f"{COFFEE}/{name}") for pointer in pointers)
