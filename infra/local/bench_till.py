"""A till and a member's phone in a function's process: they ask through the handlers, and make the same calls bare.

For each use case they prepare what must be there before, untimed, then play a round of ours and a round of the floor. The
tables are there twice: the second ones see every call of the first, made bare, so that every condition holds there too.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from local.bench_calls import prepare
from local.bench_shop import (
    Customer,
    RefusedError,
    a_minute_ago,
    member_event,
    money,
    purchase_body,
    send,
    signed_event,
)

OPERATIONS = ("earn", "reserve", "redeem", "return", "balance")
RESERVE = "/v1/redemptions"

Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked, before it is signed."""

    template: str
    body: object = None
    parameters: Mapping[str, str] | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """What a round took: seconds of the clock, and of the process's CPU."""

    requests: int
    seconds: float
    cpu: float


@dataclass(slots=True)
class Till:
    """`recorder` is the application's own client, `bare` one that nobody records; `names` are the twins' tables by the names of
    the application's.
    """

    customer: Customer
    recorder: Any
    bare: Any
    names: Mapping[str, str]
    events: Sequence[tuple[Any, Event]] = ()
    _floor: list[Callable[[], object]] = field(default_factory=list)
    _reserved: list[str] = field(default_factory=list)

    def prepare(self, operation: str, requests: int) -> None:
        """Sign a round of requests, once what they are about is there."""
        self.events = [self.signed(self.request(operation)) for _ in range(requests)]
        for call in prepare(self.bare, self.recorder.take(), self.names):
            call()

    def ours(self) -> Round:
        """The round, through the handlers; the floor's is made ready from it."""
        taken = _timed(len(self.events), self.answer)
        self._floor = prepare(self.bare, self.recorder.take(), self.names)
        return taken

    def floor(self) -> Round:
        """The same calls, bare."""
        return _timed(len(self.events), self._play)

    def _play(self) -> None:
        for call in self._floor:
            call()

    def answer(self) -> None:
        """Answer the round. Raises RefusedError where one is refused."""
        for app, event in self.events:
            answer = app(event, None)
            if answer["statusCode"] >= 300:
                raise RefusedError(answer["body"])
            if event["resource"] == RESERVE:
                self._reserved.append(answer["body"])

    def request(self, operation: str) -> Request:
        """A new one, once what it is about is there."""
        makers: Mapping[str, Callable[[], Request]] = {
            "earn": self._earning,
            "reserve": self._reserving,
            "redeem": self._redeeming,
            "return": self._returning,
            "balance": lambda: Request("/v1/me/account"),
        }
        return makers[operation]()

    def signed(self, request: Request) -> tuple[Any, Event]:
        """The function that serves it, and its event."""
        # Each process loads the one function that it is, and no other.
        if request.template.startswith("/v1/me"):
            from mobile_api.app import app as mobile

            return mobile, member_event("GET", request.template, self.customer.phone, self.customer.member_id)
        from partner_api.app import app as partner

        asked = request.template, request.body, request.parameters, request.key
        return partner, signed_event(self.customer.credentials, *asked)

    def _earning(self) -> Request:
        return Request("/v1/purchases", purchase_body(_new("HCM-01-20261122"), self.customer.phone))

    def _reserving(self) -> Request:
        """Nobody holds dozens of reservations: those of the round before are released."""
        while self._reserved:
            named = {"redemption_id": json.loads(self._reserved.pop())["redemption_id"]}
            send(*self.signed(Request(f"{RESERVE}/{{redemption_id}}/release", parameters=named)))
        wanted = {"member": {"member_id": self.customer.member_id}, "points": 10}
        return Request(RESERVE, wanted, key=_new("till-7"))

    def _redeeming(self) -> Request:
        reserved = send(*self.signed(self._reserving()))
        named = {"redemption_id": reserved["redemption_id"]}
        return Request(f"{RESERVE}/{{redemption_id}}/redeem", parameters=named)

    def _returning(self) -> Request:
        bought = send(*self.signed(self._earning()))
        body = {"return_id": "R-1", "occurred_at": a_minute_ago(), "amount": money(45_000)}
        return Request("/v1/purchases/{purchase_id}/returns", body, {"purchase_id": bought["purchase_id"]})


def _timed(requests: int, act: Callable[[], object]) -> Round:
    cpu, began = time.process_time(), time.perf_counter()
    act()
    seconds = time.perf_counter() - began
    return Round(requests, seconds, time.process_time() - cpu)


def _new(prefix: str) -> str:
    return f"{prefix}-{secrets.token_hex(4)}"
