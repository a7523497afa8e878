"""The issuer's keys: how long they are believed, and how seldom the issuer is asked."""

from __future__ import annotations

import json

import pytest

from quen.errors import TemporarilyUnavailableError
from quen.members.signing_keys import FetchedKeys
from quen.observability import cause_of
from unit.members.fakes import SettableClock
from unit.members.issuer import jwks, key, public


class Issuer:
    """Serves a JWKS document, counts how often, and can be down."""

    def __init__(self, document: bytes | None = None) -> None:
        self.document = document or jwks()
        self.fetches = 0
        self.is_down = False

    def __call__(self) -> bytes:
        self.fetches += 1
        if self.is_down:
            raise TimeoutError
        return self.document


def test_keys_are_kept_for_ten_minutes():
    issuer, clock = Issuer(), SettableClock()
    keys = FetchedKeys(issuer, clock)
    for _ in range(20):
        assert keys.find("RS256", "RS256")
        clock.advance(seconds=29)
    assert issuer.fetches == 1
    clock.advance(minutes=1)
    assert keys.find("RS256", "RS256")
    assert issuer.fetches == 2


def test_a_flood_of_unknown_key_ids_fetches_once_a_minute():
    issuer, clock = Issuer(), SettableClock()
    keys = FetchedKeys(issuer, clock)
    for number in range(1200):
        assert keys.find(f"made-up-{number}", "RS256") is None
        clock.advance(seconds=0.1)
    assert issuer.fetches == 2


def test_a_new_key_is_known_a_minute_later():
    issuer, clock = Issuer(jwks(public("ES256"))), SettableClock()
    keys = FetchedKeys(issuer, clock)
    assert keys.find("ES256", "ES256")
    issuer.document = jwks(public("RS256"))
    clock.advance(minutes=1)
    assert keys.find("RS256", "RS256")
    assert keys.find("ES256", "ES256") is None


def test_while_the_issuer_is_down_its_keys_are_believed_for_an_hour():
    issuer, clock = Issuer(), SettableClock()
    keys = FetchedKeys(issuer, clock)
    assert keys.find("RS256", "RS256")
    issuer.is_down = True
    clock.advance(minutes=59)
    assert keys.find("RS256", "RS256")
    clock.advance(minutes=1)
    with pytest.raises(TemporarilyUnavailableError):
        keys.find("RS256", "RS256")


def test_that_the_issuer_is_down_is_told_while_its_keys_are_still_believed(caplog: pytest.LogCaptureFixture):
    issuer, clock = Issuer(), SettableClock()
    keys = FetchedKeys(issuer, clock)
    keys.find("RS256", "RS256")
    assert not caplog.records
    issuer.is_down = True
    clock.advance(minutes=10)
    assert keys.find("RS256", "RS256")
    assert [vars(record)["cause"] for record in caplog.records] == ["TimeoutError"]
    clock.advance(hours=1)
    with pytest.raises(TemporarilyUnavailableError) as refused:
        keys.find("RS256", "RS256")
    assert cause_of(refused.value) == "TimeoutError"


def test_an_issuer_that_is_down_is_asked_once_a_minute():
    issuer, clock = Issuer(), SettableClock()
    keys = FetchedKeys(issuer, clock)
    assert keys.find("RS256", "RS256")
    issuer.is_down = True
    clock.advance(hours=1)
    for _ in range(12):
        with pytest.raises(TemporarilyUnavailableError):
            keys.find("RS256", "RS256")
        clock.advance(seconds=10)
    assert issuer.fetches == 3
    issuer.is_down = False
    assert keys.find("RS256", "RS256")


def test_a_first_fetch_that_failed_is_tried_again_in_two_seconds():
    issuer, clock = Issuer(), SettableClock()
    issuer.is_down = True
    keys = FetchedKeys(issuer, clock)
    for _ in range(10):
        with pytest.raises(TemporarilyUnavailableError):
            keys.find("RS256", "RS256")
        clock.advance(seconds=0.5)
    assert issuer.fetches == 3
    issuer.is_down = False
    clock.advance(seconds=1)
    assert keys.find("RS256", "RS256")


@pytest.mark.parametrize(
    "document",
    [b"", b"{", b"[]", b"{}", b'{"keys": {}}', b"\xff", b"[" * 200_000, json.dumps({"keys": [{}] * 101}).encode()],
)
def test_a_document_that_is_no_jwks_does_not_replace_the_keys(document: bytes):
    issuer, clock = Issuer(), SettableClock()
    keys = FetchedKeys(issuer, clock)
    assert keys.find("RS256", "RS256")
    issuer.document = document
    clock.advance(minutes=10)
    assert keys.find("RS256", "RS256")
    assert issuer.fetches == 2


@pytest.mark.parametrize(
    "bad", ["text", 7, None, {}, {"kty": "RSA", "kid": "RS256", "n": "!", "e": 3}, {"kty": ["RSA"]}]
)
def test_one_bad_key_does_not_spoil_the_others(bad):
    document = json.dumps({"keys": [bad, public("ES256")]}).encode()
    keys = FetchedKeys(lambda: document, SettableClock())
    assert keys.find("ES256", "ES256")
    assert keys.find("RS256", "RS256") is None


def test_a_private_key_that_slipped_in_is_read_as_its_public_half():
    document = jwks({**key("RS256").as_dict(private=True), "kid": "RS256"})
    found = FetchedKeys(lambda: document, SettableClock()).find("RS256", "RS256")
    assert found is not None
    assert not found.is_private
