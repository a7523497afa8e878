"""SMS by Amazon SNS, to a number, never to a topic.

https://docs.aws.amazon.com/sns/latest/dg/sms_publish-to-phone.html
"""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from quen.messages.outgoing import Outgoing
from quen.messages.providers import told


class SnsSms:
    """Sends text messages. `client` is botocore's for SNS; one that retries by itself may send twice."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def send(self, message: Outgoing) -> str:
        """Send it to one number, under the sender's name where the program has one."""
        use = "Promotional" if message.is_marketing else "Transactional"
        attributes = {"AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": use}}
        if message.sender:
            attributes["AWS.SNS.SMS.SenderID"] = {"DataType": "String", "StringValue": message.sender}
        try:
            answer = self._client.publish(
                PhoneNumber=message.address, Message=message.content.sms, MessageAttributes=attributes
            )
        except (BotoCoreError, ClientError) as error:
            raise told(error) from None  # its words may hold the address
        return str(answer["MessageId"])
