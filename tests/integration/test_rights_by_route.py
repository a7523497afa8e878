"""What a partner may ask for: a row for every route of the partner API, asked with one right, and with all but one.

Whoever is given as the signer has signed: how that is proven is tested beside the verifier. A body that no route takes is
refused after the rights are looked at, so whatever is not `partner_forbidden` has passed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from gateway_events import make_event
from partnering import make_partner
from quen.bootstrap import application
from quen.http.openapi import endpoints_of
from quen.partners.model import ALL_RIGHTS, Partner, PartnerCaller, Relation, Right, SignedRequest
from served import Served, serving

# The right that each route asks for; whoever has signed may ask who they are.
ROWS = {
    "POST /v1/purchases": "record_purchases",
    "POST /v1/purchases/batch": "record_purchases",
    "POST /v1/purchases/preview": "record_purchases",
    "GET /v1/purchases/{purchase_id}": "read_purchases",
    "POST /v1/purchases/{purchase_id}/returns": "record_purchases",
    "POST /v1/members/search": "search_members",
    "POST /v1/redemptions": "redeem_rewards",
    "POST /v1/redemptions/{redemption_id}/redeem": "redeem_rewards",
    "POST /v1/redemptions/{redemption_id}/release": "redeem_rewards",
    "POST /v1/redemptions/{redemption_id}/refund": "redeem_rewards",
    "POST /v1/bills/quote": "redeem_rewards",
    "POST /v1/stored-value/loads": "move_stored_value",
    "POST /v1/stored-value/redemptions": "move_stored_value",
    "POST /v1/stored-value/redemptions/{activity_id}/refunds": "move_stored_value",
    "POST /v1/events": "record_events",
    "POST /v1/events/preview": "record_events",
    "POST /v1/vouchers/validate": "use_vouchers",
    "POST /v1/vouchers/reserve": "use_vouchers",
    "POST /v1/vouchers/redeem": "use_vouchers",
    "POST /v1/vouchers/uses/{use_id}/redeem": "use_vouchers",
    "POST /v1/vouchers/uses/{use_id}/release": "use_vouchers",
    "POST /v1/vouchers/uses/{use_id}/refund": "use_vouchers",
    "POST /v1/perks/search": "search_members",
    "POST /v1/payments": "report_payments",
    "GET /v1/payments/{payment_id}": "report_payments",
    "POST /v1/memberships/search": "search_members",
    "POST /v1/memberships/refund": "report_payments",
    "GET /v1/partner": "",
    "POST /v1/receipts": "record_purchases",
    "POST /v1/receipts/{purchase_id}/void": "record_purchases",
    "POST /v1/events/search": "read_events",
    "POST /v1/webhooks": "manage_webhooks",
    "POST /v1/webhooks/search": "manage_webhooks",
    "GET /v1/webhooks/{webhook_id}": "manage_webhooks",
    "POST /v1/webhooks/{webhook_id}/rotate": "manage_webhooks",
    "POST /v1/webhooks/{webhook_id}/enable": "manage_webhooks",
    "POST /v1/webhooks/{webhook_id}/disable": "manage_webhooks",
    "POST /v1/webhooks/{webhook_id}/delete": "manage_webhooks",
    "POST /v1/webhooks/{webhook_id}/deliveries/search": "manage_webhooks",
    "POST /v1/webhooks/{webhook_id}/replay": "manage_webhooks",
    "POST /v1/webhooks/{webhook_id}/test": "manage_webhooks",
    "POST /v1/exchanges": "exchange_points",
    "GET /v1/exchanges/{exchange_id}": "exchange_points",
    "POST /v1/exchanges/{exchange_id}/reverse": "exchange_points",
    "POST /v1/statements/search": "read_statements",
    "GET /v1/statements/{month}": "read_statements",
    "GET /v1/statements/{month}/csv": "read_statements",
    "POST /v1/statements/{month}/entries/search": "read_statements",
    "POST /v1/disputes": "open_disputes",
    "POST /v1/disputes/search": "read_statements",
    "GET /v1/disputes/{dispute_id}": "read_statements",
}


class Signed:
    """Every request is signed by `partner`."""

    def __init__(self) -> None:
        self.partner = make_partner()

    def authenticate(self, _request: SignedRequest) -> PartnerCaller:
        """The partner."""
        return PartnerCaller(self.partner, "key_0000000000000000")


class Till:
    """Asks routes as a partner."""

    def __init__(self, served: Served, signed: Signed) -> None:
        self._served = served
        self._signed = signed

    def passes(self, route: str, partner: Partner) -> bool:
        """Whether the request gets beyond the partner's rights."""
        method, template = route.split(" ")
        parameters = dict.fromkeys(re.findall(r"{(\w+)}", template), "x_0000000000000000")
        body = {"no_such": 1} if method == "POST" else None
        self._signed.partner = partner
        headers = {"Idempotency-Key": "k-1"}
        event = make_event(method, template, parameters=parameters, json_body=body, headers=headers)
        answer = self._served.send("partner", event)
        assert answer.status < 500, answer
        return (answer.status, answer.body.get("code")) != (403, "partner_forbidden")


@pytest.fixture(scope="module")
def till() -> Iterator[Till]:
    with serving(with_program=False) as served:
        signed = Signed()
        vars(application())["partners"] = signed
        yield Till(served, signed)


def test_every_route_has_a_row_and_every_right_a_route() -> None:
    assert {f"{endpoint.method} {endpoint.path}": str(endpoint.action) for endpoint in endpoints_of("partner")} == ROWS
    assert set(ROWS.values()) - {""} == {right.value for right in Right}


@pytest.mark.parametrize("relation", list(Relation))
@pytest.mark.parametrize("route", ROWS)
def test_a_partner_passes_with_the_right_of_the_row_and_not_with_all_others(
    till: Till, route: str, relation: Relation
) -> None:
    partner = make_partner(relation=relation)
    right = frozenset({Right(ROWS[route])} if ROWS[route] else ())
    assert till.passes(route, replace(partner, rights=right))
    assert till.passes(route, replace(partner, rights=ALL_RIGHTS - right)) is (not right)
