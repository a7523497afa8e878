"""Tills and apps that never rest: each a thread with a connection of its own, drawing what to do next from a seed.

Some of what they do is wrong on purpose: requests sent twice at once, given up half-way, signed by nobody, or no JSON at all.
"""

from __future__ import annotations

import http.client
import json
import secrets
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from urllib.parse import urlsplit

from local.callers import TokenCaller, open_partner
from local.identity_provider import IdentityProvider
from local.running_stack import RunningStack
from local.soak_book import Book
from quen.client import Answer, NoAnswerError, PartnerClient
from quen.client.signing import Credentials, UnsignedRequest, sign
from quen.clock import WallClock

_EXPECTED = """
insufficient_points return_exceeds_purchase already_returned already_redeemed reward_out_of_stock reward_limit_reached
reservation_expired member_already_exists conflict_retry temporarily_unavailable rate_limited transfer_limit_reached
not_redeemed too_late entries_archived
"""
EXPECTED = frozenset(_EXPECTED.split())
"""Refusals that are right in this traffic, or ask to try again."""
MEMBERS_MAX = 400
KEPT_MAX = 300


class Gate:
    """Lets the traffic rest: `closed` waits until nobody is inside, and nobody comes in before it is open again."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._inside = 0
        self._is_open = True
        self.is_over = False

    def __enter__(self) -> None:
        with self._condition:
            self._condition.wait_for(lambda: self._is_open or self.is_over)
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._condition:
            self._inside -= 1
            self._condition.notify_all()

    def close(self) -> None:
        """Nobody comes in any more; answers when all are out."""
        with self._condition:
            self._is_open = False
            self._condition.wait_for(lambda: self._inside == 0)

    def open(self, *, is_over: bool = False) -> None:
        """Go on, or, where it is over, go home."""
        with self._condition:
            self._is_open, self.is_over = True, is_over
            self._condition.notify_all()


@dataclass
class Crowd:
    """Who and what is known to all threads: members (phone, id), purchases that can come back, answers to ask for again."""

    stack: RunningStack
    provider: IdentityProvider
    book: Book
    read_now: Callable[[], datetime]
    phones: list[str] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    gate: Gate = field(default_factory=Gate)

    def token(self, phone: str) -> str:
        """A member's token."""
        return self.provider.token(f"soak-{phone}", phone_number=phone, phone_number_verified=True)


class Worker:
    """One thread: draws one of its `habits`, does it, and counts what came of it."""

    def __init__(self, crowd: Crowd, seed: str) -> None:
        self.crowd = crowd
        self.book = crowd.book
        self.random = Random(seed)
        self._number = 0
        self._name = seed
        self.kept: list[tuple[str, str, Mapping[str, Any] | None, str | None, Any]] = []

    @property
    def habits(self) -> Mapping[Callable[[], None], int]:
        """What it does, and how often."""
        raise NotImplementedError

    def live(self) -> None:
        """Until it is over."""
        while not self.crowd.gate.is_over:
            with self.crowd.gate:
                habits = self.habits
                [habit] = self.random.choices([*habits], [*habits.values()])
                habit()

    def name(self) -> str:
        """A business id that nobody has used."""
        self._number += 1
        return f"{self._name}-{self._number}"

    def phone(self) -> str:
        """Somebody who is a member."""
        return self.random.choice(self.crowd.phones)

    def note(self, what: str, answer: Answer | None) -> Any:
        """Count an answer; its document where it was granted, None where it was refused or nobody answered."""
        if answer is None:
            self.book.doubt()
            self.book.count(f"{what} unanswered")
            return None
        self.book.count(f"{what} {answer.status}")
        if answer.is_success:
            self.book.acknowledge(answer.document)
            return answer.document
        if answer.status < 500 and answer.code not in EXPECTED:
            self.book.breach(f"{what} was refused: {answer.status} {answer.document}")
        if answer.status == 500:
            self.book.breach(f"{what} failed: {answer.document}")
        return None

    def keep(self, method: str, path: str, body: Mapping[str, Any] | None, key: str | None, document: Any) -> None:
        """Remember a request and its answer, to be asked again."""
        if document is not None:
            self.kept = [*self.kept[-KEPT_MAX:], (method, path, body, key, document)]


class Till(Worker):
    """A partner's till."""

    def __init__(self, crowd: Crowd, seed: str) -> None:
        super().__init__(crowd, seed)
        # All opened once: what is opened for each request is remembered by the stack until the end, and the soak grows.
        self._client: PartnerClient = open_partner(crowd.stack)
        self._twins = (open_partner(crowd.stack), open_partner(crowd.stack))
        self._transport = crowd.stack.open_transport(crowd.stack.partner_url)
        self._bought: list[str] = []
        self._held: list[str] = []
        self._used: list[str] = []

    @property
    def habits(self) -> Mapping[Callable[[], None], int]:
        """Mostly purchases."""
        return {
            self.buy: 40,
            self.buy_many: 4,
            self.buy_twice_at_once: 5,
            self.give_up: 6,
            self.take_back: 10,
            self.reserve: 12,
            self.end: 12,
            self.refund: 3,
            self.ask_again: 8,
            self.preview: 4,
            self.forge: 2,
            self.mumble: 2,
        }

    def _ask(self, what: str, path: str, body: Mapping[str, Any] | None = None, key: str | None = None) -> Any:
        try:
            answer = self._client.request("POST", path, body, idempotency_key=key)
        except NoAnswerError:
            answer = None
        document = self.note(what, answer)
        self.keep("POST", path, body, key, document)
        return document

    def _purchase(self) -> dict[str, Any]:
        at = self.crowd.read_now() - timedelta(seconds=self.random.randrange(1, 3600))
        return {
            "purchase_id": self.name(),
            "member": {"phone": self.phone()},
            "occurred_at": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "total": {"amount": self.random.randrange(10_000, 900_000, 1_000), "currency": "VND"},
        }

    def buy(self) -> None:
        """One purchase."""
        body = self._purchase()
        if self._ask("purchase", "/v1/purchases", body):
            self._bought.append(body["purchase_id"])

    def buy_many(self) -> None:
        """A batch."""
        self._ask("batch", "/v1/purchases/batch", {"purchases": [self._purchase() for _ in range(3)]})
        self.kept = self.kept[:-1]  # each of a batch has a status of its own, which says 201 or replay

    def buy_twice_at_once(self) -> None:
        """The same purchase from two connections: two answers, one entry."""
        body, answers = self._purchase(), []

        def send(client: PartnerClient) -> None:
            with suppress(NoAnswerError):
                answers.append(client.record_purchase(body))

        threads = [threading.Thread(target=send, args=(client,)) for client in self._twins]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        documents = [document for answer in answers if (document := self.note("twice", answer))]
        if len(documents) == 2:
            self.book.compare("a purchase sent twice", *documents)

    def give_up(self) -> None:
        """Sent, and the line is cut before the answer; now and then it is asked again later."""
        body = self._purchase()
        self._send_and_leave("/v1/purchases", json.dumps(body).encode())
        self.book.doubt()
        self.book.count("purchase given up")
        if self.random.random() < 0.5:
            self._ask("purchase again", "/v1/purchases", body)

    def take_back(self) -> None:
        """A part of a purchase comes back."""
        if self._bought:
            purchase_id = self.random.choice(self._bought)
            amount = {"amount": self.random.randrange(1_000, 200_000, 1_000), "currency": "VND"}
            at = self.crowd.read_now().strftime("%Y-%m-%dT%H:%M:%SZ")
            body = {"return_id": self.name(), "occurred_at": at, "amount": amount}
            self._ask("return", f"/v1/purchases/{purchase_id}/returns", body)

    def reserve(self) -> None:
        """Points are held for a reward, or for a part of a bill."""
        reward = {"reward_id": self.random.choice(("free-coffee", "free-size-up", "banh-mi"))}
        wanted = reward if self.random.random() < 0.7 else {"points": self.random.randrange(5, 60)}
        held = self._ask("reservation", "/v1/redemptions", {"member": {"phone": self.phone()}, **wanted}, self.name())
        if held:
            self._held.append(held["redemption_id"])

    def end(self) -> None:
        """What is held is used or put back."""
        if self._held:
            redemption = self._held.pop(self.random.randrange(len(self._held)))
            how = self.random.choice(("redeem", "redeem", "release"))
            if self._ask(how, f"/v1/redemptions/{redemption}/{how}", None, f"{redemption}-{how}") and how == "redeem":
                self._used.append(redemption)

    def refund(self) -> None:
        """What was used comes back."""
        if self._used:
            redemption = self._used.pop()
            self._ask("refund", f"/v1/redemptions/{redemption}/refund", None, f"{redemption}-refund")

    def ask_again(self) -> None:
        """Something of long ago once more: the same answer."""
        if self.kept:
            method, path, body, key, first = self.random.choice(self.kept)
            with suppress(NoAnswerError):
                answer = self._client.request(method, path, body, idempotency_key=key)
                if document := self.note("again", answer):
                    self.book.compare(path, first, document)

    def preview(self) -> None:
        """What a purchase would earn."""
        body = {name: value for name, value in self._purchase().items() if name != "purchase_id"}
        with suppress(NoAnswerError):
            self.note("preview", self._client.preview_purchase(body))

    def forge(self) -> None:
        """A request that nobody has signed who may: it must be refused."""
        key = self.crowd.stack.partner
        self._expect("forged", Credentials(key.key_id, "hmac-sha256", b"\0" * 32), b'{"phone": "+84901000001"}', 401)

    def mumble(self) -> None:
        """Signed, and no JSON."""
        self._expect("malformed", self._client._credentials, b'{"phone": NaN', 400)  # noqa: SLF001 - a till of our own

    def _expect(self, what: str, credentials: Credentials, content: bytes, status: int) -> None:
        path = "/v1/members/search"
        headers = self._headers(path, content, credentials)
        with suppress(NoAnswerError):
            answer = self._transport.send("POST", path, headers, content)
            self.book.count(f"{what} {answer.status}")
            if answer.status not in {status, 429, 502, 503, 504}:
                self.book.breach(f"a {what} request was answered with {answer.status} {answer.document}")

    def _headers(self, path: str, content: bytes, credentials: Credentials) -> dict[str, str]:
        key = self.crowd.stack.partner
        unsigned = UnsignedRequest("POST", key.authority, key.path_prefix + path, content)
        created = int(WallClock().now().timestamp())
        return sign(unsigned, credentials, created=created, nonce=secrets.token_urlsafe(18))

    def _send_and_leave(self, path: str, content: bytes) -> None:
        url = urlsplit(self.crowd.stack.partner_url)
        connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=10)
        with suppress(OSError, http.client.HTTPException):
            headers = self._headers(path, content, self._client._credentials)  # noqa: SLF001 - a till of our own
            connection.request("POST", url.path + path, content, headers)
        connection.close()


class App(Worker):
    """Members with the shop's app, over one connection."""

    def __init__(self, crowd: Crowd, seed: str) -> None:
        super().__init__(crowd, seed)
        self._transport = crowd.stack.open_transport(crowd.stack.mobile_url)

    @property
    def habits(self) -> Mapping[Callable[[], None], int]:
        """Mostly looking."""
        return {self.look: 30, self.enrol: 10, self.transfer: 10, self.redeem_and_cancel: 8}

    def _call(
        self,
        what: str,
        phone: str,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        key: str | None = None,
    ) -> Any:
        caller = TokenCaller(self._transport, self.crowd.token(phone))
        try:
            answer = caller.request(method, path, body, idempotency_key=key)
        except NoAnswerError:
            answer = None
        return self.note(what, answer)

    def look(self) -> None:
        """The balance, and the newest entries."""
        path = self.random.choice(("/v1/me/account", "/v1/me/account", "/v1/me/entries", "/v1/me/rewards"))
        self._call(path.rpartition("/")[2], self.phone(), "GET", path)

    def enrol(self) -> None:
        """One member more, up to a number."""
        if len(self.crowd.phones) < MEMBERS_MAX:
            phone = f"+8490{self.random.randrange(2_000_000, 9_999_999)}"
            body = {"phone": phone, "name": "Soak", "consents": []}
            if self._call("enrolment", phone, "POST", "/v1/members", body):
                self.crowd.phones.append(phone)

    def transfer(self) -> None:
        """Points to somebody else."""
        giver, taker = self.phone(), self.phone()
        if giver != taker:
            body = {"to": {"phone": taker}, "points": self.random.randrange(10, 40)}
            self._call("transfer", giver, "POST", "/v1/me/transfers", body, self.name())

    def redeem_and_cancel(self) -> None:
        """A reward taken in the app, and called off."""
        phone = self.phone()
        made = self._call("own", phone, "POST", "/v1/me/redemptions", {"reward_id": "free-size-up"}, self.name())
        if made and self.random.random() < 0.6:
            self._call("cancel", phone, "POST", f"/v1/me/redemptions/{made['redemption_id']}/cancel")


def real_now() -> datetime:
    """The real time."""
    return WallClock().now().astimezone(UTC)
