"""Batches: issued in pages, gone on with by whoever comes next, each voucher once, and cancelled as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from moto import mock_aws
from msgspec.structs import replace

from factories import make_program
from house import FixedPrograms, House, MovableClock
from quen.errors import IdempotencyKeyReusedError, NotFoundError, ValidationFailedError, VoucherCancelledError
from quen.ledger.documents import OtherRefusedError, Outcome
from quen.program.benefits import Benefit
from quen.vouchers.batch import PAGE_VOUCHERS
from quen.vouchers.batches import NewBatch
from quen.vouchers.codes import VoucherCodes
from quen.vouchers.model import Terms, new_voucher
from tables import create_tables, open_mocked
from voucher_desk import QueuedBatches, batches_of, issue_batch, left, money_off, never, use

COUNT = 2 * PAGE_VOUCHERS + 2


@pytest.fixture
def house() -> Iterator[House]:
    with mock_aws():
        client = open_mocked()
        house = House(client, create_tables(client), MovableClock())
        house.programs = FixedPrograms(make_program())
        yield house


def create(house: House, queue: QueuedBatches, asked: NewBatch, key: str = "k", fingerprint: str = "f") -> Outcome:
    return batches_of(house, queue).create(asked, actor="staff-1", idempotency_key=key, fingerprint=fingerprint)


def count_vouchers(house: House) -> int:
    pages = house._given_client.get_paginator("scan").paginate(TableName=house.settings.ledger_table)
    return sum(item["SK"]["S"] == "VOUCHER" for page in pages for item in page["Items"])


def test_a_batch_is_issued_page_by_page_and_says_how_far_it_is(house: House) -> None:
    queue = QueuedBatches()
    batches = batches_of(house, queue)
    begun = create(house, queue, NewBatch("Tết", COUNT, money_off()))
    batch_id = begun.result["batch_id"]
    assert (begun.result["state"], begun.result["count"], begun.result["issued"]) == ("issuing", COUNT, 0)
    assert queue.sent == [batch_id]
    answers = iter([False, True])
    batches.issue(batch_id, lambda: next(answers))  # time for one page
    assert batches.load(batch_id)["issued"] == PAGE_VOUCHERS
    assert queue.sent == [batch_id, batch_id]
    batches.issue(batch_id, never)
    done = batches.load(batch_id)
    assert (done["state"], done["issued"], count_vouchers(house)) == ("done", COUNT, COUNT)
    batches.issue(batch_id, never)  # a message that came twice
    assert count_vouchers(house) == COUNT
    assert queue.sent == [batch_id, batch_id]


def test_whoever_works_on_a_batch_again_overwrites_no_voucher_that_was_used(house: House) -> None:
    batch_id = issue_batch(house, COUNT)
    code = VoucherCodes(house.keys).code_of(batch_id, 3)
    use(house, "redeem", code, 30_000)
    store = house._voucher_store
    done = store.find_batch(batch_id)
    assert done
    stale = replace(done, issued=0, state="issuing")
    batches_of(house)._issued_page(stale)  # a worker that was asleep since the first page
    assert (left(house, code), count_vouchers(house)) == (70_000, COUNT)


def test_a_voucher_that_is_there_though_its_page_is_not_is_a_defect_and_told(house: House) -> None:
    queue = QueuedBatches()
    batch_id = create(house, queue, NewBatch("Tết", 2, money_off())).result["batch_id"]
    stray = new_voucher(VoucherCodes(house.keys).voucher_id_of(batch_id, 1), batch_id, 1, money_off())
    house._ledger_store.save(house._voucher_store.adding(stray))
    with pytest.raises(OtherRefusedError):
        batches_of(house).issue(batch_id, never)


def test_the_same_request_is_the_same_batch_and_wakes_the_worker_while_it_is_needed(house: House) -> None:
    queue = QueuedBatches()
    asked = NewBatch("Tết", 3, money_off())
    first = create(house, queue, asked)
    again = create(house, queue, asked)
    assert again == Outcome(first.result, replayed=True)
    assert len(queue.sent) == 2
    batches_of(house).issue(first.result["batch_id"], never)
    assert create(house, queue, asked) == again
    assert len(queue.sent) == 2
    with pytest.raises(IdempotencyKeyReusedError):
        create(house, queue, asked, fingerprint="other")


@pytest.mark.parametrize(
    "terms", [Terms(Benefit("gift"), date(2026, 11, 21)), Terms(Benefit("amount_off"), date(2026, 11, 22))]
)
def test_a_batch_that_makes_no_sense_is_refused_and_not_there(house: House, terms: Terms) -> None:
    queue = QueuedBatches()
    with pytest.raises(ValidationFailedError):
        create(house, queue, NewBatch("Tết", 1, terms))
    assert (queue.sent, batches_of(house).list_batches(None, 10)) == ([], ([], None))


def test_codes_are_listed_as_far_as_they_are_issued_and_each_works(house: House) -> None:
    batch_id = issue_batch(house, 5)
    batches = batches_of(house)
    page, following = batches.list_codes(batch_id, None, 3)
    assert ([item["number"] for item in page], following) == ([0, 1, 2], 3)
    rest, end = batches.list_codes(batch_id, following, 3)
    assert ([item["number"] for item in rest], end) == ([3, 4], None)
    for number, item in enumerate([*page, *rest]):
        used = use(house, "redeem", item["code"], 1, key=f"k{number}").result
        assert used["voucher_id"] == item["voucher_id"]
    assert batches.list_codes(batch_id, 5, 3) == ([], None)
    with pytest.raises(NotFoundError):
        batches.list_codes("vbt_0000000000000000", None, 3)


def test_a_cancelled_batch_issues_no_more_and_all_of_its_vouchers_are_dead(house: House) -> None:
    queue = QueuedBatches()
    batches = batches_of(house, queue)
    batch_id = create(house, queue, NewBatch("Tết", COUNT, money_off())).result["batch_id"]
    answers = iter([False, True])
    batches.issue(batch_id, lambda: next(answers))
    assert batches.cancel(batch_id)["state"] == "cancelled"
    assert batches.cancel(batch_id)["issued"] == PAGE_VOUCHERS
    batches.issue(batch_id, never)
    assert count_vouchers(house) == PAGE_VOUCHERS
    code = VoucherCodes(house.keys).code_of(batch_id, 0)
    with pytest.raises(VoucherCancelledError):
        use(house, "redeem", code, 1)
    voucher_id = VoucherCodes(house.keys).voucher_id_of(batch_id, 0)
    assert house.vouchers.load(voucher_id) | {"state": "cancelled", "batch_id": batch_id} == house.vouchers.load(
        voucher_id
    )
    for unknown in ("vbt_0000000000000000", "x"):
        with pytest.raises(NotFoundError):
            batches.cancel(unknown)


def test_batches_are_listed_newest_first(house: House) -> None:
    made = []
    for number in range(3):
        made.append(issue_batch(house, 1, key=f"k{number}"))
        house.wall.advance(minutes=1)  # type: ignore[attr-defined] # the clock of this house is movable
    batches = batches_of(house)
    page, following = batches.list_batches(None, 2)
    assert [batch["batch_id"] for batch in page] == [made[2], made[1]]
    rest, end = batches.list_batches(following, 2)
    assert ([batch["batch_id"] for batch in rest], end) == ([made[0]], None)
