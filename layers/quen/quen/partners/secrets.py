"""The shared secrets of partners' keys in AWS Secrets Manager: one secret a key, `<prefix><key id>`, base64.

A deleted secret can be brought back for a week, by hand and by nobody's code: its key stays revoked.
https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html
"""

from __future__ import annotations

import base64
from typing import Any, cast

from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError, ClientError

from quen.dynamodb import unavailable_or
from quen.errors import TemporarilyUnavailableError

RECOVERY_DAYS = 7

# The second is what AWS answers for a secret that is marked for deletion.
_GONE = frozenset({"ResourceNotFoundException", "InvalidRequestException"})


class SecretsManagerKeySecrets:
    """See `quen.partners.service.KeySecrets`. `prefix` is for example `quen-local/partners/`; `encryption_key` the ARN of the
    stack's own key, empty where AWS's encrypts.
    """

    def __init__(self, client: BaseClient, prefix: str, encryption_key: str = "") -> None:
        self._client = cast("Any", client)
        self._prefix = prefix
        self._encryption = {"KmsKeyId": encryption_key} if encryption_key else {}

    def keep(self, key_id: str, secret: bytes) -> None:
        """A new secret under the key's id."""
        encoded = base64.b64encode(secret).decode("ascii")
        self._call("create_secret", Name=self._name(key_id), SecretString=encoded, **self._encryption)

    def find(self, key_id: str) -> bytes | None:
        """The secret, or None where it never was or is deleted."""
        answer = self._call("get_secret_value", SecretId=self._name(key_id))
        return base64.b64decode(answer["SecretString"]) if answer else None

    def delete(self, key_id: str) -> None:
        """Mark it for deletion; once more changes nothing."""
        self._call("delete_secret", SecretId=self._name(key_id), RecoveryWindowInDays=RECOVERY_DAYS)

    def _name(self, key_id: str) -> str:
        return f"{self._prefix}{key_id}"

    def _call(self, operation: str, **parameters: str | int) -> dict[str, Any] | None:
        try:
            return cast("dict[str, Any]", getattr(self._client, operation)(**parameters))
        except ClientError as error:
            is_gone = cast("dict[str, Any]", error.response)["Error"]["Code"] in _GONE
            if is_gone and operation != "create_secret":
                return None
            raise unavailable_or(error) from error
        except BotoCoreError as error:
            raise TemporarilyUnavailableError from error
