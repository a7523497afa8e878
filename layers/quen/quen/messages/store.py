"""Messages in DynamoDB.

    what                                key                                                by
    what became of an intent            PK MEMBER#<id>, SK MESSAGE#<kind>:<period>         GetItem, consistent
    all that a member was told          PK MEMBER#<id>, SK from MESSAGE#                   Query

No phone number and no e-mail address is kept, only a hint. DynamoDB takes a message out after `KEPT_DAYS`
(`expires_at_epoch`): long after its intent can come again.
"""

from __future__ import annotations

from datetime import datetime
from typing import cast

from botocore.client import BaseClient
from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import PutError
from pynamodb.models import Model

from quen.clock import Clock
from quen.dynamodb import IntAttribute, bind
from quen.messages.model import KEPT_DAYS, Message, State
from quen.program.model import Channel

_DAY_SECONDS = 24 * 3600


class MessageItem(Model):
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
    expires_at_epoch = IntAttribute()


class MessageStore:
    """See `quen.messages.service.MessageRecords` for what each method promises. `wall` is the clock nobody moves."""

    def __init__(self, client: BaseClient, table_name: str, wall: Clock) -> None:
        bind((MessageItem,), table_name, client)
        self._wall = wall

    def claim(self, message: Message) -> Message:
        """Keep a new message; where there is one for its key already, answer that one."""
        try:
            self._item(message).save(condition=MessageItem.PK.does_not_exist())
        except PutError as error:
            if not _is_refused(error):
                raise
            return _message(MessageItem.get(*_key(message), consistent_read=True))
        return message

    def replace(self, before: Message, after: Message) -> bool:
        """Write what became of it; False where somebody else has, since it was read."""
        try:
            self._item(after).save(condition=MessageItem.revision == before.revision)
        except PutError as error:
            if not _is_refused(error):
                raise
            return False
        return True

    def list_messages(self, member_id: str) -> list[Message]:
        """All that a member was told, or was not."""
        found = MessageItem.query(f"MEMBER#{member_id}", MessageItem.SK.startswith("MESSAGE#"))
        return [_message(item) for item in found]

    def _item(self, message: Message) -> MessageItem:
        partition, sort = _key(message)
        return MessageItem(
            PK=partition,
            SK=sort,
            message_id=message.message_id,
            state=message.state,
            at=message.at.isoformat() if message.at else "",
            tries=message.tries,
            begun_at=message.begun_at,
            channel=message.channel,
            address_hint=message.address_hint or None,
            locale=message.locale or None,
            held_until=message.held_until.isoformat() if message.held_until else None,
            provider_id=message.provider_id or None,
            error=message.error or None,
            revision=message.revision,
            expires_at_epoch=int(self._wall.now().timestamp()) + KEPT_DAYS * _DAY_SECONDS,
        )


def _is_refused(error: PutError) -> bool:
    return error.cause_response_code == "ConditionalCheckFailedException"


def _key(message: Message) -> tuple[str, str]:
    return f"MEMBER#{message.member_id}", f"MESSAGE#{message.key}"


def _message(item: MessageItem) -> Message:
    return Message(
        member_id=item.PK.removeprefix("MEMBER#"),
        key=item.SK.removeprefix("MESSAGE#"),
        message_id=item.message_id,
        state=cast("State", item.state),
        at=datetime.fromisoformat(item.at) if item.at else None,
        tries=item.tries,
        begun_at=item.begun_at,
        channel=cast("Channel | None", item.channel),
        address_hint=item.address_hint or "",
        locale=item.locale or "",
        held_until=datetime.fromisoformat(item.held_until) if item.held_until else None,
        provider_id=item.provider_id or "",
        error=item.error or "",
        revision=item.revision,
    )
