"""Vouchers in the house: each use once, value kept, guessing counted, other people's vouchers unseen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws
from msgspec.structs import replace

from factories import make_program
from house import FixedPrograms, House, MovableClock, enrol, member
from quen.errors import (
    AlreadyRedeemedError,
    AlreadyReturnedError,
    CurrencyMismatchError,
    IdempotencyKeyReusedError,
    MemberNotFoundError,
    NotRedeemedError,
    QuenError,
    ReservationExpiredError,
    TooLateError,
    VoucherAlreadyRedeemedError,
    VoucherCancelledError,
    VoucherExpiredError,
    VoucherNotApplicableError,
    VoucherNotFoundError,
    VoucherReservedError,
)
from quen.ledger.documents import Outcome
from quen.ledger.model import verify
from quen.money import Money
from quen.partners.rates import PER_MINUTE_MAX, RatedAction
from quen.program.benefits import Benefit, Bill, BillLine
from quen.requests import RateLimitedError
from quen.vouchers.codes import VoucherCodes
from quen.vouchers.model import Terms, Wanted
from tables import create_tables, open_mocked
from voucher_desk import LAST_DAY, PARTNER, close, issue_code, left, money_off, use

BILL = Bill(80_000, "VND", (BillLine("1", "coffee", "drinks", 2, 60_000), BillLine("2", "cake", "food", 1, 20_000)))
REDEMPTION = "red_0000000000000000"


@pytest.fixture
def house() -> Iterator[House]:
    with mock_aws():
        client = open_mocked()
        house = House(client, create_tables(client), MovableClock())
        house.programs = FixedPrograms(make_program())
        yield house


def bound(house: House, member_id: str, terms: Terms | None = None) -> str:
    """A voucher of that member's, as a redemption issues it; answers its code."""
    writes, shown = house.vouchers.issuing(REDEMPTION, member_id, terms or money_off())
    house._ledger_store.save(*writes)
    assert "code" not in shown
    return house.vouchers.code_of(REDEMPTION)


def validate(house: House, code: str, wanted: Wanted | None = None, **changes: Any) -> dict[str, Any]:
    asked = {"partner_id": PARTNER} | changes
    return house.vouchers.validate(code, wanted or Wanted(bill=BILL), asked.pop("member", None), **asked)


def state(house: House, code: str) -> str:
    voucher_id = VoucherCodes(house.keys).find_voucher_id(code)
    return str(house.vouchers.load(str(voucher_id))["state"])


def test_a_voucher_says_what_it_takes_off_the_bill_and_stays_as_it_is(house: House) -> None:
    code = issue_code(house, money_off(40_000))
    shown = validate(house, code)
    assert (shown["state"], shown["valid_until"]) == ("issued", "2026-12-31")
    assert (
        shown["remaining_value"] == shown["face_value"] == shown["amount_off"] == {"amount": 40_000, "currency": "VND"}
    )
    assert shown["lines"] == [
        {"line_id": "1", "amount": {"amount": 30_000, "currency": "VND"}},
        {"line_id": "2", "amount": {"amount": 10_000, "currency": "VND"}},
    ]
    assert validate(house, code, Wanted())["amount_off"] is None
    assert left(house, code) == 40_000


def test_a_reserved_part_is_redeemed_and_refunded_each_once(house: House) -> None:
    code = issue_code(house)
    reserved = use(house, "reserve", code, BILL)
    assert reserved.result["state"] == "reserved"
    assert reserved.result["expires_at"] == "2026-11-22T05:15:00Z"
    assert reserved.result["remaining_value"]["amount"] == 20_000
    assert use(house, "reserve", code, BILL) == Outcome(reserved.result, replayed=True)
    assert (state(house, code), left(house, code)) == ("reserved", 100_000)
    use_id = reserved.result["use_id"]
    redeemed = close(house, use_id, "redeem")
    assert (redeemed.result["state"], redeemed.result["remaining_value"]["amount"]) == ("redeemed", 20_000)
    assert close(house, use_id, "redeem") == Outcome(redeemed.result, replayed=True)
    assert (state(house, code), left(house, code)) == ("partially_redeemed", 20_000)
    with pytest.raises(AlreadyRedeemedError):
        close(house, use_id, "release")
    refunded = close(house, use_id, "refund")
    assert (refunded.result["state"], refunded.result["remaining_value"]["amount"]) == ("refunded", 100_000)
    assert close(house, use_id, "refund") == Outcome(refunded.result, replayed=True)
    assert close(house, use_id, "redeem") == Outcome(redeemed.result, replayed=True)
    with pytest.raises(AlreadyReturnedError):
        close(house, use_id, "release")
    assert (state(house, code), left(house, code)) == ("issued", 100_000)


def test_a_voucher_is_redeemed_in_one_step_and_no_second_time(house: House) -> None:
    code = issue_code(house, money_off(partial=False))
    used = use(house, "redeem", code, BILL)
    assert (used.result["amount_off"]["amount"], used.result["remaining_value"]["amount"]) == (80_000, 0)
    assert used.result["expires_at"] is None
    assert use(house, "redeem", code, BILL) == Outcome(used.result, replayed=True)
    assert close(house, used.result["use_id"], "redeem") == Outcome(used.result, replayed=True)
    with pytest.raises(VoucherAlreadyRedeemedError):
        use(house, "redeem", code, BILL, "2")
    with pytest.raises(VoucherAlreadyRedeemedError):
        validate(house, code)
    with pytest.raises(IdempotencyKeyReusedError):
        use(house, "redeem", code, BILL, "1", fingerprint="another")
    with pytest.raises(IdempotencyKeyReusedError):
        use(house, "reserve", code, BILL, "1")
    assert close(house, used.result["use_id"], "refund").result["remaining_value"]["amount"] == 100_000


def test_one_reservation_at_a_time_and_a_lapsed_one_is_nobody_s(house: House) -> None:
    code = issue_code(house)
    first = use(house, "reserve", code, 10_000, "1").result["use_id"]
    with pytest.raises(VoucherReservedError):
        use(house, "reserve", code, 10_000, "2")
    house.wall.advance(minutes=15)  # type: ignore[attr-defined] # the clock of this house is movable
    assert state(house, code) == "issued"
    second = use(house, "reserve", code, 20_000, "2").result["use_id"]
    for how in ("redeem", "release"):
        with pytest.raises(ReservationExpiredError):
            close(house, first, how)
    released = close(house, second, "release")
    assert released.result["state"] == "released"
    assert close(house, second, "release") == Outcome(released.result, replayed=True)
    for how, error in (("redeem", ReservationExpiredError), ("refund", NotRedeemedError)):
        with pytest.raises(error):
            close(house, second, how)
    assert (state(house, code), left(house, code)) == ("issued", 100_000)


def test_a_use_is_nobody_s_but_the_partner_s_who_began_it(house: House) -> None:
    use_id = use(house, "reserve", issue_code(house)).result["use_id"]
    for known, partner_id in ((use_id, "ptn_2"), ("vus_0000000000000000", PARTNER), ("x", PARTNER)):
        with pytest.raises(VoucherNotFoundError):
            close(house, known, "redeem", partner_id)


def test_days_are_the_program_s_and_a_refund_brings_its_days_of_grace(house: House) -> None:
    code = issue_code(house)
    clock: Any = house.wall
    used = use(house, "redeem", code, 60_000).result["use_id"]
    clock.instant = clock.instant.replace(month=12, day=31, hour=16, minute=59)
    assert state(house, code) == "partially_redeemed"
    clock.advance(minutes=1)  # midnight in Saigon
    assert state(house, code) == "expired"
    with pytest.raises(VoucherExpiredError):
        use(house, "redeem", code, 1, "2")
    clock.advance(days=10)
    close(house, used, "refund")
    assert (state(house, code), left(house, code)) == ("issued", 100_000)
    again = use(house, "redeem", code, 60_000, "3").result["use_id"]
    clock.advance(days=4)
    with pytest.raises(TooLateError):
        close(house, again, "refund")
    assert state(house, code) == "expired"


def test_what_does_not_apply_is_refused_and_nothing_is_used(house: House) -> None:
    code = issue_code(house, money_off(minimum_bill=80_001))
    with pytest.raises(VoucherNotApplicableError):
        use(house, "redeem", code, BILL)
    with pytest.raises(CurrencyMismatchError):
        use(house, "redeem", code, replace(BILL, currency="USD"))
    other = issue_code(house, key="other")
    with pytest.raises(VoucherNotApplicableError):
        use(house, "redeem", other, 100_001)
    with pytest.raises(CurrencyMismatchError):
        house.vouchers.validate(other, Wanted(Money(1, "USD")), None, partner_id=PARTNER)
    assert (left(house, code), left(house, other)) == (100_000, 100_000)


def test_a_member_s_voucher_is_nobody_else_s_and_goes_with_them(house: House) -> None:
    lan, hoa = enrol(house), enrol(house, "+84901234568")
    code = bound(house, lan)
    for who in (None, member(hoa)):
        with pytest.raises(VoucherNotFoundError):
            use(house, "redeem", code, 1, member=who)
    with pytest.raises(MemberNotFoundError):
        use(house, "redeem", code, 1, member=member("mem_0000000000000000"))
    [shown] = house.vouchers.list_own(lan, None, 20)[0]
    assert (shown["code"], shown["state"]) == (code, "issued")
    assert house.vouchers.list_own(hoa, None, 20) == ([], None)
    assert use(house, "redeem", code, 10_000, "k", member=member(lan)).result["state"] == "redeemed"
    house.merges.merge(hoa, lan, reason="one", actor="s", idempotency_key="m", fingerprint="m")
    assert use(house, "redeem", code, 10_000, "l", member=member(hoa)).result["state"] == "redeemed"
    assert house.vouchers.load(shown["voucher_id"])["member_id"] == lan


def test_who_is_merged_brings_their_vouchers_along_and_takes_them_away_again(house: House) -> None:
    lan, hoa, mai = (enrol(house, f"+8490123456{number}") for number in (7, 8, 9))
    code = bound(house, lan)
    clock: Any = house.wall
    clock.advance(minutes=1)
    writes, _ = house.vouchers.issuing("red_0000000000000001", mai, money_off())
    house._ledger_store.save(*writes)

    def merge(survivor: str, merged: str) -> str:
        asked = {"reason": "one", "actor": "s", "idempotency_key": f"{survivor} {merged}", "fingerprint": "m"}
        return str(house.merges.merge(survivor, merged, **asked).result["merge_id"])

    def codes(member_id: str) -> list[str]:
        one, place = house.vouchers.list_own(member_id, None, 1)
        return [shown["code"] for shown in [*one, *(house.vouchers.list_own(member_id, place, 9)[0] if place else [])]]

    merge(hoa, lan)
    assert codes(hoa) == [code]
    second = merge(mai, hoa)
    own = house.vouchers.code_of("red_0000000000000001")
    assert codes(mai) == [own, code]
    house.merges.undo(second, actor="s")
    assert (codes(mai), codes(hoa)) == ([own], [code])


def test_a_member_s_list_has_pages_newest_first(house: House) -> None:
    lan = enrol(house)
    clock: Any = house.wall
    for number in range(5):
        writes, _ = house.vouchers.issuing(REDEMPTION, lan, money_off(), number=number)
        house._ledger_store.save(*writes)
        clock.advance(minutes=1)
    seen: list[str] = []
    place: str | None = None
    for expected in (2, 2, 1):
        page, place = house.vouchers.list_own(lan, place, 2)
        assert len(page) == expected
        seen += [shown["code"] for shown in page]
    assert place is None
    assert seen == [house.vouchers.code_of(REDEMPTION, number=number) for number in (4, 3, 2, 1, 0)]
    account = house._ledger_store.load(lan)
    assert verify(account, house._ledger_store.read_history(lan)) is None


def test_a_partner_s_own_reward_is_unknown_to_others(house: House) -> None:
    terms = Terms(Benefit("partner_reward", partner_id="ptn_cinema"), LAST_DAY)
    code = issue_code(house, terms)
    with pytest.raises(VoucherNotFoundError):
        use(house, "redeem", code)
    assert use(house, "redeem", code, partner_id="ptn_cinema").result["amount_off"]["amount"] == 0


def test_no_code_is_kept_anywhere(house: House) -> None:
    lan = enrol(house)
    codes = [bound(house, lan), issue_code(house)]
    use(house, "reserve", codes[0], 1, "1", member(lan))
    use(house, "redeem", codes[1], 1, "2")
    kept = str(house._given_client.scan(TableName=house.settings.ledger_table)["Items"]).lower()
    for code in codes:
        assert code.lower() not in kept
        assert code.replace("-", "").lower() not in kept


def test_every_wrong_code_gets_one_answer_and_who_guesses_is_soon_refused(house: House) -> None:
    lan = enrol(house)
    wrong = ("", "x", issue_code(house)[:-1] + "U", "0000-0000-0000-00000", bound(house, lan))
    answers = set()
    for number in range(PER_MINUTE_MAX[RatedAction.GUESS_VOUCHERS]):
        with pytest.raises(QuenError) as refused:
            use(house, "redeem", wrong[number % len(wrong)], key=f"k{number}")
        answers.add((refused.value.code, refused.value.detail, refused.value.faults))
    told = "No voucher that can be used here has this code; one that a member owns is used with the member named."
    assert answers == {("voucher_not_found", told, ())}
    right = issue_code(house)
    for code in (wrong[0], right):
        with pytest.raises(RateLimitedError):
            use(house, "redeem", code, 1, key="right")
        with pytest.raises(RateLimitedError):
            validate(house, code)
    assert use(house, "redeem", right, 1, partner_id="ptn_2").result["state"] == "redeemed"
    house.wall.advance(minutes=1)  # type: ignore[attr-defined] # the clock of this house is movable
    assert use(house, "redeem", right, 1, key="right").result["state"] == "redeemed"


def test_a_right_code_is_no_guess(house: House) -> None:
    code = issue_code(house)
    for number in range(2 * PER_MINUTE_MAX[RatedAction.GUESS_VOUCHERS]):
        use(house, "redeem", code, 1, key=f"k{number}")
    assert left(house, code) == 100_000 - 2 * PER_MINUTE_MAX[RatedAction.GUESS_VOUCHERS]


def test_staff_cancel_one_voucher_and_a_reservation_with_it(house: House) -> None:
    code = issue_code(house)
    held = use(house, "reserve", code, 10_000).result
    voucher_id = held["voucher_id"]
    assert house.vouchers.cancel(voucher_id)["state"] == "cancelled"
    assert house.vouchers.cancel(voucher_id)["state"] == "cancelled"
    with pytest.raises(VoucherCancelledError):
        close(house, held["use_id"], "redeem")
    with pytest.raises(VoucherCancelledError):
        use(house, "redeem", code, 1, "2")
    for unknown in ("vch_0000000000000000", "x"):
        with pytest.raises(VoucherNotFoundError):
            house.vouchers.cancel(unknown)


def test_a_reward_s_voucher_dies_with_the_reward_unless_it_was_used(house: House) -> None:
    lan = enrol(house)
    assert house.vouchers.cancelling(REDEMPTION) == []
    code = bound(house, lan)
    planned = house.vouchers.cancelling(REDEMPTION)
    held = use(house, "reserve", code, 10_000, "1", member(lan)).result["use_id"]
    with pytest.raises(VoucherReservedError):
        house.vouchers.cancelling(REDEMPTION)
    with pytest.raises(Exception, match="voucher vch_"):  # what was planned before the till came is refused
        house._ledger_store.save(*planned)
    close(house, held, "release")
    house._ledger_store.save(*house.vouchers.cancelling(REDEMPTION))
    assert house.vouchers.list_own(lan, None, 20)[0][0]["state"] == "cancelled"
    with pytest.raises(VoucherCancelledError):
        use(house, "redeem", code, 1, "2", member(lan))
    assert house.vouchers.cancelling(REDEMPTION) == []


def test_a_used_voucher_keeps_its_reward_from_being_undone(house: House) -> None:
    lan = enrol(house)
    code = bound(house, lan)
    used = use(house, "redeem", code, 1, "1", member(lan)).result["use_id"]
    with pytest.raises(VoucherAlreadyRedeemedError):
        house.vouchers.cancelling(REDEMPTION)
    close(house, used, "refund")
    assert len(house.vouchers.cancelling(REDEMPTION)) == 1
