"""Transfers: what leaves one account arrives in the other, lot by lot, once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto import mock_aws

from factories import make_program
from house import FixedPrograms, House, MovableClock, adjust, enrol, member
from quen.errors import (
    IdempotencyKeyReusedError,
    InsufficientPointsError,
    MemberNotFoundError,
    TransferLimitReachedError,
    TransfersNotOfferedError,
    ValidationFailedError,
)
from quen.ledger.documents import DocumentKey, Outcome
from quen.members.model import MemberReference
from quen.program.model import TransferPolicy
from tables import create_tables, open_mocked

FRIEND = "+84907654321"


@pytest.fixture
def house() -> Iterator[House]:
    with mock_aws():
        client = open_mocked()
        house = House(client, create_tables(client), MovableClock())
        house.programs = FixedPrograms(make_program(transfers=TransferPolicy(per_day=100, minimum=10)))
        yield house


def send(house: House, member_id: str, points: int, key: str = "k", to: MemberReference | None = None) -> Outcome:
    return house.transfers.send(
        member_id,
        to or MemberReference(phone=FRIEND),
        points,
        caller=f"member:{member_id}",
        idempotency_key=key,
        fingerprint=str(points),
    )


def test_points_arrive_with_the_last_days_they_had_and_once(house: House) -> None:
    lan, minh = enrol(house), enrol(house, FRIEND)
    adjust(house, lan, 50, expires_on=house.clock.now().date().replace(month=12, day=31))
    first = send(house, lan, 60)
    assert first.result["lots"] == [{"on": "2026-12-31", "points": 50}, {"on": "2027-11-30", "points": 10}]
    assert first.result["to"] == {"masked_name": "***"}
    again = send(house, lan, 60)
    assert (again.result, again.replayed) == (first.result, True)
    assert house.ledger.show_account(lan)["points"]["active"] == 10
    assert house.ledger.show_account(minh)["expiring"] == [
        {"on": "2026-12-31", "points": 50},
        {"on": "2027-11-30", "points": 30},
    ]
    [sent], [received] = (house.ledger.list_entries(who, None, 1)[0] for who in (lan, minh))
    assert (sent["kind"], received["kind"]) == ("transfer_out", "transfer_in")
    assert sent["reference"] == received["reference"] == {"kind": "transfer", "id": first.result["transfer_id"]}
    document = house.ledger.find_document(DocumentKey(f"TRANSFER#{first.result['transfer_id']}"))
    assert document is not None
    assert (document.member_id, document.details["to_member_id"]) == (lan, minh)
    with pytest.raises(IdempotencyKeyReusedError):
        send(house, lan, 50)


def test_a_day_has_its_limit_and_the_next_one_its_own(house: House) -> None:
    lan = enrol(house)
    enrol(house, FRIEND)
    adjust(house, lan, 500)
    send(house, lan, 70, "1")
    with pytest.raises(TransferLimitReachedError):
        send(house, lan, 31, "2")
    send(house, lan, 30, "3")
    assert isinstance(house.clock, MovableClock)
    house.clock.advance(days=1)
    send(house, lan, 100, "4")


def test_what_cannot_be_is_refused_and_changes_nothing(house: House) -> None:
    lan, minh = enrol(house), enrol(house, FRIEND)
    before = [house.ledger.show_account(who) for who in (lan, minh)]
    refusals: list[tuple[int, MemberReference | None, type[Exception]]] = [
        (21, None, InsufficientPointsError),
        (9, None, ValidationFailedError),
        (20, member(lan), ValidationFailedError),
        (20, MemberReference(phone="+84900000000"), MemberNotFoundError),
        (20, member("mem_0000000000000000"), MemberNotFoundError),
    ]
    for points, to, error in refusals:
        with pytest.raises(error):
            send(house, lan, points, to=to)
    house.programs.program = make_program()
    with pytest.raises(TransfersNotOfferedError):
        send(house, lan, 20)
    assert [house.ledger.show_account(who) for who in (lan, minh)] == before
