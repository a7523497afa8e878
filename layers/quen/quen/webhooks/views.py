"""How webhooks and deliveries are shown, to their partner and to staff."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from quen.instants import format_instant, format_second
from quen.webhooks.model import Delivery, IssuedWebhook, Webhook


def webhook_view(webhook: Webhook) -> dict[str, Any]:
    """A webhook, without any secret."""
    return {
        "webhook_id": webhook.webhook_id,
        "url": webhook.url,
        "event_types": list(webhook.event_types),
        "state": webhook.state.value,
        "disabled_by": webhook.disabled_by.value if webhook.disabled_by else None,
        "failing_since": _second(webhook.failing_since),
        "previous_secret_until": _second(webhook.previous_until),
        "created_at": format_second(webhook.created_at),
    }


def issued_webhook_view(issued: IssuedWebhook) -> dict[str, Any]:
    """A webhook, with the secret that is shown this once."""
    return {**webhook_view(issued.webhook), "secret": issued.secret}


def delivery_view(delivery: Delivery) -> dict[str, Any]:
    """What became of an event."""
    return {
        "event_id": delivery.event_id,
        "type": delivery.event_type,
        "state": delivery.state.value,
        "attempts": delivery.attempts,
        "last_status": delivery.last_status or None,
        "last_error": delivery.last_error or None,
        "created_at": format_instant(delivery.created_at),
        "last_attempt_at": _second(delivery.last_at),
        "next_attempt_at": _second(delivery.next_at),
    }


def _second(instant: datetime | None) -> str | None:
    return format_second(instant) if instant else None
