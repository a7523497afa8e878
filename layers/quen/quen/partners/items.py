"""Partners and their keys as items of the table `Program`, and back; `quen.partners.store` says under which keys."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from msgspec import to_builtins
from pynamodb.attributes import UnicodeAttribute, UnicodeSetAttribute, UTCDateTimeAttribute

from quen.dynamodb import IntAttribute
from quen.partners.model import (
    NO_CAPS,
    NO_EXCHANGE,
    Algorithm,
    Billing,
    DailyCaps,
    Exchange,
    KeyState,
    Partner,
    PartnerKey,
    PartnerState,
    Rate,
    Relation,
    Right,
    Terms,
)
from quen.stored_items import StoredItem


class PartnerItem(StoredItem):
    """A partner."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True, default="PARTNER")
    partner_id = UnicodeAttribute()
    name = UnicodeAttribute()
    state = UnicodeAttribute()
    rights = UnicodeSetAttribute(null=True)
    created_at = UTCDateTimeAttribute()
    relation = UnicodeAttribute(null=True)
    stores = UnicodeSetAttribute(null=True)
    caps = UnicodeAttribute(null=True)
    terms = UnicodeAttribute(null=True)
    packs = IntAttribute(default=0)
    exchange = UnicodeAttribute(null=True)
    withdrawn = IntAttribute(default=0)
    revision = IntAttribute(default=0)


class KeyItem(StoredItem):
    """A key; its secret, if it has one, is elsewhere."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True, default="KEY")
    key_id = UnicodeAttribute()
    partner_id = UnicodeAttribute()
    algorithm = UnicodeAttribute()
    state = UnicodeAttribute()
    not_before = UTCDateTimeAttribute()
    not_after = UTCDateTimeAttribute(null=True)
    created_at = UTCDateTimeAttribute()
    revoked_at = UTCDateTimeAttribute(null=True)
    public_key = UnicodeAttribute(null=True)


class PointerItem(StoredItem):
    """Says that something with that id is there."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True)


def partner_item(partner: Partner) -> PartnerItem:
    """A partner as its item."""
    return PartnerItem(
        PK=partner_key(partner.partner_id),
        SK="PARTNER",
        partner_id=partner.partner_id,
        name=partner.name,
        state=partner.state.value,
        rights={right.value for right in partner.rights} or None,
        created_at=partner.created_at,
        relation=partner.relation.value,
        stores=set(partner.stores) or None,
        caps=json.dumps([partner.caps.issued, partner.caps.redeemed]) if partner.caps != NO_CAPS else None,
        terms=json.dumps([_terms_form(terms) for terms in partner.terms]) if partner.terms else None,
        packs=partner.packs,
        exchange=_exchange_text(partner.exchange),
        withdrawn=partner.withdrawn,
        revision=partner.revision,
    )


def _exchange_text(exchange: Exchange) -> str | None:
    return json.dumps(to_builtins(exchange), separators=(",", ":")) if exchange != NO_EXCHANGE else None


def read_partner(item: PartnerItem) -> Partner:
    """And back."""
    return Partner(
        partner_id=item.partner_id,
        name=item.name,
        state=PartnerState(item.state),
        rights=frozenset(Right(right) for right in item.rights or ()),
        created_at=item.created_at,
        # Whoever was there before brands were told apart is the shop itself.
        relation=Relation(item.relation or Relation.OWN),
        stores=frozenset(item.stores or ()),
        caps=DailyCaps(*json.loads(item.caps)) if item.caps else NO_CAPS,
        terms=tuple(_read_terms(form) for form in json.loads(item.terms or "[]")),
        packs=item.packs,
        exchange=_read_exchange(item.exchange),
        withdrawn=item.withdrawn,
        revision=item.revision,
    )


def _read_exchange(text: str | None) -> Exchange:
    rates = json.loads(text or "{}")
    return Exchange(**{way: Rate(**rate) if rate else None for way, rate in rates.items()})


def _terms_form(terms: Terms) -> list[Any]:
    prices = (terms.issued, terms.redeemed, terms.expired)
    return [terms.first_day.isoformat(), terms.billing.value, *prices, terms.when_empty, terms.alert_below]


def _read_terms(form: list[Any]) -> Terms:
    first_day, billing, *rest = form
    return Terms(date.fromisoformat(first_day), Billing(billing), *rest)


def key_item(key: PartnerKey) -> KeyItem:
    """A key as its item."""
    return KeyItem(
        PK=key_key(key.key_id),
        SK="KEY",
        key_id=key.key_id,
        partner_id=key.partner_id,
        algorithm=key.algorithm.value,
        state=key.state.value,
        not_before=key.not_before,
        not_after=key.not_after,
        created_at=key.created_at,
        public_key=key.public_key,
    )


def read_key(item: KeyItem) -> PartnerKey:
    """And back."""
    return PartnerKey(
        key_id=item.key_id,
        partner_id=item.partner_id,
        algorithm=Algorithm(item.algorithm),
        state=KeyState(item.state),
        not_before=item.not_before,
        not_after=item.not_after,
        created_at=item.created_at,
        public_key=item.public_key,
    )


def partner_key(partner_id: str) -> str:
    """The partition of a partner."""
    return f"PARTNER#{partner_id}"


def key_key(key_id: str) -> str:
    """The partition of a key, and its place among those of its partner."""
    return f"KEY#{key_id}"
