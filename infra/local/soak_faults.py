"""DynamoDB with bad days: a proxy between the functions and the emulator that loses, delays and refuses some of the calls.

lost before     the call never arrives; the connection breaks
lost after      the call is done, and nobody is told: the worst of all, because only a claim can tell
slow            the answer comes after the functions' patience, or nearly
broken          500 InternalServerError, sometimes after the call was done
throttled       400 ThrottlingException
conflict        TransactionCanceledException of a transaction that another was in the way of
"""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any
from urllib.parse import urlsplit

from local.emulator import HOST

FAULTS = {
    "lost before": 4,
    "lost after": 6,
    "slow": 4,
    "broken before": 3,
    "broken after": 3,
    "throttled": 5,
    "conflict": 6,
}
"""How often each, in a thousand calls."""
SLOW_SECONDS = (0.05, 2.4)
AWS_JSON = "application/x-amz-json-1.0"
PATIENCE_SECONDS = 30


@dataclass
class Weather:
    """Whether there are faults now, how many times as often as FAULTS says, and how many of each there were."""

    random: Random
    is_bad: bool = False
    severity: int = 1
    seen: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def next_fault(self, operation: str) -> str:
        """What becomes of a call; "" where nothing does."""
        with self._lock:
            if not self.is_bad:
                return ""
            drawn = self.random.uniform(0, 1000) / self.severity
            for fault, share in FAULTS.items():
                drawn -= share
                if drawn < 0:
                    if fault == "conflict" and operation != "TransactWriteItems":
                        return ""
                    self.seen[fault] += 1
                    return fault
            return ""

    def delay_seconds(self) -> float:
        """How slow a slow answer is."""
        with self._lock:
            return self.random.uniform(*SLOW_SECONDS)


class FaultyDynamoDB:
    """The proxy. Entering answers when it listens; `endpoint` is what functions call."""

    def __init__(self, port: int, emulator_endpoint: str, weather: Weather) -> None:
        self.endpoint = f"http://{HOST}:{port}"
        self._port = port
        self._target = urlsplit(emulator_endpoint)
        self._weather = weather
        self._server: _Server | None = None

    def start(self) -> None:
        """Listen from now on."""
        handler = partial(_Calls, self._target.hostname or HOST, self._target.port or 80, self._weather)
        self._server = _Server((HOST, self._port), handler)
        threading.Thread(target=self._server.serve_forever, name="faulty-dynamodb", daemon=True).start()

    def close(self) -> None:
        """Listen no longer."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()


class _Server(ThreadingHTTPServer):
    """Says nothing of a function that was killed in the middle of a call: that is what a soak does."""

    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A lost connection is no news; anything else is."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Calls(BaseHTTPRequestHandler):
    """One connection of a function: each of its calls is passed on, or not."""

    protocol_version = "HTTP/1.1"

    def __init__(self, host: str, port: int, weather: Weather, *arguments: Any) -> None:
        self._emulator = http.client.HTTPConnection(host, port, timeout=PATIENCE_SECONDS)
        self._weather = weather
        super().__init__(*arguments)

    def do_POST(self) -> None:
        """One call of DynamoDB's API."""
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        operation = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
        fault = self._weather.next_fault(operation)
        if fault == "slow":
            time.sleep(self._weather.delay_seconds())
        if fault in {"lost before", "broken before", "throttled", "conflict"}:
            self._refuse(fault, body)
            return
        answer = self._pass_on(body)
        if fault in {"lost after", "broken after"} or answer is None:
            self._refuse(fault, body)
            return
        self._answer(*answer)

    def _pass_on(self, body: bytes) -> tuple[int, bytes] | None:
        headers = {name: value for name, value in self.headers.items() if name.lower() not in {"host", "connection"}}
        try:
            self._emulator.request("POST", self.path, body, headers)
            response = self._emulator.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException):
            self._emulator.close()
            return None

    def _refuse(self, fault: str, body: bytes) -> None:
        if fault.startswith("broken"):
            self._answer(500, _problem("InternalServerError"))
        elif fault == "throttled":
            self._answer(400, _problem("ThrottlingException"))
        elif fault == "conflict":
            self._answer(400, _conflict(body))
        else:
            self.close_connection = True

    def _answer(self, status: int, content: bytes) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", AWS_JSON)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except OSError:
            self.close_connection = True  # the function has given up, or was killed

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the base class names it so
        """Keep quiet: the report counts."""


def _problem(kind: str, **more: Any) -> bytes:
    return json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{kind}", "message": "injected", **more}).encode()


def _conflict(body: bytes) -> bytes:
    """As DynamoDB cancels a transaction in which the first item was being written by another."""
    count = len(json.loads(body).get("TransactItems", ()))
    reasons = [{"Code": "TransactionConflict", "Message": "injected"}, *[{"Code": "None"}] * (count - 1)]
    return _problem("TransactionCanceledException", CancellationReasons=reasons[:count])
