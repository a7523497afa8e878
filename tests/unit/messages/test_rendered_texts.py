"""What rendering gives to a phone: the very text that is sent, its size and price, and what fills Zalo's notice."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from factories import make_program
from quen.messages.model import MARKETING
from quen.messages.rendering import render
from quen.messages.segments import measured
from quen.program.model import MessagePolicy
from quen.program.model.messaging import SmsPolicy, Wording
from unit.messages.fakes import make_intent

URL = "https://quen.example/u/8f3k"


def test_an_offer_begins_with_the_label_ends_with_the_refusal_and_a_notice_has_neither():
    offer = render(make_intent("birthday"), make_program(), None, "vi", URL).sms
    assert offer.startswith("[QC] Cà phê Quen: ")
    assert offer.endswith(f" Từ chối: {URL}")
    assert render(make_intent("redeemed"), make_program(), None, "vi", URL).sms.startswith("Cà phê Quen: ")
    assert "birthday" in MARKETING
    assert "redeemed" not in MARKETING


@pytest.mark.parametrize("kind", ["birthday", "redeemed", "tier_lost"])
@pytest.mark.parametrize("is_unaccented", [False, True])
def test_what_is_counted_and_priced_is_what_is_sent(kind, is_unaccented):
    policy = MessagePolicy(sms=SmsPolicy(is_unaccented, segment_price=350))
    content = render(make_intent(kind), replace(make_program(), messages=policy), None, "vi", URL)
    size = measured(content.sms)
    assert (content.encoding, content.segments, content.price) == (size.encoding, size.segments, size.segments * 350)
    assert content.encoding == ("GSM-7" if is_unaccented else "UCS-2")


def test_mail_keeps_its_marks_where_text_messages_go_without():
    policy = MessagePolicy(sms=SmsPolicy(is_unaccented=True))
    content = render(make_intent("birthday"), replace(make_program(), messages=policy), None, "vi", URL)
    assert "Chúc mừng sinh nhật" in content.text


def test_zalos_notice_is_the_one_that_the_program_names_for_the_kind_and_the_language():
    policy = MessagePolicy(wordings={"expired": {"vi": Wording(zalo_template="272118"), "en": Wording(subject="Gone")}})
    program = replace(make_program(), messages=policy)
    expired = make_intent("expired")
    assert render(expired, program, "Hoa", "vi").zalo_template == "272118"
    assert render(expired, program, "Hoa", "en").zalo_template == ""
    assert render(make_intent("redeemed"), program, "Hoa", "vi").zalo_template == ""
    values = render(expired, program, "Hoa", "vi").values
    assert (values["points"], values["on"], values["name"]) == ("1.234", "30/11/2026", "Hoa")
