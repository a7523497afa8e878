"""Links that say no: short, silent about whom they are for, and made by nobody but us."""

from __future__ import annotations

import base64
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quen.ids import new_id
from quen.members.unsubscribing import PURPOSES, UnsubscribeTokens, Unsubscribing, Unsubscription, refused_with
from unit.members.fakes import KEYS

LAN, HOA = "mem_7k3w9qxmr2t4bc8d", "mem_0000000000000002"
MAIL = "msg_5xq2vqgz6m4k3wq2"
TOKENS = UnsubscribeTokens(KEYS.derive("unsubscribe"))
TOKEN = TOKENS.issue(LAN, "marketing_email", MAIL)
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
GATEWAY = "https://a1b2c3d4e5.execute-api.ap-southeast-1.amazonaws.com/live"


@pytest.mark.parametrize("purpose", PURPOSES)
@pytest.mark.parametrize("message_id", [MAIL, ""])
def test_a_token_says_who_refuses_what_and_by_which_message(purpose: str, message_id: str):
    assert TOKENS.read(TOKENS.issue(LAN, purpose, message_id)) == Unsubscription(LAN, purpose, message_id)


def test_the_numbers_of_purposes_are_for_ever():
    assert PURPOSES == ("marketing", "marketing_email", "marketing_sms", "marketing_zalo", "marketing_push")


@pytest.mark.parametrize(
    ("purpose", "refused"),
    [
        ("marketing_birthday_messages_email", "marketing_email"),
        ("marketing_win_back_messages_sms", "marketing_sms"),
        ("marketing_messages_zalo", "marketing_zalo"),
        ("marketing_push", "marketing_push"),
        ("marketing", "marketing"),
        ("profiling", "profiling"),
        ("transactional_messages_email", "transactional_messages_email"),
    ],
)
def test_a_no_to_one_advertisement_is_a_no_to_all_of_its_channel(purpose: str, refused: str):
    assert refused_with(purpose) == refused


def test_there_is_no_link_that_refuses_what_is_no_advertising():
    with pytest.raises(ValueError, match="not in"):
        TOKENS.issue(LAN, "transactional_messages_email", MAIL)


def test_no_bit_can_be_changed():
    for bit in range(30 * 8):
        data = bytearray(base64.urlsafe_b64decode(TOKEN))
        data[bit // 8] ^= 1 << bit % 8
        assert TOKENS.read(base64.urlsafe_b64encode(data).decode()) is None, bit


@pytest.mark.parametrize("other", [TOKENS.issue(HOA, "marketing_email", MAIL), TOKENS.issue(LAN, "marketing", MAIL)])
def test_parts_of_two_tokens_make_no_third(other: str):
    mine, theirs = base64.urlsafe_b64decode(TOKEN), base64.urlsafe_b64decode(other)
    for cut in range(1, 30):
        assert TOKENS.read(base64.urlsafe_b64encode(mine[:cut] + theirs[cut:]).decode()) is None, cut


NOT_TOKENS = ("", TOKEN[:-1], TOKEN[:20], TOKEN + "A", TOKEN * 3, f" {TOKEN}", f"{TOKEN}\n", TOKEN[:-1] + "=")


@pytest.mark.parametrize("text", [*NOT_TOKENS, "ế" * 40, "A" * 40, "/" * 40, LAN, "A" * 100_000])
def test_what_is_not_a_token_is_none(text: str):
    assert TOKENS.read(text) is None


@given(st.text(alphabet=ALPHABET, min_size=40, max_size=40))
def test_no_guess_is_a_token(guess: str):
    assert TOKENS.read(guess) is None or guess == TOKEN


def test_another_stack_s_token_is_none_here():
    assert UnsubscribeTokens(KEYS.derive("something else")).read(TOKEN) is None


def test_a_token_shows_nothing_of_its_member_and_two_of_one_have_nothing_in_common():
    others = [TOKENS.issue(LAN, "marketing_email", new_id("msg")) for _ in range(50)]
    alike = [sum(one == other for one, other in zip(TOKEN, token, strict=True)) for token in others]
    assert max(alike) < 10
    assert LAN.removeprefix("mem_") not in TOKEN


def test_the_same_message_always_has_the_same_link():
    assert TOKENS.issue(LAN, "marketing_email", MAIL) == TOKEN


def test_a_link_fits_an_sms_even_on_the_gateway_s_own_domain():
    url = Unsubscribing(TOKENS, GATEWAY).url_for(LAN, "marketing_birthday_messages_sms", MAIL)
    assert len(url) == 120
    assert re.fullmatch(rf"{re.escape(GATEWAY)}/v1/unsubscribe/[A-Za-z0-9_-]{{40}}", url)
    assert len(Unsubscribing(TOKENS, "https://the.quen.example").url_for(LAN, "marketing_sms", MAIL)) == 80


def test_a_stack_that_does_not_know_where_it_is_reached_has_no_links():
    assert Unsubscribing(TOKENS, "").url_for(LAN, "marketing_email", MAIL) == ""
