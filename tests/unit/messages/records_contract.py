"""What every MessageRecords does: run over the records in memory and over the store."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from quen.messages.model import Message
from quen.messages.ports import MessageRecords

AT = datetime(2026, 12, 1, 1, 2, 3, tzinfo=UTC)
NEW = Message("mem_1", "birthday:2026", "msg_1", at=AT)


class MessageRecordsContract:
    """Subclasses give the fixture `records`."""

    def test_the_first_claim_counts(self, records: MessageRecords):
        assert records.claim(NEW) == NEW
        assert records.claim(replace(NEW, message_id="msg_2")) == NEW
        other = replace(NEW, key="birthday:2027")
        assert records.claim(other) == other

    def test_what_became_of_it_comes_back(self, records: MessageRecords):
        records.claim(NEW)
        sent = replace(
            NEW,
            state="SENT",
            tries=1,
            begun_at=1796061604,
            channel="email",
            address_hint="h***@e***.com",
            locale="vi",
            held_until=AT,
            provider_id="0100018",
            error="x",
            revision=1,
        )
        assert records.replace(NEW, sent)
        assert records.claim(NEW) == sent

    def test_who_read_an_older_revision_writes_nothing(self, records: MessageRecords):
        records.claim(NEW)
        assert records.replace(NEW, replace(NEW, revision=1, state="SENT"))
        assert not records.replace(NEW, replace(NEW, revision=1, state="FAILED"))
        assert records.claim(NEW).state == "SENT"
