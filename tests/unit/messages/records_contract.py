"""What every MessageRecords does: run over the records in memory and over the store."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec.structs import replace

from quen.messages.caps import Counted, Recent
from quen.messages.model import Attempt, Message
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
            data={"points": 50, "days": ["2026-11-30"]},
            created_at=AT,
            sent_at=AT,
            delivered_at=AT,
            complained_at=AT,
            attempts=(Attempt("zalo", "refused", AT, "no_template"), Attempt("email", "accepted", AT)),
            duplicates=1,
            segments=2,
            price=0,
        )
        assert records.replace(NEW, sent)
        assert records.claim(NEW) == sent

    def test_who_read_an_older_revision_writes_nothing(self, records: MessageRecords):
        records.claim(NEW)
        assert records.replace(NEW, replace(NEW, revision=1, state="SENT"))
        assert not records.replace(NEW, replace(NEW, revision=1, state="FAILED"))
        assert records.claim(NEW).state == "SENT"

    def test_a_message_is_found_by_its_member_and_key(self, records: MessageRecords):
        assert records.find("mem_1", "birthday:2026") is None
        records.claim(NEW)
        assert records.find("mem_1", "birthday:2026") == NEW
        assert records.find("mem_2", "birthday:2026") is None

    def test_messages_are_listed_by_their_kind(self, records: MessageRecords):
        records.claim(NEW)
        records.claim(replace(NEW, key="birthdays:2026"))
        records.claim(replace(NEW, member_id="mem_2"))
        assert list(records.list_kind("mem_1", "birthday")) == [NEW]

    def test_a_text_message_that_is_sent_is_found_by_its_providers_name(self, records: MessageRecords):
        records.claim(NEW)
        begun = replace(NEW, channel="sms", tries=1, revision=1)
        sent = replace(begun, state="SENT", provider_id="sns-1", revision=2)
        assert records.replace(NEW, begun)
        assert records.find_named("sms", "sns-1") is None
        assert records.replace(begun, sent)
        assert records.find_named("sms", "sns-1") == sent
        assert records.find_named("zalo", "sns-1") is None

    def test_what_is_counted_is_written_with_the_message_or_not_at_all(self, records: MessageRecords):
        records.claim(NEW)
        nothing = records.load_recent("mem_1")
        assert nothing == Recent("mem_1")
        one = Recent("mem_1", (Counted(NEW.key, "sms", AT),), 1)
        begun = replace(NEW, revision=1, tries=1)
        assert records.replace(NEW, begun, (nothing, one))
        assert records.load_recent("mem_1") == one
        assert records.load_recent("mem_2") == Recent("mem_2")

    def test_a_count_that_is_behind_writes_neither(self, records: MessageRecords):
        nothing, one = Recent("mem_1"), Recent("mem_1", (Counted(NEW.key, "sms", AT),), 1)
        other = replace(NEW, key="holiday:tet.2026")
        records.claim(NEW)
        records.claim(other)
        assert records.replace(NEW, replace(NEW, revision=1), (nothing, one))
        assert not records.replace(other, replace(other, revision=1, tries=1), (nothing, one))
        assert records.claim(other) == other
        two = Recent("mem_1", (*one.sends, Counted(other.key, "email", AT)), 2)
        assert not records.replace(NEW, replace(NEW, revision=1, tries=1), (one, two))  # an older message
        assert records.load_recent("mem_1") == one
        assert records.replace(other, replace(other, revision=1, tries=1), (one, two))
        assert records.load_recent("mem_1") == two
