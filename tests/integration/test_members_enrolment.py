"""Enrolment with the real ledger: the profile, its claims and the account come to be together, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from moto import mock_aws

from house import START, House, MovableClock
from quen.dynamodb import open_client
from quen.errors import MemberAlreadyExistsError, MemberNotFoundError, TemporarilyUnavailableError
from quen.members.model import Enrolment, MemberReference
from tables import create_tables
from unit.members.fakes import LOGIN

BY_PHONE = MemberReference(phone="0901234567")


class Faulty:
    """A client whose next transaction fails, before or after it took place."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.before: Exception | None = None
        self.after: Exception | None = None
        self.sizes: list[int] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, **arguments: Any) -> Any:
        before, after = self.before, self.after
        self.before = self.after = None
        if before:
            raise before
        self.sizes.append(len(arguments["TransactItems"]))
        answer = self._client.transact_write_items(**arguments)
        if after:
            raise after
        return answer


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Faulty]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield Faulty(open_client("us-east-1"))


@pytest.fixture
def tables(client: Faulty) -> dict[str, str]:
    return create_tables(client)


@pytest.fixture
def house(client: Faulty, tables: dict[str, str]) -> House:
    return House(client, tables, MovableClock())


def count(client: Faulty, table: str) -> int:
    return client.scan(TableName=table, Select="COUNT")["Count"]


def test_a_new_member_has_an_account_with_the_welcome_points(client: Faulty, house: House):
    enrolled = house.members.enrol(LOGIN, Enrolment(phone="0901234567"), START)
    assert enrolled.account["points"]["active"] == 20
    account = house.ledger.load_account(enrolled.member.member_id)
    assert (account.active, account.sequence) == (20, 1)
    assert client.sizes == [6]  # profile, phone, login, card; account, entry: one transaction


def test_a_second_enrolment_writes_neither_a_profile_nor_an_account(
    client: Faulty, house: House, tables: dict[str, str]
):
    house.members.enrol(LOGIN, Enrolment(phone="0901234567"), START)
    before = [count(client, table) for table in tables.values()]
    with pytest.raises(MemberAlreadyExistsError):
        house.members.enrol(LOGIN, Enrolment(phone="0901234567"), START)
    assert [count(client, table) for table in tables.values()] == before


def test_an_enrolment_that_failed_left_nothing_and_succeeds_when_sent_again(
    client: Faulty, house: House, tables: dict[str, str]
):
    client.before = ConnectionClosedError(endpoint_url="x")
    with pytest.raises(TemporarilyUnavailableError):
        house.members.enrol(LOGIN, Enrolment(phone="0901234567"), START)
    assert [count(client, table) for table in tables.values()] == [0, 0, 0, 0]
    with pytest.raises(MemberNotFoundError):
        house.members.resolve(BY_PHONE)
    house.members.enrol(LOGIN, Enrolment(phone="0901234567"), START)


def test_an_enrolment_whose_answer_was_lost_is_there_whole(client: Faulty, house: House):
    client.after = ReadTimeoutError(endpoint_url="x")
    with pytest.raises(TemporarilyUnavailableError):
        house.members.enrol(LOGIN, Enrolment(phone="0901234567"), START)
    with pytest.raises(MemberAlreadyExistsError):
        house.members.enrol(LOGIN, Enrolment(phone="0901234567"), START)
    assert house.ledger.load_account(house.members.resolve(BY_PHONE)).active == 20
