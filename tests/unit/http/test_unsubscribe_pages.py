"""The pages of unsubscribing, by their structure: what is asked, what would be sent, and that no program's name breaks them."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from mobile_api.unsubscribe_pages import WORDS, Words, gone_page, offer_page, stopped_page
from quen.http.pages import Page
from quen.members.unsubscribing import ALL_ADVERTISING, PURPOSES

PROGRAM = 'Cà phê <script>alert("Quen")</script> & {way}'


class Structure(HTMLParser):
    """The elements of a page with their attributes, the texts in them, and whether each is closed in its order."""

    VOID = frozenset({"meta", "input"})

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(page.html)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open[-1] != "style":
            self.texts.append(data)

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_page_offers_its_channel_and_everything_and_sends_one_click(language: str, purpose: str):
    seen = Structure(offer_page([language], PROGRAM, purpose))
    assert seen.named("html") == [{"lang": language}]
    assert len(seen.named("h1")) == 1
    assert seen.named("form") == [{"method": "post"}]
    assert seen.named("input") == [{"type": "hidden", "name": "List-Unsubscribe", "value": "One-Click"}]
    scopes = [button["value"] for button in seen.named("button")]
    assert scopes == (["all"] if purpose == ALL_ADVERTISING else ["channel", "all"])


@pytest.mark.parametrize("language", WORDS)
def test_no_name_of_a_program_breaks_a_page(language: str):
    pages = [offer_page([language], PROGRAM, "marketing_sms"), stopped_page([language], PROGRAM, "marketing_sms")]
    for seen in map(Structure, pages):
        assert not seen.named("script")
        assert PROGRAM in seen.texts
        assert not [text for text in seen.texts if text.replace(PROGRAM, "").count("{")]


def test_every_language_has_all_the_words_and_every_purpose_a_way():
    for words in WORDS.values():
        assert all(getattr(words, name) for name in Words.__struct_fields__)
        assert {*words.ways} == {*PURPOSES} - {ALL_ADVERTISING}


@pytest.mark.parametrize(
    ("languages", "shown"), [([], "vi"), (["fr"], "en"), (["fr", "vi"], "vi"), (["en", "vi"], "en"), (["VI"], "en")]
)
def test_the_first_language_that_is_known_is_spoken(languages: list[str], shown: str):
    page = gone_page(languages)
    assert Structure(page).named("html") == [{"lang": shown}]
    assert page.status == 404
