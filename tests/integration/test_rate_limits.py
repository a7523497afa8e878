"""Limits of the partner API as a till meets them: what every answer tells of them, and what comes after the last request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.model import OperationModel

from gateway_events import Answer
from quen.bootstrap import application
from quen.partners import rates
from quen.partners.rates import GROUP_PER_MINUTE_MAX, RouteGroup
from served import Served, serving

POLICIES = re.compile(r'"(\w+)";q=(\d+);w=60(?:, |$)')
LEFT = re.compile(r'"(\w+)";r=(\d+);t=(\d+)(?:, |$)')


@pytest.fixture(scope="module")
def apis() -> Iterator[Served]:
    with serving() as served:
        served.enrol()
        yield served


@pytest.fixture(autouse=True)
def partner_id(apis: Served) -> str:
    """Each test has a partner of its own, served by a process that has no lease yet."""
    application().__dict__.pop("request_limits", None)
    return apis.make_partner()


def purchase(purchase_id: str) -> dict[str, Any]:
    occurred_at = (datetime.now(UTC) - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    total = {"amount": 125_000, "currency": "VND"}
    return {"purchase_id": purchase_id, "member": {"phone": "0901234567"}, "occurred_at": occurred_at, "total": total}


def told(answer: Answer) -> dict[str, tuple[int, int]]:
    """What the answer says of each limit: how many requests a minute, and how many are left."""
    policies = dict(POLICIES.findall(answer.headers["ratelimit-policy"]))
    left = {name: (remaining, seconds) for name, remaining, seconds in LEFT.findall(answer.headers["ratelimit"])}
    assert policies.keys() == left.keys()
    assert all(1 <= int(seconds) <= 60 for _, seconds in left.values())
    return {name: (int(policies[name]), int(left[name][0])) for name in policies}


def test_an_answer_tells_the_limit_of_its_route_and_what_is_left(apis: Served) -> None:
    # The minute may turn in between: then the count begins anew.
    assert told(apis.partner("POST", "/v1/purchases", purchase("L-1"))) == {"purchases": (6000, 5999)}
    assert told(apis.partner("POST", "/v1/purchases", purchase("L-2")))["purchases"][1] in {5998, 5999}
    assert told(apis.partner("GET", "/v1/purchases/L-1")) == {"reading": (3000, 2999)}
    assert told(apis.partner("GET", "/v1/partner")) == {"back_office": (600, 599)}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "group"),
    [
        ("POST", "/v1/purchases", {"purchase_id": 5}, 422, "purchases"),
        ("POST", "/v1/purchases/batch", {"purchases": []}, 422, "batches"),
        ("POST", "/v1/redemptions", {}, 400, "redemptions"),
        ("GET", "/v1/purchases/unheard-of", None, 404, "reading"),
    ],
)
def test_a_problem_tells_it_as_well(
    apis: Served, method: str, path: str, body: object, status: int, group: str
) -> None:
    answer = apis.partner(method, path, body)
    assert answer.status == status
    per_minute = GROUP_PER_MINUTE_MAX[RouteGroup(group)]
    assert told(answer) == {group: (per_minute, per_minute - 1)}


def test_a_route_that_is_counted_exactly_tells_both_limits(apis: Served) -> None:
    answer = apis.partner("POST", "/v1/members/search", {"phone": "0901234567"})
    assert told(answer) == {"reading": (3000, 2999), "search_members": (120, 119)}
    wrong = apis.partner("POST", "/v1/vouchers/validate", {"code": "7K3W-9QXM-R2T4-BC8D0"})
    assert wrong.code == "voucher_not_found"
    assert told(wrong) == {"redemptions": (3000, 2999), "guess_vouchers": (20, 19)}


def test_who_is_not_proven_is_told_nothing_and_charged_to_nobody(apis: Served) -> None:
    own = apis.credentials
    apis.credentials = replace(own, secret=b"x" * 32)
    refused = apis.partner("POST", "/v1/purchases", purchase("L-3"))
    apis.credentials = own
    assert refused.code == "signature_invalid"
    assert not {"ratelimit", "ratelimit-policy"} & refused.headers.keys()
    assert told(apis.partner("POST", "/v1/purchases", purchase("L-3"))) == {"purchases": (6000, 5999)}


def test_who_lacks_the_right_is_told_and_not_counted(apis: Served, partner_id: str) -> None:
    table = boto3.resource("dynamodb").Table(application().settings.program_table)
    table.update_item(
        Key={"PK": f"PARTNER#{partner_id}", "SK": "PARTNER"},
        UpdateExpression="SET rights = :some",
        ExpressionAttributeValues={":some": {"read_purchases"}},
    )
    answer = apis.partner("POST", "/v1/purchases", purchase("L-4"))
    assert answer.code == "partner_forbidden"
    assert told(answer) == {"purchases": (6000, 6000)}


def test_over_the_limit_nothing_is_read_and_the_answer_says_when_to_come_back(apis: Served) -> None:
    for minutes in (0, 1):  # whichever minute the request falls into
        use_up(apis.credentials.key_id, RouteGroup.PURCHASES, minutes)
    answer = apis.partner("POST", "/v1/purchases", {"not": "even looked at"})
    assert (answer.status, answer.code, answer.body["retryable"]) == (429, "rate_limited", True)
    assert told(answer) == {"purchases": (6000, 0)}
    seconds = LEFT.findall(answer.headers["ratelimit"])[0][2]
    # Each is counted from its own look at the clock, between which a second may begin.
    assert abs(int(answer.headers["retry-after"]) - int(seconds)) <= 1
    assert apis.partner("GET", "/v1/purchases/unheard-of").code == "purchase_not_found"
    apis.make_partner("Another")
    assert apis.partner("POST", "/v1/purchases", purchase("L-5")).status == 201


def test_who_is_refused_costs_a_nonce_and_nothing_else(apis: Served) -> None:
    calls = Calls()
    for minutes in (0, 1):
        use_up(apis.credentials.key_id, RouteGroup.PURCHASES, minutes)
    for _ in range(2):  # whoever is new is read first, and the count looked at once
        calls.made.clear()
        assert apis.partner("POST", "/v1/purchases", purchase("L-6")).status == 429
    assert calls.of("Program") in (["PutItem"], ["PutItem", "UpdateItem"])  # two where the minute has turned


class Calls:
    """The DynamoDB calls that were made since, by table."""

    def __init__(self) -> None:
        self.made: list[tuple[str, str]] = []
        application()._dynamodb.meta.events.register("before-call.dynamodb", self._note)

    def of(self, table: str) -> list[str]:
        return [operation for operation, asked in self.made if table.lower() in asked.lower()]

    def _note(self, model: OperationModel, params: dict[str, Any], **_: Any) -> None:
        self.made.append((model.name, str(params["body"])))


def use_up(key_id: str, group: RouteGroup, minutes_ahead: int) -> None:
    """Every request that the key has in that minute, as if it had made them."""
    minute = (datetime.now(UTC) + timedelta(minutes=minutes_ahead)).strftime("%Y-%m-%dT%H:%M")
    item = {"PK": f"RATE#{key_id}#{minute}", "SK": group.value, "requests": GROUP_PER_MINUTE_MAX[group]}
    boto3.resource("dynamodb").Table(application().settings.program_table).put_item(Item=item)


def reserving(phone: str) -> dict[str, Any]:
    """More points than anybody has: who is a member is told `insufficient_points`, who is none `member_not_found`."""
    return {"member": {"phone": phone}, "points": 10**9}


def nearly_full(apis: Served, left: int) -> None:
    """A brand that has tried almost as many numbers in this minute as it may."""
    partner_id = apis.make_partner("Liar", "brand")
    tried = rates.PER_MINUTE_MAX[rates.RatedAction.GUESS_MEMBERS] - left
    application().partner_rates.count(partner_id, rates.RatedAction.GUESS_MEMBERS, tried)


def test_a_brand_that_tries_phone_numbers_on_other_routes_is_soon_told_nothing(apis: Served) -> None:
    nearly_full(apis, left=2)
    tried = [apis.partner("POST", "/v1/redemptions", reserving(f"09012300{n:02d}"), key=f"w{n}") for n in range(4)]
    right = apis.partner("POST", "/v1/redemptions", reserving("0901234567"), key="right")
    codes = [answer.code for answer in (*tried, right)]
    # The minute may turn in between: then the count begins anew.
    assert codes in (
        ["member_not_found"] * 2 + ["rate_limited"] * 3,
        ["member_not_found"] * 4 + ["insufficient_points"],
    )


def test_a_batch_of_guesses_counts_each_and_the_shop_s_own_tills_may_ask(apis: Served) -> None:
    bought = [purchase(f"G-{n}") | {"member": {"phone": f"09012400{n:02d}"}} for n in range(4)]
    own = apis.partner("POST", "/v1/purchases/batch", {"purchases": bought})
    assert {result["body"]["code"] for result in own.body["results"]} == {"member_not_found"}
    nearly_full(apis, left=2)
    codes = [apis.partner("POST", "/v1/purchases/batch", {"purchases": bought}).status for _ in range(2)]
    assert codes in ([429, 429], [200, 200])  # the latter where the minute has turned
