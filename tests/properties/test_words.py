"""Whatever a member is called and whatever a program says that its check lets pass: a message is what it was meant to be."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from factories import make_program
from quen.messages.rendering import render
from quen.program.compiled.messages import messages_of
from quen.program.document.checks.messages import check_messages
from unit.messages.fakes import make_intent
from unit.messages.page_reader import Page

PLAIN = render(make_intent("welcome"), make_program(), "Hoa", "vi")
TAGS = [tag for tag, _ in Page.read(PLAIN.html).elements]
hostile = st.text(st.sampled_from("aữ$<>&\"'`{}\\/=%\r\n\t\0\u2028\u202e;: "), max_size=40) | st.text(max_size=40)
MEANT = {"a": "a", "<b>": "<b>", "&": "&", "$$": "$", "$name": "Hoa", "$points": "20"}
"""Pieces of words, and what they say in a welcome with points."""
WRONG = {"$": "placeholder_malformed", "${name}": "placeholder_malformed", "$reward": "placeholder_unknown"}
pieces = st.lists(st.sampled_from([*MEANT, *WRONG]), min_size=1, max_size=6)


@given(name=hostile, program_name=hostile)
def test_no_name_changes_the_structure_of_a_page_or_begins_a_line(name: str, program_name: str) -> None:
    program = replace(make_program(), name=program_name)
    content = render(make_intent("welcome"), program, name, "vi")
    assert [tag for tag, _ in Page.read(content.html).elements] == TAGS
    assert len(content.subject.splitlines()) <= 1
    assert len(content.sms.splitlines()) <= 1
    assert content.text.count("\n") == PLAIN.text.count("\n")


@given(subject=pieces, sms=pieces)
def test_words_are_refused_for_what_is_wrong_with_them_or_said_as_they_were_meant(
    subject: list[str], sms: list[str]
) -> None:
    template = {"kind": "welcome", "locale": "vi", "subject": " ".join(subject), "sms": " ".join(sms)}
    document = {"program": {"locales": ["vi"]}, "messages": {"templates": [template]}}
    wrong = {WRONG[piece] for piece in (*subject, *sms) if piece in WRONG}
    assert {fault.code for fault in check_messages(document)} == wrong
    if wrong:
        return
    program = replace(make_program(), messages=messages_of(document["messages"]))
    content = render(make_intent("welcome"), program, "Hoa", "vi")
    assert content.subject == " ".join(MEANT[piece] for piece in subject)
    assert content.sms == " ".join(MEANT[piece] for piece in sms)
    assert Page.read(content.html).said("h1") == [content.subject]
    joined = render(make_intent("welcome", points=0), program, "Hoa", "vi")
    assert ("20" in joined.sms) is False
    assert joined.subject.startswith("Chào mừng") == ("$points" in {*subject, *sms})
