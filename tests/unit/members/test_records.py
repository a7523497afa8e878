"""The records in memory keep the contract that the store keeps."""

from __future__ import annotations

import pytest

from unit.members.fakes import MemoryRecords, commit_in_memory
from unit.members.records_contract import Commit, MemberRecordsContract


class TestMemoryRecords(MemberRecordsContract):
    @pytest.fixture
    def records(self) -> MemoryRecords:
        return MemoryRecords()

    @pytest.fixture
    def commit(self) -> Commit:
        return commit_in_memory
