"""Parked work through the admin API's handlers, with SQS as moto plays it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from quen.bootstrap import application
from quen.errors import TemporarilyUnavailableError
from quen.jobs.parking import SqsParkedMessages
from served import Served, open_queues, serving

REGION, ACCOUNT = "us-east-1", "123456789012"


class Queues:
    """Every queue of the stack with the one beside it in which its messages are parked."""

    def __init__(self, apis: Served) -> None:
        self.apis = apis
        self.sqs: Any = open_queues()

    def park(self, name: str, *bodies: str) -> None:
        for body in bodies:
            self.sqs.send_message(QueueUrl=self.url(f"{name}-failed"), MessageBody=body)

    def bodies(self, name: str) -> list[str]:
        """What the queue holds, taken out of it."""
        found = []
        while messages := self.sqs.receive_message(QueueUrl=self.url(name), MaxNumberOfMessages=10).get("Messages"):
            found += [message["Body"] for message in messages]
        return sorted(found)

    def url(self, name: str) -> str:
        return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}"


@pytest.fixture(scope="module")
def queues() -> Iterator[Queues]:
    with serving() as apis:
        yield Queues(apis)


def test_what_is_parked_is_listed_moved_and_on_record(queues: Queues) -> None:
    bodies = [f'{{"number": {number}}}' for number in range(12)]
    queues.park("expire-points", *bodies)
    queues.park("messages", '{"other": 1}')
    jobs = {item["job"]: item for item in queues.apis.admin("GET", "/v1/jobs").body["items"]}
    assert jobs["expire-points"] == {"job": "expire-points", "is_scheduled": True, "last_run": None, "parked": 12}
    assert {name for name, item in jobs.items() if item["is_scheduled"]} == {*application().jobs.names}

    answer = queues.apis.admin("POST", "/v1/jobs/expire-points/redrives", role="manager")
    assert (answer.status, answer.body) == (200, {"job": "expire-points", "parked": 12, "moved": 12})
    assert queues.bodies("expire-points") == sorted(bodies)
    jobs = {item["job"]: item["parked"] for item in queues.apis.admin("GET", "/v1/jobs").body["items"]}
    assert (jobs["expire-points"], jobs["messages"]) == (0, 1)
    trail = queues.apis.admin("GET", "/v1/audit").body["items"]
    assert [item["target"] for item in trail if item["action"] == "redrive_job"] == ["job:expire-points"]


def test_who_may_only_look_moves_nothing_and_an_unknown_job_is_not_there(queues: Queues) -> None:
    queues.park("webhooks", "{}")
    assert queues.apis.admin("POST", "/v1/jobs/webhooks/redrives", role="support").code == "forbidden"
    assert queues.apis.admin("GET", "/v1/jobs", role="support").status == 200
    assert queues.apis.admin("GET", "/v1/jobs", role="cashier").code == "forbidden"
    assert queues.apis.admin("POST", "/v1/jobs/events-failed/redrives").code == "not_found"
    assert queues.bodies("webhooks-failed") == ["{}"]


class Halting:
    """SQS that takes only so many messages of a batch."""

    def __init__(self, sqs: Any, taken: int) -> None:
        self._sqs = sqs
        self._taken = taken

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sqs, name)

    def send_message_batch(self, **asked: Any) -> Any:
        refused = [{"Id": entry["Id"], "Code": "Busy"} for entry in asked["Entries"][self._taken :]]
        answer = self._sqs.send_message_batch(**asked | {"Entries": asked["Entries"][: self._taken]})
        return answer | {"Failed": refused}


def test_what_could_not_be_sent_stays_parked(queues: Queues) -> None:
    urls = {"review-tiers": queues.url("review-tiers")}
    queues.park("review-tiers", "1", "2", "3")
    parked = SqsParkedMessages(Halting(queues.sqs, 2), urls)
    with pytest.raises(TemporarilyUnavailableError):
        parked.give_back("review-tiers", 10)
    assert parked.count("review-tiers") == 1
    assert len(queues.bodies("review-tiers")) == 2


def test_where_nothing_is_parked_nothing_moves(queues: Queues) -> None:
    urls = {"verify-ledger": queues.url("verify-ledger")}
    assert SqsParkedMessages(queues.sqs, urls, wait_seconds=0).give_back("verify-ledger", 10) == 0


def test_a_queue_that_is_not_there_is_a_stack_that_is_unavailable(queues: Queues) -> None:
    parked = SqsParkedMessages(queues.sqs, {"gone": queues.url("gone")})
    with pytest.raises(TemporarilyUnavailableError):
        parked.count("gone")
    with pytest.raises(TemporarilyUnavailableError):
        parked.give_back("gone", 10)
