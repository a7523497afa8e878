"""Paid memberships over real tables, night by night: what falls due is written by the job, and the books are right."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from moto import mock_aws
from msgspec.structs import replace

from factories import make_plan, make_program
from house import FixedPrograms, House, MovableClock, enrol, member
from quen.errors import MembershipNotRunningError, PaymentAlreadyRecordedError, ValidationFailedError
from quen.ledger.documents import Outcome
from quen.ledger.model import verify
from quen.memberships.payments import Payment
from quen.money import Money
from quen.program.model import Program
from tables import create_tables, open_mocked

PARTNER = "ptn_0000000000000001"


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def house(clock: MovableClock) -> Iterator[House]:
    with mock_aws():
        client = open_mocked()
        house = House(client, create_tables(client), clock)
        house.programs = FixedPrograms(make_program(plans=(make_plan(),)))
        yield house


def pay(house: House, member_id: str, payment_id: str = "INV-1", *, failed: bool = False, days_ago: int = 0) -> Outcome:
    at = house.clock.now() - timedelta(days=days_ago)
    payment = Payment(payment_id, "vip", "failed" if failed else "succeeded", Money(49_000, "VND"), at)
    return house.memberships.record_payment(PARTNER, member(member_id), payment, f"{payment_id} {failed}")


def nights(house: House, clock: MovableClock, member_id: str, count: int) -> list[str]:
    """What the job writes in so many nights, as it finds the member by the index."""
    written = []
    for _ in range(count):
        clock.advance(days=1)
        today = house.programs.program.local_day(clock.now())
        due = {found for shard in range(8) for found in house.ledger.list_due(shard, today, None, 100).member_ids}
        if member_id in due:
            written += [
                f"{today:%m-%d} {entry.reason}" for entry in house.ledger.bring_up_to_date(member_id, clock.now())
            ]
    return written


def check_books(house: House, member_id: str) -> None:
    store = house._ledger_store
    assert verify(store.load(member_id), store.read_history(member_id)) is None
    assert house.verification.verify_member(member_id).is_sound


def test_the_nightly_job_finds_a_membership_on_every_day_of_its_own(house: House, clock: MovableClock) -> None:
    lan = enrol(house)
    pay(house, lan)
    assert nights(house, clock, lan, 60) == [
        "12-19 payment_due",
        "12-22 past_due",
        "12-23 payment_due",
        "12-25 payment_due",
        "12-27 payment_due",
        "12-29 ended",
    ]
    assert house.memberships.show(lan)["membership"]["state"] == "ENDED"
    check_books(house, lan)


def test_what_has_fallen_due_shows_though_no_job_has_run(house: House, clock: MovableClock) -> None:
    lan = enrol(house)
    pay(house, lan)
    clock.advance(days=30)
    shown = house.memberships.show(lan)["membership"]
    assert (shown["state"], shown["pay_until"], shown["renews"]) == ("PAST_DUE", "2026-12-28", False)
    assert shown["next_payment"] == {"on": "2026-12-22", "amount": {"amount": 49_000, "currency": "VND"}}


def test_payments_that_arrive_late_or_out_of_order_all_count(house: House, clock: MovableClock) -> None:
    lan = enrol(house)
    pay(house, lan, "INV-2", days_ago=1)
    pay(house, lan, "INV-1", days_ago=40)
    clock.advance(days=5)
    pay(house, lan, "INV-3", days_ago=5)
    assert house.memberships.find(member(lan))["membership"]["until"] == "2027-02-21"
    entries = house.ledger.read_entries(lan, None, 10)
    assert [f"{entry.occurred_at:%m-%d}" for entry in entries if entry.reason == "paid"] == ["11-22", "10-13", "11-21"]
    check_books(house, lan)


def test_the_same_payment_again_is_answered_as_before_whatever_has_become_of_it(
    house: House, clock: MovableClock
) -> None:
    lan = enrol(house)
    first = pay(house, lan)
    house.memberships.refund(PARTNER, member(lan), "vip", idempotency_key="k", fingerprint="f")
    clock.advance(days=400)
    again = house.memberships.record_payment(
        PARTNER, member(lan), Payment("INV-1", "vip", "succeeded", Money(1, "VND"), clock.now()), "INV-1 False"
    )
    assert (again.result, again.replayed) == (first.result, True)
    with pytest.raises(PaymentAlreadyRecordedError):
        pay(house, lan, failed=True)
    assert house.memberships.load_payment(PARTNER, "INV-1") == first.result
    check_books(house, lan)


class DearerNow(FixedPrograms):
    """The price went up today: what was paid before is of the old one."""

    def current(self, _now: datetime) -> Program:
        return replace(self.program, version=2, plans=(make_plan(price=59_000),))


def test_a_price_is_that_of_the_day_of_the_payment(house: House, clock: MovableClock) -> None:
    lan = enrol(house)
    house.programs = DearerNow(house.programs.program)
    for dependent in ("ledger", "memberships"):
        house.__dict__.pop(dependent, None)
    pay(house, lan, days_ago=1)
    assert house.memberships.show(lan)["membership"]["next_payment"]["amount"]["amount"] == 59_000
    house.programs = FixedPrograms(house.programs.current(clock.now()))
    house.__dict__.pop("memberships")
    with pytest.raises(ValidationFailedError):
        pay(house, lan, "INV-2")
    check_books(house, lan)


def test_nobody_cancels_what_there_is_not(house: House) -> None:
    lan = enrol(house)
    for change in (house.memberships.cancel, house.memberships.resume):
        with pytest.raises(MembershipNotRunningError):
            change(lan)


def test_a_missing_document_of_a_payment_is_found_by_the_nightly_proof(house: House) -> None:
    lan = enrol(house)
    pay(house, lan)
    house.memberships.cancel(lan)
    table, client = house.settings.ledger_table, house._given_client
    client.delete_item(TableName=table, Key={"PK": {"S": f"PAYMENT#{PARTNER}#INV-1"}, "SK": {"S": "DOCUMENT"}})
    [flaw] = house.verification.verify_member(lan).flaws
    assert f"PAYMENT#{PARTNER}#INV-1" in flaw.what
