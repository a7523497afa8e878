"""Partners, keys and nonces in DynamoDB, in the table `Program`.

    what                        key                                            by
    a partner                   PK PARTNER#<id>, SK PARTNER                    GetItem, consistent
    partners, by id             PK PARTNERS, SK <id>                           Query, then BatchGetItem
    a key, by its id            PK KEY#<key id>, SK KEY                        GetItem, consistent
    the keys of a partner       PK PARTNER#<id>, SK KEY#<key id>               Query, then BatchGetItem
    was this nonce used         PK NONCE#<key id>#<nonce>, SK NONCE            PutItem on condition

`PARTNERS` and the keys under a partner are pointers: they hold nothing that can change. Nonces are deleted by the table's
time to live on `expires_at_epoch`, whenever that comes round; the condition on the write decides, not the deletion.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from botocore.client import BaseClient
from pynamodb.attributes import UnicodeAttribute, UnicodeSetAttribute, UTCDateTimeAttribute
from pynamodb.exceptions import PutError, UpdateError
from pynamodb.expressions.update import Action
from pynamodb.models import Model

from quen.dynamodb import IntAttribute, Refusal, TransactionRefusedError, Write, bind, commit, put
from quen.errors import ConflictRetryError, NotFoundError
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

# The clocks of two functions, and DynamoDB's own, may differ by this much: a nonce is kept so much longer than it lives.
NONCE_GRACE_SECONDS = 60

_PARTNERS = "PARTNERS"
_ABSENT = "attribute_not_exists(PK)"
_CONDITION_FAILED = "ConditionalCheckFailedException"


class PartnerItem(Model):
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


class KeyItem(Model):
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


class PointerItem(Model):
    """Says that something with that id is there."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True)


class NonceItem(Model):
    """A nonce that was used. `claim` tells this process's own put from another's."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True, default="NONCE")
    claim = UnicodeAttribute()
    expires_at_epoch = IntAttribute()


class PartnerStore:
    """Partners and keys; see `quen.partners.service.PartnerRecords` for what each method promises."""

    def __init__(self, client: BaseClient, table_name: str) -> None:
        self._client = client
        self._table = table_name
        bind((PartnerItem, KeyItem, PointerItem), table_name, client)

    def add(self, partner: Partner, others: Sequence[Write] = ()) -> None:
        """One transaction: the partner, its place in the list, and the others."""
        pointer = PointerItem(PK=_PARTNERS, SK=partner.partner_id)
        self._commit(put("partner", _partner_item(partner), condition=_ABSENT), put("pointer", pointer), *others)

    def find(self, partner_id: str) -> Partner | None:
        """The partner, read consistently."""
        try:
            return _partner(PartnerItem.get(_partner_key(partner_id), "PARTNER", consistent_read=True))
        except PartnerItem.DoesNotExist:
            return None

    def list_partners(self, after: str | None, limit: int) -> Sequence[Partner]:
        """Partners by id."""
        condition = (PointerItem.SK > after) if after else None  # noqa: SIM300 - the attribute builds the condition
        pointers = PointerItem.query(_PARTNERS, condition, limit=limit, consistent_read=True)
        keys = [(_partner_key(pointer.SK), "PARTNER") for pointer in pointers]
        partners = [_partner(item) for item in PartnerItem.batch_get(keys, consistent_read=True)]
        return sorted(partners, key=lambda partner: partner.partner_id)

    def set_exchange(self, partner_id: str, exchange: Exchange, others: Sequence[Write] = ()) -> bool:
        """The partner's rates from now on, and in the same transaction the others; False where there is no such partner."""
        text = exchange_text(exchange)
        write = Write(
            "partner",
            "Update",
            {
                "TableName": self._table,
                "Key": {"PK": {"S": _partner_key(partner_id)}, "SK": {"S": "PARTNER"}},
                "UpdateExpression": "SET exchange = :exchange" if text else "REMOVE exchange",
                "ConditionExpression": "attribute_exists(PK)",
                **({"ExpressionAttributeValues": {":exchange": {"S": text}}} if text else {}),
            },
        )
        return self._commit(write, *others, may_refuse="partner") is None

    def add_key(self, key: PartnerKey, others: Sequence[Write] = ()) -> None:
        """One transaction: the partner is there, the key, its place among the partner's keys, and the others."""
        owner = Write(
            "owner",
            "ConditionCheck",
            {
                "TableName": self._table,
                "Key": {"PK": {"S": _partner_key(key.partner_id)}, "SK": {"S": "PARTNER"}},
                "ConditionExpression": "attribute_exists(PK)",
            },
        )
        pointer = PointerItem(PK=_partner_key(key.partner_id), SK=_key_key(key.key_id))
        refusal = self._commit(
            owner, put("key", _key_item(key), condition=_ABSENT), put("pointer", pointer), *others, may_refuse="owner"
        )
        if refusal is not None:
            raise NotFoundError("There is no such partner.")

    def find_key(self, key_id: str) -> PartnerKey | None:
        """The key, read consistently, so that a revocation is seen by the next read."""
        try:
            return _key(KeyItem.get(_key_key(key_id), "KEY", consistent_read=True))
        except KeyItem.DoesNotExist:
            return None

    def list_keys(self, partner_id: str) -> Sequence[PartnerKey]:
        """The partner's keys by id."""
        pointers = PointerItem.query(_partner_key(partner_id), PointerItem.SK.startswith("KEY#"), consistent_read=True)
        keys = [
            _key(item)
            for item in KeyItem.batch_get([(pointer.SK, "KEY") for pointer in pointers], consistent_read=True)
        ]
        return sorted(keys, key=lambda key: key.key_id)

    def revoke_key(self, key_id: str, at: datetime, *, was: KeyState, others: Sequence[Write] = ()) -> bool:
        """One transaction: the key's state, where it was that, and the others. Raises NotFoundError."""
        at_text = KeyItem(revoked_at=at).serialize(null_check=False)["revoked_at"]
        key = Write(
            "key",
            "Update",
            {
                "TableName": self._table,
                "Key": {"PK": {"S": _key_key(key_id)}, "SK": {"S": "KEY"}},
                "UpdateExpression": "SET #state = :revoked, revoked_at = :at",
                "ConditionExpression": "#state = :was",
                "ExpressionAttributeNames": {"#state": "state"},
                "ExpressionAttributeValues": {
                    ":revoked": {"S": KeyState.REVOKED.value},
                    ":was": {"S": was.value},
                    ":at": at_text,
                },
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            },
        )
        refusal = self._commit(key, *others, may_refuse="key")
        if refusal is not None and refusal.item is None:
            raise NotFoundError
        return refusal is None

    def retire_key(self, key_id: str, not_after: datetime) -> bool:
        """False where it is revoked, or not there."""
        item = KeyItem(PK=_key_key(key_id), SK="KEY")
        actions: list[Action] = [KeyItem.state.set(KeyState.RETIRING.value), KeyItem.not_after.set(not_after)]
        is_alive = KeyItem.PK.exists() & (KeyItem.state != KeyState.REVOKED.value)
        try:
            item.update(actions=actions, condition=is_alive)
        except UpdateError as error:
            if error.cause_response_code == _CONDITION_FAILED:
                return False
            raise
        return True

    def _commit(self, *writes: Write, may_refuse: str = "") -> Refusal | None:
        """The refusal of the write of that name, or None. Raises ConflictRetryError for any other."""
        try:
            commit(self._client, writes)
        except TransactionRefusedError as refused:
            if may_refuse not in refused.refusals:
                raise ConflictRetryError from refused
            return refused.refusals[may_refuse]
        return None


class NonceStore:
    """Used nonces; see `quen.partners.verifier.Nonces`."""

    def __init__(self, client: BaseClient, table_name: str) -> None:
        bind((NonceItem,), table_name, client)

    def claim(self, key_id: str, nonce: str, *, expires: int, now: int) -> bool:
        """True for exactly one caller until `expires`, and a little longer.

        The client under us may send a put twice when its first answer is lost; the second is refused, and the claim that
        stands is then our own.
        """
        item = NonceItem(
            PK=f"NONCE#{key_id}#{nonce}",
            SK="NONCE",
            claim=secrets.token_hex(8),
            expires_at_epoch=expires + NONCE_GRACE_SECONDS,
        )
        is_free = NonceItem.PK.does_not_exist() | (NonceItem.expires_at_epoch < now)
        try:
            item.save(condition=is_free)
        except PutError as error:
            if error.cause_response_code != _CONDITION_FAILED:
                raise
            return self._is_own(item)
        return True

    def _is_own(self, item: NonceItem) -> bool:
        try:
            return NonceItem.get(item.PK, item.SK, consistent_read=True).claim == item.claim
        except NonceItem.DoesNotExist:
            return False


def _partner_item(partner: Partner) -> PartnerItem:
    return PartnerItem(
        PK=_partner_key(partner.partner_id),
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
        exchange=exchange_text(partner.exchange),
    )


def exchange_text(exchange: Exchange) -> str | None:
    """A partner's rates as they are kept; None where points are not exchanged with it."""
    return json.dumps(asdict(exchange), separators=(",", ":")) if exchange != NO_EXCHANGE else None


def _read_exchange(text: str | None) -> Exchange:
    rates = json.loads(text or "{}")
    return Exchange(**{way: Rate(**rate) if rate else None for way, rate in rates.items()})


def _partner(item: PartnerItem) -> Partner:
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
    )


def _terms_form(terms: Terms) -> list[Any]:
    prices = (terms.issued, terms.redeemed, terms.expired)
    return [terms.first_day.isoformat(), terms.billing.value, *prices, terms.when_empty, terms.alert_below]


def _read_terms(form: list[Any]) -> Terms:
    first_day, billing, *rest = form
    return Terms(date.fromisoformat(first_day), Billing(billing), *rest)


def _key_item(key: PartnerKey) -> KeyItem:
    return KeyItem(
        PK=_key_key(key.key_id),
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


def _key(item: KeyItem) -> PartnerKey:
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


def _partner_key(partner_id: str) -> str:
    return f"PARTNER#{partner_id}"


def _key_key(key_id: str) -> str:
    return f"KEY#{key_id}"
