"""Addresses that are not written to any more, in the table `Messages`.

    what                                key                                                     by
    an address of a channel             PK SUPPRESSED#<channel>#<keyed hash>, SK SUPPRESSED     GetItem, consistent

No address is kept, only its hash under a key of this purpose: who reads the table learns of nobody, and cannot join it with
the members' look-ups. Another address has another hash, so a member who changes theirs is written to again. An entry stays
for ever; staff may lift it, and then it says so until the address refuses again.
"""

from __future__ import annotations

from collections.abc import Sequence

from botocore.client import BaseClient
from pynamodb.attributes import UnicodeAttribute, UTCDateTimeAttribute
from pynamodb.exceptions import PutError

from quen.clock import Clock
from quen.dynamodb import TransactionRefusedError, bind, commit, put
from quen.errors import ConflictRetryError, NotFoundError
from quen.keys import KeyRing
from quen.messages.desk import Suppression
from quen.program.model import Channel
from quen.stored_items import StoredItem
from quen.writes import Write

_SORT = "SUPPRESSED"
_STANDS = "attribute_exists(PK) AND attribute_not_exists(lifted_at)"


class SuppressionItem(StoredItem):
    """One address of one channel."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True)
    reason = UnicodeAttribute()
    at = UTCDateTimeAttribute()
    message_id = UnicodeAttribute()
    lifted_at = UTCDateTimeAttribute(null=True)


class SuppressionStore:
    """Addresses as profiles spell them: normalised. `wall` is the clock nobody moves. Every method may raise
    TemporarilyUnavailableError.
    """

    def __init__(self, client: BaseClient, table_name: str, keys: KeyRing, wall: Clock) -> None:
        self._client = client
        self._keys = keys
        self._wall = wall
        bind((SuppressionItem,), table_name, client)

    def is_suppressed(self, channel: Channel, address: str) -> bool:
        """Whether nothing goes there any more."""
        return self.find(channel, address) is not None

    def find(self, channel: Channel, address: str) -> Suppression | None:
        """Why nothing goes there, read consistently; None where it is written to."""
        item = self._get(channel, address)
        if item is None or item.lifted_at:
            return None
        return Suppression(channel, item.reason, item.at, item.message_id)

    def suppress(self, channel: Channel, address: str, reason: str, message_id: str) -> None:
        """Send nothing there from now on. What is suppressed already stays as it is: the first reason is the one told. What was
        lifted needs another message: a report may come twice, and the second time long after.
        """
        key, now = self._key(channel, address), self._wall.now()
        item = SuppressionItem(*key, reason=reason, at=now, message_id=message_id)
        is_news = SuppressionItem.lifted_at.exists() & (SuppressionItem.message_id != message_id)
        try:
            item.save(condition=SuppressionItem.PK.does_not_exist() | is_news)
        except PutError as error:
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise

    def lift(self, channel: Channel, address: str, others: Sequence[Write] = ()) -> None:
        """One transaction: the address is written to again, and the others.

        Raises NotFoundError where it is not suppressed, ConflictRetryError.
        """
        item = self._get(channel, address)
        if item is None or item.lifted_at:
            raise NotFoundError
        item.lifted_at = self._wall.now()
        try:
            commit(self._client, [put("suppression", item, condition=_STANDS), *others])
        except TransactionRefusedError as refused:
            raise (NotFoundError if "suppression" in refused.refusals else ConflictRetryError) from refused

    def _get(self, channel: Channel, address: str) -> SuppressionItem | None:
        try:
            return SuppressionItem.get(*self._key(channel, address), consistent_read=True)
        except SuppressionItem.DoesNotExist:
            return None

    def _key(self, channel: Channel, address: str) -> tuple[str, str]:
        return f"SUPPRESSED#{channel}#{self._keys.hash('suppressions', f'{channel}:{address}')}", _SORT
