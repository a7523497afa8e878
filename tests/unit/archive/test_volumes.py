"""Volumes: the same entries are always the same bytes, and other bytes are never taken for them."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime

import pytest
from msgspec.structs import replace

from quen.archive.model import (
    ENTRIES_PER_VOLUME_MAX,
    BadVolumeError,
    Volume,
    checkpoint_after,
    first_kept_day,
    looked_at_before,
    old_entries,
    packed_volume,
    unpacked_volume,
)
from quen.archive.service import Archive
from quen.ledger.model import BrokenLedgerError, Sealed
from unit.archive.fakes import FIRST, ArchivingWorld, MemoryObjects

ODD = Volume(
    "mem_1", 7, [Sealed('{"reason":"Tết\u2028\x85 vui vẻ"}', "a" * 64), Sealed("{}", "b" * 64)], "entries/before"
)


def a_history() -> list[Sealed]:
    return [*ArchivingWorld(members=2).history("mem_0000000000000001")]


def test_a_volume_is_what_it_was_after_packing_and_unpacking_whatever_its_texts_hold() -> None:
    assert unpacked_volume(ODD.key, packed_volume(ODD)) == ODD


def test_the_same_stretch_is_the_same_bytes_under_the_same_name() -> None:
    again = Volume(ODD.member_id, ODD.first, [*ODD.entries], ODD.before)
    assert (again.key, packed_volume(again)) == (ODD.key, packed_volume(ODD))
    assert ODD.key.startswith("entries/mem_1/000000000007-000000000008-")


def test_a_volume_is_lines_of_json_that_any_tool_reads() -> None:
    about, *entries = map(json.loads, gzip.decompress(packed_volume(ODD)).decode().rstrip("\n").split("\n"))
    assert about == {"member": "mem_1", "first": 7, "last": 8, "before": "entries/before"}
    assert [(entry["form"], entry["hash"]) for entry in entries] == [*ODD.entries]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no gzip",
        packed_volume(ODD)[:-9],
        packed_volume(Volume("mem_1", 7, [Sealed("{}", "c" * 64), Sealed("{}", "b" * 64)], "entries/before")),
    ],
    ids=["nothing", "no gzip", "cut off", "another entry"],
)
def test_other_bytes_under_the_name_of_a_volume_are_found(data: bytes) -> None:
    with pytest.raises(BadVolumeError) as bad:
        unpacked_volume(ODD.key, data)
    assert bad.value.sequence == 7


def test_what_is_not_named_as_a_volume_is_none() -> None:
    with pytest.raises(BadVolumeError):
        unpacked_volume("entries/mem_1/../secret", packed_volume(ODD))


def test_entries_of_whole_months_stay_and_leave_a_quarter_at_a_time() -> None:
    kept_from = first_kept_day(date(2027, 3, 31), 13)
    assert kept_from == date(2026, 2, 1)
    assert looked_at_before(kept_from) == date(2025, 12, 1)


def test_the_last_entry_of_a_history_stays_whatever_its_age() -> None:
    history = a_history()
    old = old_entries(history, datetime(2030, 1, 1, tzinfo=UTC))
    assert [*old.entries] == history[:-1]
    assert old_entries(history[:1], datetime(2030, 1, 1, tzinfo=UTC)).entries == []
    assert old_entries([], datetime(2030, 1, 1, tzinfo=UTC)).next_at is None


def test_young_entries_stay_and_say_when_the_oldest_of_them_was_recorded() -> None:
    old = old_entries(a_history(), FIRST.replace(year=2025))
    assert old.next_at == FIRST.replace(year=2025, month=5)
    assert old_entries(a_history(), FIRST).entries == []


def test_a_volume_has_an_end() -> None:
    history = a_history()
    many = [history[0]] * (ENTRIES_PER_VOLUME_MAX + 2)
    old = old_entries(many, datetime(2030, 1, 1, tzinfo=UTC))
    assert (len(old.entries), old.next_at) == (ENTRIES_PER_VOLUME_MAX, None)


def test_a_checkpoint_is_the_fold_of_its_entries_and_knows_what_they_moved() -> None:
    history = a_history()
    one = checkpoint_after(None, Volume("mem_0000000000000001", 1, history[:2]))
    both = checkpoint_after(one, Volume("mem_0000000000000001", 3, history[2:4], one.key))
    at_once = checkpoint_after(None, Volume("mem_0000000000000001", 1, history[:4]))
    assert replace(at_once, key=both.key) == both
    assert (both.sequence, sum(both.totals.values())) == (4, 0)


@pytest.mark.parametrize("touched", [0, 1])
def test_a_history_that_was_touched_becomes_no_checkpoint(touched: int) -> None:
    history = a_history()[:3]
    history[touched] = Sealed(history[touched].form.replace(":50", ":51"), history[touched].hash)
    with pytest.raises(BrokenLedgerError) as broken:
        checkpoint_after(None, Volume("mem_0000000000000001", 1, history))
    assert broken.value.sequence == touched + 1


def test_a_volume_that_does_not_go_on_where_the_checkpoint_ends_is_found() -> None:
    history = a_history()
    one = Volume("mem_0000000000000001", 1, history[:2])
    skipping = Volume("mem_0000000000000001", 4, history[3:4], one.key)
    bucket = MemoryObjects()
    for volume in (one, skipping):
        bucket.put(volume.key, packed_volume(volume))
    checkpoint = checkpoint_after(None, one)
    with pytest.raises(BadVolumeError):
        Archive(bucket).read(replace(checkpoint, key=skipping.key))
