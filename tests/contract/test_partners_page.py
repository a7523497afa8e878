"""The guides for tills and partners: every route, code and number that it names is that of the code."""

from __future__ import annotations

import re
from pathlib import Path

from msgspec.structs import fields

from local.partner_vectors import CASES, LIFETIME_SECONDS
from quen.feed.service import KEPT_DAYS
from quen.http.openapi import ABOUT, load
from quen.http.problems import STATUSES
from quen.partners.pseudonyms import LENGTH
from quen.program.model import Program
from quen.webhooks.model.schedule import JITTER_PERCENT, WAITS_SECONDS
from quen.webhooks.transport import DEADLINE_SECONDS

ROOT = Path(__file__).parents[2]
SECTION = " ".join(
    word for name in ("tills", "partners") for word in (ROOT / f"infra/guides/{name}.md").read_text("utf-8").split()
)
CLAIM_DAYS = next(field.default for field in fields(Program) if field.name == "claim_days")
CODES = ("member_not_found", "card_blocked", "already_redeemed", "partner_budget_exhausted", "partner_cap_reached")


def routes() -> set[tuple[str, str]]:
    """Whatever is served."""
    apps = [app for name in ABOUT for app in load(name)]
    return {(endpoint.method, endpoint.path) for app in apps for endpoint in app.endpoints}


def test_every_route_that_it_names_is_served() -> None:
    served, named = routes(), set(re.findall(r"`(GET|POST) (/v1/[a-z/{}_-]+)", SECTION))
    assert len(named) > 8
    assert named <= served
    for end, path in {
        "…/csv": "/v1/statements/{month}/csv",
        "…/redeem": "/v1/redemptions/{redemption_id}/redeem",
        "…/release": "/v1/redemptions/{redemption_id}/release",
        "…/reverse": "/v1/exchanges/{exchange_id}/reverse",
        "…/deliveries/search": "/v1/webhooks/{webhook_id}/deliveries/search",
        "…/replay": "/v1/webhooks/{webhook_id}/replay",
        "…/test": "/v1/webhooks/{webhook_id}/test",
    }.items():
        assert f"`{end}`" in SECTION
        assert path in {served_path for _, served_path in served}


def test_every_code_that_it_names_has_the_status_that_it_says() -> None:
    assert all(f"`{code}`" in SECTION and code in STATUSES for code in CODES)
    for status, code in re.findall(r"(\d{3}) `([a-z_]+)`", SECTION):
        assert STATUSES[code] == int(status)
    assert "`cursor_expired` (410)" in SECTION
    assert STATUSES["cursor_expired"] == 410


def test_its_numbers_are_those_of_the_code() -> None:
    seconds, *rest = WAITS_SECONDS
    minutes, hours = [wait // 60 for wait in rest[:2]], [wait // 3600 for wait in rest[2:]]
    waits = f"{seconds} s, {minutes[0]} min, {minutes[1]} min, {', '.join(map(str, hours[:-1]))} and {hours[-1]} hours"
    assert f"{waits}, a fifth more or less" in SECTION
    assert (JITTER_PERCENT, DEADLINE_SECONDS, len(CASES)) == (20, 10, 5)
    assert "within ten seconds" in SECTION
    assert "five kinds of request" in SECTION
    assert f"at most {LIFETIME_SECONDS} seconds later" in SECTION
    assert f"kept for {KEPT_DAYS} days" in SECTION
    assert f"`mem_` and {LENGTH} characters" in SECTION
    assert f"`receipts.claim_days` ({CLAIM_DAYS})" in SECTION
