"""Messages in DynamoDB.

    what                                key                                                by
    what became of an intent            PK MEMBER#<id>, SK MESSAGE#<kind>:<period>         GetItem, consistent
    all that a member was told          PK MEMBER#<id>, SK from MESSAGE#                   Query
    what is counted of the last weeks   PK MEMBER#<id>, SK RECENT                          GetItem, consistent
    which message a provider names      PK PROVIDER#<channel>#<id>, SK PROVIDER            GetItem

No phone number and no e-mail address is kept, only a hint. DynamoDB takes each out after `KEPT_DAYS`
(`expires_at_epoch`): long after its intent can come again.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

from botocore.client import BaseClient
from pynamodb.attributes import JSONAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist, PutError

from quen.clock import Clock
from quen.dynamodb import IntAttribute, TransactionRefusedError, Write, bind, commit, put
from quen.messages.caps import Counted, Recent
from quen.messages.model import KEPT_DAYS, Attempt, Kind, Message, State
from quen.program.model import Channel
from quen.stored_items import StoredItem

NAMED_BY_PROVIDER: frozenset[Channel] = frozenset({"sms"})
"""Channels whose reports name a message by the provider's own id alone."""
_DAY_SECONDS = 24 * 3600


class MessageItem(StoredItem):
    """One message."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True)
    message_id = UnicodeAttribute()
    state = UnicodeAttribute()
    at = UnicodeAttribute()
    tries = IntAttribute()
    begun_at = IntAttribute()
    channel = UnicodeAttribute(null=True)
    address_hint = UnicodeAttribute(null=True)
    locale = UnicodeAttribute(null=True)
    held_until = UnicodeAttribute(null=True)
    provider_id = UnicodeAttribute(null=True)
    error = UnicodeAttribute(null=True)
    revision = IntAttribute()
    data = JSONAttribute(null=True)
    created_at = UnicodeAttribute(null=True)
    sent_at = UnicodeAttribute(null=True)
    delivered_at = UnicodeAttribute(null=True)
    complained_at = UnicodeAttribute(null=True)
    attempts = JSONAttribute(null=True)
    duplicates = IntAttribute(null=True)
    segments = IntAttribute(null=True)
    price = IntAttribute(null=True)
    expires_at_epoch = IntAttribute()


class RecentItem(StoredItem):
    """What is counted of what one member got lately: [key, channel, seconds since 1970] each."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True)
    sends = JSONAttribute()
    revision = IntAttribute()
    expires_at_epoch = IntAttribute()


class ProviderItem(StoredItem):
    """Which message a provider names so."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True)
    member_id = UnicodeAttribute()
    key = UnicodeAttribute()
    expires_at_epoch = IntAttribute()


class MessageStore:
    """See `quen.messages.ports.MessageRecords` for what each method promises. `wall` is the clock nobody moves."""

    def __init__(self, client: BaseClient, table_name: str, wall: Clock) -> None:
        bind((MessageItem, RecentItem, ProviderItem), table_name, client)
        self._client = client
        self._wall = wall

    def claim(self, message: Message) -> Message:
        """Keep a new message; where there is one for its key already, answer that one."""
        try:
            self._item(message).save(condition=MessageItem.PK.does_not_exist())
        except PutError as error:
            if not _is_refused(error):
                raise
            return _message(MessageItem.get(*_key(message.member_id, message.key), consistent_read=True))
        return message

    def replace(self, before: Message, after: Message, counted: tuple[Recent, Recent] | None = None) -> bool:
        """Write what became of it, with what was counted and by which name its provider knows it; False where somebody else
        has written since it was read. What is written alone costs no transaction.
        """
        also = [*self._recent_write(counted), *self._provider_write(after)]
        if also:
            return self._commit(before, after, also)
        try:
            self._item(after).save(condition=MessageItem.revision == before.revision)
        except PutError as error:
            if not _is_refused(error):
                raise
            return False
        return True

    def find(self, member_id: str, key: str) -> Message | None:
        """What became of that intent, read consistently."""
        try:
            return _message(MessageItem.get(*_key(member_id, key), consistent_read=True))
        except DoesNotExist:
            return None

    def find_named(self, channel: Channel, provider_id: str) -> Message | None:
        """The message that a channel's provider calls so."""
        try:
            found = ProviderItem.get(f"PROVIDER#{channel}#{provider_id}", "PROVIDER")
        except DoesNotExist:
            return None
        return self.find(found.member_id, found.key)

    def load_recent(self, member_id: str) -> Recent:
        """What is counted of what went to the member lately, read consistently; empty where nothing has."""
        try:
            item = RecentItem.get(f"MEMBER#{member_id}", "RECENT", consistent_read=True)
        except DoesNotExist:
            return Recent(member_id)
        sends = tuple(Counted(key, channel, datetime.fromtimestamp(at, UTC)) for key, channel, at in item.sends)
        return Recent(member_id, sends, item.revision)

    def list_kind(self, member_id: str, kind: Kind) -> list[Message]:
        """All messages of that kind to the member, read consistently."""
        of_kind = MessageItem.SK.startswith(f"MESSAGE#{kind}:")
        return [_message(item) for item in MessageItem.query(f"MEMBER#{member_id}", of_kind, consistent_read=True)]

    def list_messages(self, member_id: str) -> list[Message]:
        """All that a member was told, or was not, the newest first."""
        found = MessageItem.query(f"MEMBER#{member_id}", MessageItem.SK.startswith("MESSAGE#"))
        # By when each was to be told first; its last change breaks a tie, and its key keeps the order the same each time.
        return sorted(map(_message, found), key=lambda one: (str(one.created_at), str(one.at), one.key), reverse=True)

    def _commit(self, before: Message, after: Message, also: list[Write]) -> bool:
        revision = {":revision": {"N": str(before.revision)}}
        message = put("message", self._item(after), condition="revision = :revision", values=revision)
        try:
            commit(self._client, [message, *also])
        except TransactionRefusedError:
            return False
        return True

    def _recent_write(self, counted: tuple[Recent, Recent] | None) -> list[Write]:
        if counted is None:
            return []
        before, after = counted
        item = RecentItem(
            PK=f"MEMBER#{after.member_id}",
            SK="RECENT",
            sends=[[one.key, one.channel, int(one.at.timestamp())] for one in after.sends],
            revision=after.revision,
            expires_at_epoch=self._expires_at_epoch(),
        )
        if not before.revision:
            return [put("recent", item, condition="attribute_not_exists(PK)")]
        revision = {":revision": {"N": str(before.revision)}}
        return [put("recent", item, condition="revision = :revision", values=revision)]

    def _provider_write(self, after: Message) -> list[Write]:
        if after.state != "SENT" or after.channel not in NAMED_BY_PROVIDER:
            return []
        item = ProviderItem(
            PK=f"PROVIDER#{after.channel}#{after.provider_id}",
            SK="PROVIDER",
            member_id=after.member_id,
            key=after.key,
            expires_at_epoch=self._expires_at_epoch(),
        )
        return [put("provider", item)]

    def _expires_at_epoch(self) -> int:
        return int(self._wall.now().timestamp()) + KEPT_DAYS * _DAY_SECONDS

    def _item(self, message: Message) -> MessageItem:
        partition, sort = _key(message.member_id, message.key)
        return MessageItem(
            PK=partition,
            SK=sort,
            message_id=message.message_id,
            state=message.state,
            at=_text(message.at) or "",
            tries=message.tries,
            begun_at=message.begun_at,
            channel=message.channel,
            address_hint=message.address_hint or None,
            locale=message.locale or None,
            held_until=_text(message.held_until),
            provider_id=message.provider_id or None,
            error=message.error or None,
            revision=message.revision,
            data=dict(message.data) or None,
            created_at=_text(message.created_at),
            sent_at=_text(message.sent_at),
            delivered_at=_text(message.delivered_at),
            complained_at=_text(message.complained_at),
            attempts=[[one.channel, one.outcome, one.at.isoformat(), one.code] for one in message.attempts] or None,
            duplicates=message.duplicates or None,
            segments=message.segments or None,
            price=message.price,
            expires_at_epoch=self._expires_at_epoch(),
        )


def _is_refused(error: PutError) -> bool:
    return error.cause_response_code == "ConditionalCheckFailedException"


def _key(member_id: str, key: str) -> tuple[str, str]:
    return f"MEMBER#{member_id}", f"MESSAGE#{key}"


def _text(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _message(item: MessageItem) -> Message:
    attempts: list[list[Any]] = item.attempts or []
    return Message(
        member_id=item.PK.removeprefix("MEMBER#"),
        key=item.SK.removeprefix("MESSAGE#"),
        message_id=item.message_id,
        state=cast("State", item.state),
        at=_instant(item.at),
        tries=item.tries,
        begun_at=item.begun_at,
        channel=cast("Channel | None", item.channel),
        address_hint=item.address_hint or "",
        locale=item.locale or "",
        held_until=_instant(item.held_until),
        provider_id=item.provider_id or "",
        error=item.error or "",
        revision=item.revision,
        data=item.data or {},
        created_at=_instant(item.created_at),
        sent_at=_instant(item.sent_at),
        delivered_at=_instant(item.delivered_at),
        complained_at=_instant(item.complained_at),
        attempts=tuple(Attempt(name, did, datetime.fromisoformat(at), code) for name, did, at, code in attempts),
        duplicates=item.duplicates or 0,
        segments=item.segments or 0,
        price=item.price,
    )
