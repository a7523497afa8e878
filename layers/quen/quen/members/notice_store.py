"""Warnings to members, in the table `Ledger`: whose stream tells them.

    what                                      key                                             by
    what a change of a profile warns of       PK MEMBER#<id>, SK NOTICE#<version, 12 digits>   nobody: the stream

A notice is written in the transaction of the change itself, so that none is lost, and says nothing about the person.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from botocore.client import BaseClient
from pynamodb.attributes import UnicodeAttribute

from quen.dynamodb import IntAttribute, bind, put
from quen.members.model import Member, noticed
from quen.stored_items import StoredItem
from quen.writes import Write

Noticing = Callable[[Member, Member], Sequence[Write]]
"""The writes that warn of a change: the profile before it and after it."""


class NoticeItem(StoredItem):
    """What one version of a profile warns of, in words joined by blanks."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True)
    what = UnicodeAttribute()
    version = IntAttribute()


class NoticeStore:
    """Leaves notices in the ledger's table."""

    def __init__(self, client: BaseClient, table_name: str) -> None:
        bind([NoticeItem], table_name, client)

    def leaving(self, before: Member, after: Member) -> Sequence[Write]:
        """The write that leaves the notice of a change; none where it warns of nothing."""
        what = noticed(before, after)
        if not what:
            return []
        item = NoticeItem(
            PK=f"MEMBER#{after.member_id}",
            SK=f"NOTICE#{after.version:012}",
            what=" ".join(what),
            version=after.version,
        )
        return [put(f"notice {after.member_id}", item)]


def no_notices(_before: Member, _after: Member) -> Sequence[Write]:
    """For a store of profiles beside no ledger."""
    return []
