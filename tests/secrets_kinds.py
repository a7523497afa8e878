"""What must never stand in a log, by kind, and the guises in which it might."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from urllib.parse import quote, quote_plus

SECRETS: Mapping[str, str] = {
    "phone": "+84912345678",
    "e-mail": "anh.tuyet.92@example.com",
    "name": "Nguyễn Thị Ánh Tuyết",
    "birthday": "1992-08-17",
    "bearer token": "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiI0NzExIn0.k5dG9rZW4tb2YtbmFtZWQ",
    "partner's secret": "c2VjcmV0LW9mLWEtcGFydG5lci1pbi0zMi1ieXRlcyE=",
    "signature": "sig1=:YW4gaG1hYyBvZiB0aGUgcmVxdWVzdCBpbiAzMiBieXQ=:",
    "voucher code": "QV7K9M2PXT4RWH3C",
    "claim code": "8H2K4M6N9P3R5T7W",
    "QR token": "qr1.mem_0q8r5t2y6w9e3k1m.59720161.Jc0v3bqT9xw",
    "card number": "9704366812345678",
    "webhook secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "unsubscribe token": "uns_bWVtXzEyMzQ1.marketing_email.5Zk0tq3vYwE",
}


def guises_of(secret: str) -> frozenset[str]:
    """The secret as it is, and as an escape, an address or an encoding would have it."""
    return frozenset(_guises(secret))


def _guises(secret: str) -> Iterator[str]:
    yield secret
    yield quote(secret, safe="")
    yield quote_plus(secret, safe="")
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield repr(secret.encode())[2:-1]
    yield secret.encode().hex()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for before in range(3):
            # Where in a text it stands moves its letters: those are left out that its neighbours have a part in.
            letters = encode(b"\0" * before + secret.encode()).decode().rstrip("=")
            yield letters[-(-before * 8 // 6) : -1]
