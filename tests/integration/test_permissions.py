"""Least privilege, held to what the functions do: every call that a function makes is granted, by its handler's own run.

The calls are taken where botocore sends them, so what a function builds without using it asks for nothing. What it is
granted and does not touch here is named below, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import botocore.handlers
import pytest

from aws_calls import Calls, Grant
from gateway_events import make_event, member_claims, staff_claims
from granted_runs import (
    World,
    announcements_start,
    announcements_work,
    archive_start,
    archive_work,
    authorize,
    birthday_start,
    birthday_work,
    close_start,
    close_work,
    endings_start,
    endings_work,
    expire_start,
    expire_work,
    holiday_start,
    holiday_work,
    issue_vouchers,
    publish,
    review_start,
    review_work,
    send,
    send_webhooks,
    take_reports,
    verify_start,
    verify_work,
    win_back_start,
    win_back_work,
)
from grants import FUNCTIONS, denied, grants
from quen.bootstrap import application
from quen.dynamodb import shared_session
from served import serving

RUNS: dict[str, Callable[[World], set[Grant]]] = {
    "ExpirePointsStartFunction": expire_start,
    "ExpirePointsWorkFunction": expire_work,
    "ReviewTiersStartFunction": review_start,
    "ReviewTiersWorkFunction": review_work,
    "BirthdayRewardsStartFunction": birthday_start,
    "BirthdayRewardsWorkFunction": birthday_work,
    "WinBackStartFunction": win_back_start,
    "WinBackWorkFunction": win_back_work,
    "HolidayRewardsStartFunction": holiday_start,
    "HolidayRewardsWorkFunction": holiday_work,
    "AnnouncementsStartFunction": announcements_start,
    "AnnouncementsWorkFunction": announcements_work,
    "WarnEndingsStartFunction": endings_start,
    "WarnEndingsWorkFunction": endings_work,
    "VerifyLedgerStartFunction": verify_start,
    "VerifyLedgerWorkFunction": verify_work,
    "CloseStatementsStartFunction": close_start,
    "CloseStatementsWorkFunction": close_work,
    "ArchiveEntriesStartFunction": archive_start,
    "ArchiveEntriesWorkFunction": archive_work,
    "IssueVouchersFunction": issue_vouchers,
    "PublishEventsFunction": publish,
    "SendMessagesFunction": send,
    "SendWebhooksFunction": send_webhooks,
    "TakeReportsFunction": take_reports,
    "AuthorizeFunction": authorize,
}
WITHOUT_A_CALL = {
    "ExpirePointsStartFunction": {"EventsFailedQueue"},  # Lambda itself parks there what could not be started
    "ReviewTiersStartFunction": {"EventsFailedQueue"},
    "BirthdayRewardsStartFunction": {"EventsFailedQueue"},
    "WinBackStartFunction": {"EventsFailedQueue"},
    "HolidayRewardsStartFunction": {"EventsFailedQueue"},
    "AnnouncementsStartFunction": {"EventsFailedQueue"},
    "WarnEndingsStartFunction": {"EventsFailedQueue"},
    "VerifyLedgerStartFunction": {"EventsFailedQueue"},
    "CloseStatementsStartFunction": {"EventsFailedQueue"},
    "ArchiveEntriesStartFunction": {"EventsFailedQueue"},
    "ExpirePointsWorkFunction": {"ExpirePointsQueue"},  # put back when time runs out
    "ReviewTiersWorkFunction": {"ReviewTiersQueue"},
    "BirthdayRewardsWorkFunction": {"BirthdayRewardsQueue"},
    "HolidayRewardsWorkFunction": {"HolidayRewardsQueue"},
    "AnnouncementsWorkFunction": {"AnnouncementsQueue"},
    "WarnEndingsWorkFunction": {"WarnEndingsQueue"},
    "VerifyLedgerWorkFunction": {"VerifyLedgerQueue", "ArchiveBucket"},
    "CloseStatementsWorkFunction": {"CloseStatementsQueue"},
    "ArchiveEntriesWorkFunction": {
        "ArchiveEntriesQueue",
        "ArchiveBucket",
    },  # the list tells a missing object from a forbidden one
    "IssueVouchersFunction": {"IssueVouchersQueue"},
    # Held over quiet hours; e-mail, text message; the access token of Zalo, which no test asks for anything.
    "SendMessagesFunction": {"MessagesQueue", "identity/*", "configuration-set/Prefix}-messages", "*", "ZaloSecret"},
}


@pytest.fixture(scope="module")
def listeners() -> Iterator[list[Calls]]:
    """Who is told of calls to AWS, by one session: another for each test would read botocore's models again."""
    told: list[Calls] = []

    def tell(**call: Any) -> None:
        for calls in told:
            calls.note(**call)

    hook = ("before-call", tell)
    botocore.handlers.BUILTIN_HANDLERS.append(hook)
    shared_session.cache_clear()  # a session takes its handlers when it is opened
    try:
        yield told
    finally:
        botocore.handlers.BUILTIN_HANDLERS.remove(hook)
        shared_session.cache_clear()


@pytest.fixture
def world(listeners: list[Calls]) -> Iterator[World]:
    calls = Calls()
    listeners.append(calls)
    try:
        with serving() as served:
            yield World(served, calls)
    finally:
        listeners.remove(calls)


@pytest.mark.parametrize("function", RUNS)
def test_a_function_may_do_what_it_does_and_touch_nothing_that_it_never_touches(
    function: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SANDBOX", "true")  # whose clock is in the Program table
    done = RUNS[function](world)
    assert done - grants(function) == set()
    touched = {resource for _, resource in done}
    assert {resource for _, resource in grants(function)} - WITHOUT_A_CALL.get(function, set()) == touched


@pytest.mark.long
@pytest.mark.parametrize("function", RUNS)
def test_a_function_of_a_stack_whose_clock_stands_by_the_real_one_may_do_what_it_does(
    function: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SANDBOX", "false")
    assert RUNS[function](world) - grants(function) == set()


def test_consents_are_decided_withdrawn_and_shown_with_what_the_apis_may_do_and_nothing_is_deleted(
    world: World,
) -> None:
    from coalition_api.app import app as coalition_api
    from mobile_api.app import app as mobile_api

    member_id = world.born_on_the_day
    token = application().unsubscribe_tokens.issue(member_id, "marketing_email")
    template, form = "/v1/unsubscribe/{token}", {"content-type": "application/x-www-form-urlencoded"}
    click = make_event("POST", template, body=b"List-Unsubscribe=One-Click", headers=form, parameters={"token": token})
    show = make_event("GET", "/v1/me/consents", authorizer=member_claims(subject="lan", member_id=member_id))
    withdrawn = world.called_by(mobile_api, click)
    shown = world.called_by(mobile_api, show)
    assert (withdrawn | shown) - grants("MobileApiFunction") == set()
    assert {action for action, table in withdrawn if table == "MembersTable"} == {
        "dynamodb:GetItem",
        "dynamodb:PutItem",
    }
    path = {"member_id": member_id}
    asked = make_event("GET", "/v1/members/{member_id}/consents", parameters=path, authorizer=staff_claims("support"))
    assert world.called_by(coalition_api, asked) - withdrawn - grants("CoalitionApiFunction") == set()


def test_every_request_of_every_test_is_held_to_the_role_of_the_function_that_answers_it(world: World) -> None:
    """`Served` does so each time: here that it hears what is asked, and would say so."""
    assert (
        world.served.mobile("GET", "/v1/me/account", claims=member_claims(member_id=world.born_on_the_day)).status
        == 200
    )
    heard = set(world.served.calls.made)
    assert ("dynamodb:GetItem", "LedgerTable") in heard
    assert denied("MobileApiFunction", heard) == set()
    assert denied("AuthorizeFunction", heard) != set()
    assert denied("BackofficeApiFunction", {("secretsmanager:GetSecretValue", "partners/whs_*")}) == set()
    assert denied("BackofficeApiFunction", {("secretsmanager:CreateSecret", "partners/*")}) != set()


def test_only_the_apis_are_not_run_here() -> None:
    """What they ask is judged wherever they are tested."""
    functions = {name for name, resource in FUNCTIONS.items() if resource["Type"] == "AWS::Serverless::Function"}
    assert functions - {*RUNS} == {
        "MobileApiFunction",
        "PartnerApiFunction",
        "BackofficeApiFunction",
        "AdminApiFunction",
        "CoalitionApiFunction",
    }
