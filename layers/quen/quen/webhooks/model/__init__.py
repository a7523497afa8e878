"""What webhooks are, and what is decided about each attempt. Pure: nothing is sent here, and no clock is read."""

from quen.webhooks.model.deliveries import (
    LEASE_SECONDS,
    TEST_EVENT_TYPE,
    Delivery,
    DeliveryState,
    Result,
    Wake,
    trial_body,
)
from quen.webhooks.model.endpoints import (
    EVENT_TYPES_MAX,
    OVERLAP_HOURS_MAX,
    RESTS_FOR,
    WEBHOOKS_PER_PARTNER_MAX,
    DisabledBy,
    IssuedWebhook,
    Webhook,
    WebhookState,
    check_event_types,
)
from quen.webhooks.model.errors import WebhookDisabledError
from quen.webhooks.model.schedule import ATTEMPTS_MAX, JITTER_PERCENT, RETRY_AFTER_SECONDS_MAX, parse_retry_after
from quen.webhooks.model.signature import SECRET_BYTES, WebhookHeaders, headers_of, secret_text

__all__ = [
    "ATTEMPTS_MAX",
    "EVENT_TYPES_MAX",
    "JITTER_PERCENT",
    "LEASE_SECONDS",
    "OVERLAP_HOURS_MAX",
    "RESTS_FOR",
    "RETRY_AFTER_SECONDS_MAX",
    "SECRET_BYTES",
    "TEST_EVENT_TYPE",
    "WEBHOOKS_PER_PARTNER_MAX",
    "Delivery",
    "DeliveryState",
    "DisabledBy",
    "IssuedWebhook",
    "Result",
    "Wake",
    "Webhook",
    "WebhookDisabledError",
    "WebhookHeaders",
    "WebhookState",
    "check_event_types",
    "headers_of",
    "parse_retry_after",
    "secret_text",
    "trial_body",
]
