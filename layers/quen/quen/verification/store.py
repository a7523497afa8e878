"""Where the proof reads, and where it is kept.

what              key                                by
every member      Ledger table                       Scan of keys: the one scan of the house, for operators
the last check    Program table: PK VERIFICATION, SK LAST     GetItem, PutItem
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

from botocore.client import BaseClient
from pynamodb.attributes import UnicodeAttribute
from pynamodb.models import Model

from quen.dynamodb import IntAttribute, bind
from quen.verification.model import MemberFlaw, Verification

_PARTITION, _SORT = "VERIFICATION", "LAST"
_MEMBER = "MEMBER#"


class KeyItem(Model):
    """The key of any item of the ledger."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True)


class VerificationItem(Model):
    """What the last check found."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True)
    verified_at = UnicodeAttribute()
    members = IntAttribute()
    entries = IntAttribute()
    flaws = UnicodeAttribute()
    totals = UnicodeAttribute()


class VerificationStore:
    """See `quen.verification.service.Ledgers`."""

    def __init__(self, client: BaseClient, ledger_table: str, program_table: str) -> None:
        bind((KeyItem,), ledger_table, client)
        bind((VerificationItem,), program_table, client)

    def scan_members(self) -> Iterator[str]:
        """Every member with an account or an entry, once each."""
        seen: set[str] = set()
        for item in KeyItem.scan(KeyItem.PK.startswith(_MEMBER), attributes_to_get=["PK", "SK"]):
            member_id = item.PK.removeprefix(_MEMBER)
            if member_id not in seen:
                seen.add(member_id)
                yield member_id

    def keep(self, verification: Verification) -> None:
        """Keep what the check found in place of the one before."""
        flaws = [[flaw.member_id, flaw.sequence, flaw.what] for flaw in verification.flaws]
        VerificationItem(
            PK=_PARTITION,
            SK=_SORT,
            verified_at=verification.verified_at.isoformat(),
            members=verification.members,
            entries=verification.entries,
            flaws=json.dumps(flaws),
            totals=json.dumps(dict(verification.totals)),
        ).save()

    def find_last(self) -> Verification | None:
        """The last check of the whole ledger."""
        try:
            item = VerificationItem.get(_PARTITION, _SORT, consistent_read=True)
        except VerificationItem.DoesNotExist:
            return None
        flaws = tuple(MemberFlaw(*flaw) for flaw in json.loads(item.flaws))
        verified_at = datetime.fromisoformat(item.verified_at)
        return Verification(verified_at, item.members, item.entries, flaws, json.loads(item.totals))
