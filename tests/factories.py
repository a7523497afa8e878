"""Factories: each makes a valid thing by default; a test names only what it is about."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from quen.earning.model import MemberEvent, Purchase
from quen.ledger.model import Account, Adjust, apply, decide
from quen.money import Money
from quen.program.model import (
    Birthday,
    Campaign,
    Cap,
    EarningRule,
    Expiry,
    Milestone,
    OnWeekdays,
    Plan,
    PointsPolicy,
    Program,
    PunchCard,
    Reward,
)

SAIGON = ZoneInfo("Asia/Ho_Chi_Minh")
NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)  # 12:00 in Saigon


def make_program(**changes: object) -> Program:
    """Cà phê Quen: a point per 10,000 VND, double on Mondays up to 200 a day, twelve months to the end of the month."""
    program = Program(
        id="ca-phe-quen",
        name="Cà phê Quen",
        time_zone=SAIGON,
        currency="VND",
        locales=("vi", "en"),
        version=1,
        effective_from=datetime(2020, 1, 1, tzinfo=UTC),
        points=PointsPolicy(
            worth_points=1, worth_money=100, expiry=Expiry("months", 12, "end_of_month"), debt_limit=100_000
        ),
        earning=(
            EarningRule("base", "purchase", points=1, per=10_000),
            EarningRule(
                "double-star",
                "purchase",
                multiplier=Fraction(2),
                when=OnWeekdays(frozenset({0})),
                caps=(Cap(200, "day"),),
            ),
            EarningRule("welcome", "enrolment", points=20),
        ),
        birthday=Birthday(50, channels=("email", "sms")),
        rewards=(
            Reward("free-coffee", {"vi": "Cà phê miễn phí", "en": "Free coffee"}, 120),
            Reward("mug", {"vi": "Cốc sứ", "en": "Mug"}, 30, stock=1000, per_member=1),
        ),
    )
    return replace(program, **changes)  # type: ignore[arg-type]


def make_campaigning(budget: int) -> Program:
    """A point per 10,000 VND, and the same once more while the campaign can pay."""
    rules = (
        EarningRule("base", "purchase", points=1, per=10_000),
        EarningRule("double", "purchase", multiplier=Fraction(2), campaign="tet"),
    )
    return replace(make_program(earning=rules), campaigns=(Campaign("tet", {"en": "Tet"}, budget=budget),))


def make_card(stamps: int = 12, **changes: Any) -> PunchCard:
    """The 5th stamp brings a cone, the 12th a sundae."""
    milestones = {5: Milestone("cone"), 12: Milestone("sundae")}
    card = PunchCard("coffee", {"vi": "Cà phê", "en": "Coffee"}, stamps, milestones)
    return replace(card, **changes)


def make_stamping(*rules: EarningRule, card: PunchCard | None = None, **changes: object) -> Program:
    """A stamp per 10,000 VND on one card, unless the test says otherwise."""
    card = card or make_card()
    rewards = tuple(
        Reward(reward_id, {"vi": vi, "en": en}, 50)
        for reward_id, vi, en in (("cone", "Kem ốc quế", "Cone"), ("sundae", "Kem ly", "Sundae"))
    )
    earning = rules or (EarningRule("stamp", "purchase", points=1, per=10_000, wallet=card.wallet),)
    return make_program(earning=earning, rewards=rewards, **{"cards": (card,), **changes})


def make_plan(**changes: Any) -> Plan:
    """49,000 VND a month, two weeks to try, three days of notice, a week of grace with three tries."""
    plan = Plan("vip", {"vi": "Quen VIP", "en": "Quen VIP"}, 49_000, trial_days=14)
    return replace(plan, **changes)


def make_purchase(
    amount: int = 125_000, *, purchase_id: str = "B-1", at: datetime = NOON, store: str | None = None, discount: int = 0
) -> Purchase:
    return Purchase(
        purchase_id, at, Money(amount, "VND"), store, member_discount=Money(discount, "VND") if discount else None
    )


def make_event(
    type_: str = "review", *, event_id: str = "E-1", subject: str = "", at: datetime = NOON, store_id: str | None = None
) -> MemberEvent:
    return MemberEvent(event_id, type_, subject, at, store_id)


def make_account(*lots: tuple[int, str | None], member_id: str = "mem_0000000000000001") -> Account:
    """An account with these lots (points, last day), as adjustments made them."""
    account = Account(member_id)
    program = make_program()
    for number, (points, last_day) in enumerate(lots):
        command = Adjust(f"adj_{number}", points, "opening", date.fromisoformat(last_day) if last_day else None)
        used = program if last_day else replace(program, points=replace(program.points, expiry=Expiry()))
        for entry in decide(account, command, used, datetime(2026, 1, 1, tzinfo=UTC)):
            account = apply(account, entry)
    return account
