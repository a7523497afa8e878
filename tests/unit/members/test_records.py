"""The records in memory keep the contract that the store keeps."""

from __future__ import annotations

import pytest

from unit.members.fakes import MemoryRecords
from unit.members.records_contract import MemberRecordsContract


class TestMemoryRecords(MemberRecordsContract):
    @pytest.fixture
    def records(self) -> MemoryRecords:
        return MemoryRecords()
