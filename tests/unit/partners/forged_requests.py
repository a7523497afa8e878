"""What someone without the key can forge: keys confused with keys, algorithms with algorithms, and signatures with numbers
that a careless library lets through. The answer is the same to all, so that nobody learns how near they came.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac
from collections.abc import Callable
from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from msgspec.structs import replace

from quen.client.signing import Credentials
from quen.partners.model import Algorithm, KeyState
from unit.partners.bent_requests import Bend, both, parameter, use
from unit.partners.drafts import Draft
from unit.partners.fakes import World

# The orders of the two groups: https://www.rfc-editor.org/rfc/rfc8032#section-5.1 and FIPS 186-5.
ED25519_ORDER = 2**252 + 27742317777372353535851937790883648493
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def claim_key(algorithm: Algorithm) -> Bend:
    """Sign with one's own key and name another."""
    return lambda world, draft: draft.parameters.update({"keyid": f'"{world.credentials[algorithm].key_id}"'})


def claim_partner(world: World, draft: Draft) -> None:
    draft.parameters["keyid"] = f'"{world.partner.partner_id}"'


def claim_in_capitals(_: World, draft: Draft) -> None:
    draft.parameters["keyid"] = draft.parameters["keyid"].upper()


def public_key_as_secret(
    algorithm: Algorithm = Algorithm.ED25519, spelled: Callable[[bytes], bytes] = lambda pem: pem
) -> Bend:
    """The classic confusion: the public key, which all know, as the secret of an HMAC."""

    def bend(world: World, draft: Draft) -> None:
        key = world.records.keys[world.credentials[algorithm].key_id]
        draft.credentials = Credentials(key.key_id, "hmac-sha256", spelled((key.public_key or "").encode()))
        draft.parameters["keyid"] = f'"{key.key_id}"'

    return bend


def der(pem: bytes) -> bytes:
    return load_pem_public_key(pem).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def point(pem: bytes) -> bytes:
    return load_pem_public_key(pem).public_bytes(Encoding.Raw, PublicFormat.Raw)


def secret_in_base64(_: World, draft: Draft) -> None:
    draft.credentials = dataclasses.replace(draft.credentials, secret=base64.b64encode(draft.credentials.secret))


def sign_as(forge: Callable[[Draft, bytes], bytes]) -> Bend:
    def bend(_: World, draft: Draft) -> None:
        draft.signer = lambda base: forge(draft, base)

    return bend


def sign_by(algorithm: Algorithm) -> Bend:
    """The signature of one's other key, under the first one's name."""
    return lambda world, draft: setattr(draft, "signer", world.credentials[algorithm].sign)


def revoked(world: World, draft: Draft) -> None:
    world.partners.revoke_key(world.partner.partner_id, draft.credentials.key_id)


def secret_gone(world: World, draft: Draft) -> None:
    world.secrets.delete(draft.credentials.key_id)


def valid(*, after: int, until: int) -> Bend:
    """The key's own time, in seconds from now."""

    def bend(world: World, draft: Draft) -> None:
        key, now = world.records.keys[draft.credentials.key_id], world.clock.now()
        begins, ends = now + timedelta(seconds=after), now + timedelta(seconds=until)
        world.records.keys[key.key_id] = replace(key, not_before=begins, not_after=ends)

    return bend


def strangers(algorithm: Algorithm) -> Bend:
    """The right kind of key, another partner's, in the name of ours."""

    def bend(world: World, draft: Draft) -> None:
        stranger = world.partners.create("Phở 24")
        draft.signer = world.issue(algorithm, stranger.partner_id).sign

    return both(use(algorithm), bend)


def name_a_strangers(world: World, draft: Draft) -> None:
    """One's own signature in the name of another partner's key."""
    stranger = world.partners.create("Phở 24")
    draft.parameters["keyid"] = f'"{world.issue(Algorithm.HMAC_SHA256, stranger.partner_id).key_id}"'


def retired(world: World, draft: Draft) -> None:
    """The old key once its overlap is over."""
    key = world.records.keys[draft.credentials.key_id]
    until = world.clock.now() - timedelta(seconds=1)
    world.records.keys[key.key_id] = replace(key, state=KeyState.RETIRING, not_after=until)


def turn(algorithm: Algorithm, change: Callable[[bytes], bytes]) -> Bend:
    """A right signature, turned into another spelling or another number."""
    return both(use(algorithm), sign_as(lambda draft, base: change(draft.credentials.sign(base))))


def scalars(signature: bytes) -> tuple[int, int]:
    return int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")


def as_der(signature: bytes) -> bytes:
    return encode_dss_signature(*scalars(signature))


def with_scalars(r: int | None = None, s: int | None = None) -> Callable[[bytes], bytes]:
    def change(signature: bytes) -> bytes:
        real_r, real_s = scalars(signature)
        return (real_r if r is None else r).to_bytes(32, "big") + (real_s if s is None else s).to_bytes(32, "big")

    return change


def with_order_added(signature: bytes) -> bytes:
    """S + L verifies as S does where nobody looks whether it is below L (RFC 8032, section 5.1.7)."""
    s = int.from_bytes(signature[32:], "little") + ED25519_ORDER
    return signature[:32] + s.to_bytes(32, "little")


# A sentence, the code, what is bent before signing.
FORGED: list[tuple[str, str, Bend]] = [
    ("the key is unknown", "signature_invalid", parameter("keyid", '"key_0123456789abcdef"')),
    ("the key has no key's shape", "signature_invalid", parameter("keyid", '"../../secret"')),
    ("the key is a partner's id", "signature_invalid", claim_partner),
    ("the key is empty", "signature_invalid", parameter("keyid", '""')),
    ("the key is in capitals", "signature_invalid", claim_in_capitals),
    ("the key is revoked", "signature_invalid", revoked),
    ("the key is not valid yet", "signature_invalid", valid(after=1, until=100)),
    ("the key is no longer valid", "signature_invalid", valid(after=-100, until=0)),
    ("the key's secret is gone", "signature_invalid", secret_gone),
    ("one key signs in the name of another", "signature_invalid", claim_key(Algorithm.ED25519)),
    ("an HMAC is made with a public key", "signature_invalid", public_key_as_secret()),
    ("… and says so", "signature_invalid", both(public_key_as_secret(), parameter("alg", '"hmac-sha256"'))),
    ("an HMAC key claims to be Ed25519", "signature_invalid", parameter("alg", '"ed25519"')),
    ("an HMAC key claims an algorithm that we lack", "signature_invalid", parameter("alg", '"rsa-pss-sha512"')),
    ("an HMAC key claims none", "signature_invalid", parameter("alg", '"none"')),
    ("an HMAC key claims an empty algorithm", "signature_invalid", parameter("alg", '""')),
    ("alg has other case", "signature_invalid", parameter("alg", '"HMAC-SHA256"')),
    ("the secret is in base64 still", "signature_invalid", secret_in_base64),
    (
        "the secret is empty",
        "signature_invalid",
        sign_as(lambda draft, base: dataclasses.replace(draft.credentials, secret=b"").sign(base)),
    ),
    ("the signature is zeroes", "signature_invalid", sign_as(lambda _draft, _base: bytes(32))),
    ("the signature is cut", "signature_invalid", sign_as(lambda draft, base: draft.credentials.sign(base)[:16])),
    ("the signature is longer", "signature_invalid", sign_as(lambda draft, base: draft.credentials.sign(base) + b"\0")),
    ("the signature is a plain hash", "signature_invalid", sign_as(lambda _, base: hashlib.sha256(base).digest())),
    ("the signature is empty", "signature_malformed", sign_as(lambda _draft, _base: b"")),
    (
        "a P-256 signature is r = s = 0",
        "signature_invalid",
        both(use(Algorithm.ECDSA_P256_SHA256), sign_as(lambda _draft, _base: bytes(64))),
    ),
    (
        "an Ed25519 signature is zeroes",
        "signature_invalid",
        both(use(Algorithm.ED25519), sign_as(lambda _draft, _base: bytes(64))),
    ),
    (
        "a P-256 key gets an Ed25519 signature",
        "signature_invalid",
        both(use(Algorithm.ECDSA_P256_SHA256), sign_by(Algorithm.ED25519)),
    ),
    (
        "an Ed25519 key gets a P-256 signature",
        "signature_invalid",
        both(use(Algorithm.ED25519), sign_by(Algorithm.ECDSA_P256_SHA256)),
    ),
    (
        "an Ed25519 key gets an HMAC",
        "signature_invalid",
        both(use(Algorithm.ED25519), sign_by(Algorithm.HMAC_SHA256)),
    ),
    ("another partner's secret in our name", "signature_invalid", strangers(Algorithm.HMAC_SHA256)),
    ("another partner's Ed25519 key in our name", "signature_invalid", strangers(Algorithm.ED25519)),
    ("another partner's P-256 key in our name", "signature_invalid", strangers(Algorithm.ECDSA_P256_SHA256)),
    ("our signature in the name of another partner's key", "signature_invalid", name_a_strangers),
    ("the key's overlap with its successor is over", "signature_invalid", retired),
    ("an HMAC is made with a public key in DER", "signature_invalid", public_key_as_secret(spelled=der)),
    ("an HMAC is made with a public key's raw point", "signature_invalid", public_key_as_secret(spelled=point)),
    (
        "an HMAC is made with a public key without its last newline",
        "signature_invalid",
        public_key_as_secret(spelled=bytes.strip),
    ),
    ("an HMAC is made with a P-256 public key", "signature_invalid", public_key_as_secret(Algorithm.ECDSA_P256_SHA256)),
    (
        "an HMAC is made with the key's id",
        "signature_invalid",
        sign_as(
            lambda draft, base: dataclasses.replace(draft.credentials, secret=draft.credentials.key_id.encode()).sign(
                base
            )
        ),
    ),
    (
        "an HMAC is of SHA-512, cut to fit",
        "signature_invalid",
        sign_as(lambda draft, base: hmac.digest(draft.credentials.secret, base, "sha512")[:32]),
    ),
    (
        "an HMAC is of SHA-512",
        "signature_invalid",
        sign_as(lambda draft, base: hmac.digest(draft.credentials.secret, base, "sha512")),
    ),
    (
        "an HMAC is made twice over",
        "signature_invalid",
        sign_as(lambda draft, base: draft.credentials.sign(draft.credentials.sign(base))),
    ),
    ("an HMAC is sent backwards", "signature_invalid", turn(Algorithm.HMAC_SHA256, lambda signature: signature[::-1])),
    ("a P-256 signature is in DER", "signature_invalid", turn(Algorithm.ECDSA_P256_SHA256, as_der)),
    ("a P-256 signature has r = 0", "signature_invalid", turn(Algorithm.ECDSA_P256_SHA256, with_scalars(r=0))),
    ("a P-256 signature has s = 0", "signature_invalid", turn(Algorithm.ECDSA_P256_SHA256, with_scalars(s=0))),
    ("a P-256 signature has r = n", "signature_invalid", turn(Algorithm.ECDSA_P256_SHA256, with_scalars(r=P256_ORDER))),
    ("a P-256 signature has s = n", "signature_invalid", turn(Algorithm.ECDSA_P256_SHA256, with_scalars(s=P256_ORDER))),
    ("a P-256 signature is r = s = 1", "signature_invalid", turn(Algorithm.ECDSA_P256_SHA256, with_scalars(1, 1))),
    ("an Ed25519 signature has S above the order", "signature_invalid", turn(Algorithm.ED25519, with_order_added)),
    (
        "an Ed25519 signature is the neutral point and 0",
        "signature_invalid",
        turn(Algorithm.ED25519, lambda _: b"\x01" + bytes(63)),
    ),
    (
        "an Ed25519 signature changes its halves",
        "signature_invalid",
        turn(Algorithm.ED25519, lambda signature: signature[32:] + signature[:32]),
    ),
    (
        "an Ed25519 signature is of the hash",
        "signature_invalid",
        both(
            use(Algorithm.ED25519), sign_as(lambda draft, base: draft.credentials.sign(hashlib.sha256(base).digest()))
        ),
    ),
    (
        "an Ed25519 key claims to be P-256",
        "signature_invalid",
        both(use(Algorithm.ED25519), parameter("alg", '"ecdsa-p256-sha256"')),
    ),
    (
        "a P-256 key claims to be an HMAC",
        "signature_invalid",
        both(use(Algorithm.ECDSA_P256_SHA256), parameter("alg", '"hmac-sha256"')),
    ),
]
