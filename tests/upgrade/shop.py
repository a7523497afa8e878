"""The program of the recorded life: a coffee shop that uses nearly everything a program can say."""

from __future__ import annotations

from typing import Any

from served import read_program

NAME = {"vi": "Tên", "en": "Name"}


def named(identifier: str, **members: Any) -> dict[str, Any]:
    """A section with an id and a name."""
    return {"id": identifier, "name": NAME, **members}


TIERS = [
    named("member"),
    named("silver", reach={"qualifying": 300}),
    named("gold", reach={"qualifying": 1000}, keep={"qualifying": 800}, discount={"percent": "5"}),
]
EARNING = [
    {"id": "base", "on": "purchase", "points": 1, "per": 10_000},
    {
        "id": "double",
        "on": "purchase",
        "multiplier": "2",
        "when": {"weekday": ["mon"]},
        "cap": {"points": 200, "per": "day"},
    },
    {"id": "spring", "on": "purchase", "bonus": 7, "campaign": "spring"},
    {"id": "welcome", "on": "enrolment", "points": 20},
    {"id": "status", "on": "purchase", "points": 1, "per": 10_000, "wallet": "qualifying"},
    {"id": "stamp", "on": "purchase", "points": 1, "wallet": "stamps"},
    {"id": "review", "on": "review", "points": 30},
    {"id": "class", "on": "latte-class", "points": 9, "pending": {"days": 14}},
]
PERKS = [
    named("upsize", kind="text", tiers=["silver", "gold"], quota={"uses": 3, "per": "year"}),
    named(
        "delivery", kind="free_delivery", plans=["plus"], maximum=25_000, quota={"uses": 5, "per": "membership_period"}
    ),
]
CARDS = [
    named(
        "cups",
        stamps=6,
        milestones=[{"at": 2, "reward": "size-up"}, {"at": 6, "reward": "coffee"}],
        expires={"months": 6},
    )
]
REWARDS = [
    {"id": "coffee", "name": NAME, "points": 120, "expires_in_days": 30},
    {"id": "size-up", "name": NAME, "points": 40, "expires_in_days": 30},
    {"id": "banh-mi", "name": NAME, "points": 25, "stock": 50, "expires_in_days": 14},
    {"id": "tumbler", "name": NAME, "points": 60, "stock": 5, "per_member": 1, "expires_in_days": 60},
    {
        "id": "fifty",
        "name": NAME,
        "points": 50,
        "benefit": {"kind": "voucher", "face": 50_000, "partial": True, "valid_days": 400},
    },
]


def first_program() -> dict[str, Any]:
    """What the shop begins with."""
    document = read_program(
        tiers=TIERS,
        tiering={"period": "calendar_year", "down": "one_level", "notice_days": 30, "grace_days": 0},
        earning=EARNING,
        events=[{"type": "latte-class", "name": NAME}],
        campaigns=[named("spring", window={"from": "2026-01-01", "to": "2026-06-30"}, budget={"points": 5_000})],
        perks=PERKS,
        cards=CARDS,
        rewards=REWARDS,
        memberships=[named("plus", price=49_000, period={"months": 1}, trial={"days": 14})],
        holidays=[named("tet", on={"lunar": "01-01"}, points=20)],
        win_back={"after": "2", "days_min": 30, "days_max": 60, "points": 15, "channels": ["email"]},
        adjustments={"limits": {"support": 1000}, "approval_above": 2000},
    )
    document["points"] = {
        "worth": {"points": 1, "money": 100},
        "rounding": "floor",
        "pending": {"days": 2},
        "expiry": {
            "months": 6,
            "at": "end_of_month",
            "warning": {"days": [30, 7, 1], "required": True, "grace_days": 14},
        },
        "debt": {"limit": 30},
    }
    return document


def second_program() -> dict[str, Any]:
    """What it goes on with: another rate, another worth of rewards, no campaign."""
    document = first_program()
    document["earning"][0] = {"id": "base", "on": "purchase", "points": 2, "per": 25_000}
    document["rewards"][1]["points"] = 45
    return document
