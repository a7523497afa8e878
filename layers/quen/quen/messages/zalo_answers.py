"""What an answer of Zalo Notification Service means: taken, or whose fault it is that it was not.

Zalo answers everything with HTTP 200 and an error of its own in the body, `0` where the notice was taken.
https://zalo.cloud/zns/guidelines/handle-error-code
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from msgspec import Struct

from quen.errors import TemporarilyUnavailableError
from quen.messages.ports import DeliveryRefusedError

TAKEN = 0
TOKEN_ERRORS = frozenset({-124, -216, -220})
"""The access token is not valid, or has expired: they last for 25 hours."""

_UNSAID = frozenset({-100})  # "unknown error, try again later": nobody knows whether it went out
_ADDRESS_ERRORS = frozenset({-108, -118, -119, -141})
"""No phone number, no account behind it, one that takes no notices, one whose owner refuses all of them."""
_NOT_TAKEN = range(300, 500)
_RATE_ERRORS = frozenset({-32})
# All others are the channel's: of the text (not approved, a value missing or too long), of the sender (no permission, no money,
# a quota that is used up, an hour in which Zalo sends nothing), or of this kind of notice for that receiver (-114, -139, -140).


class ZaloAnswer(Struct, frozen=True):
    """`error` is Zalo's, 0 for none; `message_id` is what it calls the notice, "" where it does not say."""

    error: int
    message_id: str = ""


def parse_answer(status: int, body: bytes) -> ZaloAnswer:
    """The answer. Raises DeliveryRefusedError where the request did not get through to Zalo's own answer, and
    TemporarilyUnavailableError where nobody knows what became of it.
    """
    if status in _NOT_TAKEN:  # a redirect is not followed, and is no answer of this service
        raise DeliveryRefusedError(f"http_{status}", "passing" if status == HTTPStatus.TOO_MANY_REQUESTS else "channel")
    answer = _document(body) if status == HTTPStatus.OK else None
    if answer is None:
        raise TemporarilyUnavailableError
    data = answer.get("data")
    message_id = data.get("msg_id") if isinstance(data, dict) else None
    return ZaloAnswer(answer["error"], str(message_id or ""))


def refusal(error: int) -> Exception:
    """What to raise for an error of Zalo's."""
    code = f"zalo_{abs(error)}"
    if error in _UNSAID:
        return TemporarilyUnavailableError()
    if error in _RATE_ERRORS:
        return DeliveryRefusedError(code)
    return DeliveryRefusedError(code, "address" if error in _ADDRESS_ERRORS else "channel")


def _document(body: bytes) -> dict[str, Any] | None:
    """The body, where it is what Zalo writes."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) and type(parsed.get("error")) is int else None
