"""Vouchers that many tills want at once, on a DynamoDB that is exact about transactions, and with calls that fail."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from engine.faults import FAULTS, CrashError, FaultyClient, transaction_conflict
from engine.test_races import RACERS, house, kinds, race
from house import House, MovableClock, enrol, member
from quen.errors import (
    AlreadyRedeemedError,
    ConflictRetryError,
    ReservationExpiredError,
    TemporarilyUnavailableError,
    VoucherAlreadyRedeemedError,
    VoucherNotApplicableError,
    VoucherReservedError,
)
from quen.ledger.documents import OtherRefusedError
from quen.vouchers.batch import PAGE_VOUCHERS
from quen.vouchers.batches import NewBatch
from quen.vouchers.codes import VoucherCodes
from voucher_desk import FACE, batches_of, close, issue_code, left, money_off, never, use

pytestmark = pytest.mark.engine
__all__ = ["house"]
CLIENT_TRIES_MAX = 5
REDEMPTION = "red_0000000000000000"


@pytest.fixture
def shop(house: House) -> House:
    assert house.vouchers  # made before the threads are
    return house


def test_sixteen_tills_redeem_one_code_and_one_of_them_has_it(shop: House) -> None:
    code = issue_code(shop, money_off(partial=False))
    results = race(lambda number: use(shop, "redeem", code, key=f"k{number}"))
    assert kinds(results) == {"done": 1, VoucherAlreadyRedeemedError.__name__: RACERS - 1}
    assert left(shop, code) == 0


def test_one_request_sent_sixteen_times_uses_a_part_once_and_gets_one_answer(shop: House) -> None:
    code = issue_code(shop)
    results = race(lambda _: use(shop, "redeem", code, 10_000))
    assert kinds(results) == {"done": 1, "replay": RACERS - 1}
    assert len({str(result.result) for result in results}) == 1
    assert left(shop, code) == FACE - 10_000


def test_parts_that_race_never_exceed_the_face_value(shop: House) -> None:
    code = issue_code(shop)
    results = race(lambda number: use(shop, "redeem", code, 30_000, key=f"k{number}"))
    assert kinds(results) == {"done": 3, VoucherNotApplicableError.__name__: RACERS - 3}
    assert left(shop, code) == FACE - 90_000


def test_parts_that_all_fit_are_all_used(shop: House) -> None:
    code = issue_code(shop)
    results = race(lambda number: use(shop, "redeem", code, 5_000, key=f"k{number}"))
    assert kinds(results) == {"done": RACERS}
    assert left(shop, code) == FACE - RACERS * 5_000


def test_sixteen_tills_reserve_one_voucher_and_one_of_them_has_it(shop: House) -> None:
    code = issue_code(shop)
    results = race(lambda number: use(shop, "reserve", code, 10_000, key=f"k{number}"))
    assert kinds(results) == {"done": 1, VoucherReservedError.__name__: RACERS - 1}


def test_a_use_that_is_redeemed_and_released_at_once_ends_one_way(shop: House) -> None:
    code = issue_code(shop)
    use_id = use(shop, "reserve", code, 10_000).result["use_id"]
    results = race(lambda number: close(shop, use_id, "redeem" if number % 2 else "release"))
    is_used = left(shop, code) == FACE - 10_000
    late = AlreadyRedeemedError if is_used else ReservationExpiredError
    assert kinds(results) == {"done": 1, "replay": RACERS // 2 - 1, late.__name__: RACERS // 2}
    assert is_used or left(shop, code) == FACE


def test_sixteen_refunds_of_one_use_give_it_back_once(shop: House) -> None:
    code = issue_code(shop)
    use_id = use(shop, "redeem", code, 10_000).result["use_id"]
    assert kinds(race(lambda _: close(shop, use_id, "refund"))) == {"done": 1, "replay": RACERS - 1}
    assert left(shop, code) == FACE


def test_a_reward_is_undone_or_its_voucher_used_never_both(shop: House) -> None:
    lan = enrol(shop)
    writes, _ = shop.vouchers.issuing(REDEMPTION, lan, money_off())
    shop._ledger_store.save(*writes)
    code = shop.vouchers.code_of(REDEMPTION)

    def act(number: int) -> Any:
        if number % 2:
            return use(shop, "redeem", code, FACE, key=f"k{number}", member=member(lan))
        planned = shop.vouchers.cancelling(REDEMPTION)
        try:
            shop._ledger_store.save(*planned) if planned else None
        except OtherRefusedError:
            raise ConflictRetryError from None
        return "undone" if planned else None

    results = race(act)
    used = kinds(results)["done"]
    undone = sum(result == "undone" for result in results)
    assert used + undone == 1
    assert left(shop, code) == (0 if used else FACE)


def test_workers_that_issue_one_batch_at_once_issue_each_voucher_once(shop: House) -> None:
    count = 4 * PAGE_VOUCHERS + 7
    batches = batches_of(shop)
    asked = NewBatch("Tết", count, money_off())
    batch_id = batches.create(asked, actor="s", idempotency_key="k", fingerprint="f").result["batch_id"]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: batches.issue(batch_id, never), range(4)))
    done = batches.load(batch_id)
    assert (done["state"], done["issued"]) == ("done", count)
    codes = VoucherCodes(shop.keys)
    assert all(shop._voucher_store.find(codes.voucher_id_of(batch_id, number)) for number in range(count))


STEPS = ("redeem at once", "reserve", "redeem", "release", "refund")


@pytest.mark.parametrize("step", STEPS)
def test_a_fault_at_any_call_and_a_retry_leave_exactly_one_effect(
    step: str, engine: Any, tables: dict[str, str]
) -> None:
    client = FaultyClient(engine)
    shop = House(client, tables, MovableClock())
    assert shop.vouchers
    calls, expected = play(shop, client, step, "unharmed", {})
    assert calls >= 2
    kinds_of_fault = FAULTS | {"transaction conflict": transaction_conflict}
    for kind, fault in kinds_of_fault.items():
        for at in range(1, calls + 1):
            assert play(shop, client, step, f"{kind} {at}", {at: fault})[1] == expected, (kind, at)


def play(shop: House, client: FaultyClient, step: str, name: str, faults: dict[int, Any]) -> tuple[int, Any]:
    """The step on a fresh voucher, tried until its client is told something final: the calls, the answer, what is left."""
    code = issue_code(shop, key=name)
    partner_id = f"ptn_{name}"
    use_id = ""
    if step in {"redeem", "release"}:
        use_id = use(shop, "reserve", code, 30_000, name, partner_id=partner_id).result["use_id"]
    elif step == "refund":
        use_id = use(shop, "redeem", code, 30_000, name, partner_id=partner_id).result["use_id"]
    client.arm(faults)
    for _ in range(CLIENT_TRIES_MAX):
        try:
            if use_id:
                outcome = close(shop, use_id, step, partner_id)
            else:
                how = "reserve" if step == "reserve" else "redeem"
                outcome = use(shop, how, code, 30_000, name, partner_id=partner_id)  # type: ignore[arg-type] # one of them
        except (TemporarilyUnavailableError, ConflictRetryError, CrashError):
            continue
        break
    else:
        raise AssertionError("the client gave up")
    calls = client.calls
    client.arm({})
    told = {word: outcome.result[word] for word in ("state", "amount_off", "remaining_value")}
    return calls, (told, left(shop, code))
