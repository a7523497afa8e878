"""A mail's page: the same structure for all that is said, nothing fetched, nothing of a value taken for markup."""

from __future__ import annotations

import html
import re
from functools import cache

import pytest

from quen.messages.layout import Mail, page_of, text_of
from quen.messages.model import MARKETING, UNASKED
from quen.messages.rendering import Content, render
from quen.messages.words import TEMPLATES
from tiered import make_tiered
from unit.messages.page_reader import Page
from unit.messages.test_rendering import INTENTS

STOP = "https://quen.example/live/v1/unsubscribe/abc?x=1&y=2"
HOSTILE = """<b>&"'</b><a href="//x">$points</a>"""
LINE_OCTETS_MAX = 998


@cache
def every_mail(name: str = "Nguyễn Thị Hoa") -> list[tuple[str, str, Content]]:
    program = make_tiered()
    return [
        (intent.kind, locale, render(intent, program, name, locale, STOP)) for intent in INTENTS for locale in TEMPLATES
    ]


def make_mail(**changes: object) -> Mail:
    parts: dict[str, object] = {
        "language": "en",
        "program": "Quen",
        "title": "A title",
        "greeting": "Hello there,",
        "paragraphs": ("One.", "Two."),
        "facts": (("Points", "1,234"), ("On", "31 December 2026")),
        "closing": "Kind regards,\nQuen",
        "reason": "Because.",
        "stop": "Stop",
    }
    return Mail(**{**parts, **changes})  # type: ignore[arg-type]


def test_every_mail_has_one_heading_its_language_and_no_text_beside_its_elements() -> None:
    for kind, locale, content in every_mail():
        page = Page.read(content.html)
        assert page.said("h1") == page.said("title")
        assert content.subject.endswith(page.said("h1")[0])
        assert [attributes.get("lang") for tag, attributes in page.elements if tag == "html"] == [locale]
        assert ("Nguyễn Thị Hoa" in page.said("body")[0]) == (kind not in UNASKED)


def test_nothing_is_fetched_and_nothing_runs() -> None:
    for _, _, content in every_mail(HOSTILE):
        page = Page.read(content.html)
        assert not {"img", "script", "link", "iframe", "form", "object"} & {tag for tag, _ in page.elements}
        assert not [*page.attributes("src"), *page.attributes("onclick")]
        assert "url(" not in content.html


def test_only_advertising_has_a_link_and_it_is_the_one_that_stops_it() -> None:
    for kind, _, content in every_mail(HOSTILE):
        links = [*Page.read(content.html).attributes("href")]
        assert links == ([STOP] if kind in MARKETING else [])
        assert (STOP in content.text) == (kind in MARKETING)


def test_advertising_without_a_page_to_stop_it_has_no_link() -> None:
    content = render(INTENTS[1], make_tiered(), None, "en")
    assert INTENTS[1].kind in MARKETING
    assert [*Page.read(content.html).attributes("href")] == []


def test_a_hostile_name_is_shown_as_it_is() -> None:
    for kind, _, content in every_mail(HOSTILE):
        page = Page.read(content.html)
        is_shown = kind not in UNASKED
        assert (HOSTILE in page.said("body")[0]) == is_shown
        assert "b" not in {tag for tag, _ in page.elements}
        assert (HOSTILE in content.text) == is_shown


def test_nothing_stays_unfilled() -> None:
    for _, _, content in every_mail():
        assert "$" not in content.html + content.text + content.subject + content.sms


def test_no_line_is_too_long_for_a_mail() -> None:
    long = "ữ" * 300 + " " + "<&>" * 2000 + "\n" + "từ " * 2000
    mail = make_mail(paragraphs=(long,), title=long, facts=((long, long),), reason=long, greeting=long)
    for written in (page_of(mail), text_of(mail)):
        assert max(len(line.encode()) for line in written.splitlines()) <= LINE_OCTETS_MAX


def test_facts_are_a_table_with_a_heading_for_each_row() -> None:
    page = Page.read(page_of(make_mail()))
    [facts] = [attributes for tag, attributes in page.elements if tag == "table" and "role" not in attributes]
    assert facts["class"] == "facts"
    assert page.said("th") == ["Points", "On"]
    assert [*page.attributes("scope")] == ["row", "row"]
    assert "1,234" in page.said("td")[-3]


def test_a_mail_without_facts_has_no_table_of_them() -> None:
    assert 'class="facts"' not in page_of(make_mail(facts=()))
    assert "\n\n\n" not in text_of(make_mail(facts=()))


def test_the_plain_text_says_all_that_the_page_says() -> None:
    for _, _, content in every_mail():
        shown = re.sub(r"<style>.*?</style>|<h1.*?</h1>|<title>.*?</title>", " ", content.html, flags=re.DOTALL)
        words = html.unescape(re.sub(r"<[^>]*>", " ", shown)).split()
        told = re.sub(r"https?://\S+", "", content.text).split()
        assert {word.strip(":.,") for word in words} <= {word.strip(":.,") for word in told}


def test_the_plain_text_has_the_facts_and_the_reason_at_its_end() -> None:
    assert text_of(make_mail(stop_url=STOP)) == (
        "Hello there,\n\nOne.\n\nTwo.\n\nPoints: 1,234\nOn: 31 December 2026\n\nKind regards,\nQuen\n\n"
        f"-- \nBecause.\nStop: {STOP}\n"
    )


def test_the_page_can_be_read_by_night() -> None:
    page = page_of(make_mail())
    assert "prefers-color-scheme: dark" in page
    assert '<meta name="color-scheme" content="light dark">' in page


@pytest.mark.parametrize(
    ("value", "size"), [("1,234", "30px"), ("50 points and Free coffee (until 31 December)", "19px")]
)
def test_a_long_fact_is_shown_smaller(value: str, size: str) -> None:
    assert f"font-size:{size}" in page_of(make_mail(facts=(("Gift", value),)))


def test_a_number_stays_beside_what_it_counts() -> None:
    assert "49.000&nbsp;₫" in page_of(make_mail(paragraphs=("Giá 49.000 ₫.",)))
