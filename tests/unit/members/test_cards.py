"""Card codes and QR tokens."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from quen.ids import ALPHABET, number_of
from quen.members.cards import QrTokens, new_card_code, parse_card_code
from unit.members.fakes import KEYS, NOW, SettableClock

MEMBER = "mem_0123456789abcdef"
SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def test_codes_are_18_letters_and_digits_and_differ():
    codes = {new_card_code() for _ in range(500)}
    assert len(codes) == 500
    assert all(len(code) == 18 and set(code) <= set(SYMBOLS) for code in codes)
    assert all(parse_card_code(code) == code for code in codes)


def test_a_code_may_be_typed_as_people_type():
    code = next(code for code in iter(new_card_code, "") if "0" in code and "1" in code)
    assert parse_card_code(code.lower()) == code
    assert parse_card_code(f" {code[:6]}-{code[6:12]} {code[12:]}") == code
    assert parse_card_code(code.replace("0", "o").replace("1", "l")) == code


@given(position=st.integers(0, 17), shift=st.integers(1, 31))
def test_every_wrong_character_is_noticed(position: int, shift: int):
    code = new_card_code()
    wrong = SYMBOLS[(SYMBOLS.index(code[position]) + shift) % 32]
    assert parse_card_code(code[:position] + wrong + code[position + 1 :]) is None


@given(position=st.integers(0, 16))
def test_swapped_neighbours_are_noticed(position: int):
    code = new_card_code()
    swapped = code[:position] + code[position + 1] + code[position] + code[position + 2 :]
    assert swapped == code or parse_card_code(swapped) is None


@given(st.text(max_size=100))
def test_any_text_is_a_code_or_none(text: str):
    code = parse_card_code(text)
    assert code is None or parse_card_code(code) == code


def test_a_token_names_its_member_for_half_a_minute_to_a_minute():
    tokens, clock = QrTokens(KEYS.derive("qr")), SettableClock(datetime(2026, 11, 22, 3, 15, 29, tzinfo=UTC))
    token, valid_until = tokens.issue(MEMBER, clock.now())
    assert valid_until == datetime(2026, 11, 22, 3, 16, tzinfo=UTC)
    assert tokens.read(token, clock.now()) == MEMBER
    clock.advance(seconds=30.9)
    assert tokens.read(token, clock.now()) == MEMBER
    clock.advance(seconds=0.1)
    assert tokens.read(token, clock.now()) is None


def test_a_token_is_good_for_longer_with_every_half_minute():
    tokens, clock = QrTokens(KEYS.derive("qr")), SettableClock(datetime(2026, 11, 22, 3, 15, tzinfo=UTC))
    _, first = tokens.issue(MEMBER, clock.now())
    clock.advance(seconds=29.9)
    assert tokens.issue(MEMBER, clock.now())[1] == first
    clock.advance(seconds=0.1)
    assert tokens.issue(MEMBER, clock.now())[1] == first + timedelta(seconds=30)


def test_a_token_tells_nothing_of_its_member_and_no_two_are_alike():
    tokens = QrTokens(KEYS.derive("qr"))
    issued = {tokens.issue(MEMBER, NOW)[0] for _ in range(50)}
    assert len(issued) == 50
    assert {len(token) for token in issued} == {63}
    raw = [base64.urlsafe_b64decode(token.removeprefix("q2.")) for token in issued]
    masked = {data[14:24] for data in raw}
    assert len(masked) == 50
    assert number_of(MEMBER.removeprefix("mem_")).to_bytes(10, "big") not in masked
    assert not any("0123456789abcdef" in token for token in issued)


@given(st.text(ALPHABET, min_size=16, max_size=16).map("mem_{}".format))
def test_every_member_s_token_reads_back(member_id: str):
    tokens = QrTokens(KEYS.derive("qr"))
    assert tokens.read(tokens.issue(member_id, NOW)[0], NOW) == member_id


def test_a_token_that_names_its_member_in_plain_text_is_of_the_past():
    key = KEYS.derive("qr")
    body = f"q1.{MEMBER}.{int(NOW.timestamp()) + 60}"
    mac = base64.urlsafe_b64encode(hmac.digest(key, body.encode(), hashlib.sha256)[:16]).decode().rstrip("=")
    assert QrTokens(key).read(f"{body}.{mac}", NOW) is None


def test_a_token_with_any_one_character_changed_is_nobodys():
    tokens = QrTokens(KEYS.derive("qr"))
    token, _ = tokens.issue(MEMBER, NOW)
    for position, character in enumerate(token):
        other = "A" if character != "A" else "B"
        assert tokens.read(token[:position] + other + token[position + 1 :], NOW) is None


def test_a_token_of_another_stack_is_nobodys():
    token, _ = QrTokens(b"another key").issue(MEMBER, NOW)
    assert QrTokens(KEYS.derive("qr")).read(token, NOW) is None


@given(st.text(max_size=100))
def test_any_other_text_is_nobodys(text: str):
    assert QrTokens(KEYS.derive("qr")).read(text, NOW) is None
