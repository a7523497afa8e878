"""Old entries over a real table and bucket: found without a scan, moved whole, read back by the proof, missed by nobody."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property
from typing import Any

import boto3
import pytest
from moto import mock_aws

from factories import SAIGON, make_program, make_purchase
from gateway_events import member_claims
from house import FixedPrograms, House, MovableClock, adjust, enrol, member
from local.commands.ledger import run as run_ledger
from local.errors import LocalError
from quen.archive.errors import EntriesArchivedError
from quen.archive.model import first_kept_day, looked_at_before
from quen.archive.objects import S3Objects
from quen.archive.service import Archiving
from quen.bootstrap import application
from quen.errors import ConflictRetryError, PurchaseNotFoundError
from quen.ledger.items import CHECKPOINT, entry_key, member_key, shard_of
from quen.ledger.model import GrantBonus, verify
from served import serving
from tables import create_tables, open_mocked
from unit.jobs.fakes import Fuse, Guarded, Killed

BEGAN = datetime(2024, 1, 10, 5, 0, tzinfo=UTC)
NOW = datetime(2026, 12, 1, 5, 0, tzinfo=UTC)
KEPT_FROM = first_kept_day(NOW.date(), 13)
DELETING = 5  # what a run asks the table for after find, read, keep and read


@cache
def open_bucket() -> Any:
    """One client for all tests: opening one takes longer than most of them."""
    return boto3.client("s3", region_name="us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing")


class OldHouse(House):
    """A house whose program keeps entries for thirteen months."""

    programs = FixedPrograms(make_program(entries_kept_months=13))

    @cached_property
    def _archived_objects(self) -> S3Objects:
        return S3Objects(open_bucket, self.settings.archive_bucket)

    @property
    def _archive(self) -> Archiving:
        return Archiving(self._archive_store, self._archived_objects)

    def archive(self, member_id: str, run_id: str = "run_1", *, is_recovering: bool = False) -> Any:
        zone = self.programs.program.time_zone
        return self._archive.archive(member_id, KEPT_FROM, zone, run_id, is_recovering=is_recovering)

    def listed(self, member_id: str, on: date = KEPT_FROM) -> bool:
        page = self._archive_store.list_old(shard_of(member_id), looked_at_before(on), None, 10)
        return member_id in page.member_ids

    def buy(self, member_id: str, at: datetime, purchase_id: str) -> None:
        self.wall.instant = at
        bought = make_purchase(purchase_id=purchase_id, at=at)
        self.purchases.record("ptn_1", member(member_id), bought, "f")


@pytest.fixture
def house() -> Iterator[OldHouse]:
    with mock_aws():
        open_bucket().create_bucket(Bucket="archive")
        client = open_mocked()
        yield OldHouse(client, create_tables(client), MovableClock(BEGAN))


@pytest.fixture
def member_id(house: OldHouse) -> str:
    """A member since January 2024 who bought each autumn."""
    found = enrol(house)
    for year in (2024, 2025, 2026):
        house.buy(found, BEGAN.replace(year=year, month=9), f"B-{year}")
    house.wall.instant = NOW
    return found


def test_a_member_is_found_by_the_first_entry_and_after_that_by_the_checkpoint(house: OldHouse, member_id: str) -> None:
    assert house.listed(member_id)
    house.archive(member_id)
    assert not house.listed(member_id)
    assert house.listed(member_id, KEPT_FROM + timedelta(days=2 * 365))


def test_a_purchase_meanwhile_moves_no_index(house: OldHouse, member_id: str) -> None:
    """The account is put whole with every command; where old entries are found is not on it."""
    house.archive(member_id)
    house.buy(member_id, NOW, "B-now")
    assert not house.listed(member_id)
    assert house.listed(member_id, KEPT_FROM + timedelta(days=2 * 365))


def test_nothing_of_a_member_is_lost_and_the_proof_is_the_same_with_and_without_the_archive(
    house: OldHouse, member_id: str
) -> None:
    before, proof = [*house._ledger_store.read_history(member_id)], house.verification.verify_all()
    archived = house.archive(member_id)
    kept = house._ledger_store.load_kept(member_id)
    assert (archived.entries, archived.volumes) == (kept.begun.sequence, 1)
    assert [*house.verification._checks._archive.read(kept.checkpoint), *kept.entries] == before
    assert verify(house._ledger_store.load(member_id), kept.entries, kept.begun) is None
    after = house.verification.verify_all()
    assert after.is_sound
    assert (after.root, after.totals, after.entries) == (proof.root, proof.totals, proof.entries)
    assert house.verification.verify_member(member_id).is_sound


def test_an_account_and_its_documents_are_as_they_were(house: OldHouse, member_id: str) -> None:
    before = house._ledger_store.load(member_id)
    house.archive(member_id)
    assert house._ledger_store.load(member_id) == before
    again = house.purchases.record(
        "ptn_1", member(member_id), make_purchase(purchase_id="B-2024", at=BEGAN.replace(month=9)), "f"
    )
    assert again.replayed


def test_a_run_that_was_stopped_before_the_entries_were_deleted_is_finished_and_told_once(
    house: OldHouse, member_id: str
) -> None:
    stopped = Archiving(Guarded(house._archive_store, Fuse(DELETING)), house._archived_objects)
    with pytest.raises(Killed):
        stopped.archive(member_id, KEPT_FROM, house.programs.program.time_zone, "run_1", is_recovering=False)
    # All is still there, and what stands for it as well: everybody reads on from the checkpoint.
    assert len([*house._ledger_store.read_history(member_id)]) == house._ledger_store.load(member_id).sequence
    assert house.verification.verify_member(member_id).is_sound
    assert house.listed(member_id)
    archived = house.archive(member_id, is_recovering=True)
    assert archived.entries == house._ledger_store.find_checkpoint(member_id).sequence
    assert house.archive(member_id).entries == 0
    assert not house.listed(member_id)


def test_who_is_overtaken_by_another_run_deletes_nothing(house: OldHouse, member_id: str) -> None:
    store = house._archive_store
    stale = store.find(member_id)
    house.archive(member_id)
    kept = store.find(member_id)
    with pytest.raises(ConflictRetryError):
        store.keep(member_id, kept, stale)


def test_the_statement_begins_where_the_archive_ends_and_says_so(house: OldHouse, member_id: str) -> None:
    whole = house.statements.show_statement(member_id, date(2026, 1, 1), date(2026, 11, 30))
    then = house.statements.show_account(member_id, datetime(2025, 12, 1, tzinfo=UTC))
    house.archive(member_id)
    assert house.statements.show_statement(member_id, date(2026, 1, 1), date(2026, 11, 30)) == whole
    assert house.statements.show_account(member_id, datetime(2025, 12, 1, tzinfo=UTC)) == then
    with pytest.raises(EntriesArchivedError):
        house.statements.show_statement(member_id, date(2025, 1, 1), date(2025, 11, 30))
    with pytest.raises(EntriesArchivedError):
        house.statements.show_account(member_id, datetime(2025, 1, 1, tzinfo=UTC))
    with pytest.raises(EntriesArchivedError):
        house.statements.explain(member_id, "B-2024")
    assert house.statements.explain(member_id, "B-2026")["purchase_id"] == "B-2026"


def test_of_a_member_without_an_archive_a_purchase_is_known_or_it_is_not(house: OldHouse, member_id: str) -> None:
    with pytest.raises(PurchaseNotFoundError):
        house.statements.explain(member_id, "B-none")


def test_a_list_of_entries_ends_at_the_archive_and_says_since_when_it_lists(house: OldHouse, member_id: str) -> None:
    shown, _ = house.ledger.list_entries(member_id, None, 100)
    assert house.ledger.archived_before(member_id, {"items": shown, "next_cursor": None}) is None
    house.archive(member_id)
    left, following = house.ledger.list_entries(member_id, None, 100)
    assert left == shown[: len(left)]
    until = house._ledger_store.find_checkpoint(member_id).until
    if following is not None:
        assert house.ledger.list_entries(member_id, following, 100) == ([], None)
    last = {"items": left, "next_cursor": None}
    assert house.ledger.archived_before(member_id, last | {"next_cursor": "more"}) is None
    assert house.ledger.archived_before(member_id, last) == f"{until + timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}"


def test_documents_of_archived_entries_are_no_lost_ones(house: OldHouse, member_id: str) -> None:
    house.archive(member_id)
    stretches = [house._verification_store.list_stretch(segment, 8, None, 100) for segment in range(8)]
    assert [lost for stretch in stretches for lost in stretch.lost] == []


def test_a_checkpoint_that_is_gone_is_a_flaw_at_the_first_entry(house: OldHouse, member_id: str) -> None:
    house.archive(member_id)
    house._dynamodb.delete_item(
        TableName=house.settings.ledger_table, Key={"PK": {"S": member_key(member_id)}, "SK": {"S": CHECKPOINT}}
    )
    [flaw] = house.verification.verify_all().flaws
    assert flaw.member_id == member_id


def test_an_object_that_is_gone_is_a_flaw_with_its_sequence(house: OldHouse, member_id: str) -> None:
    house.archive(member_id)
    checkpoint = house._ledger_store.find_checkpoint(member_id)
    open_bucket().delete_object(Bucket="archive", Key=checkpoint.key)
    [flaw] = house.verification.verify_all().flaws
    assert (flaw.sequence, flaw.what) == (checkpoint.sequence, f"its archived object {checkpoint.key} is missing")


@pytest.mark.parametrize(
    ("attribute", "sequence", "what"),
    [
        ("key", None, "its archived object without a name is missing"),
        ("totals", 1, "its checkpoint cannot be read"),
        ("until", 1, "its checkpoint cannot be read"),
        ("packed", 1, "its checkpoint cannot be read"),
    ],
)
def test_a_checkpoint_that_says_nothing_is_a_flaw_of_that_member_alone(
    house: OldHouse, member_id: str, attribute: str, sequence: int | None, what: str
) -> None:
    """One bad item must not keep the operator from the proof of all others."""
    house.archive(member_id)
    last = house._ledger_store.find_checkpoint(member_id).sequence
    house._dynamodb.update_item(
        TableName=house.settings.ledger_table,
        Key={"PK": {"S": member_key(member_id)}, "SK": {"S": CHECKPOINT}},
        UpdateExpression="SET #a = :empty",
        ExpressionAttributeNames={"#a": attribute},
        ExpressionAttributeValues={":empty": {"B": b"no zlib"} if attribute == "packed" else {"S": ""}},
    )
    found = house.verification.verify_all()
    assert [(flaw.sequence, flaw.what) for flaw in found.flaws] == [(sequence or last, what)]
    assert not found.is_sound


def test_a_member_whose_only_entry_is_old_keeps_it_and_is_looked_at_a_quarter_later(house: OldHouse) -> None:
    house.wall.instant = BEGAN
    lonely = enrol(house, "+84907654321")
    house.wall.instant = NOW
    assert house.listed(lonely)
    assert house.archive(lonely).entries == 0
    assert not house.listed(lonely)
    entry = house._ledger_store.load_entry(lonely, 1)
    assert entry.sequence == 1
    adjust(house, lonely, 5)
    assert house.verification.verify_member(lonely).is_sound


def test_an_entry_that_is_archived_can_be_asked_for_no_more(house: OldHouse, member_id: str) -> None:
    house.archive(member_id)
    with pytest.raises(EntriesArchivedError):
        house._ledger_store.load_entry(member_id, 1)
    items = house._dynamodb.scan(TableName=house.settings.ledger_table)["Items"]
    assert (member_key(member_id), entry_key(1)) not in {(item["PK"]["S"], item["SK"]["S"]) for item in items}


class OldStack:
    """The house's tables as the command line reaches them."""

    def __init__(self, house: OldHouse) -> None:
        self.tables = {"ledger": house.settings.ledger_table}
        self.open_dynamodb = lambda: house._dynamodb


def test_of_somebody_unknown_the_command_line_does_not_say_that_nothing_is_archived(house: OldHouse) -> None:
    asked = argparse.Namespace(action="archived", member="mem_nobody")
    with pytest.raises(LocalError, match="no such member"):
        run_ledger(OldStack(house), asked)  # type: ignore[arg-type] # as much of a stack as is asked for


def test_staff_are_told_since_when_entries_are_listed_and_what_is_archived() -> None:
    with serving() as served:
        member_id = served.enrol()
        app = application()
        app.ledger.grant(member_id, GrantBonus("birthday", 50, "2026", "birthday"))
        page = served.admin("GET", f"/v1/members/{member_id}/entries").body
        assert (len(page["items"]) > 1, page["archived_before"]) == (True, None)
        app.__dict__["_archived_objects"] = S3Objects(open_bucket, app.settings.archive_bucket)
        open_bucket().create_bucket(Bucket=app.settings.archive_bucket)
        today = app.ledger.now().date() + timedelta(days=2)
        Archiving(app._archive_store, app._archived_objects).archive(
            member_id, today, SAIGON, "run", is_recovering=False
        )
        page = served.admin("GET", f"/v1/members/{member_id}/entries").body
        assert (len(page["items"]), page["next_cursor"] is None) == (1, False)
        following = served.admin("GET", f"/v1/members/{member_id}/entries?cursor={page['next_cursor']}").body
        assert (following["items"], following["next_cursor"]) == ([], None)
        assert following["archived_before"]
        tier = served.admin("GET", f"/v1/members/{member_id}/tier").body
        own = [
            served.mobile("GET", path, claims=member_claims(subject="lan", member_id=member_id)).body
            for path in ("/v1/me/tier", "/v1/me/redemptions", "/v1/me/entries?limit=1")
        ]
        assert [page["archived_before"] for page in (tier, *own)] == [following["archived_before"]] * 3 + [None]
        past = served.admin("GET", f"/v1/members/{member_id}/explain?purchase_id=B-1")
        assert (past.status, past.body["code"]) == (410, "entries_archived")
