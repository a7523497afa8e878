"""The members' store on DynamoDB as moto plays it: what every MemberRecords does, and what is only the store's."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from moto import mock_aws
from msgspec.structs import replace

from quen.dynamodb import commit, open_client
from quen.errors import ConflictRetryError, MemberAlreadyExistsError, TemporarilyUnavailableError
from quen.members.consent_store import ConsentStore, evidence
from quen.members.model import Enrolment, MemberReference
from quen.members.ports import Found, StaleMemberError
from quen.members.store import COMMIT_ATTEMPTS_MAX, MemberStore
from quen.writes import TransactionRefusedError, Write
from tables import create_tables
from unit.members.fakes import LOGIN, LOOKUPS, NOW, make_consent, make_member, make_members
from unit.members.records_contract import Commit, MemberRecordsContract


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield open_client("us-east-1")


@pytest.fixture
def table(client: Any) -> str:
    return create_tables(client)["members"]


@pytest.fixture
def records(client: Any, table: str) -> MemberStore:
    return MemberStore(client, table, LOOKUPS, wait=lambda seconds: None)


class TestMemberStore(MemberRecordsContract):
    """The contract, over the store."""

    @pytest.fixture
    def commit(self, client: Any) -> Commit:
        return partial(commit, client)


def _scan(client: Any, table: str) -> list[dict[str, Any]]:
    return client.scan(TableName=table)["Items"]


def test_items_are_keyed_as_the_access_pattern_table_says(client: Any, table: str, records: MemberStore):
    records.add(make_member(email="hoa@example.com"), [])
    keys = sorted((item["PK"]["S"].partition("#")[0], item["SK"]["S"]) for item in _scan(client, table))
    assert keys == [
        ("CARD", "CARD"),
        ("IDENTITY", "IDENTITY"),
        ("IDENTITY", "IDENTITY"),
        ("LOGIN", "LOGIN"),
        ("MEMBER", "PROFILE"),
    ]


def test_only_the_profile_holds_personal_data(client: Any, table: str, records: MemberStore):
    member = make_member(email="hoa@example.com")
    records.add(member, [])
    others = [item for item in _scan(client, table) if item["SK"]["S"] != "PROFILE"]
    text = repr(others)
    assert not any(secret in text for secret in ("901234567", "hoa@", "Hoa", member.card_code))


def test_the_opening_is_written_with_the_profile_or_not_at_all(client: Any, table: str, records: MemberStore):
    item = {"PK": {"S": "MEMBER#x"}, "SK": {"S": "ACCOUNT"}}
    opening = [Write("account", "Put", {"TableName": table, "Item": item})]
    records.add(make_member(), opening)
    assert client.get_item(TableName=table, Key=item)["Item"] == item

    refused = dict(opening[0].parameters) | {"ConditionExpression": "attribute_not_exists(PK)"}
    second = make_member("mem_0000000000000002", phone="+84911111111")
    with pytest.raises(ConflictRetryError):
        records.add(second, [Write("account", "Put", refused)])
    assert records.find_member(second.member_id) is None


class FlakyClient:
    """A client whose transactions fail, `failures` times, before or after they took place."""

    def __init__(self, client: Any, error: Exception, failures: int, *, after_commit: bool) -> None:
        self._client = client
        self._error = error
        self._failures = failures
        self._after_commit = after_commit
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, **arguments: Any) -> Any:
        self.calls += 1
        fails = self.calls <= self._failures
        if fails and not self._after_commit:
            raise self._error
        answer = self._client.transact_write_items(**arguments)
        if fails:
            raise self._error
        return answer


def _conflict(client: Any) -> Exception:
    reasons = [{"Code": "TransactionConflict"}]
    return client.exceptions.TransactionCanceledException(
        {"Error": {"Code": "TransactionCanceledException", "Message": ""}, "CancellationReasons": reasons},
        "TransactWriteItems",
    )


def test_a_transaction_in_the_way_is_waited_out(client: Any, table: str):
    flaky = FlakyClient(client, _conflict(client), 2, after_commit=False)
    waits: list[float] = []
    MemberStore(flaky, table, LOOKUPS, wait=waits.append).add(make_member(), [])  # type: ignore[arg-type]
    assert flaky.calls == 3
    assert len(waits) == 2


def test_a_conflict_that_does_not_end_is_handed_to_the_caller(client: Any, table: str):
    flaky = FlakyClient(client, _conflict(client), 99, after_commit=False)
    with pytest.raises(ConflictRetryError):
        MemberStore(flaky, table, LOOKUPS, wait=lambda seconds: None).add(make_member(), [])  # type: ignore[arg-type]
    assert flaky.calls == COMMIT_ATTEMPTS_MAX


def test_an_enrolment_whose_answer_was_lost_is_there_and_refused_the_second_time(client: Any, table: str):
    flaky = FlakyClient(client, ReadTimeoutError(endpoint_url="x"), 1, after_commit=True)
    members = make_members(MemberStore(flaky, table, LOOKUPS))  # type: ignore[arg-type]
    enrolment = Enrolment(phone="0901234567")
    with pytest.raises(TemporarilyUnavailableError):
        members.enrol(LOGIN, enrolment, NOW)
    with pytest.raises(MemberAlreadyExistsError):
        members.enrol(LOGIN, enrolment, NOW)
    member_id = members.resolve(MemberReference(phone="0901234567"))
    assert member_id == members.find_member_id(LOGIN)


def test_a_lookup_that_a_lagging_replica_does_not_know_is_read_again_consistently(client: Any, table: str):
    class Lagging:
        def __init__(self) -> None:
            self.reads: list[bool] = []

        def __getattr__(self, name: str) -> Any:
            return getattr(client, name)

        def _make_api_call(self, operation: str, arguments: dict[str, Any]) -> Any:
            if operation == "GetItem":
                self.reads.append(arguments["ConsistentRead"])
                if not arguments["ConsistentRead"]:
                    return {}
            return client._make_api_call(operation, arguments)

    lagging = Lagging()
    store = MemberStore(lagging, table, LOOKUPS)  # type: ignore[arg-type]
    member = make_member()
    store.add(member, [])
    assert store.find(LOOKUPS.phone("+84901234567")) == Found(member.member_id, "active")
    assert lagging.reads == [False, True]


def test_evidence_is_written_once_and_never_over(client: Any, table: str, records: MemberStore):
    member = make_member(consents=(make_consent(), make_consent("profiling", sequence=2)))
    records.add(member, [])
    forged = replace(member, consents=(replace(make_consent(), granted=False),))
    with pytest.raises(TransactionRefusedError) as refused:
        commit(client, evidence((), forged))
    assert [*refused.value.refusals] == [f"consent {member.member_id} 1"]
    assert [*ConsentStore(client, table).list_consents(member.member_id, None, 5)] == [*reversed(member.consents)]


def test_a_profile_that_changed_meanwhile_gets_no_evidence_either(client: Any, table: str, records: MemberStore):
    member = make_member()
    records.add(member, [])
    records.replace(member, replace(member, name="One", version=2))
    with pytest.raises(StaleMemberError):
        records.replace(member, replace(member, consents=(make_consent(),), version=2))
    assert not ConsentStore(client, table).list_consents(member.member_id, None, 5)


def test_evidence_comes_in_the_order_of_its_numbers_however_long_they_are(
    client: Any, table: str, records: MemberStore
):
    numbers = (1, 9, 10, 99, 100, 9_999)
    member = make_member(consents=tuple(make_consent(f"purpose_{number}", sequence=number) for number in numbers))
    records.add(member, [])
    store = ConsentStore(client, table)
    assert [one.sequence for one in store.list_consents(member.member_id, None, 10)] == [*reversed(numbers)]
    assert [one.sequence for one in store.list_consents(member.member_id, 100, 2)] == [99, 10]
    assert not store.list_consents(member.member_id, 1, 2)
