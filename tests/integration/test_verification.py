"""The proof of the ledger finds what was touched behind its back, and names it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from factories import make_purchase
from house import House, MovableClock, enrol, member
from local.bench_calls import Recorder
from quen.archive.service import Archive
from quen.errors import MemberNotFoundError, NotFoundError
from quen.ledger.documents import DocumentKey
from quen.ledger.model import Account, KeptHistory
from quen.verification.service import Verifications
from quen.verification.store import VerificationStore
from tables import create_tables, open_mocked


@pytest.fixture
def house() -> Iterator[House]:
    with mock_aws():
        client = open_mocked()
        yield House(client, create_tables(client), MovableClock())


def make_members(house: House, count: int) -> list[str]:
    members = [enrol(house, f"+849000000{number:02d}") for number in range(count)]
    for number, member_id in enumerate(members):
        for purchase in range(2):
            house.purchases.record(
                "ptn_1", member(member_id), make_purchase(500_000, purchase_id=f"{number}-{purchase}"), "f"
            )
    return members


def update(house: House, member_id: str, sort: str, attribute: str, value: dict[str, Any]) -> None:
    house._dynamodb.update_item(
        TableName=house.settings.ledger_table,
        Key={"PK": {"S": f"MEMBER#{member_id}"}, "SK": {"S": sort}},
        UpdateExpression="SET #a = :v",
        ExpressionAttributeNames={"#a": attribute},
        ExpressionAttributeValues={":v": value},
    )


def test_a_sound_ledger_is_proven_and_the_proof_is_kept(house: House) -> None:
    with pytest.raises(NotFoundError):
        house.verification.load_last()
    make_members(house, 3)
    found = house.verification.verify_all()
    assert (found.is_sound, found.members, found.entries) == (True, 3, 9)
    assert found.totals == {"member.active": 360, "program.issued": -360}
    assert house.verification.load_last()["is_sound"] is True


def test_a_changed_entry_is_named_by_its_member_and_sequence(house: House) -> None:
    members = make_members(house, 2)
    sort = "ENTRY#000000000002"
    item = house._dynamodb.get_item(
        TableName=house.settings.ledger_table, Key={"PK": {"S": f"MEMBER#{members[1]}"}, "SK": {"S": sort}}
    )["Item"]
    update(house, members[1], sort, "form", {"S": item["form"]["S"].replace('"base"', '"bass"')})
    found = house.verification.verify_all()
    assert [(flaw.member_id, flaw.sequence) for flaw in found.flaws] == [(members[1], 2)]
    assert not house.verification.verify_member(members[1]).is_sound
    assert house.verification.verify_member(members[0]).is_sound


def test_a_richer_account_is_found(house: House) -> None:
    [member_id] = make_members(house, 1)
    update(house, member_id, "ACCOUNT", "state", {"S": '{"lots":{"2027-11-30":999999}}'})
    assert [flaw.member_id for flaw in house.verification.verify_all().flaws] == [member_id]


def test_a_deleted_account_is_found_by_its_entries(house: House) -> None:
    [member_id] = make_members(house, 1)
    key = {"PK": {"S": f"MEMBER#{member_id}"}, "SK": {"S": "ACCOUNT"}}
    house._dynamodb.delete_item(TableName=house.settings.ledger_table, Key=key)
    assert house.verification.verify_all().flaws[0].what == "there are entries but no account"
    with pytest.raises(MemberNotFoundError):
        house.verification.verify_member(member_id)


def test_a_document_whose_entry_is_missing_is_found(house: House) -> None:
    [member_id] = make_members(house, 1)
    house._dynamodb.update_item(
        TableName=house.settings.ledger_table,
        Key={"PK": {"S": "PURCHASE#ptn_1#0-1"}, "SK": {"S": "DOCUMENT"}},
        UpdateExpression="SET #s = :s",
        ExpressionAttributeNames={"#s": "sequence"},
        ExpressionAttributeValues={":s": {"N": "99"}},
    )
    [flaw] = house.verification.verify_all().flaws
    assert (flaw.member_id, flaw.sequence) == (member_id, 99)
    assert flaw.what == "the entry of PURCHASE#ptn_1#0-1/DOCUMENT is missing"


def test_what_is_there_is_looked_for_at_half_the_price_and_only_what_is_not_consistently(house: House) -> None:
    make_members(house, 2)
    there = [DocumentKey(f"PURCHASE#ptn_1#{number}-{purchase}") for number in range(2) for purchase in range(2)]
    missing = DocumentKey("PURCHASE#ptn_1#none")
    recorder = Recorder(house._dynamodb)
    store = VerificationStore(recorder, house.settings.ledger_table, house.settings.program_table)
    assert store.find_existing([*there, missing]) == {*there}
    [quick, sure] = [call.asked["RequestItems"][house.settings.ledger_table] for call in recorder.take()]
    assert ("ConsistentRead" in quick, len(quick["Keys"])) == (False, 5)
    assert (sure["ConsistentRead"], sure["Keys"]) == (
        True,
        [{"PK": {"S": missing.partition}, "SK": {"S": missing.sort}}],
    )


def test_a_purchase_while_the_check_reads_is_no_flaw(house: House) -> None:
    [member_id] = make_members(house, 1)
    load_kept = house._ledger_store.load_kept

    class BuyingHistories:
        """Between the reading of the entries and of the account, once, the member buys."""

        bought = False

        def load_kept(self, wanted: str) -> KeptHistory:
            kept = load_kept(wanted)
            if not self.bought:
                self.bought = True
                house.purchases.record("ptn_1", member(wanted), make_purchase(purchase_id="meanwhile"), "f")
            return kept

        def load(self, wanted: str) -> Account:
            return house._ledger_store.load(wanted)

    store = VerificationStore(house._dynamodb, house.settings.ledger_table, house.settings.program_table)
    found = Verifications(BuyingHistories(), store, Archive(house._archived_objects), house.wall).verify_member(
        member_id
    )
    assert found.is_sound
    assert found.entries == 4
