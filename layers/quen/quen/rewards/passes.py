"""Offline passes: a member's reservation, signed, so that a till without a network can take it.

    p1.<payload, base64url JSON>.<Ed25519 signature over all before the dot, base64url>

    {"r": "red_…", "p": 120, "w": 12000, "c": "VND", "g": "free-coffee" | null, "u": <epoch second at which it lapses>}

What the pass is good for is held already, so a till that trusts it is never short of points; what it risks is that another till
without a network takes the same pass, which is found out when both report it: once is redeemed, the other is told
`already_redeemed`. The till redeems under the redemption's own id when its network is back, before `u`.

Ed25519 signs the same bytes the same way each time (RFC 8032), so a pass is not kept: it is made whenever it is shown.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from quen.instants import parse_instant

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

VERSION = "p1"


class Passes:
    """Signs reservations. `seed` is 32 bytes: the private key (RFC 8032, section 5.1.5)."""

    def __init__(self, seed: bytes) -> None:
        self._seed = seed

    @property
    def public_key(self) -> str:
        """What tills verify passes by: the raw public key, base64."""
        return base64.b64encode(self._key.public_key().public_bytes_raw()).decode("ascii")

    def with_pass(self, redemption: Mapping[str, Any]) -> Mapping[str, Any]:
        """A redemption as it is shown, with its pass as long as it is reserved."""
        if redemption["state"] != "reserved":
            return redemption
        token = self.sign(redemption)
        return {**redemption, "offline_pass": {"token": token, "valid_until": redemption["expires_at"]}}

    def sign(self, redemption: Mapping[str, Any]) -> str:
        """The pass of a reservation as it is shown."""
        payload = {
            "r": redemption["redemption_id"],
            "p": redemption["points"],
            "w": redemption["worth"]["amount"],
            "c": redemption["worth"]["currency"],
            "g": redemption["reward_id"] or redemption.get("perk_id"),
            "u": int(parse_instant(redemption["expires_at"]).timestamp()),
        }
        signed = f"{VERSION}.{_encode(json.dumps(payload, separators=(',', ':')).encode())}"
        return f"{signed}.{_encode(self._key.sign(signed.encode('ascii')))}"

    @cached_property
    def _key(self) -> Ed25519PrivateKey:
        # Loaded late: only who asks for a pass pays for it.
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self._seed)


def _encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode("ascii").rstrip("=")
