"""One entry's id leads from the request that wrote it to the message and the webhook that came of it, by the log alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from botocore.exceptions import ClientError

from quen.clock import WallClock
from quen.deliveries import handle_each
from quen.dynamodb import commit
from quen.events.service import Publisher
from quen.jobs.queue import LoggedFailures
from quen.ledger.model import entry_id
from quen.ledger.model.values import ACTIVE, DEBT, HELD, STORED_VALUE
from quen.log_lines import line
from quen.messages.intents import intents_of
from quen.messages.model import Intent
from quen.verification.model import MemberFlaw, Verification
from quen.verification.reports import LoggedDrift
from quen.webhooks.model import Result
from quen.writes import TransactionRefusedError, Write
from sample_events import sample_event
from unit.events.test_events import MemoryBus, MemoryIntents, MemoryParking
from unit.events.test_figures import told
from unit.jobs.fakes import NOW
from unit.jobs.test_service import EXPIRE, TODAY, expiring_world
from unit.messages.fakes import Post, make_intent
from unit.webhooks.fakes import URL
from unit.webhooks.fakes import World as WebhookWorld

ENTRY_ID = "ent_b6cpwyfw6y67wwqw"
WRITES = [
    Write("account mem_1", "Put", {"TableName": "ledger", "Item": {}}),
    Write("entry mem_1 7", "Put", {"TableName": "ledger", "Item": {}}, ENTRY_ID),
]


class Database:
    def __init__(self, error: Exception | None = None) -> None:
        self._error = error

    def transact_write_items(self, **_: Any) -> None:
        if self._error:
            raise self._error


def batch_of(*bodies: str) -> dict[str, Any]:
    return {"Records": [{"messageId": str(number), "body": body} for number, body in enumerate(bodies)]}


@pytest.fixture(autouse=True)
def _information(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")


def last(caplog: pytest.LogCaptureFixture) -> Mapping[str, Any]:
    return vars(caplog.records[-1])


def test_a_transaction_names_the_entries_that_it_wrote(caplog: pytest.LogCaptureFixture) -> None:
    with line("request"):
        commit(Database(), WRITES)  # type: ignore[arg-type] # all of a client that it needs
    assert last(caplog)["entries"] == [ENTRY_ID]


def test_what_was_refused_wrote_nothing(caplog: pytest.LogCaptureFixture) -> None:
    reasons = [{"Code": "None"}, {"Code": "ConditionalCheckFailed"}]
    refused = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
    with line("request"), pytest.raises(TransactionRefusedError):
        commit(Database(ClientError(refused, "TransactWriteItems")), WRITES)  # type: ignore[arg-type,typeddict-item] # the same
    assert "entries" not in last(caplog)


def test_the_stream_names_the_entries_that_it_told_and_their_intents_carry_them(
    caplog: pytest.LogCaptureFixture,
) -> None:
    intents = MemoryIntents()
    publisher = Publisher(MemoryBus(), intents, MemoryParking(), is_told=lambda _: True, wall=WallClock())
    with line("stream"):
        publisher.publish(sample_event("publish_events", "redemption")["Records"])
    ids = [entry_id(fact) for fact in told("redemption") if hasattr(fact, "hash")]
    assert last(caplog)["entries"] == ids
    assert {intent.entry_id for intent in intents.intents} <= {*ids}
    assert {Intent.parse(intent.body()).entry_id for intent in intents.intents} <= {*ids}
    assert intents.intents


def test_every_intent_that_an_entry_calls_for_says_which() -> None:
    for name in ("purchase", "redemption", "expiry", "birthday", "tier_upgrade"):
        for fact in told(name):
            if hasattr(fact, "hash"):
                assert all(intent.entry_id == entry_id(fact) for intent in intents_of(fact))


def test_what_no_entry_could_be_called_is_not_repeated() -> None:
    body = make_intent().body()
    assert Intent.parse(body | {"entry_id": "0901234567"}).entry_id == ""
    assert Intent.parse(body | {"entry_id": ENTRY_ID}).entry_id == ENTRY_ID


def test_a_message_is_told_with_its_entry_and_how_it_stands(caplog: pytest.LogCaptureFixture) -> None:
    post = Post()
    with line("batch"):
        post.messages.receive(make_intent().body() | {"entry_id": ENTRY_ID})
    message_id = post.stored().message_id
    told_of = {"message_id": message_id, "kind": "birthday", "entry_id": ENTRY_ID, "state": "SENT"}
    assert last(caplog)["handled"] == [told_of]
    assert last(caplog)["MessagesSent"] == 1


def test_a_message_that_comes_again_is_counted_no_more(caplog: pytest.LogCaptureFixture) -> None:
    post = Post()
    post.messages.send(make_intent())
    with line("batch"):
        post.messages.send(make_intent())
    assert "MessagesSent" not in last(caplog)


def test_a_webhook_is_told_with_the_entry_of_its_event(caplog: pytest.LogCaptureFixture) -> None:
    world = WebhookWorld()
    webhook = world.make().webhook
    world.bodies.kept[webhook.partner_id, "evt_1"] = b'{"data":{"entry_id":"' + ENTRY_ID.encode() + b'"}}'
    world.receivers.results[URL] = Result(500)
    world.announce()
    with line("batch"):
        world.work()
    webhook_id = webhook.webhook_id
    told_of = {"event_id": "evt_1", "webhook_id": webhook_id, "entry_id": ENTRY_ID, "is_delivered": False}
    assert last(caplog)["handled"] == [told_of]
    assert last(caplog)["WebhooksFailed"] == 1


def test_a_batch_of_a_queue_is_one_line_that_says_how_many_come_again(caplog: pytest.LogCaptureFixture) -> None:
    answer = handle_each(batch_of("{}", "not JSON"), lambda _: None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    said = last(caplog)
    assert (said["message"], said["delivered"], said["undone"]) == ("batch", 2, 1)


def test_a_job_s_line_says_what_its_pages_came_to_and_the_run_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    world = expiring_world()
    with line("batch"):
        world.run_to_the_end(EXPIRE)
    [run] = world.runs.runs.values()
    said = last(caplog)
    assert (said["job"], said["on"], said["run_id"]) == (EXPIRE, run.on.isoformat(), run.run_id)
    assert (said["seen"], said["done"], said["failed"]) == (run.counts.seen, run.counts.done, 0)
    assert said["JobMembersDone"] == run.counts.done
    assert world.reports.ended == [run.key]
    LoggedFailures().report_end(run)
    assert (last(caplog)["message"], last(caplog)["state"]) == ("run", "finished")


def test_a_member_who_is_made_good_alone_is_counted_as_done(caplog: pytest.LogCaptureFixture) -> None:
    world = expiring_world()
    world.accounts.broken.add("mem_0000000000000004")
    world.run_to_the_end(EXPIRE)
    world.accounts.broken.clear()
    world.queue.waiting = [world.queue.dead.pop()]
    with line("batch"):
        world.queue.deliver(world.jobs, times=2)
    assert (last(caplog)["done"], last(caplog)["points"], last(caplog)["JobMembersDone"]) == (1, 14, 1)


def test_a_run_by_hand_that_has_ended_is_told_as_the_nights_are_but_no_dry_one() -> None:
    world = expiring_world()
    world.jobs.start_run(EXPIRE, TODAY, dry_run=True, actor="staff:an")
    assert world.reports.ended == []
    world.jobs.start_run(EXPIRE, TODAY, dry_run=False, actor="staff:an")
    assert len(world.reports.ended) == 1


@pytest.mark.parametrize(
    ("what", "told"),
    [
        (
            "its document MEMBER#mem_1/CLAIM#event:review:lan@example.com\nx is missing",
            "its document MEMBER#… is missing",
        ),
        ("the entry of PURCHASE#ptn_1#0901234567-1/DOCUMENT is missing", "the entry of PURCHASE#… is missing"),
        ("its account cannot be read", "its account cannot be read"),
    ],
)
def test_a_flaw_is_told_without_what_others_call_a_thing(
    caplog: pytest.LogCaptureFixture, what: str, told: str
) -> None:
    LoggedDrift(lambda points: points).report_flaw(MemberFlaw("mem_1", 3, what), date(2026, 12, 1))
    assert (last(caplog)["alarm"], last(caplog)["sequence"], last(caplog)["what"]) == ("ledger_drift", 3, told)


def test_the_nightly_proof_counts_what_is_outstanding(caplog: pytest.LogCaptureFixture) -> None:
    totals = {
        ACTIVE: 700,
        HELD: 40,
        DEBT: -15,
        STORED_VALUE: 50_000,
        "program.issued": -725,
        "program.stored_value": -50_000,
    }
    LoggedDrift(lambda points: 100 * points).report_result(Verification(NOW, 3, 9, totals=totals, on=date(2026, 12, 1)))
    counted = {"PointsOutstanding": 740, "PointsOutstandingWorth": 74_000, "StoredValueOutstanding": 50_000}
    assert {name: last(caplog)[name] for name in counted} == counted
