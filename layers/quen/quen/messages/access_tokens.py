"""A provider's access token, as it is kept in AWS Secrets Manager by whoever renews it.

The secret holds the token and nothing else. It is read once in five minutes, and anew where the provider no longer takes it.
https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from quen.clock import Clock
from quen.messages.ports import DeliveryRefusedError

KEPT_FOR = timedelta(minutes=5)

# What a header may hold: anything else would be refused there by an error that quotes it.
_TOKEN = re.compile(r"[!-~]+")

# Nothing that another try would mend: no such secret, no right to it, or one that is marked for deletion.
_NO_TOKEN = frozenset({"ResourceNotFoundException", "AccessDeniedException", "InvalidRequestException"})


class SecretsManagerToken:
    """The token in that secret. `client` is botocore's for Secrets Manager."""

    def __init__(self, client: Any, secret_id: str, wall: Clock) -> None:
        self._client = client
        self._secret_id = secret_id
        self._wall = wall
        self._token = ""
        self._read_at: datetime | None = None

    def read(self) -> str:
        """The token, at most five minutes old.

        Raises DeliveryRefusedError: without it nothing was sent.
        """
        is_fresh = self._read_at is not None and self._wall.now() - self._read_at < KEPT_FOR
        return self._token if is_fresh else self.read_anew()

    def read_anew(self) -> str:
        """The token as it stands there now. Raises as `read` does."""
        try:
            answer = self._client.get_secret_value(SecretId=self._secret_id)
        except (BotoCoreError, ClientError) as error:
            raise _refusal(error) from None  # a sender's errors tell of no request
        token = str(answer.get("SecretString", "")).strip()
        if not _TOKEN.fullmatch(token):
            raise DeliveryRefusedError("no_token", "channel")
        self._token, self._read_at = token, self._wall.now()
        return token


def _refusal(error: BotoCoreError | ClientError) -> DeliveryRefusedError:
    is_missing = isinstance(error, ClientError) and error.response["Error"]["Code"] in _NO_TOKEN
    return DeliveryRefusedError("no_token", "channel") if is_missing else DeliveryRefusedError("token_unavailable")
