"""Every way to touch a history is found by the nightly proof and by hand, and named by its member and sequence.

What no check of a member can find, because all that tells of it was touched together, the root that was kept tells.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from moto import mock_aws

from factories import make_purchase
from house import House, MovableClock, enrol, member
from local.sandbox_clock import SandboxClockItem
from quen.errors import NotFoundError
from quen.jobs.names import VERIFY_LEDGER
from quen.verification.model import MemberFlaw, Verification
from tables import create_tables, open_mocked

ENTRIES = 4  # the welcome and three purchases
Item = dict[str, Any]


class TouchableHouse(House):
    """Two members with a history each, over tables that somebody has the right to write to."""

    def __init__(self, client: Any) -> None:
        super().__init__(client, create_tables(client), MovableClock())
        self.member_ids = [enrol(self, f"+849000000{number:02d}") for number in range(2)]
        self.touched = self.member_ids[0]
        for number in range(ENTRIES - 1):
            self.account_before = self.get(f"MEMBER#{self.touched}", "ACCOUNT")
            for member_id in self.member_ids:
                self.clock.advance(days=1)  # type: ignore[attr-defined] # it is the movable one
                bought = make_purchase(500_000, purchase_id=f"{member_id}-{number}", at=self.clock.now())
                self.purchases.record("ptn_1", member(member_id), bought, "f")

    def get(self, partition: str, sort: str) -> Item:
        key = {"PK": {"S": partition}, "SK": {"S": sort}}
        item: Item = self._dynamodb.get_item(TableName=self.settings.ledger_table, Key=key)["Item"]
        return item

    def put(self, item: Item, **changes: str) -> None:
        item = item | {name: {"S": text} for name, text in changes.items()}
        self._dynamodb.put_item(TableName=self.settings.ledger_table, Item=item)

    def delete(self, item: Item) -> None:
        key = {name: item[name] for name in ("PK", "SK")}
        self._dynamodb.delete_item(TableName=self.settings.ledger_table, Key=key)

    def entry(self, sequence: int, member_id: str = "") -> Item:
        return self.get(f"MEMBER#{member_id or self.touched}", sort_of(sequence))

    def account(self) -> Item:
        return self.get(f"MEMBER#{self.touched}", "ACCOUNT")

    def document(self, sequence: int) -> Item:
        return self.get(f"PURCHASE#ptn_1#{self.touched}-{sequence - 2}", "DOCUMENT")

    def night(self) -> Verification:
        """The next day's proof, as staff would run it: what it keeps as the last check."""
        self.clock.advance(days=1)  # type: ignore[attr-defined] # it is the movable one
        run = self.jobs.start_run(VERIFY_LEDGER, self.clock.now().date(), dry_run=False, actor="staff:an")
        assert (run["state"], run["failed"]) == ("finished", 0)
        found = self._verification_store.find_last()
        assert found
        return found


@pytest.fixture
def house() -> Iterator[TouchableHouse]:
    with mock_aws():
        yield TouchableHouse(open_mocked())


def sort_of(sequence: int) -> str:
    return f"ENTRY#{sequence:012d}"


def hash_of(form: str) -> str:
    return hashlib.sha256(form.encode()).hexdigest()


def changed_form(entry: Item, **fields: Any) -> str:
    form = json.loads(entry["form"]["S"]) | fields
    return json.dumps(form, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def change_a_form(house: TouchableHouse) -> None:
    house.put(house.entry(2), form=changed_form(house.entry(2), reason="because"))


def change_a_form_and_its_hash(house: TouchableHouse) -> None:
    form = changed_form(house.entry(2), reason="because")
    house.put(house.entry(2), form=form, hash=hash_of(form))


def change_the_points_and_the_hash(house: TouchableHouse) -> None:
    form = changed_form(house.entry(2), lines={"member.active": 51, "program.issued": -50})
    house.put(house.entry(2), form=form, hash=hash_of(form))


def change_a_hash(house: TouchableHouse) -> None:
    house.put(house.entry(3), hash="0" * 64)


def make_a_form_unreadable(house: TouchableHouse) -> None:
    house.put(house.entry(3), form="{")


def delete_the_first(house: TouchableHouse) -> None:
    house.delete(house.entry(1))


def delete_one_in_the_middle(house: TouchableHouse) -> None:
    house.delete(house.entry(3))


def delete_the_last(house: TouchableHouse) -> None:
    house.delete(house.entry(ENTRIES))


def swap_two(house: TouchableHouse) -> None:
    second, third = house.entry(2), house.entry(3)
    house.put(second, form=third["form"]["S"], hash=third["hash"]["S"])
    house.put(third, form=second["form"]["S"], hash=second["hash"]["S"])


def insert_one(house: TouchableHouse) -> None:
    last = house.entry(ENTRIES)
    balance = json.loads(last["form"]["S"])["balance"] + 50
    form = changed_form(last, sequence=ENTRIES + 1, previous=last["hash"]["S"], balance=balance)
    house.put(last, SK=sort_of(ENTRIES + 1), form=form, hash=hash_of(form))


def duplicate_one(house: TouchableHouse) -> None:
    house.put(house.entry(ENTRIES), SK=sort_of(ENTRIES + 1))


def squeeze_one_in_between(house: TouchableHouse) -> None:
    house.put(house.entry(2), SK=sort_of(2) + "a")


def change_the_lots(house: TouchableHouse) -> None:
    house.put(house.account(), state='{"lots":{"2027-11-30":999999}}')


def make_the_account_unreadable(house: TouchableHouse) -> None:
    house.put(house.account(), state="{")


def delete_the_account(house: TouchableHouse) -> None:
    house.delete(house.account())


def delete_a_document(house: TouchableHouse) -> None:
    house.delete(house.document(3))


def move_an_entry_to_another_member(house: TouchableHouse) -> None:
    last = house.entry(ENTRIES)
    house.delete(last)
    house.put(last, PK=f"MEMBER#{house.member_ids[1]}", SK=sort_of(ENTRIES + 1))


def roll_back_account_and_entry(house: TouchableHouse) -> None:
    house.put(house.account_before)
    house.delete(house.entry(ENTRIES))


def delete_all_but_the_documents(house: TouchableHouse) -> None:
    for sequence in range(1, ENTRIES + 1):
        house.delete(house.entry(sequence))
    house.delete(house.account())


NOT_THE_FOLD = "the account is not the fold of its entries"
NO_CHAIN = "does not continue the chain"
STRANGE_BALANCE = "states a balance that its history does not give"
FOUND: list[tuple[Callable[[TouchableHouse], None], int, str]] = [
    (change_a_form, 2, "its hash does not match"),
    (change_a_form_and_its_hash, 3, NO_CHAIN),
    (change_the_points_and_the_hash, 2, STRANGE_BALANCE),
    (change_a_hash, 3, "its hash does not match"),
    (make_a_form_unreadable, 3, "cannot be read"),
    (delete_the_first, 2, STRANGE_BALANCE),
    (delete_one_in_the_middle, 4, STRANGE_BALANCE),
    (delete_the_last, 3, NOT_THE_FOLD),
    (swap_two, 3, STRANGE_BALANCE),
    (insert_one, 5, NOT_THE_FOLD),
    (duplicate_one, 4, STRANGE_BALANCE),
    (squeeze_one_in_between, 2, STRANGE_BALANCE),
    (change_the_lots, 4, NOT_THE_FOLD),
    (make_the_account_unreadable, 1, "its account cannot be read"),
    (delete_the_account, 1, "there are entries but no account"),
    (delete_a_document, 3, "its document PURCHASE#ptn_1#{member}-1/DOCUMENT is missing"),
    (move_an_entry_to_another_member, 3, NOT_THE_FOLD),
    (roll_back_account_and_entry, 4, "the entry of PURCHASE#ptn_1#{member}-2/DOCUMENT is missing"),
    (delete_all_but_the_documents, 2, "the entry of PURCHASE#ptn_1#{member}-0/DOCUMENT is missing"),
]


@pytest.mark.parametrize(("touch", "sequence", "what"), FOUND, ids=lambda value: getattr(value, "__name__", ""))
def test_a_touched_history_is_found_by_night_and_by_hand(
    house: TouchableHouse, touch: Callable[[TouchableHouse], None], sequence: int, what: str
) -> None:
    touch(house)
    others = house.member_ids[1:] if touch is move_an_entry_to_another_member else []
    for found in (house.night(), house.verification.verify_all()):
        assert not found.is_sound
        assert {flaw.member_id for flaw in found.flaws} == {house.touched, *others}
        wanted = what.format(member=house.touched)
        own = [flaw for flaw in found.flaws if flaw.member_id == house.touched]
        assert any(flaw.sequence == sequence and wanted in flaw.what for flaw in own), own


def test_an_entry_that_came_to_another_member_is_found_there_too(house: TouchableHouse) -> None:
    move_an_entry_to_another_member(house)
    [there] = [flaw for flaw in house.night().flaws if flaw.member_id == house.member_ids[1]]
    assert there == MemberFlaw(house.member_ids[1], 5, "belongs to another member")


def cut_off_the_tail_with_its_document(house: TouchableHouse) -> None:
    house.delete(house.document(ENTRIES))
    roll_back_account_and_entry(house)


def rewrite_the_last_entry_with_its_account(house: TouchableHouse) -> None:
    form = changed_form(house.entry(ENTRIES), reason="because")
    house.put(house.entry(ENTRIES), form=form, hash=hash_of(form))
    house.put(house.account(), head=hash_of(form))


def delete_the_member_as_a_whole(house: TouchableHouse) -> None:
    for sequence in range(2, ENTRIES + 1):
        house.delete(house.document(sequence))
    delete_all_but_the_documents(house)


@pytest.mark.parametrize(
    "touch",
    [cut_off_the_tail_with_its_document, rewrite_the_last_entry_with_its_account, delete_the_member_as_a_whole],
)
def test_what_fits_together_again_is_told_by_the_kept_root(
    house: TouchableHouse, touch: Callable[[TouchableHouse], None]
) -> None:
    kept = house.night()
    assert kept.is_sound
    touch(house)
    bought = make_purchase(purchase_id="meanwhile", at=house.clock.now())
    house.purchases.record("ptn_1", member(house.member_ids[1]), bought, "f")
    by_hand, by_night = house.verification.verify_all(kept.on), house.night()
    for found in (by_hand, by_night):
        assert found.flaws == ()
        assert found.baseline
        assert (found.baseline.on, found.baseline.is_same, found.is_sound) == (kept.on, False, False)


def test_a_root_kept_long_ago_is_still_the_same_when_nothing_was_touched(house: TouchableHouse) -> None:
    kept = house.night()
    by_hand = house.verification.verify_all(kept.on)
    assert by_hand.root == kept.root  # nothing has been recorded since
    for number in range(3):
        house.clock.advance(days=30)  # type: ignore[attr-defined] # it is the movable one
        bought = make_purchase(purchase_id=f"later-{number}", at=house.clock.now())
        house.purchases.record("ptn_1", member(house.touched), bought, "f")
    later = house.verification.verify_all(kept.on)
    assert later.root != kept.root
    assert later.baseline
    assert (later.baseline.on, later.baseline.is_same, later.is_sound) == (kept.on, True, True)
    with pytest.raises(NotFoundError):
        house.verification.verify_all(house.clock.now().date())


def test_a_sandbox_whose_clock_goes_back_forgets_the_days_that_are_to_come_again(house: TouchableHouse) -> None:
    """What is recorded after it is older than their roots; without them nothing looks touched."""
    real = house.clock.now()
    clock = SandboxClockItem(house._dynamodb, house.settings.program_table, lambda: real)
    first, _ = house.night(), house.night()
    clock.set_now(house.clock.now())
    later = house.clock.now()
    house.clock.instant = real + timedelta(days=1)  # type: ignore[attr-defined] # it is the movable one
    clock.set_now(house.clock.now())
    bought = make_purchase(purchase_id="again", at=real)
    house.purchases.record("ptn_1", member(house.touched), bought, "f")
    house.clock.instant = later + timedelta(days=1)  # type: ignore[attr-defined] # it is the movable one
    found = house.verification.verify_all()
    assert found.baseline
    assert (found.baseline.on, found.is_sound) == (first.on, True)


def test_a_sound_ledger_is_proven_whole_and_sums_to_zero(house: TouchableHouse) -> None:
    found = house.night()
    assert (found.members, found.entries, found.flaws) == (2, 2 * ENTRIES, ())
    assert sum(found.totals.values()) == 0
    assert set(found.totals) == {"member.active", "program.issued"}
    shown = house.verification.load_last()
    assert (shown["root"], shown["on"]) == (found.root, house.clock.now().date().isoformat())


def test_the_proof_writes_nothing_to_the_ledger(house: TouchableHouse) -> None:
    def everything() -> list[Item]:
        items: list[Item] = house._dynamodb.scan(TableName=house.settings.ledger_table)["Items"]
        return items

    change_the_lots(house)
    before = everything()
    house.night()
    house.verification.verify_all()
    assert everything() == before


@pytest.mark.parametrize("items", [1, 2, 3, 7, 100])
def test_stretches_of_any_length_begin_every_member_once(house: TouchableHouse, items: int) -> None:
    begun: list[str] = []
    for segment in range(3):
        cursor = None
        while True:
            stretch = house._verification_store.list_stretch(segment, 3, cursor, items)
            begun += stretch.member_ids
            cursor = stretch.cursor
            if cursor is None:
                break
    assert sorted(begun) == sorted(house.member_ids)


def test_a_day_is_kept_for_ever_and_an_older_result_does_not_replace_the_last(house: TouchableHouse) -> None:
    first, second = house.night(), house.night()
    store = house._verification_store
    store.keep_day(first)
    assert store.find_last() == second
    assert first.on
    assert second.on
    assert (store.find_day(first.on), store.find_newest_day()) == (first, second)
    assert store.find_day_before(second.on, second.verified_at) == first
    assert store.find_day_before(second.on, first.verified_at) is None
    assert store.find_day_before(first.on, second.verified_at) is None
