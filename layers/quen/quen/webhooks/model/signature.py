"""The headers of an attempt, signed by Standard Webhooks 1.0: `v1` is HMAC-SHA256 over `id.timestamp.body`.

While a secret is being rotated both sign, the new one first; a receiver accepts whichever it knows.
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime

SECRET_BYTES = 32
TEXT_PREFIX = "whsec_"

WebhookHeaders = Mapping[str, str]


def secret_text(secret: bytes) -> str:
    """The secret as the partner is shown it: `whsec_` and base64."""
    return TEXT_PREFIX + base64.b64encode(secret).decode("ascii")


def headers_of(secrets: Sequence[bytes], event_id: str, at: datetime, body: bytes) -> WebhookHeaders:
    """The three headers of an attempt at that instant. The id is the event's, in every attempt."""
    second = str(int(at.timestamp()))
    signed = f"{event_id}.{second}.".encode() + body
    signatures = [base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode("ascii") for secret in secrets]
    return {
        "webhook-id": event_id,
        "webhook-timestamp": second,
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }
