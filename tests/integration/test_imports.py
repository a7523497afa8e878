"""Imports: each row once, whoever sends it again; and the person who signs in later is the member who was imported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws
from msgspec.structs import replace

from factories import NOON, make_program
from gateway_events import member_claims
from house import FixedPrograms, House, MovableClock, adjust, enrol
from local.balances import read_balances
from quen.errors import IdempotencyKeyReusedError, MemberAlreadyExistsError, ValidationFailedError
from quen.imports.model import Lot, Row
from quen.imports.service import RowResult
from quen.instants import format_instant
from quen.ledger.model import verify
from quen.members.model import ConsentDecision, Enrolment, Login, MemberReference
from quen.program.model import StoredValuePolicy
from quen.writes import Write
from served import Served, serving
from tables import create_tables, open_mocked

PHONE = "+84901234567"
ROW = Row(
    "r-1",
    phone="090 123 4567",
    name="Nguyễn Thị Lan",
    joined_on=date(2019, 5, 1),
    lots=(Lot(100, date(2027, 3, 31)), Lot(50, None)),
    qualifying={"2026-10": 120},
    stamps=3,
    stored_value=70_000,
    tier="gold",
)


@pytest.fixture
def house() -> Iterator[House]:
    with mock_aws():
        client = open_mocked()
        house = House(client, create_tables(client), MovableClock())
        house.programs = FixedPrograms(make_program(stored_value=StoredValuePolicy(1_000_000)))
        yield house


def bring_in(house: House, row: Row = ROW, fingerprint: str = "f", *, dry_run: bool = False) -> RowResult:
    return house.imports.bring_in("old", row, fingerprint, dry_run=dry_run)


def test_a_row_opens_an_account_once_with_all_that_it_says_and_no_welcome_points(house: House) -> None:
    assert bring_in(house, dry_run=True).status == "valid"
    opened = bring_in(house)
    member_id = str(opened.member_id)
    assert opened.status == "opened"
    assert bring_in(house) == RowResult("r-1", "replayed", member_id)
    account = house.ledger.show_account(member_id)
    assert account["points"]["active"] == 150
    assert account["expiring"] == [{"on": "2027-03-31", "points": 100}, {"on": None, "points": 50}]
    assert account["wallets"] == {"qualifying": 120, "stamps": 3}
    assert account["stored_value"]["amount"] == 70_000
    store = house._ledger_store
    assert verify(store.load(member_id), store.read_history(member_id)) is None
    profile = house.members.load(member_id)
    assert (profile.phone, format_instant(profile.joined_at), profile.consents) == (PHONE, "2019-04-30T17:00:00Z", ())
    refused = bring_in(house, replace(ROW, stamps=4), "other")
    assert isinstance(refused.error, IdempotencyKeyReusedError)


def test_who_is_a_member_already_gets_the_balance_added(house: House) -> None:
    member_id = enrol(house)
    assert bring_in(house) == RowResult("r-1", "added", member_id)
    assert bring_in(house) == RowResult("r-1", "replayed", member_id)
    assert house.ledger.show_account(member_id)["points"]["active"] == 20 + 150


def test_who_signs_in_later_with_that_phone_is_that_member(house: House) -> None:
    member_id = bring_in(house).member_id
    login = Login("https://issuer.test", "lan", phone=PHONE)
    enrolled = house.members.enrol(login, Enrolment(phone=PHONE, name="Lan", locale="vi"), house.clock.now())
    assert (enrolled.member.member_id, enrolled.member.name) == (member_id, "Lan")
    assert enrolled.account["points"]["active"] == 150
    assert house.members.find_member_id(login) == member_id
    assert house.members.resolve(MemberReference(phone=PHONE)) == member_id
    for again in (login, Login("https://issuer.test", "somebody else", phone=PHONE)):
        with pytest.raises(MemberAlreadyExistsError):
            house.members.enrol(again, Enrolment(phone=PHONE), house.clock.now())


def test_who_signs_in_while_their_account_moves_is_that_member_and_may_be_told(house: House) -> None:
    """The till was faster: the profile is as it was read, and the account is not."""
    member_id = str(bring_in(house).member_id)
    reaching, moved = house.ledger.reaching, []

    def reaching_late(member_id: str, *, reachable: bool) -> Sequence[Write]:
        writes = reaching(member_id, reachable=reachable)
        if not moved:
            moved.append(adjust(house, member_id, 5))
        return writes

    house.ledger.reaching = reaching_late  # type: ignore[method-assign]
    agreed = ConsentDecision("transactional_sms", granted=True, text_version="1")
    login = Login("https://issuer.test", "lan", phone=PHONE)
    enrolled = house.members.enrol(login, Enrolment(phone=PHONE, consents=(agreed,)), house.clock.now())
    account = house.ledger.load_account(member_id)
    assert (enrolled.member.member_id, account.reachable, account.active) == (member_id, True, 155)


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"phone": None}, ["/phone"]),
        ({"phone": "12"}, ["/phone"]),
        ({"lots": (Lot(0), Lot(5, date(2020, 1, 1)))}, ["/lots/0/points", "/lots/1/expires_on"]),
        ({"lots": (Lot(1, date(2040, 1, 1)),)}, ["/lots/0/expires_on"]),
        ({"lots": (Lot(1),) * 61}, ["/lots"]),
        ({"joined_on": NOON.date() + timedelta(days=1), "stamps": -1}, ["/joined_on", "/stamps"]),
        ({"qualifying": {"2026-10": 0}}, ["/qualifying"]),
    ],
)
def test_a_row_that_cannot_be_is_refused_with_every_fault_and_changes_nothing(
    house: House, changes: dict[str, Any], pointers: list[str]
) -> None:
    for dry_run in (True, False):
        result = bring_in(house, replace(ROW, **changes), dry_run=dry_run)
        assert result.status == "refused"
        assert isinstance(result.error, ValidationFailedError)
        assert [fault.pointer for fault in result.error.faults] == pointers
    assert bring_in(house).status == "opened"


def test_a_phone_and_an_address_of_two_members_are_refused(house: House) -> None:
    enrol(house)
    bring_in(house, replace(ROW, row_id="r-2", phone=None, email="lan@example.com"))
    result = bring_in(house, replace(ROW, row_id="r-3", email="lan@example.com"), "3")
    assert isinstance(result.error, ValidationFailedError)


@pytest.fixture(scope="module")
def apis() -> Iterator[Served]:
    with serving() as served:
        yield served


def test_rows_are_answered_one_by_one_and_a_bad_one_stops_no_other(apis: Served) -> None:
    last_day = (date.today() + timedelta(days=100)).isoformat()
    rows = [
        {"row_id": "1", "phone": "0901111111", "lots": [{"points": 10, "expires_on": last_day}]},
        {"row_id": "2", "phone": "0901111112", "lots": [{"points": -1, "expires_on": None}]},
        {"row_id": 3},
        {"row_id": "4", "phone": "0901111114", "colour": "red"},
        {"row_id": "5", "email": "hoa@example.com", "tier": "gold"},
    ]
    answer = apis.admin("POST", "/v1/imports/old/rows", {"rows": rows})
    results = answer.body["results"]
    assert [result["status"] for result in results] == ["opened", "refused", "refused", "refused", "opened"]
    assert [result["row_id"] for result in results] == ["1", "2", None, "4", "5"]
    assert [result["problem"]["errors"][0]["pointer"] for result in results[1:4]] == [
        "/lots/0/points",
        "/row_id",
        "/colour",
    ]
    again = apis.admin("POST", "/v1/imports/old/rows", {"rows": rows}).body["results"]
    assert [result["status"] for result in again] == ["replayed", "refused", "refused", "refused", "replayed"]
    claims = member_claims(subject="hoa", email="hoa@example.com", phone="")
    enrolled = apis.mobile("POST", "/v1/members", {"email": "hoa@example.com", "consents": []}, claims=claims)
    assert (enrolled.status, enrolled.body["member_id"]) == (201, results[4]["member_id"])


def test_the_request_s_line_says_how_many_rows_were_refused_whoever_refused_them(
    apis: Served, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    past = {"row_id": "9", "phone": "0901111119", "lots": [{"points": 10, "expires_on": "2020-01-01"}]}
    apis.admin("POST", "/v1/imports/old/rows", {"rows": [past, {"row_id": 3}]})
    assert [vars(line)["items_refused"] for line in caplog.records if line.getMessage() == "request"] == [2]


def test_a_file_of_lines_is_read_into_rows_and_every_fault_has_its_line(tmp_path: Path) -> None:
    good = tmp_path / "good.csv"
    good.write_text(
        "row_id,phone,points,expires_on,qualifying,stamps\n"
        "1,0901234567,100,2027-03-31,2026-10=120 2026-11=5,3\n"
        "1,0901234567,50,,2026-10=120 2026-11=5,3\n"
        "2,0907654321,,,,\n"
    )
    rows, faults = read_balances(good)
    assert faults == []
    assert rows == [
        {
            "row_id": "1",
            "phone": "0901234567",
            "lots": [{"points": 100, "expires_on": "2027-03-31"}, {"points": 50, "expires_on": None}],
            "qualifying": {"2026-10": 120, "2026-11": 5},
            "stamps": 3,
        },
        {"row_id": "2", "phone": "0907654321", "lots": []},
    ]
    bad = tmp_path / "bad.csv"
    bad.write_text(
        "row_id,phone,points,expires_on,stamps\n"
        "1,0901234567,1.5,,\n"
        ",0901234567,1,,\n"
        "3,,1,31/12/2027,x\n"
        "4,0901,,2027-01-01,\n"
        "5,0902,1,,1\n5,0903,1,,1\n"
    )
    _, faults = read_balances(bad)
    assert [(fault.line, fault.column) for fault in faults] == [
        (2, "points"),
        (3, "row_id"),
        (4, "stamps"),
        (4, "expires_on"),
        (4, "phone"),
        (5, "points"),
        (7, "row_id"),
    ]
    unknown = tmp_path / "unknown.csv"
    unknown.write_text("row_id,phone,colour\n")
    assert [fault.column for fault in read_balances(unknown)[1]] == ["colour"]
    divided = tmp_path / "divided.csv"
    divided.write_text("row_id;phone;points\n1;0901;100\n", "utf-8")
    assert [(fault.line, fault.what.partition(":")[0]) for fault in read_balances(divided)[1]] == [
        (1, "The columns are divided by commas")
    ]
    lines = tmp_path / "rows.jsonl"
    lines.write_text('{"row_id": "1", "phone": "0901"}\n{"row_id": "1"}\nnot json\n')
    rows, faults = read_balances(lines)
    assert (rows, [fault.line for fault in faults]) == ([{"row_id": "1", "phone": "0901"}], [2, 3])
