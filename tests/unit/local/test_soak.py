"""What a soak notices, what weather it makes, and how its traffic rests."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from random import Random
from typing import Any

import pytest
from msgspec.structs import replace

from factories import make_program
from local.emulator import HOST, free_port
from local.soak import grown
from local.soak_book import Book, told_points
from local.soak_faults import FAULTS, FaultyDynamoDB, Weather
from local.soak_memory import functions_of, own_mebibytes
from local.soak_traffic import Gate
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
    assert dict(told_points(answer)) == {"ent_1": 5, "ent_2": 0}


def test_a_ledger_that_has_what_was_acknowledged_once_breaks_no_rule(entries: list[Entry]) -> None:
    book = Book()
    book.acknowledge({"entry_id": entry_id(entries[0]), "points": entries[0].points})
    book.check(entries)
    assert not book.breaches


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


def test_memory_that_grows_by_more_than_a_tenth_after_the_first_rounds_is_told() -> None:
    rounds = [{"memory": {"till": size, "app": 80}} for size in (50, 100, 105, 111)]
    assert grown(rounds) == ["till grew from 100 to 111 MiB"]
    assert grown(rounds[:3]) == []


def test_a_process_knows_what_it_holds_and_no_function_is_its_child() -> None:
    assert own_mebibytes() > 0
    assert functions_of(1) == []


def test_good_weather_has_no_faults_and_bad_weather_all_of_them_but_conflicts_of_reads() -> None:
    weather = Weather(Random(1))
    assert not any(weather.next_fault("GetItem") for _ in range(1000))
    weather.is_bad = True
    drawn = {weather.next_fault("TransactWriteItems") for _ in range(5000)}
    assert drawn == {"", *FAULTS}
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
