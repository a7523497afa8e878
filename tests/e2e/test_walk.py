"""One member's way through the deployed stack, over HTTP: enrol, buy, redeem, be congratulated, and see points expire."""

from __future__ import annotations

import json
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from local.callers import TokenCaller, open_member, open_partner, open_staff
from local.commands.program import read_document
from local.identity_provider import IdentityProvider
from local.running_stack import RunningStack
from local.sandbox_clock import SandboxClockItem
from quen.client import PartnerClient
from quen.foundations import SANDBOX_PROGRAM_CACHE_SECONDS

pytestmark = pytest.mark.e2e
PHONE = "+84901230042"
EMAIL = "hoa@quen.example"
PHONE_ALONE = "+84901230043"
WAIT_SECONDS_MAX = 120
BEGINNING = datetime(2026, 11, 26, 5, tzinfo=UTC)
PROGRAM = Path(__file__).parents[2] / "infra/local/programs/ca-phe-quen.yaml"
LAST_DAY = date(2027, 11, 30)


@pytest.fixture
def stack(connection: dict[str, Any], data: Path) -> RunningStack:
    assert connection
    return RunningStack.load(data)


@pytest.fixture
def clock(stack: RunningStack) -> Iterator[SandboxClockItem]:
    """The business clock, at noon in Saigon of a day on which birthdays are far; afterwards it shows the real time."""
    item = SandboxClockItem(stack.open_dynamodb(), stack.tables["program"], lambda: datetime.now(UTC))
    item.set_now(BEGINNING)
    yield item
    item.set_offset(timedelta(0))


@pytest.fixture(autouse=True)
def program(clock: SandboxClockItem, staff: TokenCaller) -> None:
    """The demo's program, in force before the walk begins, whatever day it really is and whatever ran on this stack before."""
    clock.set_now(datetime(2026, 11, 20, 5, tzinfo=UTC))
    document, faults = read_document(PROGRAM)
    assert not faults
    assert staff.request("PUT", "/v1/program", document).status == 200
    clock.set_now(BEGINNING)
    time.sleep(SANDBOX_PROGRAM_CACHE_SECONDS + 0.5)


@pytest.fixture
def partner(stack: RunningStack) -> Iterator[PartnerClient]:
    client = open_partner(stack)
    yield client
    client._transport.close()


@pytest.fixture
def staff(stack: RunningStack) -> Iterator[TokenCaller]:
    caller = open_staff(stack)
    yield caller
    caller._transport.close()


@pytest.fixture
def member(stack: RunningStack, data: Path) -> Iterator[TokenCaller]:
    """Hoa, with a token that proves her phone and her e-mail; she is no member yet."""
    proven = {"phone_number": PHONE, "phone_number_verified": True, "email": EMAIL, "email_verified": True}
    caller = open_member(stack, IdentityProvider(data).token("hoa", **proven))
    yield caller
    caller._transport.close()


def eventually(what: Callable[[], Any]) -> Any:
    """The first answer that is something: streams and queues take a moment."""
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while not (found := what()):
        assert time.monotonic() < deadline, "nothing came"
        time.sleep(0.2)
    return found


def texts_to(stack: RunningStack, phone: str) -> list[str]:
    """The SMS that this number got, the oldest first."""
    address = f"{stack.aws_endpoint}/_ministack/sns/sms-messages?phoneNumber={urllib.parse.quote(phone)}"
    with urllib.request.urlopen(address, timeout=10) as answer:
        return [message["Message"] for message in json.load(answer)["sms_messages"].get(phone, [])]


def mails_to(stack: RunningStack, address: str) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{stack.aws_endpoint}/_ministack/ses/messages", timeout=10) as answer:
        mails = [mail for account in json.load(answer)["messages"].values() for mail in account]
    return [mail for mail in mails if address in mail["To"]]


def enrol_by_phone_alone(stack: RunningStack, data: Path, consents: list[dict[str, Any]]) -> None:
    """Nam, who has no e-mail and the same birthday: whatever he is told comes by SMS."""
    token = IdentityProvider(data).token("nam", phone_number=PHONE_ALONE, phone_number_verified=True)
    caller = open_member(stack, token)
    body = {"phone": PHONE_ALONE, "name": "Phạm Nam", "birthday": "1987-12-01", "consents": consents}
    assert caller.request("POST", "/v1/members", body).status == 201
    caller._transport.close()


def bring_back_what_points_had_paid(partner: PartnerClient, member: TokenCaller) -> None:
    """A receipt of the day before comes with others in a batch, is paid with points, and comes back whole."""
    before = member.request("GET", "/v1/me/account").document["points"]
    late = {
        "purchase_id": "WALK-2",
        "member": {"phone": "0901230042"},
        "occurred_at": "2026-11-25T05:00:00Z",
        "total": {"amount": 300_000, "currency": "VND"},
    }
    [recorded, refused] = partner.record_purchases([late, late | {"occurred_at": "2020-01-01T00:00:00Z"}]).document[
        "results"
    ]
    assert (recorded["status"], refused["status"], refused["body"]["code"]) == (201, 409, "purchase_already_recorded")
    wanted = {"member": {"phone": "0901230042"}, "points": 20, "purchase_id": "WALK-2"}
    redemption = partner.reserve(wanted, "walk-2").document["redemption_id"]
    assert partner.redeem(redemption).document["state"] == "redeemed"
    body = {"return_id": "BACK-1", "occurred_at": "2026-11-26T05:00:00Z", "amount": late["total"]}
    returned = partner.record_return("WALK-2", body)
    assert (returned.status, returned.document["points"]) == (
        201,
        {"reversed": 30, "written_off": 0, "given_back": 20},
    )
    assert partner.record_return("WALK-2", body).is_replay
    assert partner.refund(redemption).code == "already_returned"
    assert member.request("GET", "/v1/me/account").document["points"] == before
    explained = member.request("GET", "/v1/me/explain?purchase_id=WALK-2").document
    assert explained["rules"][0]["verdict"] == "applied"
    statement = member.request("GET", "/v1/me/statement?from=2026-11-26&to=2026-11-26").document
    assert statement["closing"] == before


def warn_of_the_last_day(clock: SandboxClockItem, staff: TokenCaller, member_id: str) -> None:
    """The night before the last day warns; what became of the mail comes back from its provider."""
    clock.set_now(datetime(2027, 11, 29, 3, tzinfo=UTC))
    run = staff.request("POST", "/v1/jobs/expire-points/runs", {"on": "2027-11-29"}).document
    assert run["totals"]["warned"] >= 1

    def arrived() -> list[dict[str, Any]]:
        told = staff.request("GET", f"/v1/members/{member_id}/messages").document["items"]
        return [one for one in told if one["kind"] == "expiring" and one["state"] == "DELIVERED"]

    [warning] = eventually(arrived)
    assert warning["channel"] == "email"


def test_from_the_till_to_the_birthday(
    stack: RunningStack,
    data: Path,
    clock: SandboxClockItem,
    member: TokenCaller,
    partner: PartnerClient,
    staff: TokenCaller,
) -> None:
    consents = [
        {"purpose": purpose, "granted": True, "text_version": "1"} for purpose in ("transactional", "marketing")
    ]
    enrolment = {
        "phone": "090 123-00.42",
        "email": EMAIL,
        "name": "Lê Thị Hoa",
        "birthday": "1999-12-01",
        "locale": "vi",
    }
    enrolled = member.request("POST", "/v1/members", enrolment | {"consents": consents})
    assert enrolled.status == 201, enrolled.document
    member_id = enrolled.document["member_id"]
    assert member.request("POST", "/v1/members", enrolment | {"consents": consents}).code == "member_already_exists"

    enrol_by_phone_alone(stack, data, consents)

    purchase = {
        "purchase_id": "WALK-1",
        "member": {"phone": "0901230042"},
        "occurred_at": "2026-11-26T05:00:00Z",
        "total": {"amount": 1_255_000, "currency": "VND"},
    }
    bought = partner.request("POST", "/v1/purchases", purchase)
    assert bought.status == 201, bought.document
    assert [entry["points"] for entry in bought.document["entries"]] == [125]
    again = partner.request("POST", "/v1/purchases", purchase)
    assert (again.status, again.document) == (201, bought.document)
    assert again.is_replay

    account = member.request("GET", "/v1/me/account").document
    assert account["points"] == {"active": 145, "pending": 0, "held": 0, "debt": 0}
    assert account["expiring"] == [{"on": LAST_DAY.isoformat(), "points": 145}]

    reserved = member.request("POST", "/v1/me/redemptions", {"reward_id": "free-coffee"}, idempotency_key="walk-1")
    assert (reserved.status, reserved.document["state"]) == (201, "reserved")
    redemption = reserved.document["redemption_id"]
    redeemed = partner.request("POST", f"/v1/redemptions/{redemption}/redeem")
    assert (redeemed.status, redeemed.document["state"]) == (200, "redeemed")

    bring_back_what_points_had_paid(partner, member)

    clock.set_now(datetime(2026, 12, 1, 3, tzinfo=UTC))
    run = staff.request("POST", "/v1/jobs/birthday-rewards/runs", {"on": "2026-12-01"})
    assert run.status in {200, 201}, run.document
    assert run.document["done"] >= 1
    staff.request("POST", "/v1/jobs/birthday-rewards/runs", {"on": "2026-12-01"})
    entries = member.request("GET", "/v1/me/entries").document["items"]
    assert [(entry["kind"], entry["points"]) for entry in entries] == [
        ("bonus", 50),
        ("reverse", -10),
        ("redeem", 0),
        ("reserve", -20),
        ("earn", 30),
        ("redeem", 0),
        ("reserve", -120),
        ("earn", 125),
        ("bonus", 20),
    ]
    assert sum(entry["points"] for entry in entries) == entries[0]["balance_after"] == 75
    greetings = eventually(lambda: [mail for mail in mails_to(stack, EMAIL) if "sinh nhật" in mail["Subject"].lower()])
    assert len(greetings) == 1
    [text] = eventually(lambda: [text for text in texts_to(stack, PHONE_ALONE) if "sinh nhật" in text])
    assert "50" in text

    warn_of_the_last_day(clock, staff, member_id)
    clock.set_now(datetime(2027, 12, 1, 3, tzinfo=UTC))
    assert member.request("GET", "/v1/me/account").document["points"]["active"] == 50
    run = staff.request("POST", "/v1/jobs/expire-points/runs", {"on": "2027-12-01"})
    assert run.document["points"] >= 25
    # A notice may have come since: the night tells of the next last day too, and that mail arrives when it does.
    entries = member.request("GET", "/v1/me/entries").document["items"]
    [expired] = [entry for entry in entries if entry["kind"] == "expire"]
    assert (expired["points"], expired["occurred_at"]) == (-25, "2027-11-30T17:00:00Z")
    assert expired["reason"] == "delivered"
    reviews = staff.request("POST", "/v1/jobs/review-tiers/runs", {"on": "2027-12-01"}).document
    assert (reviews["state"], reviews["seen"], reviews["totals"]) == ("finished", 0, {})  # nobody has reached one
    shown = member.request("GET", "/v1/me/tier").document
    assert (shown["tier"]["id"], [item["cause"] for item in shown["items"]]) == ("member", ["joined"])
    shown = staff.request("GET", f"/v1/members/{member_id}/account").document
    assert shown["points"]["active"] == 50
