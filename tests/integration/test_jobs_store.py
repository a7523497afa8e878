"""The runs' store on DynamoDB as moto plays it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto import mock_aws

from quen.dynamodb import open_client
from quen.jobs.store import RunStore
from tables import create_tables, open_mocked
from unit.jobs.runs_contract import RunsContract


class TestRunStore(RunsContract):
    @pytest.fixture
    def runs(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunStore]:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "testing")
        monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
        with mock_aws():
            tables = create_tables(open_mocked())
            yield RunStore(open_client("us-east-1"), tables["program"])
