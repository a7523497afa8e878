"""The client: what it signs is taken, what it repeats is done once, and what it cannot say it does not send."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from quen.client import (
    Answer,
    Credentials,
    Endpoint,
    HttpTransport,
    NoAnswerError,
    PartnerClient,
    RetryPolicy,
    Transport,
    UnsignedRequest,
    sign,
)
from quen.partners.model import Algorithm, SignedRequest
from unit.partners.fakes import AUTHORITY, World

ENDPOINT = Endpoint(f"https://{AUTHORITY}/live", AUTHORITY, "/live")
CONFLICT = Answer(
    409,
    {"content-type": "application/problem+json", "retry-after": "2"},
    json.dumps({"code": "conflict_retry"}).encode(),
)
DONE = Answer(201, {"content-type": "application/json"}, b'{"purchase_id": "r-1"}')


@dataclass
class FakeApi:
    """The partner API behind a wire that may lose answers: every request that arrives is verified for real."""

    world: World
    answers: list[Answer | NoAnswerError]
    arrived: list[SignedRequest] = field(default_factory=list)

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        request = SignedRequest(
            method, AUTHORITY, f"/live{path}", {name: [value] for name, value in headers.items()}, body
        )
        self.world.partners.authenticate(request)
        self.arrived.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, NoAnswerError):
            raise answer
        return answer

    def close(self) -> None:
        self.arrived.clear()


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def waits() -> list[float]:
    return []


def make_client(
    world: World,
    transport: Transport,
    sleep: Callable[[float], None] = lambda _: None,
    algorithm: Algorithm = Algorithm.HMAC_SHA256,
) -> PartnerClient:
    return PartnerClient(ENDPOINT, world.credentials[algorithm], transport=transport, clock=world.clock, sleep=sleep)


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_every_route_is_signed_so_that_the_api_takes_it(world: World, algorithm: Algorithm) -> None:
    api = FakeApi(world, [DONE] * 14)
    client = make_client(world, api, algorithm=algorithm)
    purchase = {"purchase_id": "r-1", "total": {"amount": 125000, "currency": "VND"}, "note": "cà phê"}
    client.record_purchase(purchase)
    client.preview_purchase(purchase)
    client.load_purchase("r-1")
    client.search_member({"phone": "0901234567"})
    client.reserve({"reward_id": "free-coffee"}, "till-7-42")
    client.redeem("red_0123456789abcdef")
    client.release("red_0123456789abcdef")
    client.refund("red_0123456789abcdef")
    client.record_purchases([purchase])
    client.record_return("r-1", {"return_id": "back-1", "amount": {"amount": 25000, "currency": "VND"}})
    client.record_event({"event_id": "e-1", "type": "review"})
    client.preview_event({"type": "review"})
    client.search_events({"limit": 50})
    client.load_partner()
    routes = [f"{request.method} {request.path.removeprefix('/live')}" for request in api.arrived]
    assert routes == [
        "POST /v1/purchases",
        "POST /v1/purchases/preview",
        "GET /v1/purchases/r-1",
        "POST /v1/members/search",
        "POST /v1/redemptions",
        "POST /v1/redemptions/red_0123456789abcdef/redeem",
        "POST /v1/redemptions/red_0123456789abcdef/release",
        "POST /v1/redemptions/red_0123456789abcdef/refund",
        "POST /v1/purchases/batch",
        "POST /v1/purchases/r-1/returns",
        "POST /v1/events",
        "POST /v1/events/preview",
        "POST /v1/events/search",
        "GET /v1/partner",
    ]
    assert [request.find_header("idempotency-key") for request in api.arrived[4:8]] == [
        "till-7-42",
        "red_0123456789abcdef-redeem",
        "red_0123456789abcdef-release",
        "red_0123456789abcdef-refund",
    ]


@pytest.mark.parametrize(
    "failure",
    [NoAnswerError("timeout"), Answer(500, {}, b""), Answer(502, {}, b"<html>"), Answer(503, {}, b""), CONFLICT],
)
def test_an_attempt_is_repeated_with_the_same_id_under_a_new_signature(
    world: World, waits: list[float], failure: Answer | NoAnswerError
) -> None:
    api = FakeApi(world, [failure, failure, DONE])
    answer = make_client(world, api, waits.append).reserve({"reward_id": "free-coffee"}, "till-7-42")
    assert answer is DONE
    assert len({request.body for request in api.arrived}) == 1
    assert {request.find_header("idempotency-key") for request in api.arrived} == {"till-7-42"}
    assert len({request.find_header("signature") for request in api.arrived}) == 3
    assert len(waits) == 2


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 409, 422, 429])
def test_what_would_end_alike_is_not_repeated(world: World, waits: list[float], status: int) -> None:
    answer = Answer(status, {"content-type": "application/problem+json"}, b'{"code": "already_redeemed"}')
    api = FakeApi(world, [answer])
    assert make_client(world, api, waits.append).redeem("red_0123456789abcdef") is answer
    assert not waits


def limited(seconds: str) -> Answer:
    return Answer(
        429, {"content-type": "application/problem+json", "retry-after": seconds}, b'{"code": "rate_limited"}'
    )


def test_who_asked_too_often_waits_once_as_long_as_told(world: World, waits: list[float]) -> None:
    api = FakeApi(world, [limited("7"), DONE])
    assert make_client(world, api, waits.append).search_member({"phone": "0901234567"}) is DONE
    assert waits == [7]
    assert len({request.find_header("signature") for request in api.arrived}) == 2


def test_who_asks_too_often_again_is_told_so(world: World, waits: list[float]) -> None:
    second = limited("3")
    api = FakeApi(world, [limited("2"), second])
    assert make_client(world, api, waits.append).search_member({"phone": "0901234567"}) is second
    assert waits == [2]


@pytest.mark.parametrize("seconds", ["11", "86400", "soon", "", "-1", "9" * 5000])
def test_a_wait_that_is_long_or_unsaid_is_the_callers(world: World, waits: list[float], seconds: str) -> None:
    answer = limited(seconds)
    api = FakeApi(world, [answer])
    assert make_client(world, api, waits.append).search_member({"phone": "0901234567"}) is answer
    assert not waits


def page(items: list[int], cursor: str | None) -> Answer:
    content = json.dumps({"items": items, "next_cursor": cursor}).encode()
    return Answer(200, {"content-type": "application/json"}, content)


def asked(api: FakeApi) -> list[dict[str, object]]:
    return [json.loads(request.body) for request in api.arrived]


def test_pages_follow_the_cursor_and_keep_the_search(world: World) -> None:
    api = FakeApi(world, [page([1, 2], "a"), page([3], "b"), page([4], None)])
    found = make_client(world, api).pages("/v1/events/search", {"types": ["points.earned"], "limit": 2})
    assert [answer.document["items"] for answer in found] == [[1, 2], [3], [4]]
    search = {"types": ["points.earned"], "limit": 2}
    assert asked(api) == [search, search | {"cursor": "a"}, search | {"cursor": "b"}]


def test_a_page_is_asked_for_when_it_is_wanted(world: World) -> None:
    api = FakeApi(world, [page([1], "a"), page([2], "b")])
    found = make_client(world, api).pages("/v1/events/search")
    assert next(found).document["items"] == [1]
    assert asked(api) == [{}]


def test_a_feed_that_always_says_where_to_go_on_ends_with_an_empty_page(world: World) -> None:
    api = FakeApi(world, [page([1], "a"), page([], "a")])
    *_, last = make_client(world, api).pages("/v1/events/search", {"cursor": "from last time"})
    assert last.document == {"items": [], "next_cursor": "a"}


@pytest.mark.parametrize("answer", [Answer(403, {}, b'{"items": [1], "next_cursor": "x"}'), Answer(200, {}, b"[1]")])
def test_a_refusal_and_what_is_no_page_are_the_last(world: World, answer: Answer) -> None:
    api = FakeApi(world, [page([1], "a"), answer])
    assert list(make_client(world, api).pages("/v1/events/search"))[1:] == [answer]


def test_the_last_attempt_speaks(world: World, waits: list[float]) -> None:
    api = FakeApi(world, [CONFLICT] * 5)
    assert make_client(world, api, waits.append).load_purchase("r-1") is CONFLICT
    assert len(waits) == 4
    assert all(wait >= 2 for wait in waits), "Retry-After is the least to wait"
    lost = FakeApi(world, [NoAnswerError("timeout")] * 5)
    with pytest.raises(NoAnswerError):
        make_client(world, lost).load_purchase("r-1")


@pytest.mark.parametrize("told", ["86400", "soon", "-1", "1e9", "", "٣"])
def test_waits_are_bounded_whatever_the_answer_says(told: str) -> None:
    policy = RetryPolicy()
    for attempt in range(1, 200):
        assert 0 <= policy.wait_seconds(attempt, Answer(503, {"retry-after": told}, b"")) <= policy.wait_seconds_max


@pytest.mark.parametrize("purchase_id", ["", "a/b/", "a b", "a?b", "a%2fb", "é", "a\r\nx: y", "a#b"])
def test_a_path_that_the_api_never_takes_is_not_sent(world: World, purchase_id: str) -> None:
    api = FakeApi(world, [])
    with pytest.raises(ValueError, match="a path has"):
        make_client(world, api).load_purchase(purchase_id)


def test_credentials_do_not_show_their_secret() -> None:
    assert "s3cret" not in repr(Credentials("key_1", "hmac-sha256", b"s3cret"))
    with pytest.raises(ValueError, match="algorithms"):
        Credentials("key_1", "rsa-v1_5-sha256", b"")


def test_an_answer_that_is_no_json_has_no_code() -> None:
    for answer in (Answer(502, {"content-type": "text/html"}, b"<p>"), Answer(500, {"content-type": "x/json"}, b"{")):
        assert answer.code is None
        assert not answer.is_success
    assert Answer(201, {"idempotent-replayed": "true"}, b"").is_replay


class Echo(BaseHTTPRequestHandler):
    """A server that answers with what it was sent."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        seen = {"path": self.path, "body": body.decode(), "digest": self.headers["Content-Digest"]}
        content = json.dumps(seen).encode()
        self.send_response(201)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Idempotent-Replayed", "true")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        """Silent."""


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    with HTTPServer(("127.0.0.1", 0), Echo) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, args=(0.01,))
        thread.start()
        yield httpd
        httpd.shutdown()
        thread.join()


def test_http_carries_the_bytes_that_were_signed(server: HTTPServer) -> None:
    request = UnsignedRequest("POST", AUTHORITY, "/live/v1/purchases", b'{"a":1}')
    headers = sign(request, Credentials("key_1", "hmac-sha256", bytes(32)), created=1, nonce="n" * 16)
    transport = HttpTransport(f"http://127.0.0.1:{server.server_port}/base/live/")
    for _ in range(2):
        answer = transport.send("POST", "/v1/purchases", headers, request.body)
        assert answer.status == 201
        assert answer.is_replay
        assert answer.document == {
            "path": "/base/live/v1/purchases",
            "body": '{"a":1}',
            "digest": headers["Content-Digest"],
        }
    transport.close()


def test_nobody_at_the_other_end_is_no_answer() -> None:
    with HTTPServer(("127.0.0.1", 0), Echo) as httpd:
        port = httpd.server_port
    with pytest.raises(NoAnswerError):
        HttpTransport(f"http://127.0.0.1:{port}").send("GET", "/v1/x", {}, b"")


@pytest.mark.parametrize("url", ["ftp://x", "x", "http://", "file:///etc/passwd"])
def test_only_http_urls_are_taken(url: str) -> None:
    with pytest.raises(ValueError, match="base URL"):
        HttpTransport(url)
