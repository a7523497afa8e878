"""Each function, run by its own handler on what it is there for, and the calls to AWS that this made."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import boto3
from msgspec.structs import replace

from aws_calls import Calls, Grant
from factories import make_purchase
from house import member
from quen.bootstrap import application
from quen.ledger.model import Reserve
from quen.ledger.ports import Intent
from quen.ledger.views import entry_view
from quen.messages.model import Attempt, Message
from quen.partners.model import ALL_RIGHTS, Billing, Partner, PartnerState, Terms
from quen.partners.store import PartnerStore
from quen.rewards.model import RewardWanted
from quen.verification.model import REREAD_DAYS, is_reread
from sample_events import sample_event, sample_event_on, tomorrow
from served import Served, read_program
from unit.messages.fakes import make_intent
from unit.settlement.fakes import make_partner

CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 60_000)
QUEUES = (
    "messages",
    "webhooks",
    "expire-points",
    "review-tiers",
    "birthday-rewards",
    "win-back",
    "holiday-rewards",
    "announcements",
    "warn-endings",
    "verify-ledger",
    "close-statements",
    "archive-entries",
    "issue-vouchers",
    "message-reports",
    "events-failed",
)
TABLES = ("ledger", "members", "program", "messages")
REGION = "us-east-1"

HOLIDAY = {"id": "first", "name": {"vi": "Ngày hội", "en": "Holiday"}, "points": 5}
TEXTS = [{"locale": locale, "subject": "News", "body": ["News."], "sms": "News."} for locale in ("vi", "en")]
NEWS = {"id": "news", "channels": ["email"], "tiers": ["member"], "texts": TEXTS}
PROFILING = {"purpose": "profiling", "granted": True, "text_version": "1"}
AFTER_ALL_ENTRIES = sample_event("archive_entries", "start") | {"time": "2032-01-01T06:00:04Z"}
AFTER_ALL_POINTS = sample_event("expire_points", "start") | {"time": "2032-01-01T06:00:04Z"}


class World:
    """A stack with two members, and the queues that its functions are worked from."""

    def __init__(self, served: Served, calls: Calls) -> None:
        self._calls = calls
        self.served = served
        self._sqs = boto3.client("sqs", region_name=REGION)
        for queue in QUEUES:
            self._sqs.create_queue(QueueName=queue)
        boto3.client("events", region_name=REGION).create_event_bus(Name="quen-test")
        self.day = tomorrow()
        self.born_on_the_day = served.enrol(birthday=f"1996-{self.day:%m-%d}")
        self.unasked = served.enrol("hoa", "+84901234568")
        settings = application().settings
        self._tables = {getattr(settings, f"{name}_table"): f"{name.title()}Table" for name in TABLES}

    def set_program(self, **sections: Any) -> None:
        """Its program is another one from now on."""
        assert self.served.admin("PUT", "/v1/program", read_program(**sections)).status == 200

    def keep_entries(self, months: int) -> None:
        """Its program keeps entries for so long, and there is a bucket for the older ones."""
        boto3.client("s3", region_name=REGION).create_bucket(Bucket=application().settings.archive_bucket)
        self.set_program(ledger={"entries_kept_months": months})

    def buy(self, member_id: str, *days_ago: int) -> None:
        """A member buys, so many days ago."""
        for days in days_ago:
            bought = make_purchase(purchase_id=f"B-{days}", at=datetime.now(UTC) - timedelta(days=days))
            application().purchases.record("ptn_0000000000000001", member(member_id), bought, f"f{days}")

    def let_lapse(self, member_id: str) -> None:
        """A member held a piece of a reward until an hour ago, and nobody has put it back on the shelf."""
        ledger, then = application().ledger, application().ledger.now() - timedelta(days=1)
        held = Reserve("red_1", 1, then + timedelta(hours=23), "banh-mi", stock={"0": 1})
        taken = [application()._stock.take("banh-mi", "0", 1, None)]
        intent = Intent(held, lambda _, entry: entry_view(entry), others=taken)
        ledger.carry_out(member_id, lambda: intent, now=then)

    def know_brands(self, *partner_ids: str) -> None:
        """Partners that a sample event names."""
        store = PartnerStore(application()._dynamodb, application().settings.program_table)
        for partner_id in partner_ids:
            store.add(Partner(partner_id, "Brand", PartnerState.ACTIVE, ALL_RIGHTS, datetime.now(UTC)))

    def settle(self) -> None:
        """A partner settles since October, from a pack that runs low."""
        terms = Terms(date(2026, 10, 1), Billing.PREPAID, issued="100", alert_below=1)
        store = PartnerStore(application()._dynamodb, application().settings.program_table)
        store.add(replace(make_partner(terms), partner_id="ptn_0q8r5t2y6w9e3k1m"))

    def drain(self, queue: str) -> dict[str, Any]:
        """What the queue holds, as SQS's event."""
        url = f"https://sqs.{REGION}.amazonaws.com/123456789012/{queue}"
        messages: list[Any] = []
        while some := self._sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            messages += some
        return {"Records": [{"messageId": one["MessageId"], "body": one["Body"]} for one in messages]}

    def called_by(self, function: Callable[[Any, Any], Any], event: Any) -> set[Grant]:
        """What a fresh process of that function asks AWS for."""
        application.cache_clear()
        self._calls.tables = self._tables
        answer = function(event, CONTEXT)
        self._calls.tables = {}
        application.cache_clear()
        assert not (answer or {}).get("batchItemFailures")
        return {*self._calls.made}


def expire_start(world: World) -> set[Grant]:
    from expire_points.app import start

    return world.called_by(start, AFTER_ALL_POINTS)


def expire_work(world: World) -> set[Grant]:
    from expire_points.app import start, work

    start(AFTER_ALL_POINTS, None)
    return world.called_by(work, world.drain("expire-points"))


def review_start(world: World) -> set[Grant]:
    from review_tiers.app import start

    return world.called_by(start, sample_event("review_tiers", "start"))


def review_work(world: World) -> set[Grant]:
    from review_tiers.app import start, work

    tiers = [{"id": name, "name": {"vi": name, "en": name}} for name in ("member", "gold")]
    assert world.served.admin("PUT", "/v1/program", read_program(tiers=tiers)).status == 200
    gold = {"tier": "gold", "until": "2030-12-31", "reason_code": "goodwill"}
    assert world.served.admin("POST", f"/v1/members/{world.born_on_the_day}/tier", gold).status == 200
    start(AFTER_ALL_POINTS, None)
    return world.called_by(work, world.drain("review-tiers"))


def birthday_start(world: World) -> set[Grant]:
    from birthday_rewards.app import start

    return world.called_by(start, sample_event("birthday_rewards", "start"))


def birthday_work(world: World) -> set[Grant]:
    from birthday_rewards.app import start, work

    start(sample_event_on(world.day, "birthday_rewards", "start"), None)
    return world.called_by(work, world.drain("birthday-rewards"))


def win_back_start(world: World) -> set[Grant]:
    from win_back.app import start

    return world.called_by(start, sample_event("win_back", "start"))


def win_back_work(world: World) -> set[Grant]:
    """Who has bought three times, and nothing since, is offered something on the first day; then the index is asked."""
    from win_back.app import start, work

    soon = datetime.now(UTC) + timedelta(seconds=30)  # not in the second in which the program before it began
    world.set_program(win_back={"after": "2", "points": 5}, effective_from=soon.isoformat())
    world.buy(world.served.enrol("minh", "+84901234569", consents=[PROFILING]), 80, 75, 70)
    start(AFTER_ALL_POINTS | {"time": (datetime.now(UTC) + timedelta(days=1)).isoformat()}, None)
    world.called_by(work, world.drain("win-back"))
    start(AFTER_ALL_POINTS, None)
    return world.called_by(work, world.drain("win-back"))


def holiday_start(world: World) -> set[Grant]:
    from holiday_rewards.app import start

    return world.called_by(start, sample_event("holiday_rewards", "start"))


def holiday_work(world: World) -> set[Grant]:
    """On a day with a gift, or nobody would be looked at."""
    from holiday_rewards.app import start, work

    world.set_program(holidays=[HOLIDAY | {"on": {"date": f"{world.day:%m-%d}"}}])
    start(sample_event_on(world.day, "holiday_rewards", "start"), None)
    return world.called_by(work, world.drain("holiday-rewards"))


def announcements_start(world: World) -> set[Grant]:
    from announcements.app import start

    return world.called_by(start, sample_event("announcements", "start"))


def announcements_work(world: World) -> set[Grant]:
    """On a day with an announcement for one tier, or nobody and no account would be looked at."""
    from announcements.app import start, work

    tomorrow = datetime.now(UTC) + timedelta(days=1)  # this program is in force when it begins
    on = tomorrow.astimezone(ZoneInfo("Asia/Ho_Chi_Minh")).date().isoformat()
    tiers = [{"id": "member", "name": {"vi": "Thành viên", "en": "Member"}}]
    world.set_program(announcements=[NEWS | {"on": on}], tiers=tiers)
    start(sample_event("announcements", "start") | {"time": tomorrow.isoformat()}, None)
    return world.called_by(work, world.drain("announcements"))


def endings_start(world: World) -> set[Grant]:
    from warn_endings.app import start

    return world.called_by(start, sample_event("warn_endings", "start"))


def endings_work(world: World) -> set[Grant]:
    """A week before the end of a voucher that a member has bought."""
    from warn_endings.app import start, work

    voucher = {"kind": "voucher", "face": 50_000, "partial": True, "valid_days": 9}
    world.set_program(rewards=[{"id": "fifty", "name": {"vi": "50k", "en": "50k"}, "points": 10, "benefit": voucher}])
    wanted = RewardWanted("fifty", 1)
    application().rewards.reserve(member(world.unasked), wanted, idempotency_key="k", fingerprint="f")
    tomorrow = datetime.now(UTC) + timedelta(days=1)  # of nine days the second, and this program is in force
    start(sample_event("warn_endings", "start") | {"time": tomorrow.isoformat()}, None)
    return world.called_by(work, world.drain("warn-endings"))


def verify_start(world: World) -> set[Grant]:
    from verify_ledger.app import start

    return world.called_by(start, sample_event("verify_ledger", "start"))


def verify_work(world: World) -> set[Grant]:
    from archive_entries.app import work as archive
    from verify_ledger.app import start, work

    archive(old_entries(world), CONTEXT)
    nights = [date(2032, 1, 1) + timedelta(days=number) for number in range(REREAD_DAYS)]
    night = next(night for night in nights if is_reread(world.born_on_the_day, night))
    start(sample_event("verify_ledger", "start") | {"time": f"{night}T06:00:04Z"}, None)
    return world.called_by(work, world.drain("verify-ledger"))


def close_start(world: World) -> set[Grant]:
    from close_statements.app import start

    return world.called_by(start, sample_event("close_statements", "start"))


def close_work(world: World) -> set[Grant]:
    from close_statements.app import start, work

    world.settle()
    start(sample_event("close_statements", "start"), None)
    return world.called_by(work, world.drain("close-statements"))


def archive_start(world: World) -> set[Grant]:
    from archive_entries.app import start

    return world.called_by(start, sample_event("archive_entries", "start"))


def archive_work(world: World) -> set[Grant]:
    from archive_entries.app import work

    return world.called_by(work, old_entries(world))


def old_entries(world: World) -> dict[str, Any]:
    """The night of a day years later, with entries to archive."""
    from archive_entries.app import start

    world.keep_entries(13)
    world.buy(world.born_on_the_day, 1)
    start(AFTER_ALL_ENTRIES, None)
    return world.drain("archive-entries")


def issue_vouchers(world: World) -> set[Grant]:
    from issue_vouchers.app import handle

    benefit = {"kind": "amount_off", "amount": 50_000}
    body = {"name": "Tết", "count": 3, "benefit": benefit, "valid_until": "2099-12-31"}
    world.served.admin("POST", "/v1/voucher-batches", body, headers={"Idempotency-Key": "k"})
    return world.called_by(handle, world.drain("issue-vouchers"))


def publish(world: World) -> set[Grant]:
    """A partner's points among others, so that its webhook is woken."""
    from publish_events.app import handle

    application().webhooks.create("ptn_0q8r5t2y6w9e3k1m", "https://hooks.example.com/")
    world.settle()
    world.know_brands("ptn_3v7c1n5z9x2b6h4j")
    samples = [sample_event("publish_events", name) for name in ("enrolment", "partners_points", "unreadable")]
    return world.called_by(handle, {"Records": [record for sample in samples for record in sample["Records"]]})


def send(world: World) -> set[Grant]:
    """A birthday to who agreed, and a warning of points that end to who did not: that is proof, which the ledger
    keeps, and with it what had fallen due before.
    """
    from send_messages.app import handle

    world.let_lapse(world.unasked)
    event = sample_event("send_messages", "birthday")
    [record] = event["Records"]
    body = json.loads(record["body"]) | {"member_id": world.born_on_the_day}
    warning = make_intent("expiring", through="2090-11-30").body() | {"member_id": world.unasked}
    return world.called_by(handle, {"Records": [record | {"body": json.dumps(one)} for one in (body, warning)]})


def take_reports(world: World) -> set[Grant]:
    """Of a warning that arrived, and brought a complaint, of one whose address is left alone from then on, and of texts."""
    from take_reports.app import handle

    world.let_lapse(world.unasked)
    named, records = "mem_7k3w9m2x5t8q4r6s", []
    for member_id, name in (
        (world.unasked, "delivered"),
        (world.unasked, "complained"),
        (world.born_on_the_day, "bounced"),
    ):
        attempts, days = (Attempt("email", "accepted", datetime.now(UTC)),), {"days": ["2090-11-30"]}
        message = Message(member_id, "expiring:2026-12-31.30", "msg_1", attempts=attempts, data=days)
        application()._message_store.claim(replace(message, state="SENT", channel="email"))
        [record] = sample_event("take_reports", name)["Records"]
        records.append(record | {"body": record["body"].replace(named, member_id)})
    world.called_by(handle, sample_event("take_reports", "text_messages"))
    return world.called_by(handle, {"Records": records})


def send_webhooks(world: World) -> set[Grant]:
    """To an address that is refused before anybody is asked for it, so that a retry is queued."""
    from send_webhooks.app import handle

    app = application()
    partner_id = app.partners.create("Phở 24").partner_id
    webhook = app.webhooks.create(partner_id, "https://hooks.example.com/").webhook
    assert app._webhook_store.replace(webhook, replace(webhook, url="https://127.0.0.1/", revision=1))
    app.webhooks.send_test(partner_id, webhook.webhook_id)
    app.webhook_announcements.announce(partner_id, [("evt_r2vqgz6m4k3wq2m9", "points.earned")])
    return world.called_by(handle, world.drain("webhooks"))


def authorize(world: World) -> set[Grant]:
    from authorize.app import answer
    from quen.members.model import Login
    from quen.members.tokens import TokenClaims

    class BelievingVerifier:
        def verify(self, _token: str) -> TokenClaims:
            return TokenClaims(Login("https://id.example.com", "lan"), "", 0)

    def handle(event: Any, _context: object) -> None:
        app = application()
        assert app.tokens  # made as the handler makes it, but the issuer is not asked
        verifier: Any = BelievingVerifier()
        answer(event, verifier, app.members.find_member_id)

    return world.called_by(handle, sample_event("authorize", "bad_token"))
