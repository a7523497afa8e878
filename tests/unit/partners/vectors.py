"""`infra/partners/vectors.json` as a partner reads it, and a world in which its keys count, at its time."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

from local.partner_vectors import OUTPUT
from quen.client import Credentials
from quen.partners.model import Algorithm, KeyState, PartnerKey, SignedRequest
from unit.partners.fakes import FixedClock, World

DOCUMENT = json.loads(OUTPUT.read_text("utf-8"))
KEYS: dict[str, dict[str, str]] = {key["key_id"]: key for key in DOCUMENT["keys"]}
VECTORS: list[dict[str, Any]] = DOCUMENT["vectors"]


def world_at(second: int) -> World:
    """A partner that holds the vectors' keys, at that Unix second."""
    now = datetime.fromtimestamp(second, UTC)
    world = World(FixedClock(now))
    for key in KEYS.values():
        algorithm = Algorithm(key["algorithm"])
        world.records.keys[key["key_id"]] = PartnerKey(
            key_id=key["key_id"],
            partner_id=world.partner.partner_id,
            algorithm=algorithm,
            state=KeyState.ACTIVE,
            not_before=now,
            not_after=None,
            created_at=now,
            public_key=key.get("public_key"),
        )
        if algorithm.is_symmetric:
            world.secrets.kept[key["key_id"]] = base64.b64decode(key["secret"])
    return world


def credentials(key_id: str) -> Credentials:
    """The partner's side of a vector's key."""
    key = KEYS[key_id]
    secret = base64.b64decode(key["secret"]) if "secret" in key else key["private_key"].encode()
    return Credentials(key_id, key["algorithm"], secret)


def signed_request(vector: dict[str, Any], headers: dict[str, str] | None = None) -> SignedRequest:
    """The vector as it arrives, with its own headers or with others."""
    sent = {name: [value] for name, value in (headers or vector["headers"]).items()}
    return SignedRequest(vector["method"], vector["authority"], vector["path"], sent, vector["body"].encode())
