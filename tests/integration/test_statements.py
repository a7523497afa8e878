"""Looking back: an account as of any moment, a statement that adds up, and why a purchase earned what it did."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from moto import mock_aws
from msgspec.structs import replace

from factories import NOON, make_program, make_purchase
from house import FixedPrograms, House, MovableClock, enrol, member
from quen.errors import MemberNotFoundError, PurchaseNotFoundError, ValidationFailedError
from quen.money import Money
from quen.program.model import Expiry
from quen.returns.model import Goods
from tables import create_tables, open_mocked

PARTNER = "ptn_1"


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def house(clock: MovableClock) -> Iterator[House]:
    with mock_aws():
        client = open_mocked()
        house = House(client, create_tables(client), clock)
        program = make_program()
        points = replace(program.points, pending_days=3, expiry=Expiry("days", 20))
        house.programs = FixedPrograms(replace(program, points=points))
        yield house


def test_an_account_is_shown_as_it_was_shown_at_any_past_moment(house: House, clock: MovableClock) -> None:
    """Every hour of two months: what was shown then is what is folded now, whatever jobs wrote in between, or did not."""
    member_id = enrol(house)
    shown: dict[datetime, object] = {}
    for hour in range(24 * 40):
        if hour % 97 == 5:
            purchase = make_purchase(400_000 + hour, purchase_id=f"B-{hour}", at=clock.now() - timedelta(days=hour % 5))
            house.purchases.record(PARTNER, member(member_id), purchase, "f")
        if hour % 401 == 400:
            house.ledger.bring_up_to_date(member_id, clock.now())
        if hour % 7 == 0:
            shown[clock.now()] = house.ledger.show_account(member_id)
        clock.advance(hours=1)
    for instant, account in list(shown.items())[::5]:
        then = house.statements.show_account(member_id, instant)
        assert {**then, "sequence": 0} == {**account, "sequence": 0}  # type: ignore[dict-item] # what was due was not written
    with pytest.raises(ValidationFailedError):
        house.statements.show_account(member_id, clock.now() + timedelta(seconds=1))
    before = house.statements.show_account(member_id, NOON - timedelta(days=1))
    assert (before["points"]["active"], before["sequence"]) == (0, 0)


def test_opening_and_movements_make_the_closing_in_every_period(house: House, clock: MovableClock) -> None:
    member_id = enrol(house)
    for number in range(12):
        clock.advance(days=3, hours=5)
        purchase = make_purchase(700_000, purchase_id=f"B-{number}", at=clock.now())
        house.purchases.record(PARTNER, member(member_id), purchase, "f")
        if number % 3 == 2:
            goods = Goods(f"R-{number}", clock.now(), Money(300_000, "VND"))
            house.returns.record(PARTNER, f"B-{number}", goods, "r")
    today = clock.now().date()
    closing = None
    for first in range(0, 42, 3):
        period = (date(2026, 11, 20) + timedelta(days=first), date(2026, 11, 22) + timedelta(days=first))
        statement = house.statements.show_statement(member_id, *period)
        for name in ("active", "pending", "held", "debt"):
            moved = sum(movement["changes"][name] for movement in statement["movements"])
            assert statement["opening"][name] + moved == statement["closing"][name]
        assert closing is None or statement["opening"] == closing
        closing = statement["closing"]
        if period[1] >= today:
            break
    assert closing == house.ledger.show_account(member_id)["points"]


def test_what_has_fallen_due_and_is_not_written_yet_is_in_the_statement(house: House, clock: MovableClock) -> None:
    member_id = enrol(house)
    house.purchases.record(PARTNER, member(member_id), make_purchase(at=clock.now()), "f")
    clock.advance(days=5)
    statement = house.statements.show_statement(member_id, None, None)
    [welcome, earned, activated] = statement["movements"]
    assert (welcome["kind"], earned["kind"], earned["changes"]["pending"]) == ("bonus", "earn", 12)
    assert (activated["kind"], activated["entry_id"], activated["recorded_at"]) == ("activate", None, None)
    assert activated["took_effect_at"] == "2026-11-24T17:00:00Z"
    assert statement["closing"] == {"active": 32, "pending": 0, "held": 0, "debt": 0}


@pytest.mark.parametrize(("first", "last"), [("2026-11-23", "2026-11-22"), ("2025-11-21", "2026-11-22")])
def test_a_period_is_in_order_and_not_too_long(house: House, first: str, last: str) -> None:
    with pytest.raises(ValidationFailedError):
        house.statements.show_statement(enrol(house), date.fromisoformat(first), date.fromisoformat(last))
    with pytest.raises(MemberNotFoundError):
        house.statements.show_statement("mem_0000000000000000", None, None)


def test_a_purchase_is_explained_rule_by_rule_or_why_it_earned_nothing(house: House, clock: MovableClock) -> None:
    member_id = enrol(house)
    clock.instant = datetime(2026, 11, 23, 3, tzinfo=UTC)  # a Monday
    for number, amount in enumerate((1_500_000, 1_000_000, 9_000)):
        purchase = make_purchase(amount, purchase_id=f"B-{number}", at=clock.now())
        house.purchases.record(PARTNER, member(member_id), purchase, "f")
    verdicts = {
        purchase_id: [
            (rule["rule_id"], rule["verdict"], rule["points"], rule["without_cap"]) for rule in explained["rules"]
        ]
        for purchase_id in ("B-0", "B-1", "B-2")
        if (explained := house.statements.explain(member_id, purchase_id))
    }
    assert verdicts == {
        "B-0": [("base", "applied", 150, 150), ("double-star", "applied", 150, 150)],
        "B-1": [("base", "applied", 100, 100), ("double-star", "capped", 50, 100)],
        "B-2": [("base", "below_one_point", 0, 0), ("double-star", "cap_used_up", 0, 1)],
    }
    clock.advance(days=1)
    house.purchases.record(PARTNER, member(member_id), make_purchase(at=clock.now(), purchase_id="B-3"), "f")
    explained = house.statements.explain(member_id, "B-3")
    assert explained["rules"][1]["reason"] == {
        "vi": "Không áp dụng vào ngày này trong tuần.",
        "en": "Does not apply on this day of the week.",
    }
    with pytest.raises(PurchaseNotFoundError):
        house.statements.explain(member_id, "B-9")
    with pytest.raises(PurchaseNotFoundError):
        house.statements.explain(enrol(house, "+84909999999"), "B-3")
