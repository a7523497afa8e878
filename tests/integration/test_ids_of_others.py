"""Object by object: an id of somebody else's is answered as one that never was, and nothing of theirs moves.

Every id that a route takes is in one of the tables below. A new route, or a new id of an old one, fails until somebody has said
whose it may be.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest

from others_things import HOA, LAN, NOWHERE, World, minutes_ago, money, today, world_of_others
from quen.bootstrap import application
from quen.http.endpoint import Endpoint
from quen.http.errors import CursorInvalidError
from quen.http.openapi import ABOUT, endpoints_of

NAMED = re.compile(r"(^|_)(id|code|token|cursor|phone|email|month|key)$")

RETURN = {"return_id": "RT-1", "occurred_at": minutes_ago(), "amount": money(1000)}
MONEY_BACK = {"amount": money(1000)}
WHY = {"reason": "stolen"}
# What a thief asks of whose thing: the route, the thing that its one path parameter names, and the body.
CROSSINGS: list[tuple[str, str, Any]] = [
    ("GET /v1/purchases/{purchase_id}", "purchase", None),
    ("POST /v1/purchases/{purchase_id}/returns", "purchase", RETURN),
    ("POST /v1/redemptions/{redemption_id}/redeem", "redemption", None),
    ("POST /v1/redemptions/{redemption_id}/release", "redemption", None),
    ("POST /v1/redemptions/{redemption_id}/refund", "redemption", None),
    ("POST /v1/stored-value/redemptions/{activity_id}/refunds", "activity", MONEY_BACK),
    ("POST /v1/vouchers/uses/{use_id}/redeem", "use", None),
    ("POST /v1/vouchers/uses/{use_id}/release", "use", None),
    ("POST /v1/vouchers/uses/{use_id}/refund", "use", None),
    ("GET /v1/payments/{payment_id}", "payment", None),
    ("POST /v1/receipts/{purchase_id}/void", "receipt", None),
    ("GET /v1/webhooks/{webhook_id}", "webhook", None),
    ("POST /v1/webhooks/{webhook_id}/rotate", "webhook", {}),
    ("POST /v1/webhooks/{webhook_id}/enable", "webhook", None),
    ("POST /v1/webhooks/{webhook_id}/disable", "webhook", None),
    ("POST /v1/webhooks/{webhook_id}/delete", "webhook", None),
    ("POST /v1/webhooks/{webhook_id}/deliveries/search", "webhook", {}),
    ("POST /v1/webhooks/{webhook_id}/replay", "webhook", {"event_id": "evt_0000000000000000"}),
    ("POST /v1/webhooks/{webhook_id}/test", "webhook", None),
    ("GET /v1/exchanges/{exchange_id}", "exchange", None),
    ("POST /v1/exchanges/{exchange_id}/reverse", "exchange", None),
    ("GET /v1/disputes/{dispute_id}", "dispute", None),
]
# Staff see all of their stack; but a thing is asked for as a part of its own member or partner, and of no other.
PARTS: list[tuple[str, str, Any]] = [
    ("POST /v1/partners/{partner_id}/keys/{key_id}/revoke", "key", None),
    ("POST /v1/partners/{partner_id}/keys/{key_id}/rotate", "key", {}),
    ("POST /v1/partners/{partner_id}/webhooks/{webhook_id}/disable", "webhook", WHY),
    ("POST /v1/members/{member_id}/cards/{card_id}/block", "card", WHY),
    ("POST /v1/members/{member_id}/cards/{card_id}/replace", "card", {}),
]
SAY = (
    "whoever names a member at a till has been shown it, or pays for a wrong guess (rate limits, tests of brands' ids)"
)
OWN = "the caller's own name for what it does: kept under the caller, so that two may use one (below)"
SHOWN = "whoever has it may use it: unguessable, and guesses are counted"
EVERYBODYS = "a name in the program that all share"
SAFE_NAMES = {
    **dict.fromkeys(("member_id", "phone", "email", "card_code", "qr_token"), SAY),
    **dict.fromkeys(("purchase_id", "return_id", "payment_id", "exchange_id", "event_id", "Idempotency-Key"), OWN),
    **dict.fromkeys(("code", "claim_code", "token", "referral_code"), SHOWN),
    **dict.fromkeys(("reward_id", "perk_id", "plan_id", "store_id", "line_id", "month"), EVERYBODYS),
    "cursor": "sealed for one caller and one list (below)",
    "entry_id": "of a dispute: a line of the caller's own statement (below)",
}
# A stack has one staff: what they name, they may see, as their role allows.
STAFFS = {"merge_id", "adjustment_id", "batch_id", "voucher_id", "import_id", "partner_id", "to_member_id"}
STAFFS |= {"merged_member_id", "reason_code", "public_key", "dispute_id", "channel", "job"}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with world_of_others() as made:
        yield made


def fields_of(kind: Any) -> set[str]:
    """The names of all fields of a body or a query, however deep."""

    def walk(part: Any) -> Iterator[str]:
        if isinstance(part, dict):
            yield from part.get("properties", {})
        for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
            yield from walk(inner)

    return set(walk(msgspec.json.schema(kind)))


def route_of(endpoint: Endpoint) -> str:
    return f"{endpoint.method} {endpoint.path}"


def test_every_id_that_a_route_takes_is_somebody_s() -> None:
    crossed = {route for route, *_ in CROSSINGS + PARTS} | {"POST /v1/me/redemptions/{redemption_id}/cancel"}
    for api in ABOUT:
        for endpoint in endpoints_of(api):
            in_path = set(re.findall(r"{(\w+)}", endpoint.path))
            asked = {name for name in fields_of(endpoint.body) | fields_of(endpoint.query) if NAMED.search(name)}
            known = set(SAFE_NAMES) | (STAFFS if api == "admin" else set())
            assert asked <= known, route_of(endpoint)
            # In a path an id asks for a thing: unless all may have it, a thief asks for it below.
            open_to_all = STAFFS | {"member_id", "month"} if api == "admin" else {"token", "month"}
            assert route_of(endpoint) in crossed or in_path <= open_to_all, route_of(endpoint)


def test_the_fields_of_a_body_are_found_however_deep() -> None:
    body = next(one.body for one in endpoints_of("partner") if one.path == "/v1/purchases" and one.method == "POST")
    assert {"purchase_id", "member_id", "qr_token", "line_id", "store_id"} <= fields_of(body)


def told(answer: Any) -> Any:
    return (answer.status, answer.body | {"request_id": ""})


@contextmanager
def reads() -> Iterator[list[str]]:
    """The operations that are asked of DynamoDB within."""
    asked: list[str] = []

    def note(model: Any, **_: Any) -> None:
        asked.append(model.name)

    events = application()._dynamodb.meta.events
    events.register("before-call.dynamodb", note)
    try:
        yield asked
    finally:
        events.unregister("before-call.dynamodb", note)


def work_of(asked: list[str]) -> list[str]:
    """What a request asked for once its nonce was kept: who signs is read now and then, and counts are written now and then."""
    return [operation for operation in asked[asked.index("PutItem") :] if operation != "UpdateItem"]


@pytest.mark.parametrize(("route", "thing", "body"), CROSSINGS)
def test_another_partner_s_is_to_a_partner_as_if_it_never_was(world: World, route: str, thing: str, body: Any) -> None:
    method, template = route.split(" ")
    before = world.account()
    with reads() as of_theirs:
        theirs = world.as_thief(method, re.sub(r"{\w+}", world.owned[thing], template), body, "x-1")
    with reads() as of_none:
        never = world.as_thief(method, re.sub(r"{\w+}", NOWHERE[thing], template), body, "x-1")
    assert theirs.status == 404, theirs
    assert told(theirs) == told(never)
    assert work_of(of_theirs) == work_of(of_none), "how long it takes would tell them apart"
    assert world.account() == before


@pytest.mark.parametrize(("route", "thing", "body"), PARTS)
def test_a_part_of_one_is_no_part_of_another(world: World, route: str, thing: str, body: Any) -> None:
    method, template = route.split(" ")
    path = template.replace("{partner_id}", world.thief_id).replace("{member_id}", world.hoa_id)
    theirs = world.apis.admin(method, re.sub(r"{\w+}", world.owned[thing], path), body)
    never = world.apis.admin(method, re.sub(r"{\w+}", NOWHERE[thing], path), body)
    assert theirs.status == 404, theirs
    assert told(theirs) == told(never)


@pytest.mark.parametrize("thing", ["redemption", "own redemption"])
def test_another_member_s_redemption_is_to_a_member_as_if_it_never_was(world: World, thing: str) -> None:
    theirs = world.as_hoa("POST", f"/v1/me/redemptions/{world.owned[thing]}/cancel")
    never = world.as_hoa("POST", f"/v1/me/redemptions/{NOWHERE[thing]}/cancel")
    assert theirs.status == 404
    assert told(theirs) == told(never)


def test_a_till_s_hold_is_not_the_member_s_to_call_off(world: World) -> None:
    assert world.as_lan("POST", f"/v1/me/redemptions/{world.owned['redemption']}/cancel").status == 404


def test_another_member_s_purchase_is_explained_to_nobody_else(world: World) -> None:
    assert world.as_lan("GET", "/v1/me/explain?purchase_id=B-1").status == 200
    theirs = world.as_hoa("GET", "/v1/me/explain?purchase_id=B-1")
    assert told(theirs) == told(world.as_hoa("GET", "/v1/me/explain?purchase_id=B-999"))


def test_a_statement_is_of_the_partner_that_asks(world: World) -> None:
    month = f"{today():%Y-%m}"
    entries = world.as_thief("POST", f"/v1/statements/{month}/entries/search", {})
    assert entries.status in {200, 404}
    assert world.entry_id not in json.dumps(entries.body)
    wrong = {"month": month, "reason": "not mine", "entry_id": world.entry_id}
    theirs = world.as_thief("POST", "/v1/disputes", wrong, "s-1")
    never = world.as_thief("POST", "/v1/disputes", wrong | {"entry_id": "ent_0000000000000000"}, "s-2")
    assert told(theirs) == told(never)
    assert theirs.status == 404


def test_lists_hold_nothing_of_others(world: World) -> None:
    owned = {value for thing, value in world.owned.items() if thing in {"webhook", "dispute"}}
    for path in ("webhooks", "disputes", "statements"):
        assert not [one for one in owned if one in json.dumps(world.as_thief("POST", f"/v1/{path}/search", {}).body)]
    assert world.owned["own redemption"] not in json.dumps(world.as_hoa("GET", "/v1/me/redemptions").body)


# What is the caller's own name for something: the same name of another caller's is another thing.
NAMES: list[tuple[str, Any, str | None]] = [
    (
        "/v1/purchases",
        {"purchase_id": "B-1", "member": HOA, "occurred_at": minutes_ago(2), "total": money(70_000)},
        None,
    ),
    ("/v1/receipts", {"purchase_id": "R-1", "occurred_at": minutes_ago(2), "total": money(70_000)}, None),
    ("/v1/exchanges", {"exchange_id": "X-1", "member": HOA, "units": 50}, None),
    ("/v1/redemptions", {"member": HOA, "points": 10}, "r-1"),
    ("/v1/stored-value/loads", {"member": HOA, "amount": money(50_000)}, "l-1"),
    ("/v1/stored-value/redemptions", {"member": HOA, "amount": money(10_000)}, "p-1"),
]


@pytest.mark.parametrize(("path", "body", "key"), NAMES, ids=[path for path, *_ in NAMES])
def test_a_name_that_another_caller_used_first_names_another_thing(
    world: World, path: str, body: Any, key: str | None
) -> None:
    answer = world.as_thief("POST", path, body, key)
    assert answer.status == 201, answer
    assert "idempotent-replayed" not in answer.headers


def test_a_member_s_key_is_no_other_member_s(world: World) -> None:
    mine = world.as_hoa("POST", "/v1/me/redemptions", {"points": 11}, "own-1")
    assert mine.status == 201, mine
    assert mine.body["redemption_id"] != world.owned["own redemption"]
    given = [
        world.as_lan("POST", "/v1/me/transfers", {"to": HOA, "points": 10}, "t-1"),
        world.as_hoa("POST", "/v1/me/transfers", {"to": LAN, "points": 12}, "t-1"),
    ]
    assert [answer.status for answer in given] == [201, 201]


class Opened:
    """Cursors that open nothing, and remember for whom and in which list they were asked to."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def open(self, _cursor: str, *, caller: str, listing: str) -> object:
        self.asked.append((caller, listing))
        raise CursorInvalidError

    def page(self, query: Any, _fetch: object, *, caller: str, listing: str) -> object:
        return self.open(query.cursor, caller=caller, listing=listing)


LISTS = [
    (api, one) for api in ABOUT for one in endpoints_of(api) if "cursor" in fields_of(one.body) | fields_of(one.query)
]


@pytest.mark.parametrize(("api", "endpoint"), LISTS, ids=[route_of(one) for _, one in LISTS])
def test_a_cursor_is_of_one_caller_and_one_list(world: World, api: str, endpoint: Endpoint) -> None:
    opened = Opened()
    before = application().cursors
    vars(application())["cursors"] = opened
    try:
        for person in (0, 1):
            ids = {"member_id": (world.lan_id, world.hoa_id), "partner_id": (world.owner_id, world.thief_id)}
            path = re.sub(r"{(member_id|partner_id)}", lambda found: ids[found[1]][person], endpoint.path)  # noqa: B023
            path = path.replace("{webhook_id}", world.owned["webhook"]).replace("{month}", f"{today():%Y-%m}")
            path = path.replace("{job}", "expire-points").replace("{batch_id}", "vcb_0000000000000000")
            if api == "mobile":
                (world.as_lan, world.as_hoa)[person]("GET", f"{path}?cursor=abcd")
            elif api == "admin":
                world.apis.admin("GET", f"{path}?cursor=abcd")
            else:
                (world.as_owner, world.as_thief)[person]("POST", path, {"cursor": "abcd"})
    finally:
        vars(application())["cursors"] = before
    assert len(opened.asked) == 2, opened.asked
    (first, one), (second, other) = opened.asked
    if api != "admin":
        assert first != second
    elif "{member_id}" in endpoint.path or "{partner_id}" in endpoint.path:
        assert one != other
