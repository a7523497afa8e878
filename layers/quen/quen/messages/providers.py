"""What a provider's failure means: it said no, or nobody knows whether the message went out."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, EndpointConnectionError

from quen.errors import TemporarilyUnavailableError
from quen.messages.ports import DeliveryRefusedError

_NEVER_REACHED = (ConnectTimeoutError, EndpointConnectionError)


def told(error: BotoCoreError | ClientError) -> Exception:
    """DeliveryRefusedError where nothing was sent, TemporarilyUnavailableError where it may have been."""
    if isinstance(error, _NEVER_REACHED):
        return DeliveryRefusedError("unreachable")
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
        if status < 500:
            return DeliveryRefusedError(error.response["Error"]["Code"])
    return TemporarilyUnavailableError()
