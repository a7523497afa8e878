"""Offline passes, as a till without a network reads them: what a member's reservation is good for, and until when.

    held = read_pass(token, pass_key, now=epoch_second)
    if held is None: ...            # not ours, bent, or over: ask for money
    remember(held.redemption_id)    # take no pass twice, and when the network is back:
    client.redeem(held.redemption_id)

`pass_key` is what `GET /v1/partner` shows; it stays the same for the life of a stack.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass

VERSION = "p1"
TOKEN_CHARACTERS_MAX = 1024


@dataclass(frozen=True, slots=True)
class OfflinePass:
    """What the member has set aside: `points` that are worth so much (`amount`, smallest unit), or a `benefit` by its id.

    `until` is the epoch second at which the reservation lapses: report it before.
    """

    redemption_id: str
    points: int
    amount: int
    currency: str
    benefit: str | None
    until: int


def read_pass(token: str, pass_key: str, *, now: float) -> OfflinePass | None:
    """The pass, or None where the stack never signed it, or it is over."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    if len(token) > TOKEN_CHARACTERS_MAX or not token.isascii() or token.count(".") != 2:
        return None
    signed, _, signature = token.rpartition(".")
    version, _, payload = signed.partition(".")
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(pass_key)).verify(_decode(signature), signed.encode())
        fields = json.loads(_decode(payload))
    except (InvalidSignature, ValueError, binascii.Error):
        return None
    found = OfflinePass(fields["r"], fields["p"], fields["w"], fields["c"], fields["g"], fields["u"])
    return found if version == VERSION and now < found.until else None


def _decode(text: str) -> bytes:
    """Raises ValueError, for another spelling of the same bytes too: the last character of base64 has spare bits."""
    content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if base64.urlsafe_b64encode(content).decode("ascii").rstrip("=") != text:
        raise ValueError("not the one spelling")
    return content
