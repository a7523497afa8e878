"""A signed request under construction: every part of it can be bent before it is signed, or after."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from quen.client.signing import Credentials, content_digest
from quen.errors import QuenError
from quen.partners.model import Algorithm, SignedRequest
from unit.partners.fakes import AUTHORITY, World

BODY = b'{"purchase_id":"r-1","total":{"amount":125000,"currency":"VND"}}'
_nonces = itertools.count()


@dataclass
class Draft:
    """Valid by default. `components` and the values of `parameters` are written as they stand in Signature-Input."""

    credentials: Credentials
    created: int
    method: str = "POST"
    authority: str = AUTHORITY
    path: str = "/live/v1/purchases"
    body: bytes = BODY
    headers: dict[str, list[str]] = field(default_factory=dict)
    components: list[str] = field(default_factory=list)
    parameters: dict[str, str] = field(default_factory=dict)
    label: str = "sig1"
    has_query: bool = False
    signer: Callable[[bytes], bytes] | None = None
    doubled: str = ""

    def __post_init__(self) -> None:
        if self.body:
            self.headers |= {"content-type": ["application/json"], "content-digest": [content_digest(self.body)]}
        self.components = ['"@method"', '"@authority"', '"@path"', *(f'"{name}"' for name in self.headers)]
        self.parameters = {
            "created": str(self.created),
            "expires": str(self.created + 300),
            "keyid": f'"{self.credentials.key_id}"',
            "nonce": f'"nonce-{next(_nonces):020d}"',
            "tag": '"loyalty-partner-v1"',
        }

    def cover(self, name: str, value: str) -> None:
        """Send another header and cover it."""
        self.headers[name] = [value]
        self.components.append(f'"{name}"')

    def signature_input(self) -> str:
        parameters = "".join(f";{name}={value}" if value else f";{name}" for name, value in self.parameters.items())
        return f"({' '.join(self.components)}){parameters}"

    def base(self) -> bytes:
        derived = {"@method": self.method, "@authority": self.authority, "@path": self.path}
        headers = {name: ", ".join(values) for name, values in self.headers.items()}
        known = derived | headers
        names = [(one, one.partition(";")[0].strip('"')) for one in self.components]
        lines = [f"{one}: {known.get(name, '')}" for one, name in names]
        return "\n".join([*lines, f'"@signature-params": {self.signature_input()}']).encode(errors="surrogatepass")

    def sign(self) -> SignedRequest:
        signature = (self.signer or self.credentials.sign)(self.base())
        text = base64.b64encode(signature).decode()
        headers = self.headers | {
            "signature-input": [f"{self.label}={self.signature_input()}"],
            "signature": [f"{self.label}=:{text}:"],
        }
        if self.doubled:
            headers[self.doubled] = [*self.headers[self.doubled], "another"]
        return SignedRequest(self.method, self.authority, self.path, headers, self.body, self.has_query)


def make_draft(world: World, algorithm: Algorithm = Algorithm.HMAC_SHA256, **parts: object) -> Draft:
    """A draft that would be accepted now."""
    return Draft(world.credentials[algorithm], int(world.clock.now().timestamp()), **parts)  # type: ignore[arg-type]


def assert_refused(world: World, request: SignedRequest, code: str) -> None:
    """Refused with that code, without a value of the request, and without using up a nonce."""
    with pytest.raises(QuenError) as refusal:
        world.partners.authenticate(request)
    assert refusal.value.code == code
    assert not world.nonces.kept
    assert "r-1" not in refusal.value.detail
