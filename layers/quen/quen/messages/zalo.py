"""Notices by Zalo Notification Service, to a phone number: a text that Zalo has approved, and the values that fill it.

The text is the shop's and lies with Zalo; the program names it for a kind and a language. Where it names none, nothing goes by
Zalo. A parameter of that text is called as the placeholder that fills it, for example `points`.
https://developers.zalo.me/docs/zalo-notification-service/gui-tin-zns/gui-zns
"""

from __future__ import annotations

import json
from typing import Any, Protocol

from urllib3 import PoolManager, Timeout
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from quen.errors import TemporarilyUnavailableError
from quen.messages.outgoing import Outgoing
from quen.messages.ports import DeliveryRefusedError
from quen.messages.zalo_answers import TAKEN, TOKEN_ERRORS, ZaloAnswer, parse_answer, refusal

ZNS_URL = "https://business.openapi.zalo.me/message/template"
CONNECT_SECONDS = 2.0
READ_SECONDS = 5.0
"""A batch of messages that all hang is over before the function's minute is."""
ANSWER_BYTES_MAX = 64 * 1024

# Of the failures on the way those in which no request can have left.
_NEVER_REACHED = (ConnectTimeoutError, NewConnectionError)


class AccessTokens(Protocol):
    """Where the token is. Both raise DeliveryRefusedError."""

    def read(self) -> str:
        """The token that was good lately."""

    def read_anew(self) -> str:
        """The token that is kept now."""


class ZaloZns:
    """Sends notices; it tries nothing twice by itself, or a notice might come twice."""

    def __init__(
        self,
        tokens: AccessTokens,
        url: str = ZNS_URL,
        *,
        connect_seconds: float = CONNECT_SECONDS,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        self._tokens = tokens
        self._url = url
        self._pool = PoolManager(timeout=Timeout(connect=connect_seconds, read=read_seconds), retries=False)

    def send(self, message: Outgoing) -> str:
        """Send it to one number. A token that Zalo no longer takes is read anew, once: it has sent nothing for it."""
        if not message.content.zalo_template:
            raise DeliveryRefusedError("no_template", "channel")
        token = self._tokens.read()
        answer = self._ask(message, token)
        if answer.error in TOKEN_ERRORS and (renewed := self._tokens.read_anew()) != token:
            answer = self._ask(message, renewed)
        if answer.error != TAKEN:
            raise refusal(answer.error)
        return answer.message_id

    def _ask(self, message: Outgoing, token: str) -> ZaloAnswer:
        headers = {"access_token": token, "Content-Type": "application/json"}
        body = json.dumps(_notice(message), ensure_ascii=False).encode()
        try:
            response = self._pool.request(
                "POST", self._url, body=body, headers=headers, redirect=False, preload_content=False
            )
            try:
                content = response.read(ANSWER_BYTES_MAX)
            finally:
                response.release_conn()
        except _NEVER_REACHED:
            raise DeliveryRefusedError("unreachable") from None
        except HTTPError:
            raise TemporarilyUnavailableError from None  # its words may hold the token or the number
        return parse_answer(response.status, content)


def _notice(message: Outgoing) -> dict[str, Any]:
    """What Zalo is asked: the number without its plus, and our own id of the message."""
    content = message.content
    return {
        "phone": message.address.removeprefix("+"),
        "template_id": content.zalo_template,
        "template_data": {name: " ".join(value.split()) for name, value in content.values.items()},
        "tracking_id": message.message_id,
    }
