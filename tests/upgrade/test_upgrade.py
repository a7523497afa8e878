"""The data of every released version, under today's code: it reads, proves, answers and goes on.

A change of a stored form that breaks one of these needs a reader for the old form, not another record.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, get_args

import pytest
from msgspec.structs import replace

from factories import make_program
from local.backup_places import Place
from local.upgrading import upgrade
from quen.archive.service import Archiving
from quen.bootstrap import application
from quen.instants import parse_instant
from quen.ledger.items import SHARDS, AccountItem, entry_item, entry_key, read_account
from quen.ledger.model import Sealed, parse_entry, rebuild, verify
from quen.ledger.model.values import Kind
from unit.archive.fakes import MemoryObjects
from upgrade.asking import Asked, vnd
from upgrade.recorded import Recorded, read, restore
from upgrade.world import CONTEXT, World, opened, work_bodies

VERSIONS = ("v0.7.0",)
NAMED_IN_BODY = {"/v1/purchases", "/v1/events", "/v1/payments", "/v1/receipts", "/v1/exchanges"}
SOME = pytest.mark.parametrize("every", [15, pytest.param(1, marks=pytest.mark.long)])
"""One in so many requests; all of them in the long tests: moto needs its time for each."""
NEWER_KINDS: set[str] = set()
"""Kinds of entries that came after the oldest record."""
NEWER_ATTRIBUTES = {"archive_shard", "oldest_on"}
"""What an entry's item has beside its text since the oldest record."""


@pytest.fixture(scope="module", params=VERSIONS)
def recorded(request: pytest.FixtureRequest) -> Recorded:
    return read(request.param)


@pytest.fixture(scope="module")
def world(recorded: Recorded) -> Iterator[World]:
    """The recorded data in today's stack; the tests below use it from top to bottom."""
    with opened() as world:
        restore(world, recorded)
        yield world


def entries(recorded: Recorded) -> list[dict[str, Any]]:
    return [item for item in recorded.tables["ledger"] if item["SK"]["S"].startswith("ENTRY#")]


def accounts(recorded: Recorded) -> dict[str, AccountItem]:
    """Account items by member."""
    found = {}
    for item in recorded.tables["ledger"]:
        if item["SK"]["S"] == "ACCOUNT":
            account = AccountItem()
            account.deserialize(item)
            found[item["PK"]["S"].removeprefix("MEMBER#")] = account
    return found


def history(recorded: Recorded, member_id: str) -> list[Sealed]:
    mine = [item for item in entries(recorded) if item["PK"]["S"] == f"MEMBER#{member_id}"]
    return [Sealed(item["form"]["S"], item["hash"]["S"]) for item in sorted(mine, key=lambda item: item["SK"]["S"])]


def happens_once(asked: Asked) -> bool:
    """Whether a request that was granted names what makes it happen once."""
    is_named = asked.key is not None or asked.path in NAMED_IN_BODY or asked.path.endswith("/returns")
    return asked.method == "POST" and asked.status < 300 and is_named


def lacks(then: Any, now: Any, path: str = "") -> list[str]:
    """Where an answer of today says less, or something else, than the recorded one; what it says besides is welcome."""
    if isinstance(then, dict) and isinstance(now, dict):
        missing = [f"{path}/{name}" for name in then if name not in now]
        return missing + [
            fault for name in then.keys() & now for fault in lacks(then[name], now[name], f"{path}/{name}")
        ]
    if isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        return [
            fault
            for number, pair in enumerate(zip(then, now, strict=True))
            for fault in lacks(*pair, f"{path}/{number}")
        ]
    return [] if then == now else [f"{path}: {then!r} is now {now!r}"]


def runs_of(world: World) -> list[dict[str, Any]]:
    """The newest runs of the nightly expiry."""
    items: list[dict[str, Any]] = world.desk.done("staff/owner", "GET", "/v1/jobs/expire-points/runs")["items"]
    return items


def work_what_is_queued(world: World) -> None:
    """What a run by hand leaves to the queue where its time ends."""
    from expire_points.app import work

    while bodies := world.drain("expire-points"):
        assert work(work_bodies(bodies), CONTEXT) == {"batchItemFailures": []}


def test_the_record_has_entries_of_every_kind(recorded: Recorded) -> None:
    assert {item["kind"]["S"] for item in entries(recorded)} >= {*get_args(Kind)} - NEWER_KINDS


def test_every_entry_is_written_again_byte_for_byte(recorded: Recorded) -> None:
    for item in entries(recorded):
        entry = parse_entry(item["form"]["S"], item["hash"]["S"])
        again = entry_item(entry, make_program()).serialize()
        assert {name: again[name] for name in again if name in item or name not in NEWER_ATTRIBUTES} == item


def test_every_account_is_the_fold_of_its_entries(recorded: Recorded) -> None:
    for member_id, item in accounts(recorded).items():
        kept = history(recorded, member_id)
        account = read_account(member_id, item)
        assert rebuild(member_id, [parse_entry(*sealed) for sealed in kept]) == account
        assert verify(account, kept) is None


@pytest.mark.parametrize("name", ["lots", "lines", "reference", "previous"])
def test_a_form_that_is_read_otherwise_than_it_was_written_is_noticed(recorded: Recorded, name: str) -> None:
    """Were a name in the stored form another one, today's code would not find what it looks for."""
    member_id = recorded.members["lan"]
    kept = history(recorded, member_id)
    account = read_account(member_id, accounts(recorded)[member_id])
    renamed = [Sealed(sealed.form.replace(f'"{name}":', f'"{name}_":'), sealed.hash) for sealed in kept]
    assert renamed != kept
    assert verify(account, renamed) is not None


def test_an_account_that_is_read_otherwise_than_it_was_written_is_noticed(recorded: Recorded) -> None:
    member_id = recorded.members["lan"]
    account = read_account(member_id, accounts(recorded)[member_id])
    assert verify(replace(account, lots={}), history(recorded, member_id)) is not None


@SOME
def test_what_was_shown_is_shown(world: World, recorded: Recorded, every: int) -> None:
    faults = {}
    for asked in recorded.all_shown()[::every]:
        answer = world.desk.again(asked)
        if answer.status != asked.status or lacks(asked.answer, answer.body):
            faults[f"{asked.who} {asked.path}"] = (answer.status, lacks(asked.answer, answer.body)[:3])
    assert not faults


@SOME
def test_what_was_asked_once_is_answered_as_it_was_and_not_done_again(
    world: World, recorded: Recorded, every: int
) -> None:
    before = [item for item in world.scan("ledger") if item["SK"]["S"].startswith("ENTRY#")]
    asked = [each for each in recorded.all_asked() if happens_once(each)][::every]
    assert len(asked) > 60 // every
    for each in asked:
        answer = world.desk.again(each)
        assert (answer.status, answer.body) == (each.status, each.answer), each.path
        assert answer.headers["idempotent-replayed"] == "true", each.path
    assert [item for item in world.scan("ledger") if item["SK"]["S"].startswith("ENTRY#")] == before


def test_a_night_that_was_queued_is_worked(world: World, recorded: Recorded) -> None:
    from expire_points.app import work

    days = {json.loads(body)["run"] for body in recorded.queued}
    assert days
    assert work(work_bodies(recorded.queued), CONTEXT) == {"batchItemFailures": []}
    [run] = [each for each in runs_of(world) if each["on"] in days and each["started_by"] == "schedule"]
    assert (run["state"], run["failed"]) == ("finished", 0)


def test_what_was_left_open_goes_on(world: World, recorded: Recorded) -> None:
    desk, left = world.desk, recorded.left
    assert desk.done("partner/till", "POST", f"/v1/redemptions/{left['redemption']}/redeem")["state"] == "redeemed"
    assert desk.done("partner/till", "POST", f"/v1/redemptions/{left['to_release']}/release")["state"] == "released"
    assert desk.done("partner/till", "POST", f"/v1/vouchers/uses/{left['use']}/redeem")["state"] == "redeemed"
    assert desk.done("partner/miles", "POST", f"/v1/redemptions/{left['exchange']}/redeem")["state"] == "redeemed"
    approved = desk.done("staff/owner/second", "POST", f"/v1/adjustments/{left['adjustment']}/approve")
    assert approved["state"] == "applied"
    undone = desk.done("staff/owner", "POST", f"/v1/merges/{left['merge']}/undo", {"reason": "two after all"})
    assert undone["merge_id"] == left["merge"]
    claimed = desk.done("member/lan", "POST", "/v1/me/receipts", {"claim_code": left["claim_code"]})
    assert claimed["purchase_id"] == "RC-2"
    back = {"return_id": "R-9", "occurred_at": recorded.at, "amount": vnd(400_000)}
    assert desk.done("partner/till", "POST", "/v1/purchases/L-2/returns", back)["returned"] == vnd(400_000)
    paid = {"points": 5, "member": {"member_id": recorded.members["lan"]}, "purchase_id": "L-10"}
    assert desk.ask("partner/till", "POST", "/v1/redemptions", paid, key="after").status == 201


def test_members_buy_and_nights_pass_and_the_ledger_is_sound(world: World, recorded: Recorded) -> None:
    body = {
        "purchase_id": "AFTER-1",
        "member": {"member_id": recorded.members["vy"]},
        "occurred_at": recorded.at,
        "total": vnd(100_000),
    }
    assert world.desk.ask("partner/till", "POST", "/v1/purchases", body).status == 201
    world.set_now(parse_instant(recorded.at) + timedelta(days=40))
    on = world.now().date().isoformat()
    run = world.desk.done("staff/owner", "POST", "/v1/jobs/expire-points/runs", {"on": on})
    work_what_is_queued(world)
    [run] = [each for each in runs_of(world) if each["run_id"] == run["run_id"]]
    assert (run["state"], run["failed"]) == ("finished", 0)
    assert run["done"] > 0
    found = application().verification.verify_all()
    assert found.is_sound, found.flaws
    assert found.baseline
    assert found.baseline.is_same


def shown_in_old_entries() -> set[str]:
    """Whom the nightly archiving would find, were everything old."""
    store = application()._archive_store
    return {who for shard in range(SHARDS) for who in store.list_old(shard, date.max, None, 1000).member_ids}


def test_what_was_written_before_is_archived_once_it_was_upgraded(world: World, recorded: Recorded) -> None:
    objects = MemoryObjects()
    place = Place("quen-test", world.tables, world.client, None, objects, "", is_local=True)
    members = {item["PK"]["S"].removeprefix("MEMBER#") for item in entries(recorded)}
    assert not members & shown_in_old_entries()
    assert upgrade(place) == len(members)
    assert upgrade(place) == 0
    assert shown_in_old_entries() >= members
    program = application().programs.current(world.now())
    for item in world.scan("ledger"):
        if item["SK"]["S"] == entry_key(1):
            assert item == entry_item(parse_entry(item["form"]["S"], item["hash"]["S"]), program).serialize()

    application.cache_clear()
    app = application()
    app.__dict__["_archived_objects"] = objects
    before, day = app.verification.verify_all(), world.now().date() + timedelta(days=1)
    archiving = Archiving(app._archive_store, objects)
    done = [archiving.archive(who, day, program.time_zone, "run_1", is_recovering=False) for who in members]
    assert sum(archived.entries for archived in done) > len(entries(recorded)) // 2
    after = app.verification.verify_all()
    assert after.is_sound
    assert (after.root, after.totals) == (before.root, before.totals)
