"""The access token: read from its secret, kept for five minutes, read anew when asked."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from quen.messages.access_tokens import SecretsManagerToken
from quen.messages.ports import DeliveryRefusedError
from unit.messages.fakes import SettableClock


class Vault:
    """Secrets Manager with one secret."""

    def __init__(self, **answer: Any) -> None:
        self.answer = answer
        self.error: Exception | None = None
        self.reads: list[str] = []

    def get_secret_value(self, **asked: str) -> dict[str, Any]:
        self.reads.append(asked["SecretId"])
        if self.error:
            raise self.error
        return self.answer


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "No"}}, "GetSecretValue")


def test_the_token_is_read_once_in_five_minutes():
    vault, clock = Vault(SecretString="one\n"), SettableClock()
    token = SecretsManagerToken(vault, "quen/zalo", clock)
    assert [token.read(), token.read()] == ["one", "one"]
    assert vault.reads == ["quen/zalo"]
    vault.answer = {"SecretString": "two"}
    clock.advance(minutes=4, seconds=59)
    assert token.read() == "one"
    clock.advance(seconds=1)
    assert token.read() == "two"


def test_read_anew_it_is_the_one_that_is_kept_now():
    vault = Vault(SecretString="one")
    token = SecretsManagerToken(vault, "quen/zalo", SettableClock())
    token.read()
    vault.answer = {"SecretString": "two"}
    assert [token.read_anew(), token.read()] == ["two", "two"]
    assert len(vault.reads) == 2


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "AccessDeniedException", "InvalidRequestException"])
def test_without_a_token_the_channel_does_not_work(code):
    vault = Vault()
    vault.error = refused(code)
    with pytest.raises(DeliveryRefusedError) as raised:
        SecretsManagerToken(vault, "quen/zalo", SettableClock()).read()
    assert (raised.value.code, raised.value.fault) == ("no_token", "channel")


@pytest.mark.parametrize(
    "answer",
    [{"SecretString": " "}, {"SecretBinary": b"one"}, {"SecretString": "one\ntwo"}, {"SecretString": "mã thông báo"}],
)
def test_what_no_header_can_hold_is_no_token(answer):
    with pytest.raises(DeliveryRefusedError) as raised:
        SecretsManagerToken(Vault(**answer), "quen/zalo", SettableClock()).read()
    assert (raised.value.code, raised.value.fault) == ("no_token", "channel")


@pytest.mark.parametrize("error", [refused("ThrottlingException"), ConnectTimeoutError(endpoint_url="https://x")])
def test_a_secret_that_cannot_be_read_now_is_worth_another_try(error):
    vault = Vault()
    vault.error = error
    with pytest.raises(DeliveryRefusedError) as raised:
        SecretsManagerToken(vault, "quen/zalo", SettableClock()).read()
    assert (raised.value.code, raised.value.fault) == ("token_unavailable", "passing")


def test_a_token_that_cannot_be_renewed_is_not_forgotten():
    vault, clock = Vault(SecretString="one"), SettableClock()
    token = SecretsManagerToken(vault, "quen/zalo", clock)
    token.read()
    vault.error = refused("ThrottlingException")
    with pytest.raises(DeliveryRefusedError):
        token.read_anew()
    assert token.read() == "one"
