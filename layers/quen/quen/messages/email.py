"""E-mail by Amazon SES, rendered by us and sent as simple content.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
"""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from quen.messages.providers import told
from quen.messages.rendering import Content

_CHARSET = "UTF-8"


class SesEmail:
    """Sends mail. `client` is botocore's for SES v2; one that retries by itself may send twice."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def send(self, address: str, sender: str | None, content: Content) -> str:
        """Send it to one address, as text and as HTML."""
        body = {
            "Text": {"Data": content.text, "Charset": _CHARSET},
            "Html": {"Data": content.html, "Charset": _CHARSET},
        }
        simple = {"Subject": {"Data": content.subject, "Charset": _CHARSET}, "Body": body}
        try:
            answer = self._client.send_email(
                FromEmailAddress=sender, Destination={"ToAddresses": [address]}, Content={"Simple": simple}
            )
        except (BotoCoreError, ClientError) as error:
            raise told(error) from None  # its words may hold the address
        return str(answer["MessageId"])
