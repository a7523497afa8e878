"""Vietnamese without its marks: every letter stays, every mark goes, and nothing is left that costs UCS-2."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quen.messages.segments import measured
from quen.messages.unaccented import unaccented

VOWELS = "aăâeêioôơuưy"
TONES = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]
SMALL = [unicodedata.normalize("NFC", vowel + tone) for vowel in VOWELS for tone in TONES]
VIETNAMESE = [*SMALL, *(letter.upper() for letter in SMALL), "đ", "Đ", *"bcghklmnpqrstvxBCGHKLMNPQRSTVX"]
WRITTEN = [*VIETNAMESE, *"0123456789 .,:;!?%()/₫–—…‘’“”\u00a0\n"]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Cà phê Quen: Chúc mừng sinh nhật bạn!", "Ca phe Quen: Chuc mung sinh nhat ban!"),
        ("Nguyễn Thị Hoa", "Nguyen Thi Hoa"),
        ("Đặng Ưng Thuở", "Dang Ung Thuo"),
        ("Ðỗ", "Do"),
        ("49.000\u00a0₫ – 2 × “phở”…", '49.000 d - 2 x "pho"...'),
        ("Łódź, Crème brûlée, cœur", "Lodz, Creme brulee, coeur"),
        ("Größe, Ærø, Ǿ", "Große, Ærø, Ø"),
        ("\u1fefa\u1ffd", "'a'"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("a\tb", "a b"),
    ],
)
def test_marks_and_typography_go_and_letters_stay(text, plain):
    assert unaccented(text) == plain


def test_composed_and_decomposed_text_become_the_same():
    text = "".join(VIETNAMESE)
    assert unaccented(unicodedata.normalize("NFD", text)) == unaccented(text)


def test_every_letter_of_the_alphabet_becomes_its_plain_letter():
    assert len(VIETNAMESE) == 2 * 72 + 2 + 30
    assert {unaccented(letter) for letter in VIETNAMESE} == set("aeiouydAEIOUYD" + "bcghklmnpqrstvxBCGHKLMNPQRSTVX")


@pytest.mark.parametrize("text", ["สวัสดี", "がんばって", "हिन्दी", "й", "😀👍🏽", "ΑΩ"])
def test_other_scripts_keep_what_looks_like_marks(text):
    assert unaccented(text) == unicodedata.normalize("NFC", text)


@given(st.text(st.sampled_from(WRITTEN)), st.sampled_from(["NFC", "NFD"]))
def test_any_vietnamese_text_fits_the_gsm_alphabet_and_keeps_its_length(text, form):
    plain = unaccented(unicodedata.normalize(form, text))
    assert measured(plain).encoding == "GSM-7"
    assert len(plain) == len(text) + 2 * text.count("…")
    assert [*map(str.isupper, plain.replace("...", "…"))] == [*map(str.isupper, text)]


@given(st.text())
def test_once_more_changes_nothing(text):
    assert unaccented(unaccented(text)) == unaccented(text)
