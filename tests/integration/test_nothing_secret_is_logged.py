"""Whatever is sent to the functions, and wherever: what is secret in it, or about a person, never stands in a log.

Each place goes through the real handlers, with each secret. What a handler raises counts as logged, for Lambda does that.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from gateway_events import make_event, member_claims, staff_claims
from heard_logs import Log, listening
from quen.bootstrap import application
from quen.messages.email import SesEmail
from sample_events import sample_event
from secrets_kinds import SECRETS, guises_of
from served import Served, serving

CONSENTS = [{"purpose": "transactional", "granted": True, "text_version": "1"}]
REGION = "us-east-1"
Place = Callable[["Watched", str], None]


class Watched:
    """The stack, and its log."""

    def __init__(self, served: Served, member_id: str, log: Log) -> None:
        self.served = served
        self.member_id = member_id
        self.log = log

    def ask(self, api: str, event: Mapping[str, Any]) -> None:
        """Give the event to the API's function."""
        self.log.run(self.served.app(api, event), event)

    def mobile(self, method: str, template: str, **said: Any) -> None:
        """As the member."""
        claims = member_claims(subject="hoa", member_id=self.member_id)
        self.ask("mobile", make_event(method, template, authorizer=claims, **said))

    def admin(self, method: str, template: str, **said: Any) -> None:
        """As staff."""
        self.ask("admin", make_event(method, template, authorizer=staff_claims(), **said))


@pytest.fixture(scope="module")
def stack() -> Iterator[tuple[Served, str]]:
    with serving() as served:
        boto3.client("events", region_name=REGION).create_event_bus(Name="quen-test")
        for queue in ("messages", "events-failed", "expire-points"):
            boto3.client("sqs", region_name=REGION).create_queue(QueueName=queue)
        claims = member_claims(subject="hoa", phone="", email="hoa@example.com")
        body = {"email": "hoa@example.com", "consents": CONSENTS}
        yield served, str(served.mobile("POST", "/v1/members", body, claims=claims).body["member_id"])


@pytest.fixture
def watched(stack: tuple[Served, str], capsys: pytest.CaptureFixture[str]) -> Iterator[Watched]:
    with listening(capsys) as log:
        yield Watched(*stack, log)
    application.cache_clear()


def in_the_path(world: Watched, secret: str) -> None:
    world.admin("GET", "/v1/members/{member_id}", parameters={"member_id": secret})
    world.mobile("GET", "/v1/me/redemptions/{redemption_id}", parameters={"redemption_id": secret})
    event = world.served.signed_event("GET", "/v1/vouchers/QV7K")
    world.ask("partner", event | {"path": f"/v1/vouchers/{secret}", "pathParameters": {"code": secret}})
    world.mobile("GET", f"/v1/{secret}")


def in_the_query(world: Watched, secret: str) -> None:
    world.admin("GET", "/v1/members", query={"phone": secret})
    world.admin("GET", "/v1/members", query={"email": secret, secret: "1"})
    world.mobile("GET", "/v1/me/entries", query={"cursor": secret})


def in_a_header(world: Watched, secret: str) -> None:
    event = world.served.signed_event("POST", "/v1/purchases", {"purchase_id": "HD-1"})
    for name in ("signature", "signature-input", "content-digest", "idempotency-key", "x-request-id"):
        world.ask("partner", event | {"multiValueHeaders": event["multiValueHeaders"] | {name: [secret]}})
    world.mobile("POST", "/v1/me/redemptions", json_body={}, headers={"Idempotency-Key": secret, "Cookie": secret})
    from authorize.app import handle

    token = sample_event("authorize", "bad_token") | {"multiValueHeaders": {"Authorization": [f"Bearer {secret}"]}}
    world.log.run(handle, token)


def in_a_json_body(world: Watched, secret: str) -> None:
    given = {"phone": secret, "email": secret, "name": secret, "birthday": secret, "locale": secret}
    world.mobile("POST", "/v1/members", json_body={**given, "consents": CONSENTS, secret: secret})
    world.mobile("PATCH", "/v1/me", json_body={"name": secret, "birthday": secret})
    purchase = {"purchase_id": secret, "member": {"phone": secret, "card_code": secret}, "total": secret}
    world.ask("partner", world.served.signed_event("POST", "/v1/purchases", purchase))
    world.ask("partner", world.served.signed_event("POST", "/v1/members/search", {"qr_token": secret}))


def in_a_malformed_body(world: Watched, secret: str) -> None:
    for body in (f'{{"phone": "{secret}', f'{{"{secret}": NaN}}', secret, f'["{secret}", 1e999]'):
        typed = {"Content-Type": "application/json"}
        world.mobile("PATCH", "/v1/me", body=body.encode(), headers=typed)
    event = make_event("PATCH", "/v1/me", authorizer=member_claims(member_id=world.member_id), headers=typed)
    world.ask("mobile", event | {"body": f"%%%{secret}", "isBase64Encoded": True})
    broken = base64.b64encode(b"\xff\xfe" + secret.encode("utf-16")).decode()
    world.ask("mobile", event | {"body": broken, "isBase64Encoded": True})


def in_a_queue_s_message(world: Watched, secret: str) -> None:
    from expire_points.app import work
    from send_messages.app import handle

    intent = {"member_id": world.member_id, "kind": "welcome", "period": f"period-{len(secret)}", "data": {}}
    bodies = [
        secret,
        json.dumps(secret),
        json.dumps({"member_id": secret}),
        json.dumps(intent | {"kind": secret}),
        json.dumps(intent | {"entry_id": secret}),
        json.dumps(intent | {"period": secret}),
        json.dumps(intent | {"data": {"points": secret, "until": secret, secret: secret}}),
        json.dumps({"job": secret, "run": secret, "shard": secret}),
        json.dumps({"job": "expire-points", "run": secret, "shard": 0}),
    ]
    event = {"Records": [{"messageId": str(number), "body": body} for number, body in enumerate(bodies)]}
    world.log.run(handle, event)
    world.log.run(work, event)


def in_a_record_of_the_stream(world: Watched, secret: str) -> None:
    from publish_events.app import handle

    records = sample_event("publish_events", "purchase")["Records"]
    record = next(one for one in records if "form" in one["dynamodb"]["NewImage"])
    image = record["dynamodb"]["NewImage"]
    for bent in ({"form": {"S": secret}}, {"form": {"S": json.dumps({"kind": secret})}}, {"hash": {"N": secret}}):
        change = record["dynamodb"] | {"NewImage": image | bent}
        world.log.run(handle, {"Records": [record | {"dynamodb": change}]})
    noticed = {"Records": [sample_event("publish_events", "contact_changed")["Records"][0]]}
    noticed["Records"][0]["dynamodb"]["NewImage"]["version"] = {"N": secret}
    world.log.run(handle, noticed)
    keyed = image | {"SK": {"S": "ACCOUNT"}, "state": {"S": f'{{"lots": {{"{secret}": "{secret}"}}}}'}}
    world.log.run(handle, {"Records": [record | {"dynamodb": record["dynamodb"] | {"NewImage": keyed}}]})


def in_a_scheduled_event(world: Watched, secret: str) -> None:
    from expire_points.app import start
    from holiday_rewards.app import start as start_holidays

    event = sample_event("expire_points", "start")
    world.log.run(start, event | {"time": secret, "detail": {secret: secret}})
    world.log.run(start_holidays, {"detail": secret, secret: secret})


def in_a_provider_s_words(world: Watched, secret: str) -> None:
    from send_messages.app import handle

    def refuse(**_: object) -> None:
        words = f"Address {secret} is not verified"
        raise ClientError(
            {"Error": {"Code": "MessageRejected", "Message": words}, "ResponseMetadata": {"HTTPStatusCode": status}},
            "SendEmail",
        )

    for status in (400, 503):
        vars(application())["_email"] = SesEmail(SimpleNamespace(send_email=refuse))
        period = f"refused-{abs(hash(secret))}-{status}"
        body = {"member_id": world.member_id, "kind": "welcome", "period": period, "data": {"points": 1}}
        world.log.run(handle, {"Records": [{"messageId": "1", "body": json.dumps(body)}]})


def in_the_words_of_an_exception(world: Watched, secret: str) -> None:
    """In a use case, with a cause and a note; and in a program that staff write."""

    class Broken:
        def __getattr__(self, _name: str) -> object:
            error = ValueError(f"what is {secret}?")
            error.add_note(secret)
            raise error from KeyError(secret)

    from send_messages.app import handle

    world.admin("PUT", "/v1/program", json_body={"program": {"id": secret, "name": [secret]}, secret: secret})
    parts = ("members", "ledger", "programs", "publisher")
    vars(application()).update(dict.fromkeys(parts, Broken()))
    world.mobile("GET", "/v1/me/account")
    world.mobile("GET", "/v1/me")
    body = {"member_id": secret, "kind": "welcome", "period": "enrolment"}
    world.log.run(handle, {"Records": [{"messageId": "1", "body": json.dumps(body)}]})
    from expire_points.app import start
    from publish_events.app import handle as publish

    world.log.run(publish, sample_event("publish_events", "purchase"))
    world.log.run(start, sample_event("expire_points", "start"))
    for name in parts:
        del vars(application())[name]


PLACES: list[Place] = [
    in_the_path,
    in_the_query,
    in_a_header,
    in_a_json_body,
    in_a_malformed_body,
    in_a_queue_s_message,
    in_a_record_of_the_stream,
    in_a_scheduled_event,
    in_a_provider_s_words,
    in_the_words_of_an_exception,
]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
def test_no_secret_and_nothing_about_a_person_is_logged(place: Place, watched: Watched) -> None:
    for secret in SECRETS.values():
        place(watched, secret)
    logged = watched.log.read()
    assert logged.strip(), "nothing was logged at all: the handlers did not run, or this test listens at the wrong door"
    found = {kind for kind, secret in SECRETS.items() for guise in guises_of(secret) if guise in logged}
    assert found == set(), logged


def test_there_are_thirteen_kinds_of_secret_and_ten_places() -> None:
    assert (len(SECRETS), len(PLACES)) == (13, 10)
