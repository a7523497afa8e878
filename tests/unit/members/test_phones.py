"""How spellings become one number, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quen.errors import ValidationFailedError
from quen.members.phones import _read_by_library, parse_phone

SPELLINGS = [
    ("0901234567", "+84901234567"),
    ("84901234567", "+84901234567"),
    ("+84901234567", "+84901234567"),
    ("0084901234567", "+84901234567"),
    ("840901234567", "+84901234567"),
    ("901234567", "+84901234567"),  # a spreadsheet ate the zero
    ("+84 (0) 90 123 45 67", "+84901234567"),
    ("(+84) 90-123-4567", "+84901234567"),
    ("0901.234.567", "+84901234567"),
    ("090 – 1234 — 567", "+84901234567"),
    ("\u00a00901\u2009234\u202f567 ", "+84901234567"),
    ("\u202a\u202d+84 90 123 4567\u202c", "+84901234567"),  # copied from a telephone's contact book
    ("+84 90 123 4567", "+84901234567"),
    ("0842345678", "+84842345678"),  # a mobile prefix that looks like the country code
    ("842345678", "+84842345678"),
    ("84842345678", "+84842345678"),
    ("0992123456", "+84992123456"),  # a block that the library does not know yet
    ("024 3825 4000", "+842438254000"),  # a landline in Hanoi
    ("+1 202 555 0123", "+12025550123"),
    ("+65 8123 4567", "+6581234567"),
    ("0065 8123 4567", "+6581234567"),
    ("+39 06 698 12345", "+390669812345"),  # Italy keeps its zero
]

MOVED = [
    ("0120", "070"), ("0121", "079"), ("0122", "077"), ("0126", "076"), ("0128", "078"),
    ("0123", "083"), ("0124", "084"), ("0125", "085"), ("0127", "081"), ("0129", "082"),
    ("0162", "032"), ("0163", "033"), ("0164", "034"), ("0165", "035"),
    ("0166", "036"), ("0167", "037"), ("0168", "038"), ("0169", "039"),
    ("0186", "056"), ("0188", "058"), ("0199", "059"),
]  # fmt: skip

REFUSED = [
    "", " ", "+", "abc", "090", "12345", "113", "0000000000", "00000000000000", "+0901234567", "++84901234567",
    "84+901234567", "09012345678", "090123456x", "0901234567 ext 5", "0901234567;ext=5", "tel:+84901234567", "0901/234567",
    "0901234567\n", "090\x001234567", "1-800-FLOWERS", "1900 1234", "1800 1234", "01701234567", "٠٩٠١٢٣٤٥٦٧", "०९०१२३४५६७",
    "⓪⑨⓪①②③④⑤⑥⑦", "+999123456789", "+8490123456789012345", "0901234567" * 5, " " * 100 + "0901234567", "1e10", "0x5a5a5a5a",
]  # fmt: skip


@pytest.mark.parametrize(("spelling", "number"), SPELLINGS)
def test_every_spelling_is_one_number(spelling: str, number: str):
    assert parse_phone(spelling) == number


@pytest.mark.parametrize(("old", "new"), MOVED)
@pytest.mark.parametrize("write", ["{}7654321", "+84 {:.3}.7654.321", "84{:.3}7654321", "{} 765 4321"])
def test_numbers_that_moved_in_2018_are_their_new_selves(old: str, new: str, write: str):
    spelling = write.format(old) if write.startswith("{}") else write.format(old[1:])
    assert parse_phone(spelling) == f"+84{new[1:]}7654321"


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_persons_number_is_refused_without_being_echoed(text: str):
    with pytest.raises(ValidationFailedError) as caught:
        parse_phone(text, "/member/phone")
    (fault,) = caught.value.faults
    assert (fault.pointer, fault.code) == ("/member/phone", "invalid_phone")
    assert not text.strip() or text not in str(caught.value) + fault.message


separators = st.sampled_from(["", "", " ", ".", "-", "  ", "\u00a0", "–", ") ", " ("])
subscribers = st.from_regex(r"[35789][0-9]{8}", fullmatch=True)


@given(subscriber=subscribers, prefix=st.sampled_from(["0", "84", "+84", "0084", "+84(0)"]), data=st.data())
def test_blanks_dots_dashes_and_prefixes_change_nothing(subscriber: str, prefix: str, data: st.DataObject):
    spelling = prefix + "".join(data.draw(separators) + digit for digit in subscriber)
    if len(spelling) <= 40:
        assert parse_phone(spelling) == f"+84{subscriber}"


@given(subscriber=subscribers)
def test_a_parsed_number_parses_to_itself(subscriber: str):
    assert parse_phone(parse_phone(f"0{subscriber}")) == f"+84{subscriber}"


@given(st.text(max_size=60))
def test_any_text_is_a_number_or_refused(text: str):
    try:
        number = parse_phone(text)
    except ValidationFailedError:
        return
    assert number.startswith("+")
    assert number[1:].isascii()
    assert number[1:].isdigit()
    assert parse_phone(number) == number


@given(subscriber=subscribers, prefix=st.sampled_from(["0", "+84"]))
def test_the_usual_spellings_are_read_as_the_library_reads_them(subscriber: str, prefix: str):
    assert parse_phone(prefix + subscriber) == _read_by_library(prefix + subscriber)
