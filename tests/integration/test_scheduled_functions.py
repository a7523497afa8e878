"""The functions behind schedules, queues and the stream, through their handlers, with AWS as moto plays it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import boto3
import pytest

from gateway_events import member_claims
from house import MovableClock
from quen.bootstrap import application
from quen.errors import TemporarilyUnavailableError
from quen.ledger.model.values import Reference
from quen.messages.model import Intent
from quen.settlement.store import BookStore
from sample_events import sample_event, sample_event_on, tomorrow
from served import Served, read_program, serving

ACCOUNT, REGION = "123456789012", "us-east-1"
JOBS = ("expire-points", "review-tiers", "birthday-rewards", "verify-ledger", "close-statements", "archive-entries")
SINKS = ("events-failed", "seen-events")
CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 60_000)
CONSENTS = [
    {"purpose": "marketing", "granted": True, "text_version": "1"},
    {"purpose": "transactional", "granted": True, "text_version": "1"},
]


class Stack:
    """The served APIs with their queues, bus and providers."""

    def __init__(self, apis: Served) -> None:
        self.apis = apis
        self.sqs = boto3.client("sqs", region_name=REGION)
        for name in (*JOBS, "messages", "win-back", "holiday-rewards", "announcements", "warn-endings", *SINKS):
            self.sqs.create_queue(QueueName=name)
        events = boto3.client("events", region_name=REGION)
        events.create_event_bus(Name="quen-test")
        events.put_rule(Name="all", EventBusName="quen-test", EventPattern=json.dumps({"source": ["quen"]}))
        target = {"Id": "1", "Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:seen-events"}
        events.put_targets(Rule="all", EventBusName="quen-test", Targets=[target])
        ses = boto3.client("ses", region_name=REGION)
        ses.verify_email_identity(EmailAddress="hello@example.com")

    def enrol(self, subject: str, *, phone: str = "", email: str = "", **body: Any) -> str:
        sent = {"consents": CONSENTS, **({"phone": phone} if phone else {}), **({"email": email} if email else {})}
        claims = member_claims(subject=subject, phone=phone, email=email)
        answer = self.apis.mobile("POST", "/v1/members", sent | body, claims=claims)
        assert answer.status == 201, answer
        return str(answer.body["member_id"])

    def drain(self, queue: str) -> list[dict[str, Any]]:
        """Everything in the queue, taken out of it, as the records of SQS's event."""
        url = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{queue}"
        records = []
        while messages := self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                records.append({"messageId": message["MessageId"], "body": message["Body"]})
        return records

    def bodies(self, queue: str) -> list[dict[str, Any]]:
        return [json.loads(record["body"]) for record in self.drain(queue)]


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with serving() as apis:
        loud = read_program(messages={"from_email": "hello@example.com", "sender_id": "CAPHEQUEN"})
        assert apis.admin("PUT", "/v1/program", loud).status == 200
        application.cache_clear()
        yield Stack(apis)


def sqs_event(*bodies: dict[str, Any]) -> dict[str, Any]:
    """The sample event of the messages' queue with these bodies."""
    event = sample_event("send_messages", "welcome")
    [record] = event["Records"]
    event["Records"] = [
        record | {"messageId": f"message-{number}", "body": json.dumps(body)} for number, body in enumerate(bodies)
    ]
    return event


def test_the_hourly_event_claims_the_day_and_the_queue_ends_it(stack: Stack) -> None:
    from expire_points.app import start, work

    start(sample_event("expire_points", "start"), None)
    bodies = stack.bodies("expire-points")
    queued = sorted(bodies, key=lambda body: int(body["shard"]))
    sample = [json.loads(record["body"]) for record in sample_event("expire_points", "work")["Records"]]
    assert queued == sample
    assert work(sample_event("expire_points", "work"), CONTEXT) == {"batchItemFailures": []}
    [run] = application().jobs.list_runs("expire-points")
    assert (run["on"], run["state"], run["failed"]) == ("2026-12-01", "finished", 0)
    assert work(sample_event("expire_points", "work_alone"), CONTEXT) == {"batchItemFailures": []}
    start(sample_event("expire_points", "start"), None)
    assert stack.bodies("expire-points") == []


def test_the_tiers_of_a_day_are_reviewed_by_the_queue(stack: Stack) -> None:
    from review_tiers.app import start, work

    start(sample_event("review_tiers", "start"), None)
    bodies = sorted(stack.bodies("review-tiers"), key=lambda body: int(body["shard"]))
    sample = sample_event("review_tiers", "work")
    assert bodies == [json.loads(record["body"]) for record in sample["Records"]]
    assert work(sample, CONTEXT) == {"batchItemFailures": []}
    assert work(sample_event("review_tiers", "work_alone"), CONTEXT) == {"batchItemFailures": []}
    [run] = application().jobs.list_runs("review-tiers")
    assert (run["on"], run["state"], run["failed"], run["totals"]) == ("2026-12-01", "finished", 0, {})


def test_the_statements_of_the_month_before_are_closed_by_the_queue(stack: Stack) -> None:
    from close_statements.app import start, work

    start(sample_event("close_statements", "start"), None)
    bodies = sorted(stack.bodies("close-statements"), key=lambda body: int(body["shard"]))
    sample = sample_event("close_statements", "work")
    assert bodies == [json.loads(record["body"]) for record in sample["Records"]]
    assert work(sample, CONTEXT) == {"batchItemFailures": []}
    assert work(sample_event("close_statements", "work_alone"), CONTEXT) == {"batchItemFailures": []}
    [run] = application().jobs.list_runs("close-statements")
    assert (run["on"], run["state"], run["seen"], run["totals"]) == ("2026-12-02", "finished", 0, {})


def test_old_entries_are_archived_by_the_queue_where_the_program_says_so(stack: Stack) -> None:
    from archive_entries.app import start, work

    start(sample_event("archive_entries", "start"), None)
    sample = sample_event("archive_entries", "work")
    enqueued = sorted(stack.bodies("archive-entries"), key=lambda body: int(body["shard"]))
    assert enqueued == [json.loads(record["body"]) for record in sample["Records"]]
    assert work(sample, CONTEXT) == {"batchItemFailures": []}
    assert work(sample_event("archive_entries", "work_alone"), CONTEXT) == {"batchItemFailures": []}
    [run] = application().jobs.list_runs("archive-entries")
    assert (run["on"], run["state"], run["totals"]) == ("2026-12-02", "finished", {})


def test_birthdays_are_given_and_told_by_the_whole_chain(stack: Stack) -> None:
    from birthday_rewards.app import start, work

    day = tomorrow()
    member_id = stack.enrol("birthday", email="hoa@example.com", birthday=f"1996-{day:%m-%d}", name="Hoa", locale="en")
    start(sample_event_on(day, "birthday_rewards", "start"), None)
    assert len(stack.drain("birthday-rewards")) == 8
    event = sample_event_on(day, "birthday_rewards", "work")
    for _ in range(2):
        assert work(event, CONTEXT) == {"batchItemFailures": []}
    [run] = application().jobs.list_runs("birthday-rewards")
    assert (run["state"], run["seen"], run["done"], run["points"]) == ("finished", 1, 1, 50)
    claims = member_claims(subject="birthday", member_id=member_id)
    assert stack.apis.mobile("GET", "/v1/me/account", claims=claims).body["points"]["active"] == 70


def test_who_stays_away_is_offered_something_by_the_queue(stack: Stack) -> None:
    from win_back.app import start, work

    start(sample_event("win_back", "start"), None)
    bodies = sorted(stack.bodies("win-back"), key=lambda body: int(body["shard"]))
    sample = sample_event("win_back", "work")
    assert bodies == [json.loads(record["body"]) for record in sample["Records"]]
    assert work(sample, CONTEXT) == {"batchItemFailures": []}
    [run] = application().jobs.list_runs("win-back")
    assert (run["on"], run["state"], run["seen"], run["totals"]) == ("2026-12-01", "finished", 0, {})


def test_on_a_day_without_a_holiday_the_queue_ends_it_and_nobody_is_seen(stack: Stack) -> None:
    from holiday_rewards.app import start, work

    stack.enrol("no-holiday", email="no-holiday@example.com")
    start(sample_event("holiday_rewards", "start"), None)
    bodies = sorted(stack.bodies("holiday-rewards"), key=lambda body: int(body["shard"]))
    sample = sample_event("holiday_rewards", "work")
    assert bodies == [json.loads(record["body"]) for record in sample["Records"]]
    assert work(sample, CONTEXT) == {"batchItemFailures": []}
    [run] = application().jobs.list_runs("holiday-rewards")
    assert (run["on"], run["state"], run["seen"], run["totals"]) == ("2026-12-01", "finished", 0, {})


def test_on_a_day_without_an_announcement_the_queue_ends_it_and_nobody_is_seen(stack: Stack) -> None:
    from announcements.app import start, work

    start(sample_event("announcements", "start"), None)
    bodies = sorted(stack.bodies("announcements"), key=lambda body: int(body["shard"]))
    sample = sample_event("announcements", "work")
    assert bodies == [json.loads(record["body"]) for record in sample["Records"]]
    assert work(sample, CONTEXT) == {"batchItemFailures": []}
    [run] = application().jobs.list_runs("announcements")
    assert (run["on"], run["state"], run["seen"], run["totals"]) == ("2026-12-01", "finished", 0, {})


def test_on_a_day_on_which_no_voucher_is_about_to_end_the_queue_ends_it(stack: Stack) -> None:
    from warn_endings.app import start, work

    start(sample_event("warn_endings", "start"), None)
    bodies = sorted(stack.bodies("warn-endings"), key=lambda body: int(body["shard"]))
    sample = sample_event("warn_endings", "work")
    assert bodies == [json.loads(record["body"]) for record in sample["Records"]]
    assert work(sample, CONTEXT) == {"batchItemFailures": []}
    [run] = application().jobs.list_runs("warn-endings")
    assert (run["on"], run["state"], run["seen"], run["totals"]) == ("2026-12-01", "finished", 0, {})


def test_an_announcement_that_staff_run_today_asks_for_a_message_to_everybody(stack: Stack) -> None:
    member_id = stack.enrol("announced", email="announced@example.com")
    texts = [{"locale": locale, "subject": "News", "body": ["News."], "sms": "News."} for locale in ("vi", "en")]
    today = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")).date().isoformat()
    news = {"id": "news", "on": today, "channels": ["email"], "texts": texts}
    loud = read_program(messages={"from_email": "hello@example.com", "sender_id": "CAPHEQUEN"})
    assert stack.apis.admin("PUT", "/v1/program", loud | {"announcements": [news]}).status == 200
    stack.drain("messages")
    run = stack.apis.admin("POST", "/v1/jobs/announcements/runs", {"on": today}).body
    assert stack.apis.admin("PUT", "/v1/program", loud).status == 200
    intents = [Intent.parse(body) for body in stack.bodies("messages")]
    assert (run["state"], run["done"], run["totals"]) == ("finished", len(intents), {"asked": len(intents)})
    assert Intent(member_id, "announcement", "news", {"announcement_id": "news"}) in intents


def test_without_time_the_message_goes_back_to_the_queue(stack: Stack) -> None:
    from birthday_rewards.app import start, work

    start(sample_event_on(tomorrow() + timedelta(days=1), "birthday_rewards", "start"), None)
    records = stack.drain("birthday-rewards")
    out_of_time = SimpleNamespace(get_remaining_time_in_millis=lambda: 1_000)
    assert work({"Records": records}, out_of_time) == {"batchItemFailures": []}
    again = stack.drain("birthday-rewards")
    assert sorted(record["body"] for record in again) == sorted(record["body"] for record in records)
    work({"Records": again}, CONTEXT)
    assert application().jobs.list_runs("birthday-rewards")[0]["state"] == "finished"


def test_the_ledger_is_proven_by_night_and_the_proof_is_shown(stack: Stack) -> None:
    from verify_ledger.app import start, work

    stack.enrol("proven", email="proven@example.com")
    start(sample_event("verify_ledger", "start"), None)
    bodies = stack.bodies("verify-ledger")
    sample = sample_event("verify_ledger", "work")
    assert sorted(bodies, key=lambda body: int(body["shard"])) == [json.loads(one["body"]) for one in sample["Records"]]
    for _ in range(2):
        assert work(sample, CONTEXT) == {"batchItemFailures": []}
    [run] = application().jobs.list_runs("verify-ledger")
    assert (run["on"], run["state"], run["failed"]) == ("2026-12-01", "finished", 0)
    shown = stack.apis.admin("GET", "/v1/ledger/verification").body
    assert (shown["on"], shown["is_sound"], shown["flaws"], shown["baseline"]) == ("2026-12-01", True, [], None)
    assert shown["members"] == run["done"] >= 1
    assert len(shown["root"]) == 64


def test_a_day_run_by_staff_answers_its_counts(stack: Stack) -> None:
    answer = stack.apis.admin("POST", "/v1/jobs/birthday-rewards/runs", {"on": _today(), "dry_run": True})
    assert (answer.status, answer.body["state"], answer.body["dry_run"]) == (201, "finished", True)
    unknown = stack.apis.admin("POST", "/v1/jobs/make-coffee/runs", {"on": _today()})
    assert (unknown.status, unknown.code) == (404, "not_found")
    early = stack.apis.admin("POST", "/v1/jobs/expire-points/runs", {"on": "2999-01-01"})
    assert (early.status, early.body["errors"][0]["pointer"]) == (422, "/on")


def test_the_stream_becomes_events_and_intents(stack: Stack) -> None:
    from publish_events.app import handle

    stack.drain("messages")
    for _ in range(2):
        handle(sample_event("publish_events", "redemption"), None)
    seen = stack.bodies("seen-events")
    assert [event["detail-type"] for event in seen] == ["points.reserved", "points.redeemed", "reward.redeemed"] * 2
    assert {event["source"] for event in seen} == {"quen"}
    assert len({event["detail"]["event_id"] for event in seen}) == 3
    intents = [Intent.parse(body) for body in stack.bodies("messages")]
    assert [intent.kind for intent in intents] == ["reserved", "redeemed"] * 2


def test_points_that_partners_stand_behind_are_booked_with_them_once(stack: Stack) -> None:
    from publish_events.app import handle

    for _ in range(2):
        handle(sample_event("publish_events", "partners_points"), None)
    store = BookStore(application()._dynamodb, application().settings.program_table)
    funder, payee = "ptn_0q8r5t2y6w9e3k1m", "ptn_3v7c1n5z9x2b6h4j"
    first, last = date(2026, 11, 1), date(2029, 1, 31)
    bought, gone = store.list_days(funder, first, last)
    assert (bought.points, bought.reference) == ({"issued": 125}, Reference("purchase", "HD-2001"))
    assert (gone.points, gone.reference) == ({"expired": 5}, Reference("lot", "2027-11-30"))
    [spent] = store.list_days(payee, first, last)
    assert (spent.points, spent.reference.kind) == ({"redeemed": 120}, "redemption")


def test_a_record_that_nobody_can_read_is_parked_with_the_bus_still_told(stack: Stack) -> None:
    from publish_events.app import handle

    stack.drain("seen-events")
    [unreadable, removed] = sample_event("publish_events", "unreadable")["Records"]
    readable = sample_event("publish_events", "purchase")["Records"]
    handle({"Records": [unreadable, removed, *readable]}, None)
    assert stack.bodies("events-failed") == [unreadable]
    assert [event["detail-type"] for event in stack.bodies("seen-events")] == ["points.earned"]


def test_a_batch_that_comes_again_says_why(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from publish_events.app import handle

    monkeypatch.setenv("EVENTS_FAILED_QUEUE_URL", f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/nowhere")
    application.cache_clear()
    try:
        with pytest.raises(TemporarilyUnavailableError):
            handle(sample_event("publish_events", "unreadable"), None)
    finally:
        application.cache_clear()
    line = vars(caplog.records[-1])
    assert line["code"] == "temporarily_unavailable"
    assert line["cause"] == "QueueDoesNotExist AWS.SimpleQueueService.NonExistentQueue SendMessage"


@pytest.fixture
def noon() -> Iterator[None]:
    """It is noon where the shop is: by night no advertisement goes by text message, whenever this is run."""
    application.cache_clear()
    application().clock = MovableClock(datetime(*tomorrow().timetuple()[:3], 5, tzinfo=UTC))
    yield
    application.cache_clear()


@pytest.mark.usefixtures("noon")
def test_a_message_is_sent_once_by_mail_or_by_sms(stack: Stack) -> None:
    from send_messages.app import handle

    by_mail = stack.enrol("mail", email="lan@example.com", name="Lan", locale="en")
    by_sms = stack.enrol("sms", phone="+84901234567", locale="vi")
    body = json.loads(sample_event("send_messages", "birthday")["Records"][0]["body"])
    event = sqs_event(body | {"member_id": by_mail}, body | {"member_id": by_sms})
    for _ in range(2):
        assert handle(deepcopy(event), None) == {"batchItemFailures": []}
    [mail] = [message for message in _mails() if "lan@example.com" in str(message.destinations)]
    assert "Happy birthday from Cà phê Quen" in mail.subject
    [(_, (number, text, *_rest))] = _sms()
    said, _, link = text.partition(" Từ chối: ")
    assert (number, said) == (
        "+84901234567",
        "[QC] Cà phê Quen: Chúc mừng sinh nhật bạn! Tặng bạn 50 điểm, đã có sẵn trong tài khoản.",
    )
    assert re.fullmatch(r"https://members\.example/live/v1/unsubscribe/[\w-]{40}", link)


def test_one_bad_message_does_not_stop_the_others_and_who_is_unknown_is_told_nothing(stack: Stack) -> None:
    from send_messages.app import handle

    event = sample_event("send_messages", "one_bad_one_good")
    bad, _ = event["Records"]
    assert handle(event, None) == {"batchItemFailures": [{"itemIdentifier": bad["messageId"]}]}


def test_a_bad_token_is_told_apart_by_the_authorizer(stack: Stack) -> None:
    from authorize.app import handle

    assert handle(sample_event("authorize", "bad_token"), None)["context"] == {"refusal": "token_invalid"}


def test_the_apis_sample_events_are_answered(stack: Stack) -> None:
    assert _answer("mobile", sample_event("mobile_api", "enrol"), stack)["statusCode"] == 201
    assert _answer("mobile", sample_event("mobile_api", "account"), stack)["statusCode"] == 404
    # Through an HTTP API, where no authorizer has spoken.
    assert _answer("mobile", sample_event("mobile_api", "http_account"), stack)["statusCode"] == 401
    assert _answer("partner", sample_event("partner_api", "unsigned_purchase"), stack)["statusCode"] == 401
    assert _answer("admin", sample_event("admin_api", "run_job"), stack)["statusCode"] == 201
    assert _answer("admin", sample_event("coalition_api", "create_partner"), stack)["statusCode"] == 201
    assert _answer("partner", sample_event("backoffice_api", "unsigned_partner"), stack)["statusCode"] == 401
    assert _answer("partner", sample_event("backoffice_api", "unsigned_event_search"), stack)["statusCode"] == 401


def _answer(api: str, event: dict[str, Any], stack: Stack) -> dict[str, Any]:
    answer: dict[str, Any] = stack.apis.app(api, event)(event, None)
    return answer


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _mails() -> list[Any]:
    from moto.ses.models import ses_backends

    return list(ses_backends[ACCOUNT][REGION].sent_messages)


def _sms() -> list[Any]:
    from moto.sns.models import sns_backends

    return list(sns_backends[ACCOUNT][REGION].sms_messages.items())
