"""The records in memory keep the port's promise, so that tests over them count."""

from __future__ import annotations

import pytest

from unit.messages.fakes import MemoryMessages
from unit.messages.records_contract import MessageRecordsContract


class TestMemoryMessages(MessageRecordsContract):
    @pytest.fixture
    def records(self) -> MemoryMessages:
        return MemoryMessages()
