"""Mails on this machine: what their mailboxes tell is what our reader of SES's events understands."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from local.emulator_mail import telling
from local.mailboxes import events_of, taken
from quen.messages.reports import read_report

AT = "2026-12-01T02:00:04.250Z"
NOW = datetime(2026, 12, 1, 2, 0, 4, 250_000, tzinfo=UTC)
TOPIC = "arn:aws:sns:us-east-1:000000000000:quen-local-message-reports"
TAGS = {"member": "mem_1", "kind": "expiring", "period": "2026--12--31-d30"}


def make_request(to: str = "hoa@quen.example", **changes: Any) -> dict[str, Any]:
    return {
        "FromEmailAddress": "hello@quen.example",
        "Destination": {"ToAddresses": [to]},
        "Content": {},
        "EmailTags": [{"Name": name, "Value": value} for name, value in TAGS.items()],
        "ConfigurationSetName": "quen-local-messages",
        **changes,
    }


def outcomes(to: str) -> list[tuple[str, bool]]:
    reports = [read_report(json.dumps(event)) for event in events_of(taken(make_request(to), "0100"), AT)]
    assert {(one.member_id, one.key, one.provider_id, one.at) for one in reports} == {
        ("mem_1", "expiring:2026-12-31.30", "0100", NOW)
    }
    assert {one.address for one in reports} == {to}
    return [(one.outcome, one.is_permanent) for one in reports]


@pytest.mark.parametrize("to", ["hoa@quen.example", "success@simulator.amazonses.com", "ooto@simulator.amazonses.com"])
def test_an_ordinary_mailbox_takes_its_mail(to: str) -> None:
    assert outcomes(to) == [("delivered", False)]


@pytest.mark.parametrize("name", ["bounce", "suppressionlist"])
def test_amazon_s_simulator_bounces(name: str) -> None:
    assert outcomes(f"{name}@simulator.amazonses.com") == [("bounced", True)]


def test_amazon_s_simulator_complains_of_what_arrived() -> None:
    assert outcomes("complaint@simulator.amazonses.com") == [("delivered", False), ("complained", False)]


class FakeEmulator:
    """Takes mails, and publishes what it is told."""

    def __init__(self, *types: str, status: int = 200, **destination: Any) -> None:
        self.published: list[tuple[str, str]] = []
        self._status = status
        asked = {"Enabled": True, "MatchingEventTypes": list(types), "SnsDestination": {"TopicArn": TOPIC}}
        self._sets = {"quen-local-messages": {"EventDestinations": {"reports": asked | destination}}, "empty": {}}

    async def handle(self, *_request: Any) -> Any:
        return self._status, {}, b'{"MessageId": "0100"}'

    def publish(self, topic: str, message: str) -> None:
        self.published.append((topic, json.loads(message)["eventType"]))

    def send(self, request: dict[str, Any], path: str = "/v2/email/outbound-emails") -> list[tuple[str, str]]:
        async def send() -> None:
            handle = telling(self.handle, self._sets, self.publish, lambda: AT, delay_seconds=0)
            await handle("POST", path, {}, json.dumps(request).encode(), {})
            assert not self.published  # the sender hears that it was taken first
            await asyncio.sleep(0.001)

        asyncio.run(send())
        return self.published


def test_the_topic_of_its_configuration_set_is_told_what_became_of_a_mail() -> None:
    assert FakeEmulator("DELIVERY", "BOUNCE").send(make_request()) == [(TOPIC, "Delivery")]


def test_nobody_is_told_what_nobody_asked_for() -> None:
    assert FakeEmulator("BOUNCE").send(make_request()) == []
    assert FakeEmulator("DELIVERY", Enabled=False).send(make_request()) == []
    assert FakeEmulator("DELIVERY", SnsDestination={}).send(make_request()) == []
    for name in ("empty", "unknown", ""):
        assert FakeEmulator("DELIVERY").send(make_request(ConfigurationSetName=name)) == []


def test_a_mail_that_was_not_taken_is_not_told_of() -> None:
    assert FakeEmulator("DELIVERY", status=400).send(make_request()) == []
    assert FakeEmulator("DELIVERY").send(make_request(), "/v2/email/identities") == []
