"""Partners as staff change them, and their packs, in the table `Program`.

    what                        key                                            by
    a partner                   PK PARTNER#<id>, SK PARTNER                    PutItem in a transaction, by its revision
    a pack of a partner         PK PARTNER#<id>, SK PACK#<pack id>             PutItem, once; GetItem, consistent
    the packs of a partner      PK PARTNER#<id>, SK PACK#…                     Query, by pack id

A partner's item is written whole, so all that it holds belongs to `quen.partners.model.Partner`. A pack is never changed;
what was paid back for one that was withdrawn is kept as less than nothing, as the books add it up.
"""

from __future__ import annotations

from collections.abc import Sequence

from botocore.client import BaseClient
from pynamodb.attributes import UnicodeAttribute, UTCDateTimeAttribute

from quen.agreements.model import Pack
from quen.dynamodb import IntAttribute, TransactionRefusedError, bind, commit, put
from quen.money import Money
from quen.partners.items import PartnerItem, partner_item, partner_key
from quen.partners.model import Partner
from quen.stored_items import StoredItem
from quen.writes import Write

_PACK = "PACK#"


class PackItem(StoredItem):
    """A pack."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True)
    partner_id = UnicodeAttribute()
    points = IntAttribute()
    paid = IntAttribute()
    currency = UnicodeAttribute()
    bought_at = UTCDateTimeAttribute()
    reference = UnicodeAttribute(null=True)
    fingerprint = UnicodeAttribute()


class AgreementStore:
    """See `quen.agreements.service.AgreementRecords` for what each method promises."""

    def __init__(self, client: BaseClient, table_name: str) -> None:
        self._client = client
        bind((PartnerItem, PackItem), table_name, client)

    def replace(self, partner: Partner, *, was: int, others: Sequence[Write] = ()) -> bool:
        """One transaction: the partner, where it is still of that revision, and the others."""
        item = put("partner", partner_item(partner), condition="revision = :was", values={":was": {"N": str(was)}})
        try:
            commit(self._client, [item, *others])
        except TransactionRefusedError:
            return False
        return True

    def adding_pack(self, pack: Pack) -> Write:
        """The write that keeps it, refused where it is there."""
        return put("pack", _item(pack), condition="attribute_not_exists(PK)")

    def find_pack(self, partner_id: str, pack_id: str) -> Pack | None:
        """The pack, read consistently."""
        try:
            return _pack(PackItem.get(partner_key(partner_id), f"{_PACK}{pack_id}", consistent_read=True))
        except PackItem.DoesNotExist:
            return None

    def list_packs(self, partner_id: str, after: str | None, limit: int) -> Sequence[Pack]:
        """Packs by id, from the one after that id on."""
        last = f"{_PACK}~"  # behind every id
        place = PackItem.SK.between(f"{_PACK}{after}!" if after else _PACK, last)
        return [
            _pack(item) for item in PackItem.query(partner_key(partner_id), place, limit=limit, consistent_read=True)
        ]


def _item(pack: Pack) -> PackItem:
    return PackItem(
        PK=partner_key(pack.partner_id),
        SK=f"{_PACK}{pack.pack_id}",
        partner_id=pack.partner_id,
        points=pack.points,
        paid=pack.paid.amount if pack.points > 0 else -pack.paid.amount,
        currency=pack.paid.currency,
        bought_at=pack.bought_at,
        reference=pack.reference or None,
        fingerprint=pack.fingerprint,
    )


def _pack(item: PackItem) -> Pack:
    return Pack(
        pack_id=item.SK.removeprefix(_PACK),
        partner_id=item.partner_id,
        points=item.points,
        paid=Money(abs(item.paid), item.currency),
        bought_at=item.bought_at,
        reference=item.reference or "",
        fingerprint=item.fingerprint,
    )
