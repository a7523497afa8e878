"""The text that is sent: label, refusal, marks, and what it costs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from factories import make_program
from quen.messages.texting import advertised, how_to_refuse, sms_text, texted
from quen.program.model import MessagePolicy
from quen.program.model.messaging import AdvertisingPolicy, SmsPolicy

PLAIN = MessagePolicy(sms=SmsPolicy(is_unaccented=True, segment_price=350))
OWN = MessagePolicy(
    advertising=AdvertisingPolicy(
        refusals={"vi": "TC gửi 1551 hoặc gọi 19001234", "en": "Text STOP to 1551 or call 19001234"}
    )
)
REFUSAL = "Từ chối: https://quen.example/u/8f3k"


def test_a_notice_has_neither_label_nor_refusal():
    sent = sms_text("Số dư: 70 điểm.", MessagePolicy(), is_marketing=False, opt_out=REFUSAL)
    assert sent.text == "Số dư: 70 điểm."


def test_an_advertisement_begins_with_its_label_and_ends_with_how_to_refuse_more():
    sent = sms_text("Tặng bạn 50 điểm.", MessagePolicy(), is_marketing=True, opt_out=REFUSAL)
    assert sent.text == f"[QC] Tặng bạn 50 điểm. {REFUSAL}"


def test_the_program_says_which_label():
    english = MessagePolicy(advertising=AdvertisingPolicy(label="[AD]"))
    assert sms_text("50 points for you.", english, is_marketing=True).text == "[AD] 50 points for you."


def test_what_a_programs_own_words_have_already_is_not_said_twice():
    own = f"[QC] Tặng bạn 50 điểm. {REFUSAL}"
    assert sms_text(own, MessagePolicy(), is_marketing=True, opt_out=REFUSAL).text == own


@given(st.text(), st.sampled_from(["[QC]", "[AD]", ""]), st.sampled_from([REFUSAL, ""]))
def test_whatever_is_said_begins_with_the_label_and_ends_with_the_refusal_once(text, label, opt_out):
    said = advertised(text, label, opt_out)
    assert said.startswith(label)
    assert said.endswith(opt_out)
    assert text in said
    assert advertised(said, label, opt_out) == said


def test_where_marks_go_they_go_from_all_of_it():
    sent = sms_text("Tặng bạn 50 điểm.", PLAIN, is_marketing=True, opt_out=REFUSAL)
    assert sent.text == "[QC] Tang ban 50 diem. Tu choi: https://quen.example/u/8f3k"
    assert sent.size.encoding == "GSM-7"


@pytest.mark.parametrize(("is_unaccented", "segments", "price"), [(True, 2, 700), (False, 3, 1050)])
def test_the_price_is_that_of_every_segment_of_what_is_sent(is_unaccented, segments, price):
    policy = MessagePolicy(sms=SmsPolicy(is_unaccented, segment_price=350))
    sent = sms_text("Chúc mừng sinh nhật! " * 9, policy, is_marketing=False)
    assert (sent.size.segments, sent.price) == (segments, price)


def test_without_a_price_of_a_segment_nobody_knows_what_it_costs():
    assert sms_text("70", MessagePolicy(), is_marketing=False).price is None


def test_the_label_counts():
    text = "a" * 154
    assert sms_text(text, PLAIN, is_marketing=False).size.segments == 1
    assert sms_text(text, PLAIN, is_marketing=True).size.segments == 2  # 7 septets more: brackets take two


@pytest.mark.parametrize(
    ("policy", "url", "locale", "words"),
    [
        (OWN, "https://quen.example/u/8f3k", "vi", "TC gửi 1551 hoặc gọi 19001234"),
        (OWN, "", "en-GB", "Text STOP to 1551 or call 19001234"),
        (MessagePolicy(), "https://quen.example/u/8f3k", "vi-VN", "Từ chối: https://quen.example/u/8f3k"),
        (MessagePolicy(), "https://quen.example/u/8f3k", "fr", "To refuse: https://quen.example/u/8f3k"),
        (MessagePolicy(), "", "vi", "Từ chối: báo cửa hàng."),
        (MessagePolicy(), "", "en", "To refuse: tell the shop."),
    ],
)
def test_who_refuses_is_told_how_in_the_programs_words_or_ours(policy, url, locale, words):
    assert how_to_refuse(policy, locale, url) == words


def test_a_program_texts_its_advertising_as_the_law_wants_and_its_notices_as_they_are():
    program = replace(make_program(), messages=replace(OWN, sms=SmsPolicy(is_unaccented=True, segment_price=350)))
    offer = texted(
        "Tặng bạn 50 điểm.", program, is_marketing=True, locale="vi", unsubscribe_url="https://quen.example/u/1"
    )
    assert offer.text == "[QC] Tang ban 50 diem. TC gui 1551 hoac goi 19001234"
    assert (offer.size.segments, offer.price) == (1, 350)
    assert texted("Số dư: 70 điểm.", program, is_marketing=False, locale="vi").text == "So du: 70 diem."
