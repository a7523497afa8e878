"""Statements and disputes through the APIs: a brand that buys, what its statement then says, and what staff correct."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import boto3
import pytest

from factories import SAIGON
from gateway_events import Answer
from quen.bootstrap import application
from quen.events.model import Event
from quen.ledger.model import parse_entry
from served import Served, serving


class DeafBus:
    """A bus that nobody listens to."""

    def put(self, _events: list[Event]) -> None:
        pass


class Coalition:
    """A brand that settles since the month before last, and has sold to one member."""

    def __init__(self, apis: Served) -> None:
        self.apis = apis
        self.member_id = apis.enrol()
        self.partner_id = apis.make_partner("Brand", "brand")
        self.today = datetime.now(UTC).astimezone(SAIGON).date()
        self.month = f"{self.today:%Y-%m}"
        self.last_month = f"{self.today.replace(day=1) - timedelta(days=1):%Y-%m}"
        self.client: Any = boto3.client("dynamodb", region_name="us-east-1")
        self._settle(date.fromisoformat(f"{self.last_month}-01"))

    def _settle(self, since: date) -> None:
        """The terms, as the partners' administration keeps them."""
        terms = [[since.isoformat(), "postpaid", "100", "90", "50", "refuse", 0]]
        self.client.update_item(
            TableName=application().settings.program_table,
            Key={"PK": {"S": f"PARTNER#{self.partner_id}"}, "SK": {"S": "PARTNER"}},
            UpdateExpression="SET terms = :terms",
            ExpressionAttributeValues={":terms": {"S": json.dumps(terms)}},
        )
        application.cache_clear()

    def sell(self, purchase_id: str, amount: int) -> int:
        """A purchase; answers its points."""
        body = {
            "purchase_id": purchase_id,
            "member": {"phone": "+84901234567"},
            "occurred_at": datetime.now(UTC).isoformat(),
            "total": {"amount": amount, "currency": "VND"},
        }
        answer = self.apis.partner("POST", "/v1/purchases", body)
        assert answer.status == 201, answer
        return sum(int(entry["points"]) for entry in answer.body["entries"])

    def stream(self) -> None:
        """All that the ledger has written is told to the books."""
        items = self.client.scan(TableName=application().settings.ledger_table)["Items"]
        forms = [(item["form"]["S"], item["hash"]["S"]) for item in items if item["SK"]["S"].startswith("ENTRY#")]
        application().books.listener(DeafBus()).tell([parse_entry(*form) for form in forms])

    def dispute(self, key: str = "d-1", **body: Any) -> Answer:
        """As the brand."""
        sent = {"month": self.month, "reason": "it came back", **body}
        return self.apis.partner("POST", "/v1/disputes", sent, key=key)


@pytest.fixture(scope="module")
def coalition() -> Iterator[Coalition]:
    with serving() as apis:
        yield Coalition(apis)


def test_a_brand_reads_what_it_owes_and_which_purchases_stand_behind_it(coalition: Coalition) -> None:
    points = coalition.sell("P-1", 500_000) + coalition.sell("P-2", 120_000)
    coalition.stream()
    statement = coalition.apis.partner("GET", f"/v1/statements/{coalition.month}").body
    assert (statement["state"], statement["due"]) == ("open", points * 100)
    assert statement["totals"]["issued"] == {"points": points, "money": points * 100}
    found = []
    cursor = None
    while True:
        body = {"limit": 1, **({"cursor": cursor} if cursor else {})}
        page = coalition.apis.partner("POST", f"/v1/statements/{coalition.month}/entries/search", body).body
        found += page["items"]
        if (cursor := page["next_cursor"]) is None:
            break
    assert sorted(each["reference"] for each in found) == ["P-1", "P-2"]
    assert sum(part["points"] for each in found for part in each["parts"]) == points
    text = coalition.apis.partner("GET", f"/v1/statements/{coalition.month}/csv").body["csv"]
    assert text.splitlines()[0].startswith("kind,day,category,points")


def test_staff_close_a_month_that_is_over_and_the_hash_is_that_of_the_answer(coalition: Coalition) -> None:
    path = f"/v1/partners/{coalition.partner_id}/statements"
    closed = coalition.apis.admin("POST", f"{path}/{coalition.last_month}/close").body
    assert (closed["state"], closed["month"]) == ("closed", coalition.last_month)
    shown = dict(closed)
    del shown["hash"]
    text = json.dumps(shown, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(text.encode()).hexdigest() == closed["hash"]
    assert coalition.apis.admin("POST", f"{path}/{coalition.last_month}/close").body == closed
    assert coalition.apis.admin("GET", f"{path}/{coalition.last_month}").body == closed
    records = [each["action"] for each in coalition.apis.admin("GET", "/v1/audit").body["items"]]
    assert records.count("close_statement") == 1
    refused = coalition.apis.admin("POST", f"{path}/{coalition.month}/close")
    assert (refused.status, refused.code) == (409, "month_not_over")
    for listed in (coalition.apis.admin("GET", path), coalition.apis.partner("POST", "/v1/statements/search", {})):
        shown_months = [(each["month"], each["state"]) for each in listed.body["items"]]
        assert shown_months == [(coalition.month, "open"), (coalition.last_month, "closed")]


def test_a_dispute_that_staff_accept_corrects_the_open_statement(coalition: Coalition) -> None:
    points = coalition.sell("P-3", 300_000)
    coalition.stream()
    before = coalition.apis.partner("GET", f"/v1/statements/{coalition.month}").body["due"]
    opened = coalition.dispute(purchase_id="P-3", points=0)
    assert (opened.status, opened.body["state"], opened.body["purchase_id"]) == (201, "opened", "P-3")
    dispute_id = opened.body["dispute_id"]
    assert [each["dispute_id"] for each in coalition.apis.admin("GET", "/v1/disputes").body["items"]] == [dispute_id]
    decision = {"outcome": "accepted", "points": -points, "category": "issued", "note": "the goods are back"}
    resolved = coalition.apis.admin("POST", f"/v1/disputes/{dispute_id}/resolve", decision).body
    assert (resolved["state"], resolved["correction"]) == ("accepted", {"category": "issued", "points": -points})
    again = coalition.apis.admin("POST", f"/v1/disputes/{dispute_id}/resolve", decision)
    assert (again.status, again.code) == (409, "already_decided")
    replay = coalition.dispute(purchase_id="P-3", points=0)
    assert (replay.body, replay.headers["idempotent-replayed"]) == (opened.body, "true")
    statement = coalition.apis.partner("GET", f"/v1/statements/{coalition.month}").body
    assert statement["due"] == before - points * 100
    assert [each["dispute_id"] for each in statement["corrections"]] == [dispute_id]
    shown = coalition.apis.partner("GET", f"/v1/disputes/{dispute_id}").body
    assert (shown["state"], shown["note"]) == ("accepted", "the goods are back")
    assert "resolved_by" not in shown
    assert coalition.apis.partner("POST", "/v1/disputes/search", {}).body["items"] == [shown]
    assert "resolve_dispute" in {each["action"] for each in coalition.apis.admin("GET", "/v1/audit").body["items"]}


def test_the_same_key_for_another_dispute_and_a_month_that_never_was_are_refused(coalition: Coalition) -> None:
    coalition.dispute("d-2", purchase_id="P-1")
    assert coalition.dispute("d-2", purchase_id="P-2").code == "idempotency_key_reused"
    assert coalition.dispute("d-3", purchase_id="P-1", month="2020-01").status == 404
    assert coalition.dispute("d-4").code == "validation_failed"
    assert coalition.apis.partner("GET", "/v1/statements/2020-01").status == 404
    assert coalition.apis.partner("GET", "/v1/statements/july").status == 404


def test_another_partner_sees_nothing_of_it_and_support_closes_nothing(coalition: Coalition) -> None:
    dispute_id = coalition.dispute("d-9", purchase_id="P-1").body["dispute_id"]
    theirs = coalition.apis.credentials
    coalition.apis.make_partner("Other", "brand")
    try:
        assert coalition.apis.partner("GET", f"/v1/disputes/{dispute_id}").status == 404
        assert coalition.apis.partner("GET", f"/v1/statements/{coalition.month}").status == 404
        assert coalition.apis.partner("POST", "/v1/statements/search", {}).body == {"items": [], "next_cursor": None}
    finally:
        coalition.apis.credentials = theirs
    path = f"/v1/partners/{coalition.partner_id}/statements/{coalition.last_month}/close"
    assert coalition.apis.admin("POST", path, role="support").status == 403
