"""A backup, what happens after it, and a second stack that it is restored into: proven, quiet, and open for business."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from pathlib import Path
from typing import Any

import boto3
import pytest

from backed_up import REGION, Shop, a_shop, items, restored
from local.backup_checks import QUIET, check_quiet, quiet_instant
from local.backup_files import Manifest, read_manifest, write_secrets
from local.backup_making import export, scan, take
from local.backup_places import TABLES, Place, put_object
from local.backup_restoring import restore
from local.errors import LocalError
from quen.bootstrap import application
from quen.instants import format_instant

IN_FORCE_KEY = {"PK": {"S": "PROGRAM"}, "SK": {"S": "CURRENT"}}


@pytest.fixture(scope="module")
def opened() -> Iterator[Shop]:
    with a_shop() as shop:
        yield shop


@pytest.fixture
def shop(opened: Shop) -> Shop:
    """The first stack's APIs again."""
    opened.move_to(opened.place)
    return opened


@pytest.fixture
def old_shop(shop: Shop) -> Shop:
    """The first stack with at least two objects in its archive, one naming the other."""
    for run in range(2):
        number = next(shop.numbers)
        assert shop.buy(f"OLD-{number}").status == 201
        assert shop.archive(f"run_{run}").volumes == 1
    return shop


def test_what_was_backed_up_is_restored_and_the_second_stack_goes_on_where_the_first_was(
    shop: Shop, tmp_path: Path
) -> None:
    manifest = take(shop.place, tmp_path / "backup", tmp_path / "secrets.json")
    assert manifest == read_manifest(tmp_path / "backup")
    before = {name: items(shop.place, name) for name in TABLES}
    shop.buy("LOST")
    second = shop.second(master_key="another" * 10)
    with pytest.raises(LocalError, match="has the backup's secrets now"):
        restored(second, tmp_path / "backup", secrets=tmp_path / "secrets.json")
    found = restored(second, tmp_path / "backup", secrets=tmp_path / "secrets.json")
    assert (found.root, found.members, found.manifest) == (manifest.root, 1, manifest)
    assert found.indexed["DueAccounts"] == 1
    assert {name: items(second, name) for name in TABLES} == before

    shop.move_to(second)
    again = shop.buy("P-1")
    assert (again.body, again.headers["idempotent-replayed"]) == (shop.first.body, "true")
    assert shop.buy("LOST").status == 201  # tills send again what they have no answer to in their books
    assert shop.buy("P-2").status == 201
    assert application().verification.verify_all().is_sound


def test_what_the_restored_stream_brings_is_told_to_nobody_and_what_comes_after_is(shop: Shop, tmp_path: Path) -> None:
    take(shop.place, tmp_path / "backup")
    second = shop.second()
    restored(second, tmp_path / "backup")
    shop.move_to(second)

    def told(written_at: datetime) -> int:
        records = [
            {
                "eventName": "INSERT",
                "dynamodb": {"NewImage": item, "ApproximateCreationDateTime": written_at.timestamp()},
            }
            for item in scan(second, "ledger")
        ]
        return application().publisher.publish(records).events

    assert told(datetime.now(UTC) - timedelta(seconds=1)) == 0
    assert told(datetime.now(UTC) + timedelta(seconds=5)) >= 3


def test_from_when_on_is_told_goes_by_the_clock_of_the_stream_not_by_the_operator_s(shop: Shop, tmp_path: Path) -> None:
    take(shop.place, tmp_path / "backup")
    second, hour_ahead = shop.second(), datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)

    def dated(parsed: dict[str, Any], **_: Any) -> None:
        parsed["ResponseMetadata"]["HTTPHeaders"]["date"] = format_datetime(hour_ahead, usegmt=True)

    second.dynamodb.meta.events.register("after-call.dynamodb.DescribeTable", dated)
    restored(second, tmp_path / "backup")
    shop.move_to(second)
    assert application().publisher._read_beginning() == hour_ahead + timedelta(seconds=1)


def test_a_stack_whose_restored_ledger_is_not_the_one_backed_up_stays_asleep(shop: Shop, tmp_path: Path) -> None:
    manifest = take(shop.place, tmp_path / "backup")
    bent = replace(manifest, root="0" * 64)
    (tmp_path / "backup/backup.json").write_text(json.dumps(as_dict(bent)))
    second = shop.second()
    with pytest.raises(LocalError, match="stays asleep"):
        restored(second, tmp_path / "backup")
    shop.move_to(second)
    assert shop.buy("P-2").code == "not_found"  # there is no program
    # Begun anew with the right backup, it wakes.
    (tmp_path / "backup/backup.json").write_text(json.dumps(as_dict(manifest)))
    restored(second, tmp_path / "backup")
    application.cache_clear()
    assert shop.buy("P-2").status == 201


def test_a_restore_says_what_is_wrong_before_it_loads_anything(shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="no whole backup"):
        restored(shop.place, tmp_path)
    take(shop.place, tmp_path / "backup")
    with pytest.raises(LocalError, match="has not begun"):
        restored(shop.place, tmp_path / "backup")
    with pytest.raises(LocalError, match="another master key"):
        restored(shop.second("x" * 64), tmp_path / "backup")
    with pytest.raises(LocalError, match="not empty"):
        take(shop.place, tmp_path / "backup")


def test_a_table_s_file_that_was_touched_is_noticed(shop: Shop, tmp_path: Path) -> None:
    manifest = take(shop.place, tmp_path / "backup")
    other = replace(manifest, digests=manifest.digests | {"members": "0" * 64})
    (tmp_path / "backup/backup.json").write_text(json.dumps(as_dict(other)))
    with pytest.raises(LocalError, match="not the one that was written"):
        restored(shop.second(), tmp_path / "backup")


def test_a_backup_that_is_damaged_or_of_other_keys_empties_no_stack(shop: Shop, tmp_path: Path) -> None:
    """What is emptied is gone: all that can be known of a backup is known before."""
    manifest = take(shop.place, tmp_path / "backup", tmp_path / "secrets.json")
    before = {name: items(shop.place, name) for name in TABLES}

    def refuse(why: str, changed: Manifest = manifest, **options: Any) -> None:
        (tmp_path / "backup/backup.json").write_text(json.dumps(as_dict(changed)))
        with pytest.raises(LocalError, match=why):
            restored(shop.place, tmp_path / "backup", is_emptied=True, **options)
        assert {name: items(shop.place, name) for name in TABLES} == before

    refuse("not the one that was written", replace(manifest, digests=manifest.digests | {"ledger": "0" * 64}))
    refuse("says 99 items of members", replace(manifest, items=manifest.items | {"members": 99}))
    refuse("another master key", replace(manifest, key_check="another"))
    write_secrets(tmp_path / "wrong.json", b"w" * 64, {})
    refuse("not the secrets of this backup", secrets=tmp_path / "wrong.json")
    assert shop.place.master_key() == b"m" * 64


def test_partners_secrets_are_kept_under_the_key_that_the_new_stack_s_own_secret_is_under(
    shop: Shop, tmp_path: Path
) -> None:
    take(shop.place, tmp_path / "backup", tmp_path / "secrets.json")
    second = shop.second(master_key="another" * 10, KmsKeyId="alias/quen-second")
    with pytest.raises(LocalError, match="has the backup's secrets now"):
        restored(second, tmp_path / "backup", secrets=tmp_path / "secrets.json")
    listed = shop.vault.get_paginator("list_secrets").paginate()
    kept = [each for page in listed for each in page["SecretList"] if each["Name"].startswith(second.secrets_prefix)]
    assert kept
    assert {each["KmsKeyId"] for each in kept} == {"alias/quen-second"}


def test_an_index_that_follows_a_moment_later_is_waited_for(shop: Shop, tmp_path: Path) -> None:
    """What was loaded for hours is not to be loaded again for that."""
    take(shop.place, tmp_path / "backup")
    second, waited, asked = shop.second(), [], []
    second.dynamodb.meta.events.register(
        "provide-client-params.dynamodb.Scan", lambda params, **_: asked.append(params.get("IndexName"))
    )

    def late(parsed: dict[str, Any], **_: Any) -> None:
        if asked[-1] == "DueAccounts" and len(waited) < 2:
            parsed["Items"] = []

    second.dynamodb.meta.events.register("after-call.dynamodb.Scan", late)
    found = restore(second, tmp_path / "backup", sleep=waited.append)
    assert found.indexed["DueAccounts"] > 0
    assert waited[:2] == [1, 2]


def test_what_another_restore_has_left_behind_is_noticed_in_every_table(shop: Shop, tmp_path: Path) -> None:
    """The ledger's root says nothing of profiles: somebody who was erased would be back, beside everybody else."""
    take(shop.place, tmp_path / "backup")
    second = shop.second()
    left = {"PK": {"S": "MEMBER#mem_erased"}, "SK": {"S": "PROFILE"}, "name": {"S": "Lan"}}
    second.dynamodb.put_item(TableName=second.tables["members"], Item=left)
    with pytest.raises(LocalError, match=r"table members is not the one of the backup.*stays asleep"):
        restored(second, tmp_path / "backup")
    second.dynamodb.delete_item(TableName=second.tables["members"], Key={"PK": left["PK"], "SK": left["SK"]})
    assert restored(second, tmp_path / "backup").members == 1


def test_what_the_stream_had_not_brought_yet_is_booked_with_its_partner(shop: Shop, tmp_path: Path) -> None:
    """Nobody tells a restored stack what happened before it: a purchase whose record waited would never be settled."""
    own = shop.served.credentials
    brand = shop.served.make_partner("Bún Chả 36", relation="brand")
    shop.settle(brand)
    for number in range(2):
        assert shop.buy(f"BRAND-{number}").status == 201
    shop.served.credentials = own
    entries = [item for item in scan(shop.place, "ledger") if f"partner.{brand}" in str(item.get("form"))]
    first, other = ({"eventName": "INSERT", "dynamodb": {"NewImage": item}} for item in entries)
    application().publisher.publish([first])  # of the two, the stream has brought one
    [booked] = bookings(shop.place, brand)
    take(shop.place, tmp_path / "backup")
    second = shop.second()
    for _ in range(2):  # begun anew, it books nothing twice
        restored(second, tmp_path / "backup")
        both = bookings(second, brand)
        assert len(both) == 2
        assert booked in both
        second.dynamodb.delete_item(TableName=second.tables["program"], Key=IN_FORCE_KEY)
    application().publisher.publish([other])  # it was only late
    assert len(bookings(shop.place, brand)) == 2


def test_the_last_quiet_instant_is_found_before_the_one_at_which_somebody_bought() -> None:
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    written = [noon - timedelta(seconds=ago) for ago in (3, 9, 14, 40, 47)]
    assert quiet_instant([], noon) == quiet_instant([noon - QUIET], noon) == noon
    # After the one of 40 seconds before nobody wrote until 14 before, which may have been decided a moment earlier.
    assert quiet_instant(written, noon) == noon - timedelta(seconds=16)


def test_an_export_of_an_instant_at_which_somebody_bought_is_not_restored() -> None:
    now = datetime.now(UTC)
    form = json.dumps({"recorded_at": format_instant(now - timedelta(seconds=4))})
    written = [{"SK": {"S": "ENTRY#000000000001"}, "form": {"S": form}}]
    manifest = Manifest(format_instant(now), "quen", {}, "")
    with pytest.raises(LocalError, match=f"--at {format_instant(now - timedelta(seconds=6))}"):
        check_quiet(manifest, written)


def test_an_export_of_dynamodb_itself_is_restored_alike(shop: Shop, tmp_path: Path) -> None:
    for table in shop.place.tables.values():
        shop.place.dynamodb.update_continuous_backups(
            TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )
    store = boto3.client("s3", region_name=REGION)
    store.create_bucket(Bucket="backups")
    manifest = export(shop.place, "backups", "today", datetime.now(UTC) + QUIET * 2, put_object, sleep=lambda _: None)
    with pytest.raises(LocalError, match="is not empty; an export goes to a prefix of its own"):
        export(shop.place, "backups", "today", datetime.now(UTC), put_object, sleep=lambda _: None)
    for listed in store.list_objects_v2(Bucket="backups")["Contents"]:  # as `aws s3 sync` does
        path = tmp_path / listed["Key"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(store.get_object(Bucket="backups", Key=listed["Key"])["Body"].read())
    second = shop.second()
    found = restored(second, tmp_path / "today")
    assert (found.manifest.items, found.members) == (manifest.items, 1)
    assert (manifest.archive, manifest.objects) == (shop.place.archive_bucket, None)
    assert {name: items(second, name) for name in TABLES} == {name: items(shop.place, name) for name in TABLES}


def bookings(place: Place, partner_id: str) -> list[dict[str, Any]]:
    """What is booked with a partner."""
    return [item for item in scan(place, "program") if item["PK"]["S"].startswith(f"BOOKING#{partner_id}#")]


def keys(place: Place) -> set[str]:
    """The names of a stack's archived objects."""
    listed = boto3.client("s3", region_name=REGION).list_objects_v2(Bucket=place.archive_bucket)
    return {each["Key"] for each in listed.get("Contents", ())}


def files(folder: Path) -> list[Path]:
    """A backup's archived objects, the oldest first."""
    return sorted((folder / "entries").rglob("*.gz"))


def test_what_is_archived_is_a_part_of_the_backup_and_of_the_second_stack(old_shop: Shop, tmp_path: Path) -> None:
    before = application().verification.verify_all()
    manifest = take(old_shop.place, tmp_path / "backup")
    assert manifest.objects == len(files(tmp_path / "backup")) >= 2
    second = old_shop.second()
    found = restored(second, tmp_path / "backup")
    assert (found.root, found.entries, found.objects) == (before.root, before.entries, manifest.objects)
    assert found.indexed["OldEntries"] == 1
    assert keys(second) == keys(old_shop.place)

    old_shop.move_to(second)
    assert old_shop.buy("AFTER").status == 201
    old_shop.place, first = second, old_shop.place
    assert old_shop.archive("run_after").entries > 0
    old_shop.place = first
    assert application().verification.verify_all().is_sound


def test_an_object_that_no_checkpoint_reaches_is_no_part_of_the_backup(old_shop: Shop, tmp_path: Path) -> None:
    """A run that was stopped between object and checkpoint has left it; the next one writes what it needs."""
    old_shop.place.objects.put("entries/mem_x/stopped.ndjson.gz", b"")
    assert take(old_shop.place, tmp_path / "backup").objects == len(keys(old_shop.place)) - 1


def test_a_second_stack_without_all_archived_objects_stays_asleep(old_shop: Shop, tmp_path: Path) -> None:
    take(old_shop.place, tmp_path / "backup")
    oldest, *_ = files(tmp_path / "backup")
    kept = oldest.read_bytes()
    oldest.unlink()
    second = old_shop.second()
    with pytest.raises(LocalError, match=f"{oldest.name} is missing"):
        restored(second, tmp_path / "backup")
    assert items(second, "ledger") == items(second, "program") == []
    oldest.write_bytes(kept)
    assert restored(second, tmp_path / "backup").objects


def test_of_an_export_the_archive_is_brought_from_bucket_to_bucket(old_shop: Shop, tmp_path: Path) -> None:
    take(old_shop.place, tmp_path / "backup")
    manifest = replace(read_manifest(tmp_path / "backup"), objects=None)  # as of an export: the tables alone
    (tmp_path / "backup/backup.json").write_text(json.dumps(as_dict(manifest)))
    (tmp_path / "backup/entries").rename(tmp_path / "entries")
    second = old_shop.second()
    command = f"aws s3 sync s3://quen-test-archive/entries/ s3://{second.archive_bucket}/entries/"
    with pytest.raises(LocalError, match=command):
        restored(second, tmp_path / "backup")
    *older, newest = files(tmp_path)
    put = partial(put_object, second.archive_bucket)
    put(str(newest.relative_to(tmp_path)), newest.read_bytes())
    with pytest.raises(LocalError, match=f"{command}.*is missing"):  # the proof reads every one
        restored(second, tmp_path / "backup")
    for path in older:
        put(str(path.relative_to(tmp_path)), path.read_bytes())
    found = restored(second, tmp_path / "backup")
    assert (found.root, found.objects) == (manifest.root, None)


def as_dict(manifest: Manifest) -> dict[str, Any]:
    return {name: getattr(manifest, name) for name in Manifest.__slots__}
