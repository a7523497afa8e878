"""The local issuer: the same key at every start, tokens that its published key verifies."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from local.emulator import free_port
from local.identity_provider import DISCOVERY_PATH, IdentityProvider


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[IdentityProvider]:
    made = IdentityProvider(tmp_path)
    made.serve(free_port())
    yield made
    made.close()


def fetch(url: str) -> dict[str, object]:
    with urlopen(url, timeout=5) as answer:
        return dict(json.load(answer))


def test_a_member_token_verifies_against_the_published_key(provider: IdentityProvider) -> None:
    discovery = fetch(provider.issuer + DISCOVERY_PATH)
    assert discovery["issuer"] == provider.issuer
    published = KeySet.import_key_set(fetch(str(discovery["jwks_uri"])))  # type: ignore[arg-type]
    token = provider.token("lan", phone_number="+84901000001", phone_number_verified=True)
    claims = jwt.decode(token, published, algorithms=["RS256"]).claims
    assert claims["sub"] == "lan"
    assert claims["iss"] == provider.issuer
    assert claims["aud"] == "quen"
    assert claims["phone_number_verified"] is True
    assert claims["exp"] > claims["iat"]


def test_the_published_key_is_public(provider: IdentityProvider) -> None:
    (key,) = fetch(provider.jwks_url)["keys"]  # type: ignore[misc]
    assert set(key) <= {"kty", "n", "e", "kid", "alg", "use", "key_ops"}


def test_a_second_start_has_the_same_key_and_address(provider: IdentityProvider, tmp_path: Path) -> None:
    issuer, keys = provider.issuer, fetch(provider.jwks_url)
    provider.close()
    again = IdentityProvider(tmp_path)
    again.serve(free_port())
    try:
        assert (again.issuer, fetch(again.jwks_url)) == (issuer, keys)
    finally:
        again.close()


def test_the_private_key_is_readable_by_its_owner_alone(provider: IdentityProvider, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "identity/key.json").stat().st_mode) == 0o600
