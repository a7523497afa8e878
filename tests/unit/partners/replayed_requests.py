"""What can be done with a request that was let in: sent again as it is, in another spelling, or its nonce signed once more."""

from __future__ import annotations

import base64
from collections.abc import Callable

from msgspec.structs import replace

from quen.partners.model import Algorithm, SignedRequest
from unit.partners.drafts import Draft
from unit.partners.fakes import World
from unit.partners.forged_requests import P256_ORDER, scalars, with_scalars

# From what was let in, and its draft, to what is sent then. `draft.sign()` signs its nonce again.
Replay = Callable[[World, Draft, SignedRequest], SignedRequest]


def after(seconds: int) -> Replay:
    def replay(world: World, _: Draft, sent: SignedRequest) -> SignedRequest:
        world.clock.advance(seconds)
        return sent

    return replay


def signed_again(**parts: object) -> Replay:
    def replay(_: World, draft: Draft, __: SignedRequest) -> SignedRequest:
        for name, value in parts.items():
            setattr(draft, name, value)
        return draft.sign()

    return replay


def signed_later(world: World, draft: Draft, _: SignedRequest) -> SignedRequest:
    """The same nonce in a signature of now, at the last second of the first one's life."""
    world.clock.advance(300)
    draft.parameters |= {"created": str(draft.created + 300), "expires": str(draft.created + 600)}
    return draft.sign()


def respelled(name: str, old: str, new: str) -> Replay:
    """A text in one header replaced by another that says the same; the text must be there."""

    def replay(_: World, __: Draft, sent: SignedRequest) -> SignedRequest:
        (value,) = sent.headers[name]
        assert old in value
        return replace(sent, headers={**sent.headers, name: [new.join(value.rsplit(old, 1))]})

    return replay


def under_another_label(_: World, __: Draft, sent: SignedRequest) -> SignedRequest:
    changed = {name: [sent.headers[name][0].replace("sig1=", "again=")] for name in ("signature-input", "signature")}
    return replace(sent, headers={**sent.headers, **changed})


def beside_a_strangers(_: World, __: Draft, sent: SignedRequest) -> SignedRequest:
    strangers = {"signature-input": 'x=("@method");tag="theirs"', "signature": "x=:AAAA:"}
    changed = {name: [f"{value}, {sent.headers[name][0]}"] for name, value in strangers.items()}
    return replace(sent, headers={**sent.headers, **changed})


def in_capitals(_: World, __: Draft, sent: SignedRequest) -> SignedRequest:
    headers = {name.upper(): [f" {value}\t" for value in values] for name, values in sent.headers.items()}
    return replace(sent, authority=sent.authority.upper(), headers=headers)


def with_more_headers(_: World, __: Draft, sent: SignedRequest) -> SignedRequest:
    return replace(sent, headers={**sent.headers, "x-attempt": ["2"]})


def with_the_other_s(_: World, draft: Draft, sent: SignedRequest) -> SignedRequest:
    """Of every P-256 signature (r, s) there is a second one, (r, n - s), that anyone can write."""
    value = base64.b64decode(sent.headers["signature"][0].partition("=:")[2].rstrip(":"))
    other = with_scalars(s=P256_ORDER - scalars(value)[1])(value)
    return replace(sent, headers={**sent.headers, "signature": [f"sig1=:{base64.b64encode(other).decode()}:"]})


HMAC = Algorithm.HMAC_SHA256
# A sentence, the code, the kind of key, what is sent after the first was let in.
REPLAYED: list[tuple[str, str, Algorithm, Replay]] = [
    ("at once", "signature_replayed", HMAC, after(0)),
    ("at once, by Ed25519", "signature_replayed", Algorithm.ED25519, after(0)),
    ("at once, by P-256", "signature_replayed", Algorithm.ECDSA_P256_SHA256, after(0)),
    ("after a while", "signature_replayed", HMAC, after(150)),
    ("a second before it expires", "signature_replayed", HMAC, after(299)),
    ("in its last second", "signature_replayed", HMAC, after(300)),
    ("once it has expired", "signature_expired", HMAC, after(301)),
    ("when its nonce is forgotten", "signature_expired", HMAC, after(100_000)),
    ("at a clock that was set back", "signature_replayed", HMAC, after(-30)),
    ("at a clock that was set back far", "signature_expired", HMAC, after(-61)),
    ("its nonce for another path", "signature_replayed", HMAC, signed_again(path="/live/v1/redemptions")),
    ("its nonce for another method", "signature_replayed", HMAC, signed_again(method="PUT")),
    ("its nonce signed again", "signature_replayed", Algorithm.ECDSA_P256_SHA256, signed_again()),
    ("its nonce signed later", "signature_replayed", HMAC, signed_later),
    ("its components spaced out", "signature_replayed", HMAC, respelled("signature-input", '" "', '"   "')),
    ("its parameters spaced out", "signature_replayed", HMAC, respelled("signature-input", ";", "; ")),
    ("its strings escaped", "signature_malformed", HMAC, respelled("signature-input", "nonce-", "\\nonce-")),
    ("its base64 without the end", "signature_invalid", HMAC, respelled("signature", "=:", ":")),
    ("under another label", "signature_replayed", HMAC, under_another_label),
    ("beside a stranger's signature", "signature_replayed", HMAC, beside_a_strangers),
    ("its headers and host in capitals", "signature_replayed", HMAC, in_capitals),
    ("with a header more", "signature_replayed", HMAC, with_more_headers),
    ("the other half of a P-256 signature", "signature_replayed", Algorithm.ECDSA_P256_SHA256, with_the_other_s),
]
