"""The link by which a member says no to advertising without signing in (RFC 8058): a token that only we can make.

A token is 40 characters of base64url over 30 bytes: a MAC of what it says, and that itself, masked by what only our key makes
of the MAC. It says which member, what is refused, and by which message it came; who reads one learns none of it, and can make
none for another. It never expires: a mail may lie for years, and its link must work.
https://www.rfc-editor.org/rfc/rfc8058
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

from msgspec import Struct

from quen.ids import BITS, is_id, number_of, spelled

PATH = "/v1/unsubscribe/"
TOKEN_LENGTH = 40

CHANNELS = ("email", "sms", "zalo", "push")
ALL_ADVERTISING = "marketing"
PURPOSES = (ALL_ADVERTISING, *(f"{ALL_ADVERTISING}_{channel}" for channel in CHANNELS))
"""What a token can refuse, by its number: tokens are in mails for ever, so the order is too."""

_ID_BYTES = BITS // 8
_MAC_BYTES = 9
_TOKEN = re.compile(rf"[A-Za-z0-9_-]{{{TOKEN_LENGTH}}}")
_NO_TOKEN = "A" * TOKEN_LENGTH


def refused_with(purpose: str) -> str:
    """What a no to one advertising message refuses: all advertising by its channel, for example `marketing_email` for
    `marketing_birthday_messages_email`. It is the switch that apps show, so that switching it on again is enough. Any other
    purpose is refused as it is.
    """
    words = {*purpose.split("_")}
    by_channel = [channel for channel in CHANNELS if channel in words]
    is_advertising = ALL_ADVERTISING in words and len(by_channel) == 1
    return f"{ALL_ADVERTISING}_{by_channel[0]}" if is_advertising else purpose


class Unsubscription(Struct, frozen=True):
    """What a token says. `message_id` is empty where no message was named."""

    member_id: str
    purpose: str
    message_id: str


class UnsubscribeTokens:
    """Makes and reads tokens under one key (`KeyRing.derive("unsubscribe")`)."""

    def __init__(self, key: bytes) -> None:
        self._mask_key = hmac.digest(key, b"mask", hashlib.sha256)
        self._mac_key = hmac.digest(key, b"mac", hashlib.sha256)

    def issue(self, member_id: str, purpose: str, message_id: str = "") -> str:
        """The token that refuses advertising. Raises ValueError for a purpose that is none."""
        number = number_of(message_id.removeprefix("msg_")) if is_id("msg", message_id) else 0
        said = (
            number_of(member_id.removeprefix("mem_")).to_bytes(_ID_BYTES, "big")
            + number.to_bytes(_ID_BYTES, "big")
            + PURPOSES.index(refused_with(purpose)).to_bytes(1, "big")
        )
        mac = self._mac(said)
        return base64.urlsafe_b64encode(mac + self._masked(said, mac)).decode()

    def read(self, token: str) -> Unsubscription | None:
        """What the token says; None where it was never ours. What is no token at all takes the same work."""
        is_shaped = _TOKEN.fullmatch(token) is not None
        data = base64.urlsafe_b64decode(token if is_shaped else _NO_TOKEN)
        mac, masked = data[:_MAC_BYTES], data[_MAC_BYTES:]
        said = self._masked(masked, mac)
        is_ours = hmac.compare_digest(self._mac(said), mac)
        if not (is_shaped and is_ours):
            return None
        member, message = int.from_bytes(said[:_ID_BYTES], "big"), int.from_bytes(said[_ID_BYTES:-1], "big")
        message_id = f"msg_{spelled(message)}" if message else ""
        return Unsubscription(f"mem_{spelled(member)}", PURPOSES[said[-1]], message_id)

    def _masked(self, text: bytes, mac: bytes) -> bytes:
        mask = hmac.digest(self._mask_key, mac, hashlib.sha256)
        return bytes(one ^ other for one, other in zip(text, mask, strict=False))

    def _mac(self, said: bytes) -> bytes:
        return hmac.digest(self._mac_key, said, hashlib.sha256)[:_MAC_BYTES]


class Unsubscribing:
    """Where a member says no. `base_url` is the mobile API's, with its stage; empty where the stack does not know it."""

    def __init__(self, tokens: UnsubscribeTokens, base_url: str) -> None:
        self._tokens = tokens
        self._base_url = base_url.rstrip("/")

    def url_for(self, member_id: str, purpose: str, message_id: str = "") -> str:
        """The address of the page, and of the one click; empty where there is none. In an SMS it is 120 characters at most,
        on the gateway's own domain. Raises ValueError for a purpose that is no advertising.
        """
        if not self._base_url:
            return ""
        return f"{self._base_url}{PATH}{self._tokens.issue(member_id, purpose, message_id)}"
