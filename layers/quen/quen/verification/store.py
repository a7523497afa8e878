"""Where the proof reads, and where it is kept.

what              key                                by
every member      Ledger table                       Scan: the one scan of the house, for operators
the last check    Program table: PK VERIFICATION, SK LAST     GetItem, PutItem
"""

from __future__ import annotations

import json
from datetime import datetime

from botocore.client import BaseClient
from pynamodb.attributes import UnicodeAttribute
from pynamodb.models import Model

from quen.dynamodb import IntAttribute, bind
from quen.verification.model import MemberFlaw, Verification

_PARTITION, _SORT = "VERIFICATION", "LAST"
_MEMBER = "MEMBER#"


class KeyItem(Model):
    """The key of any item of the ledger; a document also says whose it is, and which entry it made."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True)
    member_id = UnicodeAttribute(null=True)
    sequence = IntAttribute(null=True)


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

    def scan_members(self) -> dict[str, dict[str, int]]:
        """Every member with an account, an entry or a document, and the entries that their documents name."""
        members: dict[str, dict[str, int]] = {}
        for item in KeyItem.scan(attributes_to_get=["PK", "SK", "member_id", "sequence"], consistent_read=True):
            if item.member_id:
                members.setdefault(item.member_id, {})[f"{item.PK}/{item.SK}"] = item.sequence or 0
            elif item.PK.startswith(_MEMBER):
                members.setdefault(item.PK.removeprefix(_MEMBER), {})
        return members

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
