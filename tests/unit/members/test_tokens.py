"""Tokens: real signatures by real keys, and every way we know to pretend to one."""

from __future__ import annotations

import base64
import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quen.members.model import Login
from quen.members.signing_keys import FetchedKeys
from quen.members.tokens import TokenVerifier, UntrustedTokenError
from unit.members.fakes import NOW, SettableClock
from unit.members.issuer import AUDIENCE, ISSUER, by_hand, claims, jwks, key, public, sign

EPOCH = int(NOW.timestamp())


def make_verifier(document: bytes | None = None, clock: SettableClock | None = None) -> TokenVerifier:
    clock = clock or SettableClock()
    return TokenVerifier(ISSUER, AUDIENCE, FetchedKeys(lambda: document or jwks(), clock), clock)


def refusal(token: str, verifier: TokenVerifier | None = None) -> str:
    with pytest.raises(UntrustedTokenError) as caught:
        (verifier or make_verifier()).verify(token)
    return caught.value.refusal


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
def test_a_good_token_says_who_is_asking(algorithm: str):
    believed = make_verifier().verify(sign(algorithm=algorithm))
    assert believed.login == Login(ISSUER, "user-1", phone="+84901234567", email="hoa@example.com")
    assert (believed.role, believed.expires_at) == ("", EPOCH + 3600)


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": ["other", AUDIENCE]},
        {"nbf": EPOCH + 60},
        {"exp": EPOCH - 59},
        {"exp": EPOCH + 0.5},
        {"iat": None},
        {"role": "owner"},
        {"sub": "x" * 255},
    ],
)
def test_what_the_rules_allow_is_believed(changes):
    make_verifier().verify(sign(claims(**changes)))


@pytest.mark.parametrize(
    "header", [{"typ": None}, {"typ": "at+jwt"}, {"typ": "jwt"}, {"x5t": "abc"}, {"nonce": "x"}, {"kid": None}]
)
def test_harmless_headers_are_believed(header):
    make_verifier().verify(sign(header=header))


def test_staff_tokens_say_their_role():
    assert make_verifier().verify(sign(claims(role="owner"))).role == "owner"
    assert make_verifier().verify(sign(claims(role=["owner"]))).role == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"phone_number_verified": False, "email_verified": False},
        {"phone_number_verified": None, "email_verified": None},
        {"phone_number_verified": "false", "email_verified": 1.5},
        {"phone_number_verified": 1, "email_verified": 1},
        {"phone_number": 84901234567, "email": {"address": "hoa@example.com"}},
        {"phone_number": "", "email": "x" * 300},
        {"phone_number": "+84\n", "email": "\x00"},
    ],
)
def test_what_the_issuer_has_not_verified_is_not_passed_on(changes):
    login = make_verifier().verify(sign(claims(**changes))).login
    assert (login.phone, login.email) == (None, None)


def test_a_flag_written_as_a_string_counts():
    assert make_verifier().verify(sign(claims(email_verified="true"))).login.email == "hoa@example.com"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://id.example"},
        {"iss": None},
        {"iss": [ISSUER]},
        {"aud": "other"},
        {"aud": None},
        {"aud": []},
        {"aud": {AUDIENCE: 1}},
        {"aud": ["other"]},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
        {"sub": "a\nb"},
        {"exp": None},
        {"exp": "2100-01-01"},
        {"exp": True},
        {"exp": math.inf},
        {"exp": math.nan},
        {"exp": 10**400},
        {"nbf": -(10**400)},
        {"nbf": EPOCH + 61},
        {"nbf": "soon"},
        {"nbf": math.nan},
    ],
)
def test_claims_that_are_not_ours_are_refused(changes):
    assert refusal(sign(claims(**changes))) == "token_invalid"


def test_a_token_that_is_over_is_told_apart():
    assert refusal(sign(claims(exp=EPOCH - 60))) == "token_expired"
    assert refusal(sign(claims(exp=EPOCH - 60, iss="https://other.example/"))) == "token_invalid"
    assert refusal(sign(claims(exp=EPOCH - 60), by="RS256 stranger", header={"kid": "RS256"})) == "token_invalid"


@pytest.mark.parametrize("name", ["none", "None", "NONE", "nOnE", "", None, 7, ["RS256"]])
@pytest.mark.parametrize("secret", [None, b"x"])
def test_a_token_without_an_algorithm_is_refused(name, secret):
    assert refusal(by_hand({"alg": name, "kid": "RS256"}, claims(), secret)) == "token_invalid"


@pytest.mark.parametrize("kid", ["RS256", "ES256", "EdDSA"])
@pytest.mark.parametrize("encoding", ["PEM", "DER"])
def test_a_public_key_is_no_shared_secret(kid: str, encoding):
    secret = key(kid).as_bytes(encoding=encoding, private=False)
    for algorithm in ("HS256", "RS256", "ES256"):
        assert refusal(by_hand({"alg": algorithm, "kid": kid}, claims(), secret)) == "token_invalid"


def test_a_symmetric_key_among_the_issuers_keys_signs_nothing():
    secret = b"0123456789abcdef0123456789abcdef"
    k = base64.urlsafe_b64encode(secret).decode().rstrip("=")
    verifier = make_verifier(jwks(public("RS256"), {"kty": "oct", "kid": "s", "alg": "HS256", "k": k}))
    assert refusal(by_hand({"alg": "HS256", "kid": "s"}, claims(), secret), verifier) == "token_invalid"


@pytest.mark.parametrize("algorithm", ["ES384", "PS256"])
def test_good_algorithms_that_are_not_ours_are_refused(algorithm: str):
    by = "ES384" if algorithm == "ES384" else "RS256"
    verifier = make_verifier(jwks(public("RS256"), public("ES384")))
    assert refusal(sign(algorithm=algorithm, by=by), verifier) == "token_invalid"


@pytest.mark.parametrize(
    "forbidding",
    [
        {"use": "enc"},
        {"alg": "RS512"},
        {"alg": "PS256"},
        {"key_ops": ["encrypt"]},
        {"key_ops": "verify"},
        {"kty": "EC"},
        {"crv": "P-256"},
    ],
)
def test_a_key_says_what_it_is_not_for(forbidding):
    document = jwks(public("RS256", **forbidding))
    assert FetchedKeys(lambda: document, SettableClock()).find("RS256", "RS256") is None
    assert refusal(sign(), make_verifier(document)) == "token_invalid"


def test_a_key_for_encryption_beside_the_one_for_signatures_does_not_confuse():
    document = jwks(public("RS256"), public("RS256 other", use="enc"))
    make_verifier(document).verify(sign(header={"kid": None}))


@pytest.mark.parametrize(
    "allowing", [{"use": "sig"}, {"alg": "RS256"}, {"key_ops": ["verify"]}, {"x5c": ["?"], "x5t": "?"}]
)
def test_a_key_may_repeat_what_it_is_for(allowing):
    make_verifier(jwks(public("RS256", **allowing))).verify(sign())


@pytest.mark.filterwarnings("ignore:Key size")
def test_a_short_rsa_key_is_no_key():
    assert refusal(sign(by="RS256 short"), make_verifier(jwks(public("RS256 short")))) == "token_invalid"


def test_an_ed448_key_is_no_eddsa_key():
    assert refusal(sign(algorithm="EdDSA"), make_verifier(jwks(public("EdDSA", crv="Ed448")))) == "token_invalid"


def test_a_token_brings_no_key_of_its_own():
    stranger = key("RS256 stranger")
    for header in (
        {"kid": "RS256", "jwk": stranger.as_dict(private=False)},
        {"kid": None, "jwk": stranger.as_dict(private=False)},
        {"kid": "RS256", "jku": "https://evil.example/keys"},
        {"kid": "RS256", "x5u": "https://evil.example/cert"},
    ):
        assert refusal(sign(by="RS256 stranger", header=header)) == "token_invalid"


def test_an_unknown_or_ambiguous_key_is_refused():
    assert refusal(sign(by="RS256 stranger")) == "token_invalid"
    assert refusal(sign(header={"kid": 7})) == "token_invalid"
    two = make_verifier(jwks(public("RS256"), public("RS256 second")))
    assert refusal(sign(header={"kid": None}), two) == "token_invalid"
    two.verify(sign())


@pytest.mark.parametrize(
    "header",
    [
        {"crit": ["exp"], "exp": 1},
        {"crit": ["b64"], "b64": False},
        {"b64": True},
        {"crit": []},
        {"typ": "logout+jwt"},
        {"typ": 7},
        {"typ": ""},
    ],
)
def test_headers_that_change_the_meaning_are_refused(header):
    assert refusal(sign(header=header)) == "token_invalid"


@pytest.mark.parametrize(
    "token",
    [
        "", ".", "..", "...", "a.b.c", "a.b.c.d.e", "é.b.c", " ", "\x00", "x" * 8193,
        "." * 8000, "=.=.=", "eyJhbGciOiJSUzI1NiJ9", "eyJhbGciOiJSUzI1NiJ9..",
    ],
)  # fmt: skip
def test_what_is_no_token_is_refused(token: str):
    assert refusal(token) == "token_invalid"


def test_an_encrypted_token_is_refused():
    header = {"alg": "RSA-OAEP", "enc": "A128GCM", "kid": "RS256"}
    assert refusal(by_hand(header, b"x") + ".x.x") == "token_invalid"


@pytest.mark.parametrize("payload", [b"", b"[]", b'"x"', b"null", b"{", b"\xff", b"[" * 3000, b'{"sub": ' * 800])
def test_a_signed_payload_that_is_no_object_is_refused(payload: bytes):
    assert refusal(sign(payload)) == "token_invalid"


def test_a_header_of_brackets_is_refused():
    assert refusal(by_hand(b"[" * 1500, b"{}")) == "token_invalid"
    assert refusal(by_hand(b"[]", b"{}")) == "token_invalid"
    assert refusal(by_hand(b"7", b"{}")) == "token_invalid"


def test_a_good_token_too_long_is_refused():
    assert refusal(sign(claims(padding="x" * 8000))) == "token_invalid"


def test_every_changed_character_is_noticed():
    token = sign(algorithm="EdDSA")
    verifier = make_verifier()
    verifier.verify(token)
    # The last character carries bits that are no part of the signature.
    for position in range(len(token) - 1):
        other = "A" if token[position] != "A" else "B"
        assert refusal(token[:position] + other + token[position + 1 :], verifier) == "token_invalid"


@pytest.mark.parametrize(
    "key_id",
    [
        "https://evil.example/keys.json", "file:///etc/passwd", "../../../../etc/passwd", "/dev/null", "RS256\x00", "rs256",
        " RS256", "' OR 1=1 --", "RS256/../ES256", "", "x" * 1500, "${jndi:ldap://evil.example/a}",
    ],
)  # fmt: skip
def test_a_key_id_is_compared_and_leads_nowhere(key_id: str):
    asked: list[int] = []

    def fetch() -> bytes:
        asked.append(1)
        return jwks()

    verifier = TokenVerifier(ISSUER, AUDIENCE, FetchedKeys(fetch, SettableClock()), SettableClock())
    assert refusal(sign(header={"kid": key_id}), verifier) == "token_invalid"
    # Signed by a stranger under that id, too: what the id says is nowhere followed.
    assert refusal(sign(by="RS256 stranger", header={"kid": key_id}), verifier) == "token_invalid"
    assert len(asked) <= 1


def test_a_flood_of_tokens_with_made_up_key_ids_fetches_the_keys_once_a_minute():
    asked: list[int] = []

    def fetch() -> bytes:
        asked.append(1)
        return jwks()

    clock = SettableClock()
    verifier = TokenVerifier(ISSUER, AUDIENCE, FetchedKeys(fetch, clock), clock)
    forged = sign(by="RS256 stranger", header={"kid": "RS256"}).split(".")
    for second in range(120):
        for number in range(5):
            made_up = by_hand({"alg": "RS256", "kid": f"key-{second}-{number}"}, b"").split(".")[0]
            assert refusal(f"{made_up}.{forged[1]}.{forged[2]}", verifier) == "token_invalid"
        verifier.verify(sign(claims(exp=EPOCH + 3600)))
        clock.advance(seconds=1)
    assert len(asked) == 2, "600 made-up ids in two minutes"


def test_a_key_of_another_curve_signs_nothing():
    for document in (
        jwks(public("ES384", alg="ES256")),
        jwks(public("ES384", crv="P-256")),
        jwks(public("ES256", crv="P-384")),
    ):
        assert refusal(sign(algorithm="ES256", header={"kid": "ES384"}), make_verifier(document)) == "token_invalid"
        assert refusal(sign(algorithm="ES256"), make_verifier(document)) == "token_invalid"


def test_a_token_inside_a_token_is_no_login():
    inner = sign()
    assert refusal(sign(inner.encode(), header={"cty": "JWT"})) == "token_invalid"
    assert refusal(sign(f'"{inner}"'.encode(), header={"cty": "JWT"})) == "token_invalid"


@pytest.mark.parametrize("name", ["sub", "role", "iss", "exp", "email_verified"])
def test_a_claim_that_is_said_twice_is_believed_neither_time(name: str):
    """Who reads the first and who reads the last would see two people."""
    said = json.dumps(claims(role="owner"))
    assert said.startswith("{")
    make_verifier().verify(sign(said.encode()))
    twice = f'{{"{name}": "victim", {said[1:]}'
    assert refusal(sign(twice.encode())) == "token_invalid"
    assert (
        refusal(sign((said[:-1] + f', "{name}": {json.dumps(claims(role="owner")[name])}}}').encode()))
        == "token_invalid"
    )


@pytest.mark.parametrize("role", [["owner"], {"owner": True}, True, 1, "x" * 65, "own\ner", ""])
def test_a_role_is_one_text(role: object):
    assert make_verifier().verify(sign(claims(role=role))).role == ""


@settings(max_examples=60)
@given(st.text(max_size=300))
def test_any_text_is_refused(text: str):
    assert refusal(text) == "token_invalid"


@settings(max_examples=60)
@given(
    header=st.dictionaries(
        st.sampled_from(["alg", "kid", "typ", "jwk", "crit"]),
        st.none() | st.integers() | st.text() | st.lists(st.text()),
    ),
    payload=st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5)),
)
def test_any_unsigned_header_is_refused(header, payload):
    assert refusal(by_hand({"alg": "RS256", "kid": "RS256"} | header, payload, b"x")) == "token_invalid"
