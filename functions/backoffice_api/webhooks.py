"""Webhooks: where the partner wants to be told of events, and what became of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from msgspec import Meta, Struct

from backoffice_api.callers import recognise_partner
from quen.bootstrap import application
from quen.errors import ConflictRetryError, NotFoundError, ValidationFailedError
from quen.http.bodies import Instant, ShortText, whole
from quen.http.endpoint import Call, Nothing, Resource
from quen.http.errors import CursorInvalidError
from quen.http.paging import PageQuery
from quen.http.strict_json import Json
from quen.http.webhooks import Delivery, DeliveryPage, IssuedWebhook, Replayed, Webhook, WebhookList
from quen.instants import format_instant
from quen.partners.model import PartnerCaller, Right
from quen.webhooks.addresses import URL_CHARACTERS_MAX
from quen.webhooks.model import EVENT_TYPES_MAX, OVERLAP_HOURS_MAX, DeliveryState, DisabledBy, WebhookDisabledError
from quen.webhooks.views import delivery_view, issued_webhook_view, webhook_view

webhooks: Resource[PartnerCaller] = Resource(__name__, recognise_partner)

EventType = Annotated[
    str,
    Meta(
        pattern=whole(r"[a-z_]+\.[a-z_]*"),
        max_length=64,
        description="A type of event, or what several begin with, up to the dot.",
        examples=["points."],
    ),
]


class WebhookBody(Struct, frozen=True, forbid_unknown_fields=True):
    """An https URL on port 443, and the events that it is told of (none: all)."""

    url: Annotated[str, Meta(min_length=1, max_length=URL_CHARACTERS_MAX, examples=["https://example.com/quen"])]
    event_types: Annotated[tuple[EventType, ...], Meta(max_length=EVENT_TYPES_MAX)] = ()


class RotateBody(Struct, frozen=True, forbid_unknown_fields=True):
    """For how many hours the secret that is replaced signs beside the new one."""

    overlap_hours: Annotated[int, Meta(ge=0, le=OVERLAP_HOURS_MAX)] = 24


class DeliveriesBody(PageQuery, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A page of the log; `dead` are those that are tried no more."""

    state: DeliveryState | None = None


class ReplayBody(Struct, frozen=True, forbid_unknown_fields=True):
    """What to send once more: exactly one of an event, and all that was first sent from an instant on."""

    event_id: ShortText | None = None
    since: Instant | None = None


@webhooks.endpoint(
    "POST", "/v1/webhooks", action=Right.MANAGE_WEBHOOKS, status=201, body=WebhookBody, answer=IssuedWebhook
)
def create(call: Call[PartnerCaller, WebhookBody]) -> Mapping[str, Any]:
    """A new webhook; its secret is shown once. Events come at least once, in no order, under the same id each time."""
    asked = call.input
    return issued_webhook_view(application().webhooks.create(call.caller.partner_id, asked.url, asked.event_types))


@webhooks.endpoint("POST", "/v1/webhooks/search", action=Right.MANAGE_WEBHOOKS, answer=WebhookList)
def search(call: Call[PartnerCaller, Nothing]) -> Mapping[str, Any]:
    """All webhooks of the partner."""
    return {"items": [webhook_view(one) for one in application().webhooks.list_webhooks(call.caller.partner_id)]}


@webhooks.endpoint(
    "GET", "/v1/webhooks/{webhook_id}", action=Right.MANAGE_WEBHOOKS, answer=Webhook, errors=(NotFoundError,)
)
def show(call: Call[PartnerCaller, Nothing], webhook_id: str) -> Mapping[str, Any]:
    """A webhook, and how it fares."""
    return webhook_view(application().webhooks.load(call.caller.partner_id, webhook_id))


@webhooks.endpoint(
    "POST",
    "/v1/webhooks/{webhook_id}/rotate",
    action=Right.MANAGE_WEBHOOKS,
    body=RotateBody,
    answer=IssuedWebhook,
    errors=(NotFoundError, ConflictRetryError),
)
def rotate(call: Call[PartnerCaller, RotateBody], webhook_id: str) -> Mapping[str, Any]:
    """A new secret, shown once; while the old one signs beside it, `webhook-signature` holds both signatures."""
    rotated = application().webhooks.rotate(call.caller.partner_id, webhook_id, call.input.overlap_hours)
    return issued_webhook_view(rotated)


@webhooks.endpoint(
    "POST",
    "/v1/webhooks/{webhook_id}/enable",
    action=Right.MANAGE_WEBHOOKS,
    answer=Webhook,
    errors=(NotFoundError, ConflictRetryError),
)
def enable(call: Call[PartnerCaller, Nothing], webhook_id: str) -> Mapping[str, Any]:
    """Told of events again, from now on; of those before, the feed and a replay tell."""
    return webhook_view(application().webhooks.enable(call.caller.partner_id, webhook_id))


@webhooks.endpoint(
    "POST",
    "/v1/webhooks/{webhook_id}/disable",
    action=Right.MANAGE_WEBHOOKS,
    answer=Webhook,
    errors=(NotFoundError, ConflictRetryError),
)
def disable(call: Call[PartnerCaller, Nothing], webhook_id: str) -> Mapping[str, Any]:
    """Told of nothing more; what was still being tried is dead, and can be replayed."""
    return webhook_view(application().webhooks.disable(call.caller.partner_id, webhook_id, DisabledBy.PARTNER))


@webhooks.endpoint(
    "POST", "/v1/webhooks/{webhook_id}/delete", action=Right.MANAGE_WEBHOOKS, answer=Webhook, errors=(NotFoundError,)
)
def delete(call: Call[PartnerCaller, Nothing], webhook_id: str) -> Mapping[str, Any]:
    """Away with it, its secrets and its log; the answer is what it was."""
    return webhook_view(application().webhooks.delete(call.caller.partner_id, webhook_id))


@webhooks.endpoint(
    "POST",
    "/v1/webhooks/{webhook_id}/deliveries/search",
    action=Right.MANAGE_WEBHOOKS,
    body=DeliveriesBody,
    answer=DeliveryPage,
    errors=(NotFoundError, CursorInvalidError),
)
def search_deliveries(call: Call[PartnerCaller, DeliveriesBody], webhook_id: str) -> Mapping[str, Any]:
    """What became of each event of the last thirty days, newest first."""
    app, asked = application(), call.input

    def fetch(place: str | None, limit: int) -> tuple[Sequence[Mapping[str, Any]], Json]:
        found, following = app.webhooks.list_deliveries(call.caller.partner_id, webhook_id, place, limit, asked.state)
        return [delivery_view(delivery) for delivery in found], following

    listing = f"deliveries/{webhook_id}/{asked.state or ''}"
    return app.cursors.page(asked, fetch, caller=call.caller.partner_id, listing=listing)


@webhooks.endpoint(
    "POST",
    "/v1/webhooks/{webhook_id}/replay",
    action=Right.MANAGE_WEBHOOKS,
    body=ReplayBody,
    answer=Replayed,
    errors=(NotFoundError, WebhookDisabledError),
)
def replay(call: Call[PartnerCaller, ReplayBody], webhook_id: str) -> Mapping[str, Any]:
    """Events that were delivered, or are dead, once more: the same ids, the same bodies."""
    asked, partner_id, app = call.input, call.caller.partner_id, application()
    if (asked.event_id is None) is (asked.since is None):
        raise ValidationFailedError.at("", "exactly_one_required", "Name exactly one of event_id, since.")
    if asked.since is not None:
        done = app.webhooks.replay_since(partner_id, webhook_id, asked.since)
    else:
        done = app.webhooks.replay_event(partner_id, webhook_id, asked.event_id or "")
    return {"replayed": done.count, "next_since": format_instant(done.next_since) if done.next_since else None}


@webhooks.endpoint(
    "POST",
    "/v1/webhooks/{webhook_id}/test",
    action=Right.MANAGE_WEBHOOKS,
    status=202,
    answer=Delivery,
    errors=(NotFoundError, WebhookDisabledError),
)
def send_test(call: Call[PartnerCaller, Nothing], webhook_id: str) -> Mapping[str, Any]:
    """An event `webhook.test` for this webhook alone, about nothing."""
    return delivery_view(application().webhooks.send_test(call.caller.partner_id, webhook_id))
