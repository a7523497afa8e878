"""A receipt that everybody wants at once: members who claim it, the till that names somebody, the goods that come back."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from engine.test_races import PARTNER, RACERS, check_books, house, kinds, race
from factories import make_purchase
from house import House, enrol, member
from quen.ledger.documents import Outcome

pytestmark = pytest.mark.engine
__all__ = ["house"]
WELCOME, EARNED = 20, 12


def report(house: House) -> str:
    assert house.receipts
    return str(house.receipts.record(PARTNER, make_purchase(125_000), "f").result["claim_code"])


def active(house: House, member_id: str) -> int:
    check_books(house, member_id)
    return house._ledger_store.load(member_id).active


def test_of_members_who_claim_one_receipt_one_has_its_points(house: House) -> None:
    code = report(house)
    members = [enrol(house, f"+8490100{number:04d}") for number in range(4)]
    results = race(lambda number: house.receipts.claim(members[number % 4], code))
    told = kinds(results)
    assert told["done"] == 1
    assert told == {"done": 1, "replay": RACERS // 4 - 1, "ReceiptAlreadyClaimedError": RACERS - RACERS // 4}
    assert Counter(active(house, one) - WELCOME for one in members) == {0: 3, EARNED: 1}


def test_a_claim_a_till_that_names_a_member_and_a_void_are_never_two_of_them_done(house: House) -> None:
    code = report(house)
    claimer, named = enrol(house, "+84901000010"), enrol(house, "+84901000011")

    def act(number: int) -> Any:
        if number % 3 == 0:
            return house.receipts.claim(claimer, code)
        if number % 3 == 1:
            return house.receipts.void(PARTNER, "B-1")
        return house.purchases.record(PARTNER, member(named), make_purchase(125_000), "with a member")

    results = race(act)
    claimed, voided, reported = ([one for one in results[kind::3] if isinstance(one, Outcome)] for kind in range(3))
    # A purchase that the till reports after the void is a purchase of its own; beside that, one of the three was first.
    assert not (claimed and voided)
    assert not (claimed and reported)
    assert (active(house, claimer), active(house, named)) == (
        WELCOME + EARNED * bool(claimed),
        WELCOME + EARNED * bool(reported),
    )
    assert claimed or reported


def test_a_receipt_that_is_reported_sixteen_times_at_once_has_one_code(house: House) -> None:
    report(house)
    results = race(lambda _: house.receipts.record(PARTNER, make_purchase(50_000, purchase_id="B-2"), "f"))
    assert kinds(results) == {"done": 1, "replay": RACERS - 1}
    assert len({one.result["claim_code"] for one in results}) == 1
