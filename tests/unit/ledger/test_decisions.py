"""What commands make of an account, and what time does to it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from factories import NOON, make_account, make_program, make_purchase
from quen.business_days import day_end
from quen.errors import (
    InsufficientPointsError,
    ReservationExpiredError,
    RewardLimitReachedError,
    TooLateError,
    ValidationFailedError,
)
from quen.ledger.model import (
    Account,
    Adjust,
    BringUpToDate,
    Command,
    Entry,
    GrantBonus,
    RecordPurchase,
    Redeem,
    Release,
    Reserve,
    decide,
    folded,
    next_due_on,
    rebuild,
)
from quen.program.model import Expiry, Program

PROGRAM = make_program()
PENDING = replace(PROGRAM, points=replace(PROGRAM.points, pending_days=7))


def run(
    account: Account, command: Command, program: Program = PROGRAM, now: datetime = NOON
) -> tuple[Account, list[Entry]]:
    entries = decide(account, command, program, now)
    return folded(account, entries), entries


def test_a_purchase_earns_by_the_programs_rules_into_the_lot_of_its_last_day() -> None:
    account, [entry] = run(Account("mem"), RecordPurchase("ptn", make_purchase(125_000)))
    assert account.lots == {"2027-11-30": 12}
    assert entry.lines == {"program.issued": -12, "member.active": 12}
    assert (entry.kind, entry.points, entry.balance_after) == ("earn", 12, 12)
    assert [(share.rule_id, share.points) for share in entry.shares] == [("base", 12)]


def test_a_purchase_of_nothing_is_recorded_and_earns_nothing() -> None:
    account, [entry] = run(Account("mem"), RecordPurchase("ptn", make_purchase(0)))
    assert (account.sequence, account.active, entry.kind, entry.lines) == (1, 0, "earn", {})


def test_a_daily_cap_counts_what_the_day_has_given_whatever_the_order_of_receipts() -> None:
    monday = datetime(2026, 11, 23, 3, tzinfo=UTC)
    account, _ = run(
        Account("mem"), RecordPurchase("ptn", make_purchase(1_500_000, purchase_id="1", at=monday)), now=monday
    )
    assert account.active == 300  # 150 and 150 more
    later = monday + timedelta(days=1)
    account, _ = run(account, RecordPurchase("ptn", make_purchase(100_000, purchase_id="2", at=later)), now=later)
    late = make_purchase(1_500_000, purchase_id="3", at=monday + timedelta(hours=1))
    account, [entry] = run(account, RecordPurchase("ptn", late), now=later)
    assert [share.points for share in entry.shares] == [150, 50]
    assert account.caps["2026-11-23/double-star"] == 200


def test_pending_points_are_shown_but_not_spendable_until_local_midnight_of_their_day() -> None:
    account, [entry] = run(Account("mem"), RecordPurchase("ptn", make_purchase()), PENDING)
    assert (account.active, account.pending_points, entry.points) == (0, 12, 0)
    assert account.pending == {"2026-11-29/2027-11-30": 12}
    midnight = datetime(2026, 11, 28, 17, tzinfo=UTC)
    with pytest.raises(InsufficientPointsError):
        decide(account, Reserve("red", 12, NOON + timedelta(days=30)), PENDING, midnight - timedelta(seconds=1))
    account, [activated, _] = run(account, Reserve("red", 12, NOON + timedelta(days=30)), PENDING, midnight)
    assert (activated.kind, activated.occurred_at, activated.points) == ("activate", midnight, 12)
    assert (account.active, account.held) == (0, 12)


@pytest.mark.parametrize("zone", ["Asia/Ho_Chi_Minh", "Pacific/Pago_Pago", "Pacific/Kiritimati", "Europe/Berlin"])
def test_a_lot_lives_to_24_00_local_of_its_last_day_though_no_job_has_run(zone: str) -> None:
    program = make_program(time_zone=ZoneInfo(zone))
    end = day_end(date(2027, 11, 30), program.time_zone)
    account = make_account((100, "2027-11-30"))
    held = Reserve("red", 100, end + timedelta(days=1))
    assert decide(account, held, program, end - timedelta(seconds=1))
    with pytest.raises(InsufficientPointsError):
        decide(account, held, program, end)
    _, [expired] = run(account, BringUpToDate(end + timedelta(days=9)), program, end + timedelta(days=9))
    assert (expired.kind, expired.occurred_at, expired.points) == ("expire", end, -100)
    assert expired.lines == {"member.active": -100, "program.expired": 100}


def test_a_job_that_brings_an_account_up_to_a_past_moment_leaves_what_fell_due_later() -> None:
    account = make_account((1, "2026-11-01"), (2, "2026-11-10"))
    account, [entry] = run(account, BringUpToDate(datetime(2026, 11, 5, tzinfo=UTC)))
    assert (entry.points, account.lots, entry.recorded_at) == (-1, {"2026-11-10": 2}, NOON)


def test_debits_take_the_earliest_last_day_first_and_what_never_expires_last() -> None:
    account = make_account((5, None), (10, "2027-03-31"), (10, "2027-01-31"))
    account, [entry] = run(account, Reserve("red", 18, NOON + timedelta(days=1)))
    assert entry.lots == {"2027-01-31": -10, "2027-03-31": -8}
    assert account.lots == {"2027-03-31": 2, "never": 5}
    account, [entry] = run(account, Adjust("adj", -7, "mistake"))
    assert (entry.lots, account.lots) == ({"2027-03-31": -2, "never": -5}, {})


def test_released_points_go_back_to_the_lots_they_came_from() -> None:
    before = make_account((10, "2027-01-31"), (10, "2027-03-31"))
    account, _ = run(before, Reserve("red", 15, NOON + timedelta(days=1)))
    account, [entry] = run(account, Release("red"))
    assert (account.lots, account.holds, entry.kind) == (before.lots, {}, "release")


def test_redeemed_points_are_gone_and_cannot_be_released() -> None:
    account, _ = run(make_account((10, None)), Reserve("red", 10, NOON + timedelta(days=1)))
    account, [entry] = run(account, Redeem("red"))
    assert entry.lines == {"member.held": -10, "program.redeemed": 10}
    assert (account.active, account.held, entry.points) == (0, 0, 0)
    for command in (Release("red"), Redeem("red")):
        with pytest.raises(ReservationExpiredError):
            decide(account, command, PROGRAM, NOON)


def test_a_reservation_lapses_by_itself_and_points_that_expired_meanwhile_expire_then() -> None:
    lapses = datetime(2027, 2, 10, 3, 15, tzinfo=UTC)
    account, _ = run(make_account((10, "2027-01-31"), (10, "2027-12-31")), Reserve("red", 15, lapses))
    with pytest.raises(ReservationExpiredError):
        decide(account, Redeem("red"), PROGRAM, lapses)
    account, entries = run(account, BringUpToDate(lapses), now=lapses)
    assert [(entry.kind, entry.points) for entry in entries] == [("lapse", 15), ("expire", -10)]
    assert account.lots == {"2027-12-31": 10}


def test_a_limited_reward_counts_until_it_is_called_off() -> None:
    until = NOON + timedelta(days=1)
    account, _ = run(make_account((100, None)), Reserve("r1", 30, until, "mug", limit=1))
    with pytest.raises(RewardLimitReachedError):
        decide(account, Reserve("r2", 30, until, "mug", limit=1), PROGRAM, NOON)
    released, _ = run(account, Release("r1"))
    assert released.rewards == {}
    redeemed, _ = run(account, Redeem("r1"))
    assert redeemed.rewards == {"mug": 1}


def test_a_bonus_never_waits_and_says_where_it_came_from() -> None:
    account, [entry] = run(Account("mem"), GrantBonus("birthday", 50, "2026", "birthday"), PENDING)
    assert (account.active, entry.kind, entry.reference.kind, entry.reference.id) == (50, "bonus", "birthday", "2026")


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (Adjust("adj", 0, "nothing"), ValidationFailedError),
        (Adjust("adj", -11, "too much"), InsufficientPointsError),
        (Adjust("adj", 5, "late", date(2026, 11, 21)), ValidationFailedError),
        (Reserve("red", 11, NOON), InsufficientPointsError),
        (Reserve("red", 0, NOON), ValidationFailedError),
        (Reserve("red", -5, NOON), ValidationFailedError),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_happens(command: Command, error: type[Exception]) -> None:
    with pytest.raises(error):
        decide(make_account((10, None)), command, PROGRAM, NOON)


def test_points_that_staff_give_live_ten_years_at_the_most() -> None:
    decide(make_account(), Adjust("adj", 5, "goodwill", date(2036, 11, 22)), PROGRAM, NOON)
    for last_day in (date(2036, 11, 23), date.max):
        with pytest.raises(ValidationFailedError):
            decide(make_account(), Adjust("adj", 5, "goodwill", last_day), PROGRAM, NOON)


def test_an_account_has_twenty_open_redemptions_at_the_most() -> None:
    account = make_account((100, None))
    for number in range(20):
        account, _ = run(account, Reserve(f"red_{number}", 1, NOON + timedelta(days=1)))
    with pytest.raises(RewardLimitReachedError):
        decide(account, Reserve("red_20", 1, NOON + timedelta(days=1)), PROGRAM, NOON)


def test_a_receipt_is_accepted_for_the_programs_days_and_then_too_late() -> None:
    program = replace(PROGRAM, accepted_days=30)
    for days, zone_hours in ((30, 0), (30, -12)):  # noon and midnight of the last accepted day in Saigon
        at = NOON - timedelta(days=days) + timedelta(hours=zone_hours)
        assert decide(Account("mem"), RecordPurchase("ptn", make_purchase(at=at)), program, NOON)
    too_late = NOON - timedelta(days=30, hours=12, seconds=1)
    with pytest.raises(TooLateError):
        decide(Account("mem"), RecordPurchase("ptn", make_purchase(at=too_late)), program, NOON)


def test_a_cap_is_remembered_as_long_as_receipts_of_its_day_are_accepted() -> None:
    account = Account("mem")
    for number, weeks_ago in enumerate([0, 12, 12]):
        at = datetime(2026, 11, 16, 3, tzinfo=UTC) - timedelta(weeks=weeks_ago)
        command = RecordPurchase("ptn", make_purchase(3_000_000, purchase_id=str(number), at=at))
        account, [entry] = run(account, command)
        assert [share.points for share in entry.shares] == [300, 200 if number < 2 else 0]


def test_the_next_due_day_is_the_first_midnight_at_or_after_the_next_change() -> None:
    assert next_due_on(make_account((10, None)), PROGRAM) is None
    assert next_due_on(make_account((10, "2027-11-30"), (1, "2028-01-01")), PROGRAM) == date(2027, 12, 1)
    pending, _ = run(Account("mem"), RecordPurchase("ptn", make_purchase()), PENDING)
    assert next_due_on(pending, PENDING) == date(2026, 11, 29)
    held, _ = run(make_account((10, None)), Reserve("red", 5, NOON))
    assert next_due_on(held, PROGRAM) == date(2026, 11, 23)


def test_the_expiry_clock_starts_when_points_become_active() -> None:
    program = replace(PENDING, points=replace(PENDING.points, expiry=Expiry("days", 30)))
    account, _ = run(Account("mem"), RecordPurchase("ptn", make_purchase()), program)
    assert account.pending == {"2026-11-29/2026-12-29": 12}


def test_the_account_is_the_fold_of_its_entries() -> None:
    first = decide(Account("mem"), RecordPurchase("ptn", make_purchase()), PROGRAM, NOON)
    account = folded(Account("mem"), first)
    second = decide(account, Reserve("red", 5, NOON + timedelta(days=1)), PROGRAM, NOON)
    assert rebuild("mem", [*first, *second]) == folded(account, second)
