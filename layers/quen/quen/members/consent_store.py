"""Consents in DynamoDB: what counts now, within the profile; and the evidence, an item for each decision.

    item       PK                    SK                            holds
    evidence   MEMBER#<member_id>    CONSENT#<sequence, 6 digits>  one decision, for ever

    access                     how                                                                 units
    decide                     in the profile's transaction: put, if there is no such item         2 write units each
    a member's evidence        query MEMBER#/CONSENT#, newest first, consistent                    1 read unit a page of 4 KB

Evidence is put under `attribute_not_exists` and by nothing else: it is neither updated nor deleted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

from botocore.client import BaseClient
from pynamodb.attributes import BooleanAttribute, MapAttribute, UnicodeAttribute, UTCDateTimeAttribute

from quen.dynamodb import IntAttribute, bind, put
from quen.members.model import Consent, ConsentProof, Member
from quen.members.model.consents import ConsentSource, newly_recorded
from quen.stored_items import StoredItem
from quen.writes import Write

_PREFIX = "CONSENT#"
_IS_NEW = "attribute_not_exists(PK)"


class ConsentAttribute(MapAttribute[str, Any]):
    """One consent in a profile."""

    purpose = UnicodeAttribute()
    granted = BooleanAttribute()
    text_version = UnicodeAttribute()
    recorded_at = UTCDateTimeAttribute()
    sequence = IntAttribute()
    source = UnicodeAttribute()
    recorded_by = UnicodeAttribute(null=True)
    reference = UnicodeAttribute(null=True)


class ConsentItem(StoredItem):
    """One decision, as evidence."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True)
    purpose = UnicodeAttribute()
    granted = BooleanAttribute()
    text_version = UnicodeAttribute()
    recorded_at = UTCDateTimeAttribute()
    sequence = IntAttribute()
    source = UnicodeAttribute()
    recorded_by = UnicodeAttribute(null=True)
    reference = UnicodeAttribute(null=True)


class ConsentStore:
    """The ConsentEvidence of a stack."""

    def __init__(self, client: BaseClient, table_name: str) -> None:
        bind([ConsentItem], table_name, client)

    def list_consents(self, member_id: str, before: int | None, limit: int) -> Sequence[Consent]:
        """So many decisions, newest first, from the one before that sequence on."""
        # Under the first of them nothing sorts, so there is nothing to ask for.
        if before is not None and before <= 1:
            return []
        places = (
            ConsentItem.SK.startswith(_PREFIX) if before is None else ConsentItem.SK.between(_PREFIX, _sort(before - 1))
        )
        found = ConsentItem.query(
            _partition(member_id), places, consistent_read=True, scan_index_forward=False, limit=limit
        )
        return [read_consent(item) for item in found]


def evidence(before: Sequence[Consent], member: Member) -> list[Write]:
    """The writes that keep what the member decided since the profile said `before`."""
    return [
        put(
            f"consent {member.member_id} {consent.sequence}",
            ConsentItem(PK=_partition(member.member_id), SK=_sort(consent.sequence), **_values(consent)),
            condition=_IS_NEW,
        )
        for consent in newly_recorded(before, member.consents)
    ]


def consent_attributes(consents: Iterable[Consent]) -> list[ConsentAttribute]:
    """Consents as a profile's item holds them."""
    return [
        ConsentAttribute(**_values(consent))  # type: ignore[no-untyped-call] # PynamoDB leaves its constructor untyped
        for consent in consents
    ]


def read_consent(item: ConsentAttribute | ConsentItem) -> Consent:
    """The consent that an item, or a part of a profile's, holds."""
    proof = ConsentProof(cast("ConsentSource", item.source), item.recorded_by or "", item.reference or "")
    return Consent(item.purpose, item.granted, item.text_version, item.recorded_at, item.sequence, proof)


def _values(consent: Consent) -> dict[str, Any]:
    return {
        "purpose": consent.purpose,
        "granted": consent.granted,
        "text_version": consent.text_version,
        "recorded_at": consent.recorded_at,
        "sequence": consent.sequence,
        "source": consent.proof.source,
        "recorded_by": consent.proof.recorded_by or None,
        "reference": consent.proof.reference or None,
    }


def _partition(member_id: str) -> str:
    return f"MEMBER#{member_id}"


def _sort(sequence: int) -> str:
    return f"{_PREFIX}{sequence:06d}"
