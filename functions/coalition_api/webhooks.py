"""Partners' webhooks, as staff see them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import Meta, Struct

from quen.bootstrap import application
from quen.errors import ConflictRetryError, NotFoundError
from quen.http.callers import recognise_staff
from quen.http.endpoint import Call, Nothing, Resource
from quen.http.webhooks import Webhook, WebhookList
from quen.staff.model import Action, StaffCaller
from quen.webhooks.model import DisabledBy
from quen.webhooks.model import Webhook as WebhookValue
from quen.webhooks.views import webhook_view
from quen.writes import Write

webhooks: Resource[StaffCaller] = Resource(__name__, recognise_staff)


class DisableBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Why it is disabled."""

    reason: Annotated[str, Meta(min_length=1, max_length=200, description="Why; kept in the audit trail.")]


@webhooks.endpoint(
    "GET",
    "/v1/partners/{partner_id}/webhooks",
    action=Action.READ_WEBHOOKS,
    answer=WebhookList,
    errors=(NotFoundError,),
)
def list_webhooks(_call: Call[StaffCaller, Nothing], partner_id: str) -> Mapping[str, Any]:
    """A partner's webhooks, and how they fare."""
    app = application()
    known = app.partners.load(partner_id).partner_id
    return {"items": [webhook_view(webhook) for webhook in app.webhooks.list_webhooks(known)]}


@webhooks.endpoint(
    "POST",
    "/v1/partners/{partner_id}/webhooks/{webhook_id}/disable",
    action=Action.DISABLE_WEBHOOK,
    body=DisableBody,
    answer=Webhook,
    errors=(NotFoundError, ConflictRetryError),
)
def disable(call: Call[StaffCaller, DisableBody], partner_id: str, webhook_id: str) -> Mapping[str, Any]:
    """Nothing more is sent to it, until its partner enables it: take the right away too where it shall stay so."""
    app, reason = application(), call.input.reason

    def record(before: WebhookValue, after: WebhookValue) -> list[Write]:
        target, was, is_now = f"webhook:{webhook_id}", webhook_view(before), webhook_view(after)
        return [app.audit.write(call.caller, Action.DISABLE_WEBHOOK, target, before=was, after=is_now, reason=reason)]

    return webhook_view(app.webhooks.disable(partner_id, webhook_id, DisabledBy.STAFF, record))
