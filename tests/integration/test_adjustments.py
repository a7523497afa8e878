"""Adjustments: limits by role, listed reasons, and a second person above what one decides about."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from moto import mock_aws
from msgspec.structs import replace

from engine.faults import FaultyClient, transaction_conflict
from factories import make_program
from house import FixedPrograms, House, MovableClock, adjust, enrol
from quen.errors import (
    AdjustmentLimitReachedError,
    AlreadyDecidedError,
    ConflictRetryError,
    InsufficientPointsError,
    MemberNotFoundError,
    NotFoundError,
    SecondPersonRequiredError,
    TooLateError,
    ValidationFailedError,
)
from quen.ledger.model import verify
from quen.program.model import AdjustmentPolicy
from tables import create_tables, open_mocked

POLICY = AdjustmentPolicy(
    {"support": 100, "manager": 5_000}, approval_above=1_000, reason_codes=("mistake", "goodwill")
)


@pytest.fixture
def house() -> Iterator[House]:
    with mock_aws():
        client = open_mocked()
        house = House(client, create_tables(client), MovableClock())
        house.programs = FixedPrograms(make_program(adjustments=POLICY))
        yield house


def active(house: House, member_id: str) -> int:
    store = house._ledger_store
    assert verify(store.load(member_id), store.read_history(member_id)) is None
    return store.load(member_id).active


def test_a_role_moves_so_many_points_at_a_time(house: House) -> None:
    member_id = enrol(house)
    assert adjust(house, member_id, 100, role="support").result["state"] == "applied"
    for points in (101, -101):
        with pytest.raises(AdjustmentLimitReachedError):
            adjust(house, member_id, points, "b", role="support")
    assert adjust(house, member_id, 101, "b", role="owner").result["points"] == 101
    assert active(house, member_id) == 20 + 201


def test_a_reason_is_one_that_the_program_lists(house: House) -> None:
    member_id = enrol(house)
    house.programs = FixedPrograms(make_program(adjustments=replace(POLICY, reason_codes=("goodwill",))))
    house.__dict__.pop("adjustments", None)
    with pytest.raises(ValidationFailedError) as refused:
        adjust(house, member_id, 1)
    assert [fault.pointer for fault in refused.value.faults] == ["/reason_code"]


def test_more_than_one_person_decides_about_waits_and_moves_nothing_until_another_approves(house: House) -> None:
    member_id = enrol(house)
    asked = adjust(house, member_id, 2_000)
    adjustment_id = str(asked.result["adjustment_id"])
    assert (asked.is_waiting, asked.result["state"], asked.result["entry"]) == (True, "awaiting_approval", None)
    assert active(house, member_id) == 20
    with pytest.raises(SecondPersonRequiredError):
        house.adjustments.approve(adjustment_id, actor="staff-1", role="owner")
    approved = house.adjustments.approve(adjustment_id, actor="staff-2", role="manager")
    assert (approved.result["state"], approved.result["account"]["points"]["active"]) == ("applied", 2_020)
    again = house.adjustments.approve(adjustment_id, actor="staff-2", role="manager")
    assert (again.result, again.replayed) == (approved.result, True)
    for decide in (
        lambda: house.adjustments.approve(adjustment_id, actor="staff-3", role="owner"),
        lambda: house.adjustments.reject(adjustment_id, actor="staff-2"),
    ):
        with pytest.raises(AlreadyDecidedError):
            decide()
    repeated = adjust(house, member_id, 2_000)
    assert (repeated.replayed, repeated.is_waiting, repeated.result) == (True, True, asked.result)
    assert house.adjustments.load(adjustment_id)["state"] == "applied"
    assert active(house, member_id) == 2_020


def test_a_rejected_one_moves_nothing_for_ever(house: House) -> None:
    member_id = enrol(house)
    adjustment_id = str(adjust(house, member_id, 2_000).result["adjustment_id"])
    rejected = house.adjustments.reject(adjustment_id, actor="staff-2")
    assert rejected.result["state"] == house.adjustments.load(adjustment_id)["state"] == "rejected"
    assert house.adjustments.reject(adjustment_id, actor="staff-2").replayed
    with pytest.raises(AlreadyDecidedError):
        house.adjustments.approve(adjustment_id, actor="staff-2", role="owner")
    assert active(house, member_id) == 20


def test_the_second_person_s_own_role_limits_what_they_approve(house: House) -> None:
    adjustment_id = str(adjust(house, enrol(house), 6_000).result["adjustment_id"])
    with pytest.raises(AdjustmentLimitReachedError):
        house.adjustments.approve(adjustment_id, actor="staff-2", role="manager")


def test_a_request_waits_two_weeks_and_is_decided_by_what_is_there_then(house: House) -> None:
    member_id = enrol(house)
    adjustment_id = str(adjust(house, member_id, -2_000).result["adjustment_id"])
    with pytest.raises(InsufficientPointsError):
        house.adjustments.approve(adjustment_id, actor="staff-2", role="owner")
    assert isinstance(house.clock, MovableClock)
    house.clock.instant += timedelta(days=14)
    assert house.adjustments.load(adjustment_id)["state"] == "awaiting_approval"
    house.clock.instant += timedelta(seconds=1)
    assert house.adjustments.load(adjustment_id)["state"] == "lapsed"
    for decide in (
        lambda: house.adjustments.approve(adjustment_id, actor="staff-2", role="owner"),
        lambda: house.adjustments.reject(adjustment_id, actor="staff-2"),
    ):
        with pytest.raises(TooLateError):
            decide()


def test_who_meets_another_transaction_is_told_to_try_again(house: House) -> None:
    """No emulator says so; DynamoDB does, to one of two who decide at once."""
    member_id = enrol(house)
    adjustment_id = str(adjust(house, member_id, 2_000).result["adjustment_id"])
    client = FaultyClient(house._given_client)
    tables = {name: getattr(house.settings, f"{name}_table") for name in ("ledger", "members", "program", "messages")}
    hindered = House(client, tables, house.clock)
    hindered.programs = house.programs
    for attempt in (
        lambda: hindered.adjustments.reject(adjustment_id, actor="staff-2"),
        lambda: adjust(hindered, member_id, 3_000, "another"),
    ):
        client.arm({2: transaction_conflict})  # after the read
        with pytest.raises(ConflictRetryError):
            attempt()
        client.arm({})
        assert not attempt().replayed


def test_what_cannot_be_is_refused_before_it_waits(house: House) -> None:
    member_id = enrol(house)
    with pytest.raises(ValidationFailedError):
        adjust(house, member_id, -2_000, expires_on=house.clock.now().date())
    with pytest.raises(MemberNotFoundError):
        adjust(house, "mem_0000000000000000", 2_000)
    for unknown in ("adj_0000000000000000", "x"):
        with pytest.raises(NotFoundError):
            house.adjustments.approve(unknown, actor="staff-2", role="owner")
