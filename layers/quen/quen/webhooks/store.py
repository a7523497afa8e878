"""Webhooks and their deliveries in DynamoDB, in the table `Messages`: what was sent to whom, once, with its delivery state.

    what                                key                                                     by
    a webhook                           PK PARTNER#<id>, SK WEBHOOK#<webhook id>                GetItem, consistent
    a partner's webhooks                PK PARTNER#<id>, SK from WEBHOOK#                       Query, consistent
    a delivery                          PK WEBHOOK#<id>, SK DELIVERY#<event id>                 GetItem, consistent
    a webhook's deliveries, by time     PK WEBHOOK#<id>, SK LOG#<created at>#<event id>         Query, then BatchGetItem
    the body of an event                PK EVENT#<partner id>#<event id>, SK BODY               GetItem

A log's line is a pointer, written with its delivery and never changed. Both go by the table's time to live
(`expires_at_epoch`): after the thirty days that a partner is told, and the days that a replay on the last of them may take.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from botocore.client import BaseClient
from pynamodb.attributes import BinaryAttribute, UnicodeAttribute, UnicodeSetAttribute, UTCDateTimeAttribute
from pynamodb.exceptions import PutError

from quen.dynamodb import IntAttribute, TransactionRefusedError, bind, commit, put
from quen.errors import ConflictRetryError, TemporarilyUnavailableError
from quen.instants import format_instant
from quen.stored_items import StoredItem
from quen.webhooks.model import Delivery, DeliveryState, DisabledBy, Webhook, WebhookState
from quen.writes import Write

KEPT_DAYS = 30
REPLAY_DAYS = 4

_ABSENT = "attribute_not_exists(PK)"
_UNCHANGED = "revision = :revision"
_CONDITION_FAILED = "ConditionalCheckFailedException"


class WebhookItem(StoredItem):
    """A webhook; its secrets are elsewhere."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True)
    webhook_id = UnicodeAttribute()
    partner_id = UnicodeAttribute()
    url = UnicodeAttribute()
    event_types = UnicodeSetAttribute(null=True)
    created_at = UTCDateTimeAttribute()
    secret_id = UnicodeAttribute()
    previous_secret_id = UnicodeAttribute(null=True)
    previous_until = UTCDateTimeAttribute(null=True)
    state = UnicodeAttribute()
    disabled_by = UnicodeAttribute(null=True)
    failing_since = UTCDateTimeAttribute(null=True)
    resting_until = UTCDateTimeAttribute(null=True)
    revision = IntAttribute()


class DeliveryItem(StoredItem):
    """A delivery."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True)
    event_type = UnicodeAttribute()
    created_at = UTCDateTimeAttribute()
    state = UnicodeAttribute()
    attempts = IntAttribute()
    next_at = UTCDateTimeAttribute(null=True)
    begun_at = UTCDateTimeAttribute(null=True)
    last_at = UTCDateTimeAttribute(null=True)
    last_status = IntAttribute()
    last_error = UnicodeAttribute(null=True)
    body = BinaryAttribute(null=True, legacy_encoding=False)
    revision = IntAttribute()
    expires_at_epoch = IntAttribute()


class LogItem(StoredItem):
    """Says when a delivery was first to be sent."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True)
    expires_at_epoch = IntAttribute()


class WebhookStore:
    """See `quen.webhooks.ports.WebhookRecords` for what each method promises."""

    def __init__(self, client: BaseClient, table_name: str) -> None:
        self._client = client
        bind((WebhookItem,), table_name, client)

    def add(self, webhook: Webhook) -> None:
        """One put: its id is new."""
        _webhook_item(webhook).save()

    def find(self, partner_id: str, webhook_id: str) -> Webhook | None:
        """The webhook, read consistently."""
        try:
            return _webhook(WebhookItem.get(*_webhook_key(partner_id, webhook_id), consistent_read=True))
        except WebhookItem.DoesNotExist:
            return None

    def list_webhooks(self, partner_id: str) -> Sequence[Webhook]:
        """All of a partner, by id."""
        mine = WebhookItem.SK.startswith("WEBHOOK#")
        return [_webhook(item) for item in WebhookItem.query(f"PARTNER#{partner_id}", mine, consistent_read=True)]

    def replace(self, before: Webhook, after: Webhook, others: Sequence[Write] = ()) -> bool:
        """One transaction: the webhook, where it is as it was read, and the others. Raises ConflictRetryError."""
        values = {":revision": {"N": str(before.revision)}}
        changed = put("webhook", _webhook_item(after), condition=_UNCHANGED, values=values)
        try:
            commit(self._client, [changed, *others])
        except TransactionRefusedError as refused:
            if "webhook" in refused.refusals or refused.conflict:
                return False
            raise ConflictRetryError from refused
        return True

    def delete(self, webhook: Webhook) -> None:
        """One delete."""
        WebhookItem(*_webhook_key(webhook.partner_id, webhook.webhook_id)).delete()


class DeliveryStore:
    """See `quen.webhooks.ports.DeliveryRecords` for what each method promises."""

    def __init__(self, client: BaseClient, table_name: str) -> None:
        self._client = client
        bind((DeliveryItem, LogItem), table_name, client)

    def claim(self, delivery: Delivery) -> Delivery:
        """One transaction: the delivery, and its line in the log."""
        item = _delivery_item(delivery)
        line = LogItem(PK=item.PK, SK=_log_key(delivery), expires_at_epoch=item.expires_at_epoch)
        try:
            commit(self._client, [put("delivery", item, condition=_ABSENT), put("line", line)])
        except TransactionRefusedError as refused:
            found = self.find(delivery.webhook_id, delivery.event_id)
            if found is None:
                raise TemporarilyUnavailableError from refused
            return found
        return delivery

    def find(self, webhook_id: str, event_id: str) -> Delivery | None:
        """The delivery, read consistently."""
        try:
            return _delivery(DeliveryItem.get(*_delivery_key(webhook_id, event_id), consistent_read=True))
        except DeliveryItem.DoesNotExist:
            return None

    def replace(self, before: Delivery, after: Delivery) -> bool:
        """One put, where it is as it was read."""
        try:
            _delivery_item(after).save(condition=DeliveryItem.revision == before.revision)
        except PutError as error:
            if error.cause_response_code == _CONDITION_FAILED:
                return False
            raise
        return True

    def list_before(self, webhook_id: str, place: str | None, limit: int) -> Sequence[tuple[str, Delivery]]:
        """Newest first."""
        older = LogItem.SK.between("LOG#", f"{place}") if place else LogItem.SK.startswith("LOG#")
        asked = limit + 1 if place else limit  # `between` includes the place itself
        lines = LogItem.query(f"WEBHOOK#{webhook_id}", older, limit=asked, scan_index_forward=False)
        return self._read(webhook_id, [line.SK for line in lines if place != line.SK][:limit])

    def list_since(self, webhook_id: str, since: datetime, limit: int) -> Sequence[tuple[str, Delivery]]:
        """Oldest first."""
        newer = LogItem.SK.between(f"LOG#{_sortable(since)}", "LOG#~")
        lines = LogItem.query(f"WEBHOOK#{webhook_id}", newer, limit=limit)
        return self._read(webhook_id, [line.SK for line in lines])

    def _read(self, webhook_id: str, places: Sequence[str]) -> list[tuple[str, Delivery]]:
        """The deliveries at these places; one that its time to live took first is left out."""
        by_event = {place.rpartition("#")[2]: place for place in places}
        keys = [_delivery_key(webhook_id, event_id) for event_id in by_event]
        found = {item.SK: _delivery(item) for item in DeliveryItem.batch_get(keys, consistent_read=True)}
        return [(place, found[key]) for event, place in by_event.items() if (key := f"DELIVERY#{event}") in found]


def _webhook_key(partner_id: str, webhook_id: str) -> tuple[str, str]:
    return f"PARTNER#{partner_id}", f"WEBHOOK#{webhook_id}"


def _delivery_key(webhook_id: str, event_id: str) -> tuple[str, str]:
    return f"WEBHOOK#{webhook_id}", f"DELIVERY#{event_id}"


def _log_key(delivery: Delivery) -> str:
    return f"LOG#{_sortable(delivery.created_at)}#{delivery.event_id}"


def _sortable(instant: datetime) -> str:
    """To the microsecond always, so that texts are ordered as instants are."""
    return format_instant(instant.replace(microsecond=0)).removesuffix("Z") + f".{instant.microsecond:06d}Z"


def _webhook_item(webhook: Webhook) -> WebhookItem:
    partition, sort = _webhook_key(webhook.partner_id, webhook.webhook_id)
    return WebhookItem(
        PK=partition,
        SK=sort,
        webhook_id=webhook.webhook_id,
        partner_id=webhook.partner_id,
        url=webhook.url,
        event_types=set(webhook.event_types) or None,
        created_at=webhook.created_at,
        secret_id=webhook.secret_id,
        previous_secret_id=webhook.previous_secret_id or None,
        previous_until=webhook.previous_until,
        state=webhook.state.value,
        disabled_by=webhook.disabled_by.value if webhook.disabled_by else None,
        failing_since=webhook.failing_since,
        resting_until=webhook.resting_until,
        revision=webhook.revision,
    )


def _webhook(item: WebhookItem) -> Webhook:
    return Webhook(
        webhook_id=item.webhook_id,
        partner_id=item.partner_id,
        url=item.url,
        event_types=tuple(sorted(item.event_types or ())),
        created_at=item.created_at,
        secret_id=item.secret_id,
        previous_secret_id=item.previous_secret_id or "",
        previous_until=item.previous_until,
        state=WebhookState(item.state),
        disabled_by=DisabledBy(item.disabled_by) if item.disabled_by else None,
        failing_since=item.failing_since,
        resting_until=item.resting_until,
        revision=item.revision,
    )


def _delivery_item(delivery: Delivery) -> DeliveryItem:
    partition, sort = _delivery_key(delivery.webhook_id, delivery.event_id)
    return DeliveryItem(
        PK=partition,
        SK=sort,
        event_type=delivery.event_type,
        created_at=delivery.created_at,
        state=delivery.state.value,
        attempts=delivery.attempts,
        next_at=delivery.next_at,
        begun_at=delivery.begun_at,
        last_at=delivery.last_at,
        last_status=delivery.last_status,
        last_error=delivery.last_error or None,
        body=delivery.body,
        revision=delivery.revision,
        expires_at_epoch=int((delivery.created_at + timedelta(days=KEPT_DAYS + REPLAY_DAYS)).timestamp()),
    )


def _delivery(item: DeliveryItem) -> Delivery:
    return Delivery(
        webhook_id=item.PK.removeprefix("WEBHOOK#"),
        event_id=item.SK.removeprefix("DELIVERY#"),
        event_type=item.event_type,
        created_at=item.created_at,
        state=DeliveryState(item.state),
        attempts=item.attempts,
        next_at=item.next_at,
        begun_at=item.begun_at,
        last_at=item.last_at,
        last_status=item.last_status,
        last_error=item.last_error or "",
        body=bytes(item.body) if item.body is not None else None,
        revision=item.revision,
    )
