"""What a command costs: at most six write units and one read of the ledger, whatever the member's history."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from moto import mock_aws

from factories import make_purchase
from house import House, MovableClock, enrol, member
from quen.rewards.model import PointsWanted, RewardWanted
from tables import create_tables
from write_units import item_size, transaction_units

PARTNER = "ptn_0000000000000001"


class Recorder:
    """A client that remembers what was asked of it."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, **parameters: Any) -> Any:
        return self._make_api_call("TransactWriteItems", parameters)

    def _make_api_call(self, operation: str, parameters: dict[str, Any]) -> Any:
        self.calls.append((operation, parameters))
        return self._client._make_api_call(operation, parameters)

    def units(self) -> int:
        """Write units of the last transaction."""
        transactions = [parameters for operation, parameters in self.calls if operation == "TransactWriteItems"]
        return transaction_units(transactions[-1]["TransactItems"], {})

    def reads_of(self, table: str) -> int:
        return sum(operation in {"GetItem", "Query"} and asked["TableName"] == table for operation, asked in self.calls)


@pytest.fixture
def busy_member() -> Any:
    """A member with two years of purchases behind them, an open hold and twelve lots."""
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        tables = create_tables(client)
        clock = MovableClock(datetime(2024, 12, 1, 3, tzinfo=UTC))
        house = House(client, tables, clock)
        member_id = enrol(house)
        for number in range(100):
            clock.advance(days=7)
            purchase = make_purchase(1_370_000 + number, purchase_id=f"B-{number}", at=clock.now())
            house.purchases.record(PARTNER, member(member_id), purchase, f"f{number}")
        house.rewards.reserve(member(member_id), RewardWanted("free-coffee"), idempotency_key="mine", fingerprint="f")
        recorder = Recorder(client)
        yield House(recorder, tables, clock), recorder, member_id, tables["ledger"]


def test_earning_reserving_and_redeeming_cost_six_write_units_and_one_ledger_read(busy_member: Any) -> None:
    house, recorder, member_id, ledger = busy_member
    purchase = make_purchase(1_234_567, purchase_id="B-last", at=house.clock.now())
    house.purchases.record(PARTNER, member(member_id), purchase, "0" * 64)
    assert recorder.units() <= 6
    assert recorder.reads_of(ledger) == 1
    recorder.calls.clear()
    reserved = house.rewards.reserve(
        member(member_id), PointsWanted(150), idempotency_key="k", fingerprint="0" * 64, partner_id=PARTNER
    )
    assert recorder.units() <= 6
    assert recorder.reads_of(ledger) == 1
    recorder.calls.clear()
    house.rewards.redeem(str(reserved.result["redemption_id"]), partner_id=PARTNER)
    assert recorder.units() <= 6
    assert recorder.reads_of(ledger) == 2  # the redemption says whose account it is


def test_every_item_of_an_ordinary_command_is_under_a_kilobyte(busy_member: Any) -> None:
    house, recorder, member_id, _ = busy_member
    purchase = make_purchase(1_234_567, purchase_id="HCM-01-20261122-000123", at=house.clock.now())
    house.purchases.record(PARTNER, member(member_id), purchase, "0" * 64)
    written = [parameters for operation, parameters in recorder.calls if operation == "TransactWriteItems"][-1]
    sizes = {item["Put"]["Item"]["SK"]["S"][:8]: item_size(item["Put"]["Item"]) for item in written["TransactItems"]}
    assert max(sizes.values()) < 1024, sizes


def test_a_balance_costs_one_read(busy_member: Any) -> None:
    house, recorder, member_id, ledger = busy_member
    house.ledger.show_account(member_id)
    assert [operation for operation, _ in recorder.calls] == ["GetItem"]
    assert recorder.reads_of(ledger) == 1
