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

import secrets
from collections.abc import Sequence
from datetime import datetime

from botocore.client import BaseClient
from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import UpdateError
from pynamodb.expressions.update import Action

from quen.dynamodb import IntAttribute, Refusal, TransactionRefusedError, Write, bind, commit, put
from quen.errors import ConflictRetryError, NotFoundError
from quen.partners.items import (
    KeyItem,
    PartnerItem,
    PointerItem,
    key_item,
    key_key,
    partner_item,
    partner_key,
    read_key,
    read_partner,
)
from quen.partners.model import KeyState, Partner, PartnerKey
from quen.stored_items import StoredItem

# The clocks of two functions, and DynamoDB's own, may differ by this much: a nonce is kept so much longer than it lives.
NONCE_GRACE_SECONDS = 60

_PARTNERS = "PARTNERS"
_ABSENT = "attribute_not_exists(PK)"
_IS_FREE = f"{_ABSENT} OR expires_at_epoch < :now"
_CONDITION_FAILED = "ConditionalCheckFailedException"


class NonceItem(StoredItem):
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
        self._commit(put("partner", partner_item(partner), condition=_ABSENT), put("pointer", pointer), *others)

    def find(self, partner_id: str) -> Partner | None:
        """The partner, read consistently."""
        try:
            return read_partner(PartnerItem.get(partner_key(partner_id), "PARTNER", consistent_read=True))
        except PartnerItem.DoesNotExist:
            return None

    def list_partners(self, after: str | None, limit: int) -> Sequence[Partner]:
        """Partners by id."""
        condition = (PointerItem.SK > after) if after else None  # noqa: SIM300 - the attribute builds the condition
        pointers = PointerItem.query(_PARTNERS, condition, limit=limit, consistent_read=True)
        keys = [(partner_key(pointer.SK), "PARTNER") for pointer in pointers]
        partners = [read_partner(item) for item in PartnerItem.batch_get(keys, consistent_read=True)]
        return sorted(partners, key=lambda partner: partner.partner_id)

    def add_key(self, key: PartnerKey, others: Sequence[Write] = ()) -> None:
        """One transaction: the partner is there, the key, its place among the partner's keys, and the others."""
        if self._commit(*self._adding(key), *others, may_refuse="owner") is not None:
            raise NotFoundError("There is no such partner.")

    def rotate_key(self, made: PartnerKey, old_id: str, not_after: datetime, others: Sequence[Write] = ()) -> bool:
        """One transaction: the new key as `add_key` keeps it, the old one retiring where it was active, and the others."""
        ends_at = KeyItem(not_after=not_after).serialize(null_check=False)["not_after"]
        values = {":retiring": {"S": KeyState.RETIRING.value}, ":active": {"S": KeyState.ACTIVE.value}, ":at": ends_at}
        old = Write(
            "old",
            "Update",
            {
                "TableName": self._table,
                "Key": {"PK": {"S": key_key(old_id)}, "SK": {"S": "KEY"}},
                "UpdateExpression": "SET #state = :retiring, not_after = :at",
                "ConditionExpression": "#state = :active",
                "ExpressionAttributeNames": {"#state": "state"},
                "ExpressionAttributeValues": values,
            },
        )
        return self._commit(*self._adding(made), old, *others, may_refuse="old") is None

    def find_key(self, key_id: str) -> PartnerKey | None:
        """The key, read consistently, so that a revocation is seen by the next read."""
        try:
            return read_key(KeyItem.get(key_key(key_id), "KEY", consistent_read=True))
        except KeyItem.DoesNotExist:
            return None

    def list_keys(self, partner_id: str) -> Sequence[PartnerKey]:
        """The partner's keys by id."""
        pointers = PointerItem.query(partner_key(partner_id), PointerItem.SK.startswith("KEY#"), consistent_read=True)
        keys = [
            read_key(item)
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
                "Key": {"PK": {"S": key_key(key_id)}, "SK": {"S": "KEY"}},
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
        item = KeyItem(PK=key_key(key_id), SK="KEY")
        actions: list[Action] = [KeyItem.state.set(KeyState.RETIRING.value), KeyItem.not_after.set(not_after)]
        is_alive = KeyItem.PK.exists() & (KeyItem.state != KeyState.REVOKED.value)
        try:
            item.update(actions=actions, condition=is_alive)
        except UpdateError as error:
            if error.cause_response_code == _CONDITION_FAILED:
                return False
            raise
        return True

    def _adding(self, key: PartnerKey) -> list[Write]:
        """The partner is there (`owner`), the key, and its place among the partner's keys."""
        owner = Write(
            "owner",
            "ConditionCheck",
            {
                "TableName": self._table,
                "Key": {"PK": {"S": partner_key(key.partner_id)}, "SK": {"S": "PARTNER"}},
                "ConditionExpression": "attribute_exists(PK)",
            },
        )
        pointer = PointerItem(PK=partner_key(key.partner_id), SK=key_key(key.key_id))
        return [owner, put("key", key_item(key), condition=_ABSENT), put("pointer", pointer)]

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
        return item.put_where(_IS_FREE, {":now": {"N": str(now)}}) or self._is_own(item)

    def _is_own(self, item: NonceItem) -> bool:
        try:
            return NonceItem.get(item.PK, item.SK, consistent_read=True).claim == item.claim
        except NonceItem.DoesNotExist:
            return False
