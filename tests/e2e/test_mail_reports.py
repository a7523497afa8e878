"""Mails through the deployed stack: what their mailboxes tell comes back to the member's messages."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from local.callers import TokenCaller, open_member, open_staff
from local.identity_provider import IdentityProvider
from local.running_stack import RunningStack
from local.sandbox_clock import SandboxClockItem

pytestmark = pytest.mark.e2e
WAIT_SECONDS_MAX = 120
CONSENTS = [{"purpose": "transactional_messages_email", "granted": True, "text_version": "2026-01"}]


@pytest.fixture
def stack(connection: dict[str, Any], data: Path) -> Iterator[RunningStack]:
    assert connection
    with RunningStack.load(data) as running:
        yield running


@pytest.fixture(autouse=True)
def noon(stack: RunningStack) -> Iterator[None]:
    """It is the next noon in Saigon: at night a welcome waits for the morning. Afterwards the clock shows the real time."""
    clock = SandboxClockItem(stack.open_dynamodb(), stack.tables["program"], real_now)
    clock.set_now((real_now() + timedelta(days=1)).replace(hour=5, minute=0, second=0, microsecond=0))
    yield
    clock.set_offset(timedelta(0))


@pytest.fixture
def staff(stack: RunningStack) -> TokenCaller:
    return open_staff(stack)


def real_now() -> datetime:
    return datetime.now(UTC)


def enrol(stack: RunningStack, data: Path, phone: str, email: str) -> str:
    """A member with that mailbox, who is welcomed by mail."""
    proven = {"phone_number": phone, "phone_number_verified": True, "email": email, "email_verified": True}
    caller = open_member(stack, IdentityProvider(data).token(f"mail-{phone}", **proven))
    answer = caller.request("POST", "/v1/members", {"phone": phone, "email": email, "consents": CONSENTS})
    assert answer.status == 201, answer
    return str(answer.document["member_id"])


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_mail_that_arrived_is_delivered_and_one_that_bounced_is_the_last(
    stack: RunningStack, staff: TokenCaller, data: Path
) -> None:
    reached = enrol(stack, data, "+84901230051", "mail@quen.example")
    lost = enrol(stack, data, "+84901230052", "bounce@simulator.amazonses.com")

    def states(member_id: str) -> list[str]:
        page = staff.request("GET", f"/v1/members/{member_id}/messages").document
        return [message["state"] for message in page["items"]]

    until(lambda: states(reached) == ["DELIVERED"])
    until(lambda: states(lost) == ["BOUNCED"])
    [suppression] = staff.request("GET", f"/v1/members/{lost}/suppressions").document["items"]
    assert (suppression["channel"], suppression["reason"]) == ("email", "bounced")
    assert staff.request("GET", f"/v1/members/{reached}/suppressions").document == {"items": []}
