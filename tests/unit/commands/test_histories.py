"""Files become purchases: exact cents, stable ids, and one clear sentence for a line that cannot be read."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from local.errors import LocalError
from local.fictitious_phones import AREAS, CDNOW_AREAS, cdnow_phone, unnamed_phone
from local.histories import parse_amount, parse_history, parse_occurred_at, read_history
from quen.members.phones import parse_phone

NEW_YORK = ZoneInfo("America/New_York")
SAIGON = ZoneInfo("Asia/Ho_Chi_Minh")
SAMPLE = " 00004 0001 19970101  2   29.33\r\n 00004 0001 19970118  2   29.73\r\n 00021 0002 19970118  3    0.00\r\n"
MASTER = " customer_id  date number_of_cds  dollar_value\n 00002 19970112  1   12.00\n 00002 19970112  5   77.00\n"


def cdnow(text: str) -> list[tuple[str, str, int]]:
    history = parse_history("file", text, "cdnow", NEW_YORK, 2)
    return [(past.member.key, past.occurred_at.isoformat(), past.amount) for past in history]


def test_the_sample_layout() -> None:
    assert cdnow(SAMPLE) == [
        ("cdnow-00004", "1997-01-01T17:00:00+00:00", 2933),
        ("cdnow-00004", "1997-01-18T17:00:00+00:00", 2973),
        ("cdnow-00021", "1997-01-18T17:00:00+00:00", 0),
    ]


def test_the_master_layout_and_two_purchases_on_one_day() -> None:
    assert cdnow(MASTER) == [
        ("cdnow-00002", "1997-01-12T17:00:00+00:00", 1200),
        ("cdnow-00002", "1997-01-12T17:01:00+00:00", 7700),
    ]


def test_the_same_line_twice_is_two_purchases_with_ids_of_their_own() -> None:
    line = " 00004 0001 19970101  2   29.33\n"
    first, second = parse_history("file", line * 2, "cdnow", NEW_YORK, 2)
    assert first.purchase_id != second.purchase_id
    assert parse_history("other", line, "cdnow", NEW_YORK, 2)[0].purchase_id == first.purchase_id


@pytest.mark.parametrize(
    "line",
    [
        "00004 19970101 29.33",
        "x 0001 19970101 2 29.33",
        "1 1 19970230 2 29.33",
        "1 1 19970101 2 29.333",
        "1 1 19970101 2 -1.00",
        "24000 1 19970101 2 1.00",
    ],
)
def test_a_cdnow_line_that_cannot_be_read_is_named(line: str) -> None:
    with pytest.raises(LocalError, match=r"^file, line 2: "):
        parse_history("file", f"00004 0001 19970101 2 29.33\n{line}\n", "cdnow", NEW_YORK, 2)


def test_amounts_are_exact() -> None:
    assert parse_amount("0.29", 2) == 29
    assert parse_amount("29.3", 2) == 2930
    assert parse_amount("1.10", 2) == 110
    assert parse_amount("1.1000", 2) == 110
    assert parse_amount("45000", 0) == 45000
    assert parse_amount("45000.00", 0) == 45000
    assert parse_amount("1.000", 3) == 1000
    for bad in ("1.005", "1e3", "", ".5", "-1", "1,000", "NaN", "٤"):
        with pytest.raises(ValueError, match="an amount"):
            parse_amount(bad, 2)


@pytest.mark.parametrize(("text", "digits"), [("45.000", 0), ("1.000", 2), ("1.255.000", 0)])
def test_a_point_between_thousands_is_refused_and_not_taken_for_a_decimal_point(text: str, digits: int) -> None:
    with pytest.raises(ValueError, match="an amount"):
        parse_amount(text, digits)


def test_times_are_instants_of_the_programs_zone() -> None:
    assert parse_occurred_at("2026-07-01", SAIGON) == datetime(2026, 7, 1, 5, tzinfo=UTC)
    assert parse_occurred_at("2026-07-01 07:30:15", SAIGON) == datetime(2026, 7, 1, 0, 30, 15, tzinfo=UTC)
    assert parse_occurred_at("2026-07-01T00:30:15Z", SAIGON) == datetime(2026, 7, 1, 0, 30, 15, tzinfo=UTC)
    with pytest.raises(ValueError, match="occurred_at"):
        parse_occurred_at("yesterday", SAIGON)


def test_csv_has_members_by_phone_by_a_text_of_ones_own_and_by_id() -> None:
    text = (
        "member,phone,occurred_at,amount,purchase_id,store_id,name,birthday,consents\n"
        ",0901 234 567,2026-07-02,45000,P-1,q1,Lan,1994-11-20,terms marketing_email\n"
        "anna,,2026-07-01,32000,,,,,\n"
        "mem_0000000000000001,,2026-07-03,1,,,,,\n"
        "anna,,2026-07-04,2,,,,,\n"
    )
    anna, lan, known, again = parse_history("file", text, "csv", SAIGON, 0)
    assert (lan.purchase_id, lan.member.phone, lan.amount, lan.store_id) == ("P-1", "+84901234567", 45000, "q1")
    assert lan.member.profile["name"] == "Lan"
    assert lan.member.profile["birthday"] == "1994-11-20"
    assert [consent["purpose"] for consent in lan.member.profile["consents"]] == ["terms", "marketing_email"]
    assert anna.member is again.member
    assert anna.member.phone == unnamed_phone(1)
    assert (known.member.member_id, known.member.phone) == ("mem_0000000000000001", "")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("member,amount\na,1\n", "line 1: the header has member or phone"),
        ("member,occurred_at,amount,colour\n", "line 1: unknown column 'colour'"),
        ("member;occurred_at;amount\n", "line 1: the columns are divided by commas"),
        ("member,member,occurred_at,amount\n", "line 1: a column is named twice"),
        ("member,occurred_at,amount\na,2026-07-01,1.5\n", "line 2: an amount of this currency has at most 0"),
        ("member,occurred_at,amount\n,2026-07-01,1\n", "line 2: neither a member nor a phone"),
        ("member,occurred_at,amount\na,2026-07-01,1,2\n", "line 2: too many columns"),
        ("phone,occurred_at,amount\n12,2026-07-01,1\n", "line 2: the phone is not"),
        ("member,occurred_at,amount,purchase_id\na,2026-07-01,1,a/b\n", "line 2: a purchase_id is"),
        ("member,occurred_at,amount\n", "file has no purchases"),
        ("member,occurred_at,amount,purchase_id\na,2026-07-01,1,x\na,2026-07-01,1,x\n", "purchase_id more than once"),
    ],
)
def test_a_csv_that_cannot_be_read_says_where_and_why(text: str, why: str) -> None:
    with pytest.raises(LocalError) as refused:
        parse_history("file", text, "csv", SAIGON, 0)
    assert why in str(refused.value)


def test_files_that_are_no_text_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="cannot be read"):
        read_history(tmp_path / "none", "csv", SAIGON, 0)
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(LocalError, match="not a text file"):
        read_history(tmp_path / "binary", "csv", SAIGON, 0)


def test_invented_numbers_are_all_different_all_for_fiction_and_all_telephone_numbers() -> None:
    numbers = [cdnow_phone(number) for number in range(CDNOW_AREAS * 100)]
    numbers += [unnamed_phone(number) for number in range((len(AREAS) - CDNOW_AREAS) * 100)]
    assert len(set(numbers)) == len(numbers)
    assert all(number[5:10] == "55501" for number in numbers)
    assert all(parse_phone(number) == number for number in numbers[::100])
    for beyond in (lambda: cdnow_phone(CDNOW_AREAS * 100), lambda: unnamed_phone(10**6)):
        with pytest.raises(ValueError, match=r"up to|at most"):
            beyond()
