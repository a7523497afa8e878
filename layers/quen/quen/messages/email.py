"""E-mail by Amazon SES, rendered by us and sent as simple content.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
"""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from quen.messages.labels import label_of
from quen.messages.outgoing import Outgoing
from quen.messages.providers import told

_CHARSET = "UTF-8"


class SesEmail:
    """Sends mail. `client` is botocore's for SES v2; one that retries by itself may send twice.

    `configuration_set` names the one whose events tell what became of a mail; "": nobody tells.
    """

    def __init__(self, client: Any, configuration_set: str = "") -> None:
        self._client = client
        self._configuration = {"ConfigurationSetName": configuration_set} if configuration_set else {}

    def send(self, message: Outgoing) -> str:
        """Send it to one address, as text and as HTML; what the receiver's reports are known by goes along."""
        try:
            answer = self._client.send_email(
                FromEmailAddress=message.sender,
                Destination={"ToAddresses": [message.address]},
                Content={"Simple": _simple(message)},
                EmailTags=_tags(message),
                **self._configuration,
            )
        except (BotoCoreError, ClientError) as error:
            raise told(error) from None  # its words may hold the address
        return str(answer["MessageId"])


def _simple(message: Outgoing) -> dict[str, Any]:
    content = message.content
    return {
        "Subject": {"Data": content.subject, "Charset": _CHARSET},
        "Body": {
            "Text": {"Data": content.text, "Charset": _CHARSET},
            "Html": {"Data": content.html, "Charset": _CHARSET},
        },
    } | ({"Headers": _one_click(message.unsubscribe_url)} if message.unsubscribe_url else {})


def _one_click(url: str) -> list[dict[str, str]]:
    """What a mail program's own "unsubscribe" needs (RFC 8058)."""
    return [
        {"Name": "List-Unsubscribe", "Value": f"<{url}>"},
        {"Name": "List-Unsubscribe-Post", "Value": "List-Unsubscribe=One-Click"},
    ]


def _tags(message: Outgoing) -> list[dict[str, str]]:
    labels = {"member": message.member_id, "kind": message.kind, "period": label_of(message.period)}
    return [{"Name": name, "Value": value} for name, value in labels.items()]
