"""The engines that are faithful about transactions: MiniStack's DynamoDB everywhere, DynamoDB Local where Java and npm are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from local.dynamodb_local import DynamoDBLocal, is_required, missing_tools
from local.emulator import Emulator, free_port
from tables import create_tables

CONFIG = Config(retries={"total_max_attempts": 1}, max_pool_connections=64)


@pytest.fixture(scope="session")
def ministack_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    emulator = Emulator(free_port(), Path(tmp_path_factory.mktemp("ministack")))
    emulator.start()
    try:
        yield emulator.endpoint
    finally:
        emulator.stop()


@pytest.fixture(scope="session")
def dynamodb_local_endpoint() -> Iterator[str]:
    missing = missing_tools()
    if missing and not is_required():
        pytest.skip(f"DynamoDB Local needs {' and '.join(missing)}")
    server = DynamoDBLocal()
    server.start()
    try:
        yield server.endpoint
    finally:
        server.stop()


@pytest.fixture(scope="session", params=["ministack", "dynamodb_local"])
def engine(request: pytest.FixtureRequest) -> Any:
    """A client of each engine in turn; it never retries by itself, so that a test sees what the engine said."""
    return boto3.client(
        "dynamodb",
        endpoint_url=request.getfixturevalue(f"{request.param}_endpoint"),
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=CONFIG,
    )


@pytest.fixture
def tables(engine: Any) -> dict[str, str]:
    return create_tables(engine)


MINISTACK_EACH_TIME = {
    "test_events_races",
    "test_feed_races",
    "test_flash_sale",
    "test_interleavings",
    "test_membership_races",
    "test_message_races",
    "test_standing_races",
    "test_receipt_races",
    "test_voucher_races",
    "test_webhook_races",
}
"""Modules that are played on the quicker engine each time, and on Amazon's own in the long tests."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of every day within their minutes."""
    for item in items:
        if item.path.stem in MINISTACK_EACH_TIME and "dynamodb_local" in item.name:
            item.add_marker(pytest.mark.long)
