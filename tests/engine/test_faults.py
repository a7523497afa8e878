"""A fault at every DynamoDB call of every use case that moves value, and a retry by the client: nothing lost or doubled.

Each use case runs once unharmed to learn what it should leave behind and how many calls it makes. Then, for every call and
every kind of fault, a fresh member goes through the same with that call failing, and the client retries until it is told
something final.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from engine.faults import FAULTS, CrashError, FaultyClient, transaction_conflict
from factories import NOON, make_purchase
from house import House, MovableClock, enrol, member
from quen.errors import ConflictRetryError, MemberAlreadyExistsError, TemporarilyUnavailableError
from quen.ids import derived_id
from quen.ledger.model import GrantBonus, verify
from quen.members.model import Enrolment, Login
from quen.money import Money
from quen.returns.model import Goods
from quen.rewards.model import PointsWanted, RewardWanted

pytestmark = pytest.mark.engine
CLIENT_TRIES_MAX = 5
PARTNER = "ptn_0000000000000001"


@dataclass
class Scene:
    """One member, prepared; `run` is the use case under fault, retried word for word by its client."""

    member_id: str
    number: int
    redemption_id: str = ""


def prepare(house: House, number: int) -> Scene:
    member_id = enrol(house, f"+8490{number:07d}")
    house.purchases.record(PARTNER, member(member_id), make_purchase(3_000_000, purchase_id=f"first-{number}"), "f")
    return Scene(member_id, number)


def reserve(house: House, scene: Scene) -> str:
    outcome = house.rewards.reserve(
        member(scene.member_id),
        PointsWanted(100),
        idempotency_key=f"held-{scene.number}",
        fingerprint="h",
        partner_id=PARTNER,
    )
    return str(outcome.result["redemption_id"])


def run_enrol(house: House, scene: Scene) -> None:
    phone = f"+8498{scene.number:07d}"
    login = Login("https://issuer.test", f"sub-{phone}", phone=phone)
    try:
        scene.member_id = house.members.enrol(login, Enrolment(phone=phone), house.clock.now()).member.member_id
    except MemberAlreadyExistsError:
        scene.member_id = str(house.members.find_member_id(login))


def run_purchase(house: House, scene: Scene) -> None:
    purchase = make_purchase(1_250_000, purchase_id=f"second-{scene.number}")
    outcome = house.purchases.record(PARTNER, member(scene.member_id), purchase, "f2")
    assert outcome.result["entries"][0]["points"] == 125
    assert outcome.result["account"]["points"]["active"] == 445


def run_reserve(house: House, scene: Scene) -> None:
    outcome = house.rewards.reserve(
        member(scene.member_id), RewardWanted("free-coffee"), idempotency_key=f"k-{scene.number}", fingerprint="f3"
    )
    assert outcome.result["state"] == "reserved"


def run_reserve_stocked(house: House, scene: Scene) -> None:
    outcome = house.rewards.reserve(
        member(scene.member_id), RewardWanted("mug"), idempotency_key=f"p-{scene.number}", fingerprint="f4"
    )
    assert outcome.result["state"] == "reserved"


def run_redeem(house: House, scene: Scene) -> None:
    redemption_id = derived_id("red", house.keys.derive("ids"), f"partner:{PARTNER}", f"held-{scene.number}")
    outcome = house.rewards.redeem(redemption_id, partner_id=PARTNER)
    assert outcome.result["state"] == "redeemed"


def run_release(house: House, scene: Scene) -> None:
    redemption_id = derived_id("red", house.keys.derive("ids"), f"partner:{PARTNER}", f"held-{scene.number}")
    assert house.rewards.release(redemption_id, partner_id=PARTNER).result["state"] == "released"


def buy_and_pay(house: House, scene: Scene) -> None:
    """A purchase of which a hundred points have paid a part."""
    number = scene.number
    house.purchases.record(PARTNER, member(scene.member_id), make_purchase(500_000, purchase_id=f"paid-{number}"), "f")
    reserved = house.rewards.reserve(
        member(scene.member_id),
        PointsWanted(100, f"paid-{number}"),
        idempotency_key=f"pay-{number}",
        fingerprint="p",
        partner_id=PARTNER,
    )
    scene.redemption_id = str(reserved.result["redemption_id"])
    house.rewards.redeem(scene.redemption_id, partner_id=PARTNER)


def run_return(house: House, scene: Scene) -> None:
    goods = Goods("R-1", NOON, Money(250_000, "VND"))
    outcome = house.returns.record(PARTNER, f"paid-{scene.number}", goods, "r")
    assert outcome.result["points"] == {"reversed": 25, "written_off": 0, "given_back": 50}


def run_refund(house: House, scene: Scene) -> None:
    outcome = house.rewards.refund(scene.redemption_id, partner_id=PARTNER)
    assert (outcome.result["state"], outcome.result["points_refunded"]) == ("refunded", 100)


def run_redeem_for_a_bill(house: House, scene: Scene) -> None:
    reserved = house.rewards.reserve(
        member(scene.member_id),
        PointsWanted(100, f"first-{scene.number}"),
        idempotency_key=f"bill-{scene.number}",
        fingerprint="b",
        partner_id=PARTNER,
    )
    outcome = house.rewards.redeem(str(reserved.result["redemption_id"]), partner_id=PARTNER)
    assert outcome.result["state"] == "redeemed"
    [payment] = house.purchases.load(PARTNER, f"first-{scene.number}")["payments"]
    assert (payment["points"], payment["points_returned"]) == (100, 0)


def run_adjust(house: House, scene: Scene) -> None:
    house.adjustments.adjust(
        scene.member_id,
        points=-320,
        reason_code="mistake",
        note="",
        expires_on=None,
        actor="staff-1",
        idempotency_key=f"a-{scene.number}",
        fingerprint="f5",
    )


def run_birthday(house: House, scene: Scene) -> None:
    house.ledger.grant(scene.member_id, GrantBonus("birthday", 50, "2026", "birthday"))


def run_expire(house: House, scene: Scene) -> None:
    house.ledger.bring_up_to_date(scene.member_id, house.clock.now())


USE_CASES: dict[str, tuple[Callable[[House, Scene], Any] | None, Callable[[House, Scene], None], bool]] = {
    "enrol": (None, run_enrol, False),
    "purchase": (None, run_purchase, False),
    "reserve": (None, run_reserve, False),
    "reserve of a limited stock": (None, run_reserve_stocked, False),
    "redeem": (reserve, run_redeem, False),
    "release": (reserve, run_release, False),
    "redeem for a bill": (None, run_redeem_for_a_bill, False),
    "return": (buy_and_pay, run_return, False),
    "refund": (buy_and_pay, run_refund, False),
    "adjust": (None, run_adjust, False),
    "birthday": (None, run_birthday, False),
    "expire": (None, run_expire, True),
}


@pytest.mark.parametrize("name", USE_CASES)
def test_a_fault_at_any_call_and_a_retry_leave_exactly_one_effect(
    name: str, engine: Any, tables: dict[str, str]
) -> None:
    before, run, later = USE_CASES[name]
    numbers = iter(range(1, 1000))

    def scene(client: Any) -> tuple[Scene, House, MovableClock]:
        clock = MovableClock()
        house = House(engine, tables, clock)
        made = prepare(house, next(numbers))
        if before:
            before(house, made)
        if later:
            clock.instant = datetime(2028, 1, 1, tzinfo=UTC)
        return made, House(client, tables, clock), clock

    counting = FaultyClient(engine)
    made, house, clock = scene(counting)
    counting.calls = 0
    run(house, made)
    calls, expected = counting.calls, balances(House(engine, tables, clock), made.member_id)
    assert calls >= 1
    for kind, fault in FAULTS.items():
        for at in range(1, calls + 1):
            faulty = FaultyClient(engine, 0, fault)
            made, house, clock = scene(faulty)
            faulty.calls, faulty.at = 0, at
            retried(house, run, made)
            survivor = House(engine, tables, clock)
            assert balances(survivor, made.member_id) == expected, (kind, at)
            check_books(survivor, made.member_id)


def test_a_transaction_conflict_is_read_and_decided_again(engine: Any, tables: dict[str, str]) -> None:
    clock = MovableClock()
    house = House(engine, tables, clock)
    made = prepare(house, 2001)
    run_purchase(House(FaultyClient(engine, 1, transaction_conflict, only="TransactWriteItems"), tables, clock), made)
    assert balances(house, made.member_id)["active"] == 445


def retried(house: House, run: Callable[[House, Scene], None], scene: Scene) -> None:
    """The client's part: the same request again while the answer is "try again", or none came."""
    for _ in range(CLIENT_TRIES_MAX):
        try:
            run(house, scene)
        except (TemporarilyUnavailableError, ConflictRetryError, CrashError):
            continue
        return
    raise AssertionError("the client gave up")


def balances(house: House, member_id: str) -> dict[str, Any]:
    shown = house.ledger.show_account(member_id)
    left = house.rewards.list_catalogue(member_id, "en")
    return {**shown["points"], "sequence": shown["sequence"], "available": [reward["available"] for reward in left]}


def check_books(house: House, member_id: str) -> None:
    store = house._ledger_store
    assert verify(store.load(member_id), store.read_history(member_id)) is None
