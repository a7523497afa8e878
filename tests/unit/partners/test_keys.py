"""Partners and their keys: made, listed, retired, revoked."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from quen.errors import NotFoundError, TemporarilyUnavailableError, ValidationFailedError
from quen.partners.model import Algorithm, KeyState, PartnerKey
from quen.writes import Write
from unit.partners.fakes import World, make_private_pem

ED25519_PRIME = 2**255 - 19
ED25519_Y8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7


@pytest.fixture
def world() -> World:
    return World()


def fault(error: pytest.ExceptionInfo[ValidationFailedError]) -> tuple[str, str]:
    (one,) = error.value.faults
    return one.pointer, one.code


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def pem(key: ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey | rsa.RSAPublicKey) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def test_a_secret_has_256_bits_and_is_shown_once(world: World) -> None:
    issued = world.partners.create_key(world.partner.partner_id, "hmac-sha256")
    assert len(base64.b64decode(issued.secret or "")) == 32
    assert issued.secret
    assert issued.secret not in repr(issued)
    assert issued.key.public_key is None
    assert issued.key in world.partners.list_keys(world.partner.partner_id)


def test_a_key_that_is_over_takes_no_place_among_the_ten(world: World) -> None:
    partner_id = world.partners.create("Ten keys").partner_id
    for days in range(10):
        over = world.clock.now() + timedelta(days=1 + days)
        world.partners.create_key(partner_id, "hmac-sha256", not_after=over)
    with pytest.raises(ValidationFailedError) as refused:
        world.partners.create_key(partner_id, "hmac-sha256")
    assert fault(refused) == ("", "too_many_keys")
    world.clock.advance(timedelta(days=1).total_seconds())
    world.partners.create_key(partner_id, "hmac-sha256")


def test_a_secret_without_a_key_is_not_left_behind(world: World) -> None:
    def fail(key: PartnerKey, others: Sequence[Write]) -> None:
        raise TemporarilyUnavailableError

    world.records.add_key = fail  # type: ignore[method-assign]
    before = dict(world.secrets.kept)
    with pytest.raises(TemporarilyUnavailableError):
        world.partners.create_key(world.partner.partner_id, "hmac-sha256")
    assert world.secrets.kept == before


def test_an_ed25519_key_is_read_in_every_spelling(world: World) -> None:
    key = ed25519.Ed25519PrivateKey.generate().public_key()
    raw = key.public_bytes_raw()
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": base64url(raw), "kid": "1"}
    for text in (pem(key), f"\n{pem(key)}\n", base64.b64encode(raw).decode(), json.dumps(jwk)):
        issued = world.partners.create_key(world.partner.partner_id, "ed25519", public_key=text)
        assert issued.key.public_key == pem(key)
        assert issued.secret is None
        world.partners.revoke_key(world.partner.partner_id, issued.key.key_id)


def test_a_p256_key_is_read_in_every_spelling(world: World) -> None:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    numbers = key.public_numbers()
    x, y = (base64url(number.to_bytes(32, "big")) for number in (numbers.x, numbers.y))
    points = [
        key.public_bytes(Encoding.X962, form) for form in (PublicFormat.CompressedPoint, PublicFormat.UncompressedPoint)
    ]
    texts = [pem(key), json.dumps({"kty": "EC", "crv": "P-256", "x": x, "y": y})]
    for text in (*texts, *(base64.b64encode(point).decode() for point in points)):
        issued = world.partners.create_key(world.partner.partner_id, "ecdsa-p256-sha256", public_key=text)
        assert issued.key.public_key == pem(key)
        world.partners.revoke_key(world.partner.partner_id, issued.key.key_id)


REFUSED_KEYS = [
    ("garbage", "ed25519", "not a key", "invalid"),
    ("no base64", "ed25519", "%%%%", "invalid"),
    ("a short point", "ed25519", base64.b64encode(bytes(31)).decode(), "invalid"),
    ("a point off the curve", "ecdsa-p256-sha256", base64.b64encode(b"\4" + b"\1" * 64).decode(), "invalid"),
    ("a JWK of another curve", "ecdsa-p256-sha256", '{"kty":"EC","crv":"P-384","x":"AA","y":"AA"}', "invalid"),
    ("a JWK without a point", "ed25519", '{"kty":"OKP","crv":"Ed25519"}', "invalid"),
    ("a JWK whose point is a number", "ed25519", '{"kty":"OKP","crv":"Ed25519","x":1}', "invalid"),
    ("broken JSON", "ed25519", '{"kty":', "invalid"),
    ("a JWK too deep", "ed25519", '{"a":' * 800, "invalid"),
    ("a JWK with its secret", "ed25519", '{"kty":"OKP","crv":"Ed25519","x":"AA","d":"AA"}', "private_key"),
    ("a symmetric JWK", "ed25519", '{"kty":"oct","k":"AA"}', "private_key"),
    ("a private key", "ed25519", make_private_pem(Algorithm.ED25519)[0].decode(), "private_key"),
    ("an endless text", "ed25519", "A" * 5000, "too_long"),
    ("the other algorithm's key", "ed25519", make_private_pem(Algorithm.ECDSA_P256_SHA256)[1], "wrong_algorithm"),
    ("the other algorithm's key again", "ecdsa-p256-sha256", make_private_pem(Algorithm.ED25519)[1], "wrong_algorithm"),
    ("P-384", "ecdsa-p256-sha256", pem(ec.generate_private_key(ec.SECP384R1()).public_key()), "wrong_algorithm"),
    ("RSA", "ed25519", pem(rsa.generate_private_key(65537, 2048).public_key()), "invalid"),
]


@pytest.mark.parametrize(("algorithm", "text", "code"), [pytest.param(*row[1:], id=row[0]) for row in REFUSED_KEYS])
def test_what_is_no_key_is_refused(world: World, algorithm: str, text: str, code: str) -> None:
    with pytest.raises(ValidationFailedError) as error:
        world.partners.create_key(world.partner.partner_id, algorithm, public_key=text)
    assert fault(error) == ("/public_key", code)


SMALL_ORDER_Y = (0, 1, ED25519_PRIME - 1, ED25519_PRIME, ED25519_PRIME + 1, ED25519_Y8, ED25519_PRIME - ED25519_Y8)


@pytest.mark.parametrize("y", SMALL_ORDER_Y)
@pytest.mark.parametrize("sign", [0, 1])
def test_an_ed25519_key_for_which_anyone_can_sign_is_refused(world: World, y: int, sign: int) -> None:
    point = (y | sign << 255).to_bytes(32, "little")
    with pytest.raises(ValidationFailedError) as error:
        world.partners.create_key(world.partner.partner_id, "ed25519", public_key=base64.b64encode(point).decode())
    assert fault(error) in {("/public_key", "weak"), ("/public_key", "invalid")}


def test_a_key_has_what_its_algorithm_needs(world: World) -> None:
    partner_id = world.partner.partner_id
    for algorithm, public_key, expected in (
        ("hmac-sha256", "AAAA", ("/public_key", "not_allowed")),
        ("ed25519", None, ("/public_key", "missing")),
        ("rsa-pss-sha512", None, ("/algorithm", "unsupported")),
        ("", None, ("/algorithm", "unsupported")),
    ):
        with pytest.raises(ValidationFailedError) as error:
            world.partners.create_key(partner_id, algorithm, public_key=public_key)
        assert fault(error) == expected


def test_a_key_ends_after_it_begins(world: World) -> None:
    now = world.clock.now()
    for not_before, not_after in ((None, now), (now + timedelta(days=2), now + timedelta(days=1))):
        with pytest.raises(ValidationFailedError) as error:
            world.partners.create_key(
                world.partner.partner_id, "hmac-sha256", not_before=not_before, not_after=not_after
            )
        assert fault(error) == ("/not_after", "out_of_range")


def test_a_partner_has_ten_keys_at_most(world: World) -> None:
    for _ in range(7):
        world.partners.create_key(world.partner.partner_id, "hmac-sha256")
    with pytest.raises(ValidationFailedError) as error:
        world.partners.create_key(world.partner.partner_id, "hmac-sha256")
    assert fault(error) == ("", "too_many_keys")


def test_a_revoked_key_stays_revoked_and_its_secret_is_gone(world: World) -> None:
    key_id = world.credentials[Algorithm.HMAC_SHA256].key_id
    partner_id = world.partner.partner_id
    for _ in range(2):
        assert world.partners.revoke_key(partner_id, key_id).state is KeyState.REVOKED
    assert key_id not in world.secrets.kept
    later = world.clock.now() + timedelta(days=1)
    assert world.partners.retire_key(partner_id, key_id, not_after=later).state is KeyState.REVOKED


def test_another_partners_key_does_not_exist(world: World) -> None:
    other = world.partners.create("Phở 24")
    key_id = world.credentials[Algorithm.HMAC_SHA256].key_id
    for wrong in ((other.partner_id, key_id), (world.partner.partner_id, "key_0123456789abcdef"), ("x", "y")):
        with pytest.raises(NotFoundError):
            world.partners.revoke_key(*wrong)
    with pytest.raises(NotFoundError):
        world.partners.create_key("ptn_0123456789abcdef", "hmac-sha256")


@pytest.mark.parametrize("name", ["", "  ", "n" * 101, "a\nb", "a\x00b", "\x1b[31mred", "\u202egnp.exe", "a\u2066b"])
def test_a_partner_has_a_name(world: World, name: str) -> None:
    with pytest.raises(ValidationFailedError):
        world.partners.create(name)


def test_partners_are_listed_by_id(world: World) -> None:
    made = [world.partner, *(world.partners.create(f"partner {number}") for number in range(4))]
    first = world.partners.list_partners(limit=3)
    rest = world.partners.list_partners(after=first[-1].partner_id)
    assert [*first, *rest] == sorted(made, key=lambda partner: partner.partner_id)


def note(name: str) -> Write:
    return Write(name, "Put", {})


def test_what_goes_with_a_change_is_made_from_what_changed(world: World) -> None:
    partner = world.partners.create("Phở 24", others=lambda made: [note(made.partner_id)])
    issued = world.partners.create_key(
        partner.partner_id, "hmac-sha256", others=lambda made: [note(made.key_id), note(made.state)]
    )
    key_id = issued.key.key_id
    for _ in range(2):  # the second time nothing changes, and nothing is noted
        world.partners.revoke_key(
            partner.partner_id, key_id, others=lambda before, after: [note(before.state), note(after.state)]
        )
    names = [write.name for write in world.records.written]
    assert names == [partner.partner_id, key_id, "active", "active", "revoked"]


def test_a_key_that_retires_while_it_is_revoked_is_noted_as_it_was(world: World) -> None:
    key_id, partner_id = world.credentials[Algorithm.HMAC_SHA256].key_id, world.partner.partner_id
    until = world.clock.now() + timedelta(days=1)

    def others(before: PartnerKey, after: PartnerKey) -> list[Write]:
        world.records.retire_key(key_id, until)  # somebody else, in between
        return [note(f"{before.state} {after.state}")]

    assert world.partners.revoke_key(partner_id, key_id, others=others).state is KeyState.REVOKED
    assert [write.name for write in world.records.written] == ["retiring revoked"]
