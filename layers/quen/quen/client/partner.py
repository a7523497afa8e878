"""The partner API's routes, each as one call.

Rule: an attempt that got no answer, or "try again", is made again with the same business id and a new signature: the nonce
of the first may be used up. The API does it once and answers both alike, so the caller never has to know. Whoever asks too
often is told when to come back: that is waited for once, where it is soon; after that it is the caller's to slow down.
"""

from __future__ import annotations

import json
import random
import re
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from quen.client.signing import Credentials, UnsignedRequest, sign
from quen.client.transport import Answer, HttpTransport, NoAnswerError, Transport
from quen.clock import Clock, WallClock

NONCE_BYTES = 18

# What the API takes as a path: nothing to escape, so nothing that could be spelled twice.
_PATH = re.compile(r"(?:/[A-Za-z0-9._~!$&'()*+,=:@-]+)+")

# A Retry-After of more digits is no number of seconds that anyone means.
_TOLD_DIGITS_MAX = 9

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the API is. `base_url` is what `/v1/…` is appended to; `authority` and `path_prefix` are what is signed."""

    base_url: str
    authority: str
    path_prefix: str = ""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how long: waits grow twofold from the first, with full jitter, unless the answer says how long. No wait is
    longer than `wait_seconds_max`.
    """

    attempts_max: int = 5
    first_wait_seconds: float = 0.2
    wait_seconds_max: float = 10.0

    def wait_seconds(self, attempt: int, answer: Answer | None) -> float:
        """How long to wait after that attempt (1, 2 …). A Retry-After is the least, within the maximum."""
        jittered = random.uniform(0, min(self.wait_seconds_max, self.first_wait_seconds * 2 ** (attempt - 1)))
        return min(self.wait_seconds_max, max(jittered, _told_seconds(answer) or 0))

    def sits_out(self, answer: Answer) -> bool:
        """Whether a 429 is over within the maximum, so that it is worth the one wait."""
        told = _told_seconds(answer)
        return answer.status == 429 and told is not None and told <= self.wait_seconds_max


class PartnerClient:
    """Signed requests to one stack by one key. Not for several threads at once; see HttpTransport."""

    def __init__(
        self,
        endpoint: Endpoint,
        credentials: Credentials,
        *,
        transport: Transport | None = None,
        retries: RetryPolicy | None = None,
        clock: Clock | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._endpoint = endpoint
        self._credentials = credentials
        self._transport = transport or HttpTransport(endpoint.base_url)
        self._retries = retries or RetryPolicy()
        self._clock = clock or WallClock()
        self._sleep = sleep

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._transport.close()

    def record_purchase(self, purchase: Body) -> Answer:
        """POST /v1/purchases; `purchase["purchase_id"]` makes it happen once."""
        return self.request("POST", "/v1/purchases", purchase)

    def record_purchases(self, purchases: Sequence[Body]) -> Answer:
        """POST /v1/purchases/batch: up to 50 at once, each answered as if it had been sent alone."""
        return self.request("POST", "/v1/purchases/batch", {"purchases": list(purchases)})

    def record_return(self, purchase_id: str, returned: Body) -> Answer:
        """POST /v1/purchases/{purchase_id}/returns; `returned["return_id"]` makes it happen once."""
        return self.request("POST", f"/v1/purchases/{purchase_id}/returns", returned)

    def preview_purchase(self, purchase: Body) -> Answer:
        """POST /v1/purchases/preview: what it would earn; nothing is written."""
        return self.request("POST", "/v1/purchases/preview", purchase)

    def load_purchase(self, purchase_id: str) -> Answer:
        """GET /v1/purchases/{purchase_id}."""
        return self.request("GET", f"/v1/purchases/{purchase_id}")

    def record_event(self, event: Body) -> Answer:
        """POST /v1/events; `event["event_id"]` makes it happen once, and what it was about makes it count once."""
        return self.request("POST", "/v1/events", event)

    def preview_event(self, event: Body) -> Answer:
        """POST /v1/events/preview: what it would earn; nothing is written."""
        return self.request("POST", "/v1/events/preview", event)

    def search_events(self, search: Body) -> Answer:
        """POST /v1/events/search: one page of what happened, as webhooks carry it; `pages` follows the cursor."""
        return self.request("POST", "/v1/events/search", search)

    def load_partner(self) -> Answer:
        """GET /v1/partner: who you are to the program, what you may do, on which terms."""
        return self.request("GET", "/v1/partner")

    def search_member(self, reference: Body) -> Answer:
        """POST /v1/members/search, by `phone`, `card_code` or `qr_token`."""
        return self.request("POST", "/v1/members/search", reference)

    def reserve(self, redemption: Body, idempotency_key: str) -> Answer:
        """POST /v1/redemptions: hold points for a reward, or for a part of the bill."""
        return self.request("POST", "/v1/redemptions", redemption, idempotency_key=idempotency_key)

    def redeem(self, redemption_id: str) -> Answer:
        """POST /v1/redemptions/{redemption_id}/redeem: final."""
        return self.request(
            "POST", f"/v1/redemptions/{redemption_id}/redeem", idempotency_key=f"{redemption_id}-redeem"
        )

    def release(self, redemption_id: str) -> Answer:
        """POST /v1/redemptions/{redemption_id}/release: back to the same lots."""
        return self.request(
            "POST", f"/v1/redemptions/{redemption_id}/release", idempotency_key=f"{redemption_id}-release"
        )

    def refund(self, redemption_id: str) -> Answer:
        """POST /v1/redemptions/{redemption_id}/refund: of a redeemed one, back to the same lots."""
        return self.request(
            "POST", f"/v1/redemptions/{redemption_id}/refund", idempotency_key=f"{redemption_id}-refund"
        )

    def pages(self, path: str, search: Body | None = None) -> Iterator[Answer]:
        """Every page of a `POST …/search`, from `search` on, each asked for when it is wanted.

        A page that names no other is the last, and one of a feed that has no more: its cursor says where to go on another time.
        So is a refusal: look at `is_success`. Raises as `request` does.
        """
        asked = dict(search or {})
        while True:
            answer = self.request("POST", path, asked)
            yield answer
            page = answer.document if answer.is_success else None
            if not isinstance(page, dict) or not page.get("next_cursor") or not page.get("has_more", page.get("items")):
                return
            asked["cursor"] = page["next_cursor"]

    def request(
        self, method: str, path: str, body: Body | None = None, *, idempotency_key: str | None = None
    ) -> Answer:
        """Any route, signed; `path` starts with /v1. The last answer, whatever it says.

        Raises NoAnswerError when the last attempt got none, ValueError for a path that the API never takes. A body that
        moves value names its own id, or has the key.
        """
        if _PATH.fullmatch(path) is None:
            raise ValueError("a path has no escapes, blanks, query or empty segments")
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode() if body is not None else b""
        unsigned = UnsignedRequest(
            method,
            self._endpoint.authority,
            self._endpoint.path_prefix + path,
            content,
            idempotency_key=idempotency_key,
        )
        has_sat_out = False
        for attempt in range(1, self._retries.attempts_max):
            answer = self._try(unsigned, path)
            if answer is not None and not _may_retry(answer):
                if has_sat_out or not self._retries.sits_out(answer):
                    return answer
                has_sat_out = True
            self._sleep(self._retries.wait_seconds(attempt, answer))
        return self._send(unsigned, path)

    def _try(self, unsigned: UnsignedRequest, path: str) -> Answer | None:
        try:
            return self._send(unsigned, path)
        except NoAnswerError:
            return None

    def _send(self, unsigned: UnsignedRequest, path: str) -> Answer:
        created = int(self._clock.now().timestamp())
        headers = sign(unsigned, self._credentials, created=created, nonce=secrets.token_urlsafe(NONCE_BYTES))
        return self._transport.send(unsigned.method, path, headers, unsigned.body)


def _may_retry(answer: Answer) -> bool:
    """Whether another attempt soon can end otherwise: the server failed, or others were faster."""
    return answer.status >= 500 or (answer.status == 409 and answer.code == "conflict_retry")


def _told_seconds(answer: Answer | None) -> int | None:
    """What `Retry-After` asks for, in seconds; None where it says nothing that can be read."""
    told = answer.headers.get("retry-after", "") if answer else ""
    return int(told) if told.isascii() and told.isdigit() and len(told) <= _TOLD_DIGITS_MAX else None
