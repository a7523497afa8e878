"""What the APIs answer about webhooks, as types."""

from __future__ import annotations

from typing import Literal, TypedDict

from quen.http.scalars import Count, Cursor, Instant


class Webhook(TypedDict):
    """A URL that is told of events of these types (none: of all). `disabled_by`: who or what disabled it: `partner`, `staff`,
    `gone` (it answered 410), `failing` (for five days every attempt failed). `failing_since`: the first failure after which
    nothing succeeded. The secret before the last rotation signs until `previous_secret_until`.
    """

    webhook_id: str
    url: str
    event_types: list[str]
    state: Literal["enabled", "disabled"]
    disabled_by: Literal["partner", "staff", "gone", "failing"] | None
    failing_since: Instant | None
    previous_secret_until: Instant | None
    created_at: Instant


class IssuedWebhook(Webhook):
    """A webhook with a new secret, `whsec_` and base64, as Standard Webhooks has it; it is shown in this one answer."""

    secret: str


class WebhookList(TypedDict):
    """All webhooks of a partner: ten at most."""

    items: list[Webhook]


class Delivery(TypedDict):
    """What became of an event. `last_status` is the HTTP status of the last attempt's answer (null: there was none),
    `last_error` why it failed: `refused`, `redirected`, `gone`, `timed_out`, `connection_failed`, `tls_failed`,
    `name_not_found`, `address_refused`, `answer_unreadable`, `answer_too_long`, `secret_missing`; or why it was given up:
    `webhook_disabled`, `event_gone`.
    """

    event_id: str
    type: str
    state: Literal["pending", "delivered", "dead"]
    attempts: Count
    last_status: int | None
    last_error: str | None
    created_at: Instant
    last_attempt_at: Instant | None
    next_attempt_at: Instant | None


class DeliveryPage(TypedDict):
    """The log of a webhook, newest first. Of one state, a page may hold fewer than asked for though more follow."""

    items: list[Delivery]
    next_cursor: Cursor | None


class Replayed(TypedDict):
    """So many deliveries begin anew, with the same ids and bodies; `next_since`: ask again from then on for the rest."""

    replayed: Count
    next_since: Instant | None
