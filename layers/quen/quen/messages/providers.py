"""What a provider's failure means: it said no, or nobody knows whether the message went out."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, EndpointConnectionError

from quen.errors import TemporarilyUnavailableError
from quen.messages.ports import DeliveryRefusedError

_NEVER_REACHED = (ConnectTimeoutError, EndpointConnectionError)
# What the same request may be spared in a minute. Any other no stays one: AWS's codes do not tell a bad number from a bad
# sender, so none of them condemns an address; its bounces do.
_PASSING = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "Throttled",
        "ThrottledException",
        "TooManyRequestsException",
        "LimitExceededException",
    }
)


def told(error: BotoCoreError | ClientError) -> Exception:
    """DeliveryRefusedError where nothing was sent, TemporarilyUnavailableError where it may have been."""
    if isinstance(error, _NEVER_REACHED):
        return DeliveryRefusedError("unreachable")
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
        if status < 500:
            code = error.response["Error"]["Code"]
            return DeliveryRefusedError(code, "passing" if code in _PASSING or status == 429 else "channel")
    return TemporarilyUnavailableError()
