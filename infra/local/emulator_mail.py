"""Lets the emulator tell what became of mails, which it takes and then forgets: AWS publishes an event for each.

It tells whom the deployed template says: the topic of the configuration set that a mail was sent by, and no type that the set
does not ask for. Runs inside the emulator.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from local.mailboxes import events_of, taken

SEND_EMAIL = ("POST", "/v2/email/outbound-emails")
DELAY_SECONDS = 0.5

Answer = tuple[int, Mapping[str, str], bytes]
Handler = Callable[[str, str, Any, bytes, Any], Awaitable[Answer]]
Publish = Callable[[str, str], object]
ConfigurationSets = Mapping[str, Mapping[str, Any]]
Now = Callable[[], str]


def telling(
    handle: Handler, sets: ConfigurationSets, publish: Publish, now: Now, delay_seconds: float = DELAY_SECONDS
) -> Handler:
    """The emulator's handler of requests to SES, which also tells of the mails that it takes: a moment later, as a mail needs
    one to arrive. `publish` is given a topic's ARN and a message; `now` is an instant as SES writes it.
    """

    async def handle_and_tell(method: str, path: str, headers: Any, body: bytes, query: Any) -> Answer:
        answer = await handle(method, path, headers, body, query)
        if (method, path.rstrip("/")) == SEND_EMAIL and answer[0] == 200:
            request, message_id = json.loads(body), json.loads(answer[2])["MessageId"]
            events = events_of(taken(request, message_id), now())
            told = sets.get(request.get("ConfigurationSetName", ""), {})
            asyncio.get_running_loop().call_later(delay_seconds, _tell, events, told, publish)
        return answer

    return handle_and_tell


def _tell(events: Sequence[Mapping[str, Any]], configuration_set: Mapping[str, Any], publish: Publish) -> None:
    destinations = configuration_set.get("EventDestinations") or {}
    for event in events:
        for destination in destinations.values():
            topic = destination.get("SnsDestination", {}).get("TopicArn")
            if topic and destination["Enabled"] and event["eventType"].upper() in destination["MatchingEventTypes"]:
                publish(topic, json.dumps(event))


def install() -> None:
    """Into the emulator of this process, before it serves."""
    from ministack.core.responses import now_iso
    from ministack.services import ses_v2, sns

    def publish(topic: str, message: str) -> None:
        sns.publish_internal(topic, message, "Amazon SES Email Event Notification")

    sets = ses_v2._config_sets  # noqa: SLF001 - it has no other way in
    ses_v2.handle_request = telling(ses_v2.handle_request, sets, publish, now_iso)
