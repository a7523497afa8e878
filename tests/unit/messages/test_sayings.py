"""In whose words something is said: the program's own where they serve, else those that Quen brings."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from factories import make_program
from quen.messages.rendering import render
from quen.program.compiled.messages import messages_of
from quen.program.model import MessagePolicy, Program, Wording
from quen.program.model.announcements import Announcement, AnnouncementText
from unit.messages.fakes import make_intent

OWN = Wording("Ghé chơi nhé, $name!", ("Có $points điểm & quà <3.", "Hẹn gặp!"), "$program: $points điểm!", "112233")


def make_own(kind: str = "welcome", wording: Wording = OWN, locale: str = "vi") -> Program:
    policy = MessagePolicy(wordings={kind: {locale: wording}})  # type: ignore[dict-item]
    return replace(make_program(), messages=policy)


def test_a_programs_own_words_are_said_instead() -> None:
    content = render(make_intent("welcome"), make_own(), "Hoa", "vi")
    assert content.subject == "Ghé chơi nhé, Hoa!"
    assert content.sms == "Cà phê Quen: 20 điểm!"
    assert content.text.startswith("Xin chào Hoa,\n\nCó 20 điểm & quà <3.\n\nHẹn gặp!\n\nĐiểm tặng: 20\n\nThân mến,")
    assert "Có 20&nbsp;điểm &amp; quà &lt;3." in content.html


def test_what_they_leave_out_is_said_in_the_words_that_quen_brings() -> None:
    content = render(make_intent("welcome"), make_own(wording=Wording(sms="Chào!")), "Hoa", "vi")
    assert content.sms == "Chào!"
    assert content.subject == "Chào mừng bạn đến với Cà phê Quen"


def test_another_language_has_the_words_that_quen_brings() -> None:
    assert render(make_intent("welcome"), make_own(), "Hoa", "en").subject == "Welcome to Cà phê Quen"


def test_words_that_name_what_is_not_there_are_not_used() -> None:
    joined = render(make_intent("welcome", points=0), make_own(), "Hoa", "vi")
    assert joined.sms == "Cà phê Quen: Chào mừng bạn! Từ nay mỗi lần mua hàng bạn đều được tích điểm."
    assert joined.subject == "Chào mừng bạn đến với Cà phê Quen"
    plain = make_own(wording=Wording(sms="Chào $name!"))
    assert render(make_intent("welcome", points=0), plain, "Hoa", "vi").sms == "Chào Hoa!"


def test_a_name_that_looks_like_a_placeholder_stays_a_name() -> None:
    content = render(make_intent("welcome"), make_own(), "$points $$ ${x}\r\nBcc: a@b.example", "vi")
    assert content.subject == "Ghé chơi nhé, $points $$ ${x} Bcc: a@b.example!"


def test_a_name_of_nothing_that_can_be_seen_is_none() -> None:
    assert render(make_intent("welcome"), make_own(), " \u202e\x00 ", "vi").subject == "Ghé chơi nhé, bạn!"


@pytest.mark.parametrize("name", ["Hoa\x00\x1b[2J", "Hoa\u202e", "\u2067Hoa\u2069", "\nHoa\u2028", " Hoa "])
def test_a_name_neither_turns_nor_breaks_the_text_around_it(name: str) -> None:
    subject = render(make_intent("welcome"), make_own(), name, "vi").subject
    assert subject in {"Ghé chơi nhé, Hoa!", "Ghé chơi nhé, Hoa[2J!"}


def test_the_number_of_zalos_template_goes_along_and_what_fills_it() -> None:
    content = render(make_intent("welcome"), make_own(), "Hoa", "vi")
    assert content.zalo_template == "112233"
    assert content.values == {"program": "Cà phê Quen", "name": "Hoa", "points": "20"}
    assert render(make_intent("welcome"), make_own(), "Hoa", "en").zalo_template == ""


def test_words_come_from_the_document() -> None:
    said = {"kind": "expired", "locale": "en", "body": ["Gone: $points.", "On $on."]}
    policy = messages_of({"templates": [said]})
    content = render(make_intent("expired"), replace(make_program(), messages=policy), None, "en")
    assert "Gone: 1,234.\n\nOn 30 November 2026." in content.text


def test_the_label_of_advertising_begins_its_subject_and_no_other() -> None:
    assert render(make_intent("birthday"), make_program(), None, "en").subject.startswith("[QC] ")
    own = make_own("birthday", Wording("Mừng $name!"))
    assert render(make_intent("birthday"), own, "Hoa", "vi").subject == "[QC] Mừng Hoa!"
    assert not render(make_intent("security"), make_program(), None, "en").subject.startswith("[")


def test_a_program_outside_the_law_has_no_label() -> None:
    program = replace(make_program(), messages=messages_of({"advertising": {"label": ""}}))
    assert render(make_intent("birthday"), program, None, "en").subject == "Happy birthday from Cà phê Quen"


def test_an_announcement_is_said_in_the_words_that_the_program_gives_it() -> None:
    text = AnnouncementText("Quán mới, $name!", ("Ghé chơi nhé.", "$program"), "$program: quán mới!")
    said = Announcement("new-shop", date(2026, 12, 1), {"vi": text}, ("email", "sms"))
    content = render(make_intent("announcement"), replace(make_program(), announcements=(said,)), "Hoa", "vi")
    assert content.subject == "[QC] Quán mới, Hoa!"
    assert "Ghé chơi nhé.\n\nCà phê Quen\n\nThân mến," in content.text
    assert "Cà phê Quen: quán mới!" in content.sms


def test_an_announcement_that_is_no_more_says_only_that_there_is_news() -> None:
    assert render(make_intent("announcement"), make_program(), "Hoa", "vi").subject == "[QC] Tin mới từ Cà phê Quen"
