"""Stored value: money in, money out, money back to the account that paid; never below zero, each once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import pytest
from moto import mock_aws

from factories import make_program
from house import FixedPrograms, House, MovableClock, enrol, member
from quen.errors import (
    CurrencyMismatchError,
    IdempotencyKeyReusedError,
    InsufficientStoredValueError,
    NotFoundError,
    RefundExceedsPaymentError,
    StoredValueLimitReachedError,
    StoredValueNotOfferedError,
    ValidationFailedError,
)
from quen.ledger.documents import Outcome
from quen.ledger.model import verify
from quen.money import Money
from quen.program.model import AdjustmentPolicy, StoredValuePolicy
from tables import create_tables, open_mocked

PARTNER = "ptn_1"


@pytest.fixture
def house() -> Iterator[House]:
    with mock_aws():
        client = open_mocked()
        house = House(client, create_tables(client), MovableClock())
        house.programs = FixedPrograms(make_program(stored_value=StoredValuePolicy(maximum=500_000)))
        yield house


def move(house: House, member_id: str, activity: str, amount: int, key: str, currency: str = "VND") -> Outcome:
    return house.stored_values.move(
        activity,  # type: ignore[arg-type] # the tests name one of them
        member(member_id),
        Money(amount, currency),
        partner_id=PARTNER,
        idempotency_key=key,
        fingerprint=f"{activity} {amount}",
    )


def refund(
    house: House, activity_id: str, amount: int, key: str, partner_id: str = PARTNER, fingerprint: str = ""
) -> Outcome:
    return house.stored_values.refund(
        activity_id,
        Money(amount, "VND"),
        partner_id=partner_id,
        idempotency_key=key,
        fingerprint=fingerprint or str(amount),
    )


def balance(house: House, member_id: str) -> int:
    store = house._ledger_store
    assert verify(store.load(member_id), store.read_history(member_id)) is None
    return store.load(member_id).wallet("stored_value")


def test_money_is_loaded_spent_and_refunded_and_is_no_points(house: House) -> None:
    lan = enrol(house)
    loaded = move(house, lan, "load", 300_000, "1")
    assert (loaded.result["type"], loaded.result["balance"]) == ("load", {"amount": 300_000, "currency": "VND"})
    assert move(house, lan, "load", 300_000, "1") == Outcome(loaded.result, replayed=True)
    paid = move(house, lan, "redeem", 120_000, "2").result
    assert (paid["amount"]["amount"], paid["balance"]["amount"]) == (120_000, 180_000)
    back = refund(house, paid["activity_id"], 50_000, "3")
    assert back.result["balance"]["amount"] == 230_000
    assert refund(house, paid["activity_id"], 50_000, "3") == Outcome(back.result, replayed=True)
    with pytest.raises(IdempotencyKeyReusedError):
        refund(house, paid["activity_id"], 60_000, "3")
    with pytest.raises(RefundExceedsPaymentError):
        refund(house, paid["activity_id"], 70_001, "4")
    refund(house, paid["activity_id"], 70_000, "5")
    account = house.ledger.show_account(lan)
    assert (account["stored_value"], account["points"]["active"]) == ({"amount": 300_000, "currency": "VND"}, 20)
    [entry] = house.ledger.list_entries(lan, None, 1)[0]
    assert (entry["kind"], entry["points"]) == ("stored_value", 0)
    assert entry["wallets"] == [{"wallet": "stored_value", "amount": 70_000, "explanation": []}]
    assert balance(house, lan) == 300_000


def test_what_cannot_be_is_refused_and_moves_nothing(house: House) -> None:
    lan = enrol(house)
    paid = move(house, lan, "load", 100_000, "1").result["activity_id"]
    with pytest.raises(InsufficientStoredValueError):
        move(house, lan, "redeem", 100_001, "2")
    with pytest.raises(StoredValueLimitReachedError):
        move(house, lan, "load", 400_001, "2")
    with pytest.raises(CurrencyMismatchError):
        move(house, lan, "load", 1, "2", "USD")
    with pytest.raises(ValidationFailedError):
        move(house, lan, "load", 0, "2")
    with pytest.raises(NotFoundError):
        refund(house, paid, 1, "2")  # a load is no payment
    spent = move(house, lan, "redeem", 10_000, "3").result["activity_id"]
    for activity_id, partner_id in ((spent, "ptn_2"), ("sva_0000000000000000", PARTNER), ("x", PARTNER)):
        with pytest.raises(NotFoundError):
            refund(house, activity_id, 1, "4", partner_id)
    assert balance(house, lan) == 90_000
    house.programs.program = make_program()
    with pytest.raises(StoredValueNotOfferedError):
        move(house, lan, "load", 1, "5")
    move(house, lan, "redeem", 90_000, "6")  # what is there can be spent though the program offers no more
    assert house.ledger.show_account(lan)["stored_value"] is None


def test_staff_put_money_right_but_never_below_zero(house: House) -> None:
    lan = enrol(house)

    def adjust(amount: int, key: str) -> Outcome:
        return house.stored_values.adjust(
            lan, amount, "correction", actor="staff-1", idempotency_key=key, fingerprint=str(amount)
        )

    assert adjust(5_000, "1").result["balance"]["amount"] == 5_000
    with pytest.raises(InsufficientStoredValueError):
        adjust(-5_001, "2")
    with pytest.raises(ValidationFailedError):
        adjust(0, "2")
    assert adjust(-5_000, "2").result["balance"]["amount"] == 0


def test_one_key_names_one_activity_whatever_its_kind(house: House) -> None:
    """A load and a payment of one amount have one body: the till must not take the one's answer for the other's."""
    lan = enrol(house)

    def send(activity: Literal["load", "redeem"]) -> Outcome:
        return house.stored_values.move(
            activity, member(lan), Money(100, "VND"), partner_id=PARTNER, idempotency_key="k", fingerprint="one body"
        )

    send("load")
    with pytest.raises(IdempotencyKeyReusedError):
        send("redeem")
    assert balance(house, lan) == 100


def test_a_refund_is_an_activity_of_its_own_and_its_key_serves_no_other_payment(house: House) -> None:
    lan = enrol(house)
    move(house, lan, "load", 100_000, "1")
    first, second = (move(house, lan, "redeem", 100, key).result["activity_id"] for key in "23")
    back = refund(house, first, 50, "4").result
    assert back["activity_id"] not in {first, second}
    assert house.ledger.list_entries(lan, None, 1)[0][0]["reference"]["id"] == back["activity_id"]
    with pytest.raises(IdempotencyKeyReusedError):
        refund(house, second, 50, "4", fingerprint="of another payment")
    with pytest.raises(NotFoundError):
        refund(house, back["activity_id"], 1, "5")  # a refund is no payment
    assert balance(house, lan) == 100_000 - 200 + 50


def test_the_last_refund_of_a_payment_is_told_again_though_nothing_is_left(house: House) -> None:
    lan = enrol(house)
    move(house, lan, "load", 100, "1")
    paid = move(house, lan, "redeem", 100, "2").result["activity_id"]
    whole = refund(house, paid, 100, "3")
    assert refund(house, paid, 100, "3") == Outcome(whole.result, replayed=True)


def test_staff_name_a_reason_that_the_program_lists_and_a_replay_outlives_the_list(house: House) -> None:
    lan = enrol(house)

    def adjust(reason_code: str, key: str) -> Outcome:
        return house.stored_values.adjust(lan, 5, reason_code, actor="s", idempotency_key=key, fingerprint=reason_code)

    first = adjust("gift", "1")
    house.programs.program = make_program(adjustments=AdjustmentPolicy(reason_codes=("mistake",)))
    with pytest.raises(ValidationFailedError) as refused:
        adjust("gift", "2")
    assert [fault.pointer for fault in refused.value.faults] == ["/reason_code"]
    assert adjust("gift", "1") == Outcome(first.result, replayed=True)
