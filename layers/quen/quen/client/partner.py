"""The partner API's routes, each as one call.

Rule: an attempt that got no answer, or "try again", is made again with the same business id and a new signature: the nonce
of the first may be used up. The API does it once and answers both alike, so the caller never has to know.
"""

from __future__ import annotations

import json
import random
import re
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from quen.client.signing import Credentials, UnsignedRequest, sign
from quen.client.transport import Answer, HttpTransport, NoAnswerError, Transport
from quen.clock import Clock, WallClock

NONCE_BYTES = 18

# What the API takes as a path: nothing to escape, so nothing that could be spelled twice.
_PATH = re.compile(r"(?:/[A-Za-z0-9._~!$&'()*+,=:@-]+)+")

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the API is. `base_url` is what `/v1/…` is appended to; `authority` and `path_prefix` are what is signed."""

    base_url: str
    authority: str
    path_prefix: str = ""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how long: waits grow twofold from the first, with full jitter, unless the answer says how long."""

    attempts_max: int = 5
    first_wait_seconds: float = 0.2
    wait_seconds_max: float = 10.0

    def wait_seconds(self, attempt: int, answer: Answer | None) -> float:
        """How long to wait after that attempt (1, 2 …). A Retry-After is the least, within the maximum."""
        jittered = random.uniform(0, min(self.wait_seconds_max, self.first_wait_seconds * 2 ** (attempt - 1)))
        told = answer.headers.get("retry-after", "") if answer else ""
        asked = float(told) if told.isascii() and told.isdigit() else 0.0
        return min(self.wait_seconds_max, max(jittered, asked))


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
        for attempt in range(1, self._retries.attempts_max):
            answer = self._try(unsigned, path)
            if answer is not None and not _may_retry(answer):
                return answer
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
    """Whether another attempt soon can end otherwise: the server failed, or others were faster. Too often is the caller's."""
    return answer.status >= 500 or (answer.status == 409 and answer.code == "conflict_retry")
