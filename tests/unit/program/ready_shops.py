"""What the ready programs of shops give, reckoned by hand: rule by rule, nothing left out."""

from __future__ import annotations

from collections.abc import Mapping

from unit.program.occasions import WEDNESDAY, Occasion, bought, did, joined

SHOPS: Mapping[str, tuple[Occasion, ...]] = {
    "coffee-stamps": (
        bought(
            "two cups and a cake",
            f"{WEDNESDAY}T15:00",
            (70_000, "coffee", 2),
            (25_000, "food"),
            gives={"cup": 2, "cups": 2},
        ),
        bought(
            "two cups before nine",
            f"{WEDNESDAY}T08:59",
            (70_000, "tea", 2),
            gives={"cup": 2, "early-bird": 2, "cups": 2},
        ),
        bought(
            "five cups before nine: three stamps more at the most",
            f"{WEDNESDAY}T07:00",
            (175_000, "coffee", 5),
            gives={"cup": 5, "early-bird": 3, "cups": 5},
        ),
        bought("before nine on a Saturday", "2026-12-05T08:00", (35_000, "coffee"), gives={"cup": 1, "cups": 1}),
        bought(
            "the tenth visit, with an own cup",
            f"{WEDNESDAY}T15:00",
            (35_000, "coffee"),
            (0, "other", 1, "own-cup"),
            nth=10,
            gives={"cup": 1, "own-cup": 1, "tenth-visit": 2, "cups": 1},
        ),
        bought("a cake alone", f"{WEDNESDAY}T15:00", (25_000, "food"), gives={}),
        joined(1),
    ),
    "fashion-tiers": (
        bought(
            "a dress", f"{WEDNESDAY}T18:00", (1_500_000, "clothes"), tier="member", gives={"base": 150, "status": 150}
        ),
        bought(
            "a dress by a member of gold",
            f"{WEDNESDAY}T18:00",
            (1_500_000, "clothes"),
            tier="gold",
            gives={"base": 150, "status": 150, "tier:gold": 75},
        ),
        bought(
            "tax and delivery earn nothing",
            f"{WEDNESDAY}T18:00",
            (1_100_000, "clothes"),
            tax=100_000,
            delivery=30_000,
            tier="member",
            gives={"base": 100, "status": 100},
        ),
        bought(
            "clearance earns nothing",
            f"{WEDNESDAY}T18:00",
            (400_000, "clearance"),
            (600_000, "accessories"),
            tier="member",
            gives={"base": 60, "status": 60},
        ),
        bought(
            "paid with points in part",
            f"{WEDNESDAY}T18:00",
            (1_000_000, "clothes"),
            paid_with=("points", 200_000),
            tier="member",
            gives={"base": 80, "status": 80},
        ),
        bought(
            "a golden Monday of a member of diamond",
            "2026-12-07T18:00",
            (1_000_000, "clothes"),
            tier="diamond",
            gives={"base": 100, "status": 100, "tier:diamond": 100, "golden-monday": 100},
        ),
        bought(
            "new arrivals in spring",
            "2027-03-10T18:00",
            (800_000, "new-arrivals"),
            (200_000, "clothes"),
            tier="member",
            gives={"base": 100, "status": 100, "new-season": 80},
        ),
        bought(
            "new arrivals before spring",
            "2027-02-24T18:00",
            (800_000, "new-arrivals"),
            tier="member",
            gives={"base": 80, "status": 80},
        ),
        bought(
            "three days before Tết",
            "2027-02-03T18:00",
            (1_200_000, "clothes"),
            tier="member",
            gives={"base": 120, "status": 120, "lucky-money": 88},
        ),
        joined(50),
        did("survey", gives={"survey": 20}),
        did("lookbook", gives={"lookbook": 30}),
    ),
    "pharmacy": (
        bought(
            "medicine and cream",
            f"{WEDNESDAY}T09:00",
            (500_000, "prescription"),
            (80_000, "over-the-counter"),
            (120_000, "cosmetics"),
            gives={"base": 12},
        ),
        bought(
            "medicine and formula alone",
            f"{WEDNESDAY}T09:00",
            (500_000, "prescription"),
            (450_000, "infant-formula"),
            gives={},
        ),
        bought(
            "vitamins and a device",
            f"{WEDNESDAY}T09:00",
            (300_000, "supplements"),
            (200_000, "devices"),
            gives={"base": 20, "supplements": 60},
        ),
        bought(
            "early on a Tuesday", "2026-12-01T08:30", (1_000_000, "cosmetics"), gives={"base": 100, "quiet-morning": 50}
        ),
        bought(
            "a regular",
            f"{WEDNESDAY}T09:00",
            (500_000, "cosmetics"),
            segments=frozenset({"regulars"}),
            gives={"base": 50, "regulars": 10},
        ),
        bought("no bill earns more than 500", f"{WEDNESDAY}T09:00", (8_000_000, "devices"), gives={"base": 500}),
        did("health-check", gives={"health-check": 20}),
        joined(20),
    ),
    "bubble-tea": (
        bought(
            "a cup with two toppings",
            f"{WEDNESDAY}T18:00",
            (45_000, "drinks"),
            (20_000, "toppings", 2),
            gives={"cup": 10, "topping": 4, "combo": 5},
        ),
        bought(
            "two cups in the happy hour",
            f"{WEDNESDAY}T14:30",
            (90_000, "drinks", 2),
            gives={"cup": 20, "happy-hour": 20},
        ),
        bought(
            "through a delivery app",
            f"{WEDNESDAY}T14:30",
            (90_000, "drinks", 2),
            (10_000, "toppings"),
            paid_with="shopeefood",
            gives={},
        ),
        bought(
            "the eighth time, with friends",
            f"{WEDNESDAY}T18:00",
            (315_000, "drinks", 7),
            nth=8,
            gives={"cup": 70, "lucky-eight": 30, "party": 40},
        ),
        bought(
            "a student",
            f"{WEDNESDAY}T18:00",
            (45_000, "drinks"),
            segments=frozenset({"students"}),
            gives={"cup": 10, "young-at-heart": 5},
        ),
        bought(
            "the birthday month",
            f"{WEDNESDAY}T18:00",
            (45_000, "drinks"),
            is_birthday_month=True,
            gives={"cup": 10, "young-at-heart": 5},
        ),
        bought(
            "mooncake tea before the full moon",
            "2027-09-10T18:00",
            (59_000, "drinks", 1, "tra-trung-thu"),
            gives={"cup": 10, "mid-autumn": 15},
        ),
        bought("mooncake tea after it", "2027-09-16T18:00", (59_000, "drinks", 1, "tra-trung-thu"), gives={"cup": 10}),
        did("check-in", gives={"check-in": 5}),
        joined(20),
    ),
    "grocery": (
        bought(
            "a mixed bill",
            f"{WEDNESDAY}T18:00",
            (100_000, "household"),
            (80_000, "fresh"),
            (50_000, "own-brand"),
            (30_000, "tobacco"),
            (150_000, "rice"),
            gives={"base": 10, "fresh": 16, "own-brand": 15},
        ),
        bought(
            "nothing that may earn",
            f"{WEDNESDAY}T18:00",
            (30_000, "tobacco"),
            (200_000, "alcohol"),
            (100_000, "top-up"),
            gives={},
        ),
        bought(
            "fresh goods tonight", f"{WEDNESDAY}T20:00", (100_000, "fresh"), gives={"fresh": 20, "evening-fresh": 20}
        ),
        bought(
            "a weekend's basket", "2026-12-05T10:00", (600_000, "household"), gives={"base": 60, "weekend-basket": 50}
        ),
        bought(
            "the supplier's shampoo",
            "2027-01-20T18:00",
            (120_000, "household", 1, "8934567000123"),
            gives={"base": 12, "shampoo": 100},
        ),
        bought(
            "an own bag: 5.5 and 5 are 10",
            f"{WEDNESDAY}T18:00",
            (55_000, "household"),
            (0, "other", 1, "own-bag"),
            gives={"base": 5, "own-bag": 5},
        ),
        bought("no day earns more than 2,000", f"{WEDNESDAY}T18:00", (30_000_000, "household"), gives={"base": 2_000}),
        joined(50),
    ),
}
