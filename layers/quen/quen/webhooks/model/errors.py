"""What webhooks refuse.

ConflictError
└── WebhookDisabledError    webhook_disabled (409)    nothing is sent to a webhook that is disabled
"""

from __future__ import annotations

from quen.errors import ConflictError


class WebhookDisabledError(ConflictError):
    code = "webhook_disabled"
    title = "The webhook is disabled; enable it first"
