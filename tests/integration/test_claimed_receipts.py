"""What a claimed receipt earns: what it would have earned on its day, whenever within its days it is claimed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from moto import mock_aws
from msgspec.structs import replace

from factories import make_program, make_purchase
from house import FixedPrograms, House, MovableClock, enrol, member
from quen.errors import CurrencyMismatchError, MemberNotActiveError, PurchaseAlreadyRecordedError, TooLateError
from quen.ledger.model import verify
from quen.money import Money
from quen.partners.model import Billing, Partner, PartnerState, Relation, Terms
from quen.program.model import Program
from quen.receipts.codes import ClaimCodes
from quen.receipts.errors import ReceiptAlreadyClaimedError, ReceiptNotFoundError
from quen.receipts.service import Receipts
from tables import create_tables, open_mocked

PARTNER = "ptn_0000000000000001"
BOUGHT_AT = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)  # a Sunday's noon in Saigon


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(BOUGHT_AT)


@pytest.fixture
def house(clock: MovableClock) -> Iterator[House]:
    with mock_aws():
        client = open_mocked()
        yield House(client, create_tables(client), clock)


def use(house: House, program: Program) -> None:
    house.__dict__["programs"] = FixedPrograms(program)


def report(house: House, amount: int = 125_000, purchase_id: str = "B-1") -> str:
    purchase = make_purchase(amount, purchase_id=purchase_id, at=BOUGHT_AT)
    return str(house.receipts.record(PARTNER, purchase, "f").result["claim_code"])


def test_a_receipt_is_claimed_to_the_midnight_of_its_last_day_and_no_longer(house: House, clock: MovableClock) -> None:
    code = report(house)
    clock.instant = datetime(2026, 12, 22, 16, 59, 59, tzinfo=UTC)  # a second before midnight, thirty days later
    member_id, other_id = enrol(house), enrol(house, "+84901234568")
    first = house.receipts.claim(member_id, code)
    assert first.result["entries"][0]["points"] == 12
    other = report(house, purchase_id="B-2")
    clock.advance(seconds=1)
    with pytest.raises(TooLateError):
        house.receipts.claim(other_id, other)
    # What was claimed in time has its answer for ever.
    assert house.receipts.claim(member_id, code) == replace(first, replayed=True)
    with pytest.raises(ReceiptAlreadyClaimedError):
        house.receipts.claim(other_id, code)


def test_a_receipt_that_came_in_time_is_not_late_for_having_waited(house: House, clock: MovableClock) -> None:
    use(house, make_program(accepted_days=2))
    code = report(house)
    clock.advance(days=20)
    member_id = enrol(house)
    assert house.receipts.claim(member_id, code).result["entries"][0]["points"] == 12
    with pytest.raises(TooLateError):
        house.purchases.record(PARTNER, member(member_id), make_purchase(purchase_id="B-2", at=BOUGHT_AT), "f")


def test_the_rules_are_those_of_the_day_of_the_purchase_and_so_is_the_wait(house: House, clock: MovableClock) -> None:
    program = make_program()
    use(house, replace(program, points=replace(program.points, pending_days=14)))
    code = report(house)
    clock.advance(days=8)  # a Monday, on which points count double
    [entry] = house.receipts.claim(enrol(house), code).result["entries"]
    assert (entry["points"], entry["state"], entry["active_on"]) == (12, "pending", "2026-12-06")


def test_a_receipt_says_what_it_would_earn_somebody_new(house: House) -> None:
    answer = house.receipts.record(PARTNER, make_purchase(125_000, at=BOUGHT_AT), "f").result
    assert (answer["would_earn"], answer["claim_until"]) == (12, "2026-12-22")


def test_its_points_are_funded_by_the_partner_whose_receipt_it_is(house: House) -> None:
    terms = Terms(date(2026, 1, 1), Billing.POSTPAID, "100", "100", "100")
    known = Partner(PARTNER, "Phở 24", PartnerState.ACTIVE, frozenset(), BOUGHT_AT, Relation.BRAND, terms=(terms,))
    house._partner_store.add(known)
    member_id = enrol(house)
    house.receipts.claim(member_id, report(house))
    store = house._ledger_store
    account = store.load(member_id)
    assert account.lots[f"2027-11-30@{PARTNER}"] == 12
    assert verify(account, store.read_history(member_id)) is None


def test_a_member_who_may_not_earn_leaves_the_receipt_to_others(house: House) -> None:
    code = report(house)
    blocked_id, other_id = enrol(house), enrol(house, "+84901234568")
    house.ledger.set_state(blocked_id, "blocked", ())
    with pytest.raises(MemberNotActiveError):
        house.receipts.claim(blocked_id, code)
    assert not house.receipts.claim(other_id, code).replayed


def test_a_receipt_that_could_never_earn_is_not_kept(house: House, clock: MovableClock) -> None:
    wrong = replace(make_purchase(at=BOUGHT_AT), delivery_fee=Money(1, "USD"))
    with pytest.raises(CurrencyMismatchError):
        house.receipts.record(PARTNER, wrong, "f")
    clock.advance(days=31)
    with pytest.raises(TooLateError):
        report(house)
    with pytest.raises(ReceiptNotFoundError):
        house.receipts.void(PARTNER, "B-1")


class FewCodes(ClaimCodes):
    """Every receipt's first code is the same."""

    def code_of(self, partner_id: str, purchase_id: str, number: int) -> str:
        return super().code_of(partner_id, purchase_id if number else "", number)


def test_two_receipts_never_have_one_code(house: House) -> None:
    store = house._ledger_store
    given = house.purchases, house.ledger, store, house.programs, house._partner_store, house.partner_rates
    receipts = Receipts(*given, FewCodes(house.keys))
    bought = [make_purchase(amount, purchase_id=f"B-{amount}", at=BOUGHT_AT) for amount in (10_000, 20_000)]
    codes = [receipts.record(PARTNER, purchase, "f").result["claim_code"] for purchase in bought]
    assert codes[0] != codes[1]
    member_id = enrol(house)
    assert [receipts.claim(member_id, code).result["purchase_id"] for code in codes] == ["B-10000", "B-20000"]
    assert [receipts.record(PARTNER, purchase, "f").result["claim_code"] for purchase in bought] == codes
    with pytest.raises(PurchaseAlreadyRecordedError):
        receipts.record(PARTNER, bought[0], "other")


def test_a_lost_answer_to_a_claim_is_given_again(house: House) -> None:
    code, member_id = report(house), enrol(house)
    first = house.receipts.claim(member_id, code)
    assert house.receipts.claim(member_id, code).result == first.result
    assert house.ledger.show_account(member_id)["points"]["active"] == 20 + 12
