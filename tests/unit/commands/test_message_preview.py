"""`quen message preview`: what members read, before anybody does."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from local.command import main
from local.message_previews import SAID, Preview, example_intent, previews
from local.preview_printing import size_of
from quen.messages.rendering import Content
from quen.messages.sayings import saying_of
from quen.messages.speech import Speech
from quen.messages.values import values_of
from quen.program.model.placeholders import names_of_saying
from tiered import make_tiered
from unit.program.documents import PROGRAMS

PROJECT = Path(__file__).parents[3]
DEMO = PROJECT / "infra/local/programs/ca-phe-quen.yaml"


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["message", "preview", *arguments]) == 0
    return capsys.readouterr().out


def test_a_message_is_shown_as_mail_and_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    told = shown(capsys, "earned", "--locale", "en")
    assert told.startswith("Subject: You have earned 120 points\n\nHello Nguyễn Thị Hoa,\n\n")
    assert "\nSMS:\nCà phê Quen: You have earned 120 points. Balance: 1,380 points.\n" in told


def test_a_message_of_one_channel_is_shown_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Subject" not in shown(capsys, "earned", "--channel", "sms")
    assert "SMS" not in shown(capsys, "earned", "--channel", "email")


def test_a_text_message_is_shown_with_its_size_and_price_as_far_as_they_are_known() -> None:
    counted = Content("", "", "", "Chào!", encoding="UCS-2", segments=2, price=700)
    shown = Preview("earned", "earned", "vi", counted, "700 ₫")
    assert size_of(shown) == {"encoding": "UCS-2", "segments": 2, "price": "700 ₫"}
    assert size_of(replace(shown, content=Content("", "", "", ""), price="")) == {}


def test_a_value_that_is_chosen_wins(capsys: pytest.CaptureFixture[str]) -> None:
    told = shown(capsys, "earned", "--set", "points=7", "--set", "$balance=9\nBcc: x", "--channel", "sms")
    assert "Bạn vừa tích được 7 điểm. Số dư: 9 Bcc: x điểm." in told


def test_the_page_is_written_where_it_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "new" / "page.html"
    shown(capsys, "birthday", "--html", str(path))
    page = path.read_text("utf-8")
    assert page.startswith('<!DOCTYPE html>\n<html lang="vi">')
    assert "/v1/unsubscribe/" in page


def test_machines_are_answered_all_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    answer = json.loads(shown(capsys, "spent", "--json", "--locale", "en"))
    assert (answer["kind"], answer["said"], answer["locale"]) == ("redeemed", "spent", "en")
    assert answer["subject"] == "You have used 120 points"
    assert answer["values"] == {
        "program": "Cà phê Quen",
        "name": "Nguyễn Thị Hoa",
        "points": "120",
        "balance": "1,380",
    }


def test_all_that_is_ever_said_is_written_in_every_language(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, "--all", str(tmp_path)) == f"{2 * len(SAID)} messages are written to {tmp_path}.\n"
    assert {path.name for path in tmp_path.iterdir()} == {
        f"{said}.{locale}.{ending}" for said in SAID for locale in ("vi", "en") for ending in ("html", "txt")
    }
    listed = json.loads(shown(capsys, "--all", str(tmp_path), "--locale", "en", "--json"))
    assert [one["html"] for one in listed] == [f"{said}.en.html" for said in SAID]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["welcome", "--locale", "fr"], "the program does not speak fr: vi, en."),
        (["joined", "--set", "points=3"], "such a message has no $points: $program, $name."),
        (["earned", "--channel", "zalo"], "the program names no zalo_template for earned in vi."),
        (["earned", "--program", "nowhere.yaml"], "nowhere.yaml cannot be read: No such file or directory."),
    ],
)
def test_what_cannot_be_shown_is_said_in_one_sentence(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["message", "preview", *arguments]) == 1
    assert capsys.readouterr().err == f"quen: {told}\n"


def test_a_page_that_cannot_be_written_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["message", "preview", "earned", "--html", str(tmp_path)]) == 1
    assert f"{tmp_path} cannot be written" in capsys.readouterr().err


def test_a_program_with_faults_has_no_preview(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.yaml"
    own = "\n  templates: [{kind: earned, locale: vi, sms: $reward}]\n"
    bad.write_text(DEMO.read_text("utf-8").split("\nmessages:")[0] + "\nmessages:" + own, encoding="utf-8")
    assert main(["message", "preview", "earned", "--program", str(bad)]) == 1
    line = bad.read_text("utf-8").splitlines().index(own.strip("\n")) + 1
    assert capsys.readouterr().err == (
        f"{bad}:{line}: /messages/templates/0/sms: Such words may use: $program, $name, $points, $balance. "
        "[placeholder_unknown]\n"
    )


@pytest.mark.parametrize("said", [said for said, kind in SAID.items() if said == kind])
def test_an_example_says_what_its_kind_ordinarily_says_and_has_all_of_its_names(said: str) -> None:
    program = make_tiered()
    intent = example_intent(said, program)
    values = values_of(intent, Speech(program, "vi"), None)
    assert saying_of(intent, values) == said
    assert names_of_saying(intent.kind, said) <= values.keys()


def test_a_program_that_has_nothing_is_previewed_too() -> None:
    for one in previews(make_tiered(rewards=(), tiers=()), ("vi", "en")):
        assert "$" not in one.content.text + one.content.sms + one.content.subject


@pytest.mark.parametrize("name", [path.name for path in sorted(PROGRAMS.glob("*.yaml"))])
def test_every_program_that_comes_with_the_house_can_be_previewed(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "Subject: " in shown(capsys, "expiring", "--program", str(PROGRAMS / name))


@pytest.mark.parametrize(
    ("said", "locale", "words"),
    [
        ("welcome", "vi", "Mời bạn 20 điểm đầu tiên"),
        ("welcome", "en", "Your first 20 points are on us"),
        ("joined", "vi", "Chào mừng bạn!"),
        ("expiring", "vi", "Ghé quán dùng điểm nhé!"),
        ("expiring", "en", "Come by and use them!"),
    ],
)
def test_the_demo_says_some_things_in_its_own_words(
    said: str, locale: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert words in shown(capsys, said, "--locale", locale, "--channel", "sms")
