"""What a soak notices, what weather it makes, and how its traffic rests."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from random import Random
from typing import Any

import pytest
from msgspec.structs import replace

from factories import make_program
from local.emulator import HOST, free_port
from local.soak_book import Book, told_points
from local.soak_faults import FAULTS, FaultyDynamoDB, Weather
from local.soak_memory import functions_of, own_mebibytes
from local.soak_rules import ASKED, GRANTED, grown, not_granted, not_met
from local.soak_traffic import App, Crowd, Gate
from quen.client import Answer
from quen.ledger.model import Entry, entry_id
from till import Till


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    """Of one member who has bought twice."""
    till = Till(make_program())
    for number in (1, 2):
        till.buy(100_000, purchase_id=f"P-{number}")
    return list(till.entries)


def test_every_entry_that_an_answer_names_is_found_with_its_points() -> None:
    answer = {
        "results": [{"body": {"entries": [{"entry_id": "ent_1", "points": 5}, {"entry_id": "ent_2"}]}}],
        "entry_id": None,
    }
    assert told_points(answer) == {"ent_1": 5, "ent_2": None}


def test_what_an_earning_tells_in_parts_is_one_amount() -> None:
    parts = [{"entry_id": "ent_1", "points": 5}, {"entry_id": "ent_1", "points": 7}]
    assert told_points({"entries": parts}) == {"ent_1": 12}


def test_a_ledger_that_has_what_was_acknowledged_once_breaks_no_rule(entries: list[Entry]) -> None:
    book = Book()
    book.acknowledge({"entry_id": entry_id(entries[0]), "points": entries[0].points})
    book.check(entries)
    assert not book.breaches


def test_an_entry_with_other_points_than_were_told_is_a_breach(entries: list[Entry]) -> None:
    book, [earned, *_] = Book(), [entry for entry in entries if entry.kind == "earn"]
    for points in (earned.points, earned.points + 1):
        book.acknowledge({"entry_id": entry_id(earned), "points": points})
    book.check(entries)
    assert [breach.partition(" points")[0] for breach in book.breaches] == [
        f"{entry_id(earned)} was told with {earned.points + 1}"
    ]


def test_an_acknowledged_entry_that_is_not_there_is_a_breach(entries: list[Entry]) -> None:
    book = Book()
    book.acknowledge({"entry_id": entry_id(entries[-1])})
    book.check(entries[:-1])
    assert book.breaches == [f"{entry_id(entries[-1])} was acknowledged and is not in the ledger"]


def test_a_purchase_that_is_in_the_ledger_twice_is_a_breach(entries: list[Entry]) -> None:
    [twice] = [entry for entry in entries if entry.reference.id.endswith("P-2")]
    book = Book()
    book.check([*entries, replace(twice, sequence=99, hash="0" * 64)])
    assert [breach.split(" of ")[0] for breach in book.breaches] == ["2 entries"]


def test_an_answer_that_changes_is_a_breach_that_says_where() -> None:
    book = Book()
    book.compare("a purchase", {"points": 1, "kind": "earn"}, {"points": 2, "kind": "earn"})
    assert book.breaches == ["a purchase was answered otherwise when it was asked again: points: 1 / 2"]


def test_a_process_that_grows_by_more_than_a_tenth_after_the_last_kill_is_told() -> None:
    sizes = [{"till/1": 50}, {"till/2": 60}, *({"till/3": size, "soak": 80} for size in (100, 105, 108, 111))]
    rounds = [{"memory": memory} for memory in sizes]
    assert grown(rounds, quiet_from=1) == ["till/3 grew from 100 to 111 MiB"]
    assert grown(rounds, quiet_from=2) == []  # too few checks to say anything


def test_a_soak_in_which_no_process_lived_says_that_it_has_measured_no_memory() -> None:
    rounds = [{"memory": {f"till/{number}": 100, "soak": 80}} for number in range(6)]
    assert grown(rounds, quiet_from=0) == [
        "memory was not measured: no function's process has lived through the last checks"
    ]


def test_a_fault_that_never_was_is_told() -> None:
    assert not_met(["slow", "conflict"], {"slow": 3}) == ["the fault 'conflict' was never injected"]


def test_a_stack_that_refuses_everything_breaks_a_rule() -> None:
    """503 to every till is an honest answer, and no proof of anything."""
    served = {f"{kind} 200": 8 for kind in ASKED | GRANTED} | {"purchase 503": 3, "transfer 422": 90}
    assert not_granted(served) == []
    assert not_granted(served | {"purchase 503": 9}) == ["purchase was granted 8 times of 17"]
    assert not_granted(served | {"refund 200": 0}) == ["refund was never granted"]
    assert "account was never granted" in not_granted({"account 503": 50})


class Counted:
    """A stack that counts its connections, and answers everything."""

    mobile_url = "http://127.0.0.1:1"

    def __init__(self) -> None:
        self.opened = 0

    def open_transport(self, _url: str) -> Counted:
        self.opened += 1
        return self

    def send(self, *_: object) -> Answer:
        return Answer(200, {}, {})


class Tokens:
    """An identity provider of whom nothing is asked."""

    def token(self, *_: object, **__: object) -> str:
        return "token"


def test_an_app_opens_one_connection_however_often_it_asks() -> None:
    """Each one that is opened is remembered until the end: a soak grew by half in its half hour, and by nothing else."""
    stack = Counted()
    crowd = Crowd(stack, Tokens(), Book(), lambda: datetime.now(UTC), phones=["+84901000001"])  # type: ignore[arg-type] # as much as is asked for
    app = App(crowd, "a")
    for _ in range(5):
        app.look()
    assert (stack.opened, sum(app.book.answers.values())) == (1, 5)


def test_a_process_knows_what_it_holds_and_no_function_is_its_child() -> None:
    assert own_mebibytes() > 0
    assert functions_of(1) == []


def test_good_weather_has_no_faults_and_bad_weather_all_of_them_but_conflicts_of_reads() -> None:
    weather = Weather(Random(1))
    assert not any(weather.next_fault("GetItem") for _ in range(1000))
    weather.is_bad = True
    drawn = {weather.next_fault("TransactWriteItems") for _ in range(5000)}
    assert drawn == {"", *FAULTS}
    weather.severity = 1000 // sum(FAULTS.values())
    assert sum(weather.next_fault("TransactWriteItems") != "" for _ in range(1000)) > 900
    assert "conflict" not in {weather.next_fault("GetItem") for _ in range(5000)}


def test_who_is_inside_finishes_and_nobody_comes_in_before_the_gate_opens() -> None:
    gate, done = Gate(), []

    def come_in() -> None:
        with gate:
            done.append("in")

    gate.close()
    late = threading.Thread(target=come_in)
    late.start()
    assert done == []
    gate.open()
    late.join(5)
    assert done == ["in"]


class Echo(BaseHTTPRequestHandler):
    """A DynamoDB that says how often it was asked."""

    asked = 0

    def do_POST(self) -> None:
        Echo.asked += 1
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        pass


class Certain(Weather):
    """Weather that is known."""

    fault = ""

    def next_fault(self, operation: str) -> str:
        return self.fault


@pytest.fixture(scope="module")
def calls() -> Iterator[tuple[Certain, Any]]:
    """Weather to be set, and what sends one call through it."""
    server = HTTPServer((HOST, 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    weather = Certain(Random(1))
    proxy = FaultyDynamoDB(free_port(), f"http://{HOST}:{server.server_port}", weather)
    proxy.start()

    def call() -> tuple[int, Any]:
        connection = http.client.HTTPConnection(proxy.endpoint.removeprefix("http://"), timeout=5)
        try:
            body = json.dumps({"TransactItems": [{}, {}]})
            connection.request("POST", "/", body, {"X-Amz-Target": "DynamoDB_20120810.TransactWriteItems"})
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    yield weather, call
    proxy.close()
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("fault", "status", "kind", "asked"),
    [
        ("", 200, None, 1),
        ("throttled", 400, "ThrottlingException", 0),
        ("broken before", 500, "InternalServerError", 0),
        ("broken after", 500, "InternalServerError", 1),
        ("conflict", 400, "TransactionCanceledException", 0),
    ],
)
def test_a_call_is_answered_as_the_weather_is(
    calls: tuple[Certain, Any], fault: str, status: int, kind: str | None, asked: int
) -> None:
    weather, call = calls
    weather.fault, before = fault, Echo.asked
    answer = call()
    assert (answer[0], answer[1].get("__type", "").rpartition("#")[2] or None) == (status, kind)
    assert Echo.asked - before == asked


@pytest.mark.parametrize(("fault", "asked"), [("lost before", 0), ("lost after", 1)])
def test_a_lost_call_ends_without_an_answer(calls: tuple[Certain, Any], fault: str, asked: int) -> None:
    weather, call = calls
    weather.fault, before = fault, Echo.asked
    with pytest.raises(http.client.HTTPException):
        call()
    assert Echo.asked - before == asked
