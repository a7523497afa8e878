"""The words: in both languages, complete, and harmless whatever a name contains."""

from __future__ import annotations

import re
from datetime import date

import pytest
from msgspec.structs import replace

from factories import make_program
from quen.messages.model import KINDS, Intent
from quen.messages.rendering import render
from quen.messages.sayings import saying_of, words_for
from quen.messages.speech import Speech, filled
from quen.messages.values import values_of
from quen.messages.words import TEMPLATES, WORDS
from quen.program.model import Criteria, EveryLunarYear, Gift, Gifts, Holiday, Perk
from tiered import make_tiered
from unit.messages.fakes import MEMBER, make_intent

INTENTS = [
    *(make_intent(kind) for kind in sorted(KINDS)),
    make_intent("welcome", points=0),
    Intent(MEMBER, "redeemed", "red_1", {"points": 120, "balance": 5}),
    make_intent("redeemed", reward_id="no-longer-there"),
    Intent(MEMBER, "tier_upgraded", "7", {"tier": "gold"}),
    Intent(MEMBER, "tier_lost", "8", {"tier": "", "before": "silver"}),
    Intent(MEMBER, "card_complete", "coffee.1.12", {"card_id": "coffee"}),
    make_intent("reserved", points=0),
    make_intent("redeemed", points=0),
    Intent(MEMBER, "payment_failed", "vip.2026-12-21", {"plan_id": "vip", "amount": 49_000}),
    make_intent("membership_ended", amount=0),
]
TIERED = make_tiered()
GENEROUS = [
    make_intent("birthday", reward={"id": "free-coffee", "until": "2027-03-07"}),
    make_intent("win_back", reward={"id": "free-coffee", "until": "2027-03-07"}),
    make_intent("expiring"),
]
"""Messages with the longest ordinary values."""
GSM_7_SEGMENT, UCS_2_SEGMENT = 160, 67


@pytest.mark.parametrize("locale", ["vi", "en", "vi-VN", "fr"])
@pytest.mark.parametrize("name", ["Nguyễn Thị Hoa", None])
@pytest.mark.parametrize("intent", INTENTS, ids=lambda intent: intent.kind)
def test_every_message_is_complete_in_every_language(intent, name, locale):
    for program in (make_program(), TIERED):
        _check_complete(render(intent, program, name, locale))


def _check_complete(content):
    page = re.sub(r"<style>.*?</style>", "", content.html, flags=re.DOTALL)
    for text in (content.subject, content.text, page, content.sms):
        assert text.strip()
        assert not re.search(r"\$|\bNone\b|\{|\}", text)
        assert "Cà phê Quen" in text or text is content.subject


def test_both_languages_say_the_same_things():
    assert TEMPLATES["vi"].keys() == TEMPLATES["en"].keys()
    assert WORDS.keys() == TEMPLATES.keys()
    fields = {
        language: {
            what: sorted(set(re.findall(r"\$\w+", " ".join([template.subject, *template.paragraphs, template.sms]))))
            for what, template in templates.items()
        }
        for language, templates in TEMPLATES.items()
    }
    assert fields["vi"] == fields["en"]


def test_numbers_and_days_are_written_as_the_language_writes_them():
    vi = render(make_intent("expired"), make_program(), None, "vi")
    en = render(make_intent("expired"), make_program(), None, "en")
    assert vi.sms == "Cà phê Quen: 1.234 điểm của bạn đã hết hạn vào cuối ngày 30/11/2026. Số dư: 0 điểm."
    assert en.sms == "Cà phê Quen: 1,234 of your points expired at the end of 30 November 2026. Balance: 0 points."


def test_the_last_moment_of_a_reservation_is_told_in_the_shops_time():
    vi = render(make_intent("reserved"), make_program(), None, "vi")
    assert "trước 12:00 ngày 22/12/2026." in vi.text
    en = render(make_intent("reserved"), make_program(), None, "en")
    assert "before 12:00 on 22 December 2026." in en.text


def test_a_reward_has_its_name_in_the_members_language():
    assert "Cà phê miễn phí" in render(make_intent("redeemed"), make_program(), None, "vi").subject
    assert "Free coffee" in render(make_intent("redeemed"), make_program(), None, "en").subject


def test_a_tier_that_was_reached_is_told_with_its_last_day():
    reached = make_intent("tier_upgraded")
    vi, en = (render(reached, TIERED, None, locale) for locale in ("vi", "en"))
    assert vi.sms == "Cà phê Quen: Chúc mừng bạn lên hạng Vàng, đến hết ngày 31/12/2027."
    assert (
        en.sms == "Cà phê Quen: Congratulations, you have reached Gold! It is yours until the end of 31 December 2027."
    )
    for_good = render(Intent(MEMBER, "tier_upgraded", "7", {"tier": "gold"}), TIERED, None, "en")
    assert for_good.sms == "Cà phê Quen: Congratulations, you have reached Gold!"


def test_a_tier_at_risk_is_told_with_what_is_lacking_and_until_when():
    vi, en = (render(make_intent("tier_at_risk"), TIERED, None, locale) for locale in ("vi", "en"))
    assert vi.sms == "Cà phê Quen: Hạng Vàng của bạn đến hết ngày 31/12/2027. Để giữ hạng, bạn còn thiếu: 150.000 ₫."
    assert "To keep it beyond that day, you need 150,000 VND more." in en.text


def test_what_keeps_a_tier_is_asked_for_not_what_reaches_it():
    kept = replace(TIERED.tiers[2], keep=Criteria({"visits": 3, "spend": 900_000}))
    program = replace(TIERED, tiers=(*TIERED.tiers[:2], kept))
    told = render(make_intent("tier_at_risk", figures={"spend": 850_000, "visits": 1}), program, None, "en")
    assert "you need 50,000 VND more and 2 more visits." in told.sms


@pytest.mark.parametrize("change", [{"reach": None}, {"is_retired": True}, {"reach": Criteria({"spend": 1})}])
def test_where_nothing_is_lacking_or_nothing_keeps_the_tier_only_its_end_is_told(change):
    program = replace(TIERED, tiers=(*TIERED.tiers[:2], replace(TIERED.tiers[2], **change)))
    told = render(make_intent("tier_at_risk"), program, None, "en")
    assert told.sms == "Cà phê Quen: Gold is yours until the end of 31 December 2027, then it is decided anew."


def test_a_tier_that_was_lost_is_told_by_the_one_that_is_left():
    en = render(make_intent("tier_lost"), TIERED, None, "en")
    assert "you did not collect enough to keep Gold, so your tier is now Silver." in en.text
    none_left = render(Intent(MEMBER, "tier_lost", "8", {"tier": "", "before": "silver"}), TIERED, None, "vi")
    assert none_left.subject == "Hạng của bạn nay là Thành viên"


def test_no_name_becomes_markup_a_header_or_a_placeholder():
    program = replace(make_program(), name="A <b>&\nBcc: x@example.com")
    content = render(make_intent("birthday"), program, "<script>$points\r\n</script>", "en")
    assert "<script>" not in content.html
    assert "&lt;script&gt;$points &lt;/script&gt;" in content.html
    assert "\n" not in content.subject
    assert "\n" not in content.sms
    assert "\nBcc" not in content.text


EVERYTHING = {
    "points": 1234,
    "reward": {"id": "free-coffee", "until": "2027-03-07"},
    "perk": {"id": "ten-off", "until": "2027-02-28"},
}


def make_festive(**changes):
    tet = Holiday("tet", {"vi": "Tết", "en": "Tết"}, EveryLunarYear(1, 1), Gifts(Gift(10)), **changes)
    perk = Perk("ten-off", {"vi": "Giảm 10%", "en": "10% off"})
    return make_program(holidays=(tet,), perks=(perk,))


def test_a_birthday_says_all_that_is_given_and_until_when():
    vi = render(make_intent("birthday", **EVERYTHING), make_festive(), None, "vi")
    en = render(make_intent("birthday", **EVERYTHING), make_festive(), None, "en")
    assert (
        "Cà phê Quen tặng bạn: 1.234 điểm, Cà phê miễn phí (đến hết ngày 07/03/2027) và Giảm 10% (đến hết ngày 28/02/2027)."
    ) in vi.text
    assert (
        "gives you: 1,234 points, Free coffee (until the end of 7 March 2027) and 10% off (until the end of 28 February 2027)."
    ) in en.text


def test_what_gives_no_points_says_none():
    data = {"points": 0, "voucher": {"id": "free-coffee", "until": "2027-03-07"}}
    en = render(make_intent("birthday", **data), make_festive(), None, "en")
    assert en.sms == (
        "[QC] Cà phê Quen: Happy birthday! Your gift: Free coffee (until the end of 7 March 2027), in your account already."
        " To refuse: tell the shop."
    )


def test_what_is_no_longer_in_the_program_is_still_a_gift():
    data = {"points": 0, "perk": {"id": "gone", "until": "2027-03-07"}}
    assert "gives you: a gift (until" in render(make_intent("birthday", **data), make_festive(), None, "en").text
    gone = render(make_intent("holiday", holiday_id="gone"), make_festive(), None, "en")
    assert "Cà phê Quen: a gift from Cà phê Quen" in gone.subject
    assert gone.sms.startswith("[QC] Cà phê Quen: We wish you all the best! Your gift:")


def test_a_holiday_wishes_what_the_program_says_or_a_happy_holiday():
    vi = render(make_intent("holiday"), make_festive(), None, "vi")
    assert (vi.subject, vi.sms) == (
        "[QC] Tết: quà của Cà phê Quen tặng bạn",
        "[QC] Cà phê Quen: Chúc mừng Tết! Tặng bạn 10 điểm, đã có sẵn trong tài khoản. Từ chối: báo cửa hàng.",
    )
    own = make_festive(message={"vi": "Năm mới $points lời chúc.", "en": "A year of <b>joy</b>."})
    assert "Năm mới $points lời chúc." in render(make_intent("holiday"), own, None, "vi").sms
    assert "A year of &lt;b&gt;joy&lt;/b&gt;." in render(make_intent("holiday"), own, None, "en").html


ENGLISH = make_program(name="Quen Coffee", currency="USD", tiers=TIERED.tiers, tiering=TIERED.tiering)
GSM_7_SIGNS = re.compile(r"[\x20-\x5a\x5f\x61-\x7a]+")


def sms_words(intent, program, locale):
    """The text before anything is done to it as a text message: label, refusal and marks."""
    speech = Speech(program, locale)
    values = values_of(intent, speech, None)
    return filled(words_for(intent, saying_of(intent, values), speech).sms, values)


@pytest.mark.parametrize("intent", [*INTENTS, *GENEROUS], ids=lambda intent: intent.kind)
def test_an_sms_is_one_segment_in_english_and_two_in_vietnamese(intent):
    english = sms_words(intent, ENGLISH, "en")
    assert GSM_7_SIGNS.fullmatch(english)
    assert len(english) <= GSM_7_SEGMENT
    assert len(sms_words(intent, TIERED, "vi").encode("utf-16-le")) // 2 <= 2 * UCS_2_SEGMENT


@pytest.mark.parametrize(
    ("through", "today", "vi", "en"),
    [
        ("2026-11-30", None, "vào cuối ngày 30/11/2026 (còn 7 ngày)", "at the end of 30 November 2026 (7 days left)"),
        (
            "2026-12-04",
            None,
            "từ ngày 30/11/2026 đến hết ngày 04/12/2026 (còn 7 ngày)",
            "between 30 November 2026 and 4 December 2026 (7 days left)",
        ),
        (
            "2026-11-30",
            date(2026, 11, 29),
            "vào cuối ngày 30/11/2026 (còn 1 ngày)",
            "at the end of 30 November 2026 (1 day left)",
        ),
        (
            "2026-11-30",
            date(2026, 11, 30),
            "vào cuối ngày 30/11/2026 (hôm nay là ngày cuối)",
            "at the end of 30 November 2026 (today is the last day)",
        ),
        (  # by another channel, after the first one has failed
            "2026-12-04",
            date(2026, 12, 1),
            "từ ngày 30/11/2026 đến hết ngày 04/12/2026 (còn 3 ngày)",
            "between 30 November 2026 and 4 December 2026 (3 days left)",
        ),
    ],
)
def test_points_that_end_are_told_with_their_days_and_how_long_that_is(through, today, vi, en):
    intent = make_intent("expiring", points=120, on="2026-11-30", through=through)
    assert f"120 điểm của bạn sẽ hết hạn {vi}." in render(intent, make_program(), None, "vi", today=today).text
    assert f"120 of your points expire {en}." in render(intent, make_program(), None, "en", today=today).text


def test_a_warning_that_comes_late_says_how_long_it_is_now():
    late = render(make_intent("expiring"), make_program(), None, "en", today=date(2026, 11, 25))
    assert late.subject == "1,200 of your points expire soon: 3 days left"


@pytest.mark.parametrize(
    ("data", "gift"),
    [
        ({"reward_id": "free-coffee", "until": "2026-12-31"}, "Free coffee, until the end of 31 December 2026"),
        ({"amount": 50_000, "until": "2026-12-31T16:59:59+00:00"}, "a voucher worth 50,000 VND, until the end of 31 "),
        ({"until": "2026-12-31T17:00:00+00:00"}, "a voucher, until the end of 1 January 2027"),
    ],
)
def test_a_new_voucher_is_told_by_what_it_is_for_and_until_when(data, gift):
    intent = Intent(MEMBER, "voucher_issued", "vou_1", data)
    assert f"New for you: {gift}" in render(intent, make_program(), None, "en").sms


@pytest.mark.parametrize(
    ("data", "gift"),
    [
        ({"what": "reward", "id": "free-coffee"}, "Free coffee"),
        ({"what": "reward", "id": "gone"}, "your reward"),
        ({"what": "perk", "id": "ten-off"}, "10% off"),
        ({"what": "perk", "id": "gone"}, "your reward"),
        ({"what": "voucher", "id": "vou_1", "reward_id": "free-coffee"}, "Free coffee"),
        ({"what": "voucher", "id": "vou_1"}, "a voucher"),
    ],
)
def test_a_gift_that_ends_is_told_by_its_name(data, gift):
    intent = Intent(MEMBER, "gift_ending", "1", data | {"on": "2026-12-31"})
    assert render(intent, make_festive(), None, "en").subject == f"Your gift ends soon: {gift}"


def test_who_is_missed_is_told_since_when_and_what_waits():
    text = render(make_intent("win_back", **EVERYTHING), make_festive(), None, "vi").text
    assert "Lần gần nhất bạn ghé chúng tôi là ngày 02/08/2026." in text
    assert "tặng bạn: 1.234 điểm, Cà phê miễn phí (đến hết ngày 07/03/2027) và Giảm 10%" in text


@pytest.mark.parametrize("what", [*WORDS["en"].happened, "something_new"])
def test_a_security_notice_says_what_happened(what):
    for locale, words in WORDS.items():
        told = words.happened.get(what, words.happened[""])
        content = render(make_intent("security", what=what), make_program(), None, locale)
        assert told in content.subject
        assert f"{told}. " in content.sms
    assert WORDS["vi"].happened.keys() == WORDS["en"].happened.keys()


def test_a_security_notice_repeats_no_name():
    """Whoever took the account over may have written there what the member would believe to be the shop's words."""
    content = render(make_intent("security"), make_program(), "Hoa, gọi 0900 000 000 để giữ điểm", "vi")
    assert content.text.startswith("Xin chào bạn,")
    assert "0900" not in content.text + content.html + content.sms + "".join(content.values.values())
