"""A receipt comes back as it was kept, and holds nothing of a person."""

from __future__ import annotations

from datetime import date

from msgspec.structs import replace

from factories import NOON, make_program, make_purchase
from quen.earning.model import PurchaseLine, Tender
from quen.money import Money
from quen.receipts.model import Receipt, last_day_to_claim, purchase_document_key, read_receipt, receipt_document
from quen.returns.documents import partition_of


def money(amount: int) -> Money:
    return Money(amount, "VND")


def test_a_receipt_comes_back_as_it_was_kept() -> None:
    lines = (
        PurchaseLine("1", "latte", 2, money(90_000), "drinks", 1),
        PurchaseLine("2", "beans", 1, money(60_000)),
    )
    purchase = replace(
        make_purchase(150_000, purchase_id="B-1"),
        occurred_at=NOON.replace(microsecond=250_000),
        store_id="hanoi-1",
        lines=lines,
        tax=money(11_000),
        delivery_fee=money(15_000),
        tenders=(Tender("card", money(150_000)),),
        member_discount=money(5_000),
    )
    receipt = Receipt("ptn_1", purchase, date(2026, 11, 22), date(2026, 12, 22), 15, 2)
    document = receipt_document(receipt, "f")
    assert read_receipt(document) == receipt
    assert (document.member_id, document.result, document.state) == ("", {}, "open")


def test_the_receipt_stands_beside_the_purchase_that_it_becomes() -> None:
    receipt = Receipt("ptn_1", make_purchase(1, purchase_id="B-1"), date(2026, 11, 22), date(2026, 12, 22), 0)
    assert purchase_document_key(receipt.key) == (partition_of("ptn_1", "B-1"), "DOCUMENT")


def test_its_last_day_is_counted_in_the_program_s_own_days() -> None:
    program = replace(make_program(), claim_days=7)
    late = make_purchase(1, at=NOON.replace(hour=18))  # 01:00 of the next day in Vietnam
    assert last_day_to_claim(late, program) == date(NOON.year, NOON.month, NOON.day + 8)
