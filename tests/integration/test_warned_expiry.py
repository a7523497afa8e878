"""The account knows whether its member may be told, and why points may end: over tables as moto plays them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from moto import mock_aws
from msgspec.structs import replace

from factories import make_program
from house import FixedPrograms, House, MovableClock, enrol
from quen.ledger.items import shard_of
from quen.ledger.model import Adjust, OpenBalance
from quen.ledger.views import entry_view
from quen.members.model import ConsentDecision, Login
from quen.messages.intents import intents_of
from quen.messages.model import Intent
from quen.program.model import Expiry, ExpiryWarning
from tables import create_tables, open_mocked

WARNING = ExpiryWarning((7, 1), is_required=True, grace_days=5)
AGREED = ConsentDecision("transactional_sms", granted=True, text_version="1")


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def house(clock: MovableClock) -> Iterator[House]:
    with mock_aws():
        client = open_mocked()
        house = House(client, create_tables(client), clock)
        program = make_program()
        points = replace(program.points, expiry=Expiry("days", 20, warning=WARNING))
        house.programs = FixedPrograms(replace(program, points=points))
        yield house


def agree(house: House, member_id: str, decision: ConsentDecision) -> None:
    house.members.change(member_id, {"consents": (decision,)}, Login("https://id", "user"), house.clock.now())


def warn(house: House, member_id: str) -> Intent:
    """What the night's warning asks to be told."""
    house.ledger.bring_up_to_date(member_id, house.clock.now())
    [warned] = house.ledger.read_entries(member_id, None, 1)
    [warning] = intents_of(warned)
    return warning


def kinds(house: House, member_id: str) -> list[str]:
    return [entry.kind for entry in reversed(house.ledger.read_entries(member_id, None, 50))]


def test_a_consent_and_its_withdrawal_reach_the_account_with_the_profile(house: House, clock: MovableClock) -> None:
    member_id = enrol(house)
    before = kinds(house, member_id)
    assert not house.ledger.load_account(member_id).reachable
    agree(house, member_id, AGREED)
    assert house.ledger.load_account(member_id).reachable
    agree(house, member_id, replace(AGREED, text_version="2"))
    assert kinds(house, member_id) == [*before, "notice"], (
        "one that changes nothing for the account writes nothing to it"
    )
    agree(house, member_id, replace(AGREED, granted=False))
    assert not house.ledger.load_account(member_id).reachable


def test_what_had_fallen_due_is_written_before_the_account_learns_who_may_be_told(
    house: House, clock: MovableClock
) -> None:
    member_id = enrol(house)
    house.ledger.execute(member_id, Adjust("adj", 30, "gift"), answer=lambda _, entry: entry_view(entry))
    clock.advance(hours=24 * 22)
    agree(house, member_id, AGREED)
    account = house.ledger.load_account(member_id)
    assert (account.active, account.reachable) == (0, True), "they ended when nobody might be told"


def test_points_end_only_once_it_is_proven_that_their_member_was_told(house: House, clock: MovableClock) -> None:
    member_id = enrol(house)
    agree(house, member_id, AGREED)
    house.ledger.execute(member_id, Adjust("adj", 30, "gift"), answer=lambda _, entry: entry_view(entry))
    [first] = house.ledger.load_account(member_id).lots
    clock.advance(hours=24 * 21)
    [second] = house.ledger.load_account(member_id).lots
    assert second > first
    for _ in range(2):
        house.ledger.record_proof(member_id, [second], "msg_1", "delivered")
    assert kinds(house, member_id).count("notice") == 2, "that they may be told, and one proof"
    clock.advance(hours=24 * 6)
    house.ledger.bring_up_to_date(member_id, clock.now() + timedelta(seconds=0))
    [expired] = house.ledger.read_entries(member_id, None, 1)
    assert (expired.kind, expired.reason, expired.reference.id) == ("expire", "delivered", second)


def test_a_warning_that_may_not_be_sent_is_itself_the_proof(house: House, clock: MovableClock) -> None:
    """Consent is asked when the message is sent: who withdrew it meanwhile is told nothing, and the points may end."""
    member_id = enrol(house)
    agree(house, member_id, AGREED)
    house.ledger.execute(member_id, Adjust("adj", 30, "gift"), answer=lambda _, entry: entry_view(entry))
    clock.advance(hours=24 * 14)
    warning = warn(house, member_id)
    agree(house, member_id, replace(AGREED, granted=False))
    for _ in range(2):
        assert house.messages.send(warning) == "SUPPRESSED_NO_CONSENT"
    account = house.ledger.load_account(member_id)
    assert set(warning.data["days"]) <= set(account.proven)


def test_a_warning_that_a_merged_member_cannot_be_given_proves_nothing_about_the_survivors_points(
    house: House, clock: MovableClock
) -> None:
    survivor, merged = enrol(house), enrol(house, "+84907654321")
    for member_id in (survivor, merged):
        agree(house, member_id, AGREED)
        house.ledger.execute(member_id, Adjust("adj", 30, "gift"), answer=lambda _, entry: entry_view(entry))
    clock.advance(hours=24 * 14)
    warning = warn(house, merged)
    house.merges.merge(survivor, merged, reason="one", actor="staff", idempotency_key="m", fingerprint="m")
    assert house.messages.send(warning) == "SUPPRESSED_NOT_ACTIVE"
    house.ledger.record_proof(merged, warning.data["days"], "msg_2", "no_consent")
    assert house.ledger.load_account(survivor).proven == {}
    house.ledger.record_proof(merged, warning.data["days"], "msg_3", "delivered")
    assert set(house.ledger.load_account(survivor).proven) == set(warning.data["days"])


def lots_of(house: House, days: int) -> dict[str, int]:
    """A point that ends on each of so many days from tomorrow on."""
    today = house.clock.now().date()
    return {(today + timedelta(days=number)).isoformat(): 1 for number in range(1, days + 1)}


def warn_of_each_day(house: House) -> None:
    """Members are told of every last day by itself, three months before."""
    points = house.programs.program.points
    warning = ExpiryWarning((90,), together_days=0, is_required=True)
    expiry = Expiry("days", 365, warning=warning)
    house.programs = FixedPrograms(replace(house.programs.program, points=replace(points, expiry=expiry)))


def test_a_command_that_makes_more_due_than_fits_is_done_and_the_night_writes_the_rest(house: House) -> None:
    warn_of_each_day(house)
    member_id = enrol(house)
    agree(house, member_id, AGREED)
    house.ledger.execute(member_id, OpenBalance("imp#1", lots_of(house, 50)), answer=lambda _, entry: entry_view(entry))
    assert kinds(house, member_id).count("opening") == 1
    assert member_id in house.ledger.list_due(shard_of(member_id), house.clock.now().date(), None, 10).member_ids
    house.ledger.bring_up_to_date(member_id, house.clock.now())
    assert len(house.ledger.load_account(member_id).warned) == 50


def test_a_member_with_very_many_last_days_can_agree_to_be_told(house: House) -> None:
    warn_of_each_day(house)
    member_id = enrol(house)
    house.ledger.execute(member_id, OpenBalance("imp#1", lots_of(house, 89)), answer=lambda _, entry: entry_view(entry))
    decisions = tuple(ConsentDecision(f"offers_{number}", granted=True, text_version="1") for number in range(19))
    house.members.change(member_id, {"consents": (AGREED, *decisions)}, Login("https://id", "user"), house.clock.now())
    house.ledger.bring_up_to_date(member_id, house.clock.now())
    assert len(house.ledger.load_account(member_id).warned) == 89


def test_two_accounts_that_make_more_due_together_than_fits_are_merged(house: House) -> None:
    warn_of_each_day(house)
    survivor, merged = enrol(house), enrol(house, "+84907654321")
    agree(house, survivor, AGREED)
    house.ledger.execute(merged, OpenBalance("imp#1", lots_of(house, 45)), answer=lambda _, entry: entry_view(entry))
    house.merges.merge(survivor, merged, reason="one", actor="staff", idempotency_key="m", fingerprint="m")
    house.ledger.bring_up_to_date(survivor, house.clock.now())
    assert len(house.ledger.load_account(survivor).warned) == 45


def test_who_agrees_again_after_a_merge_has_refused_for_them_is_warned_anew(house: House) -> None:
    survivor, merged = enrol(house), enrol(house, "+84907654321")
    agree(house, survivor, AGREED)
    agree(house, merged, replace(AGREED, granted=False))
    house.ledger.execute(survivor, Adjust("adj", 30, "gift"), answer=lambda _, entry: entry_view(entry))
    house.merges.merge(survivor, merged, reason="one", actor="staff", idempotency_key="m", fingerprint="m")
    [last_day] = house.ledger.load_account(survivor).lots
    house.ledger.record_proof(survivor, [last_day], "msg_1", "no_consent")
    agree(house, survivor, replace(AGREED, text_version="2"))
    assert house.ledger.load_account(survivor).proven == {}


def test_points_that_live_on_go_back_where_a_merge_is_undone(house: House, clock: MovableClock) -> None:
    survivor, merged = enrol(house), enrol(house, "+84907654321")
    agree(house, survivor, AGREED)
    house.ledger.execute(survivor, Adjust("adj", 7, "gift"), answer=lambda _, entry: entry_view(entry))
    house.ledger.execute(merged, Adjust("adj", 30, "gift"), answer=lambda _, entry: entry_view(entry))
    done = house.merges.merge(survivor, merged, reason="one", actor="staff", idempotency_key="m", fingerprint="m")
    for days in (21, 6):  # the last day, and the first of the grace: nobody was ever warned
        clock.advance(hours=24 * days)
        house.ledger.bring_up_to_date(survivor, clock.now())
    assert kinds(house, survivor).count("extend") == 2
    house.merges.undo(done.result["merge_id"], actor="staff")
    assert house.ledger.load_account(survivor).active == 20 + 7
    assert house.ledger.load_account(merged).active == 20 + 30


def test_that_a_merged_member_takes_part_no_more_proves_nothing_about_the_survivor_s_points(
    house: House, clock: MovableClock
) -> None:
    """The warning to the merged one was held; the survivor was told nothing, and has points that end on the same day."""
    lan, merged = enrol(house), enrol(house, "+84907654321")
    for member_id in (lan, merged):
        agree(house, member_id, AGREED)
        house.ledger.execute(
            member_id, Adjust(f"adj-{member_id}", 30, "gift"), answer=lambda _, entry: entry_view(entry)
        )
    clock.advance(hours=24 * 14)
    house.ledger.bring_up_to_date(merged, clock.now())
    [warned] = house.ledger.read_entries(merged, None, 1)
    [warning] = intents_of(warned)
    house.merges.merge(lan, merged, reason="one", actor="staff-1", idempotency_key="m", fingerprint="f")
    assert house.messages.send(warning) == "SUPPRESSED_NOT_ACTIVE"
    assert not set(warning.data["days"]) & set(house.ledger.load_account(lan).proven)
    house.ledger.record_proof(merged, warning.data["days"], "msg_1", "delivered")
    assert set(warning.data["days"]) <= set(house.ledger.load_account(lan).proven), "the person was told"
