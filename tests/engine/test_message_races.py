"""Many offers to one member at once, over real tables: the cap is reached, never passed, and each is decided."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest

from factories import make_program
from quen.errors import TemporarilyUnavailableError
from quen.messages.service import Messages
from quen.messages.store import MessageStore
from quen.program.model import MessageCap, MessagePolicy
from unit.messages.fakes import (
    MEMBER,
    FakeProfile,
    FakeProfiles,
    FakeSender,
    FixedProgram,
    MemoryIntents,
    SettableClock,
    make_intent,
    plain_words,
    with_news,
)

pytestmark = pytest.mark.engine
OFFERS = 6
CAP = 2


def test_offers_that_are_sent_at_once_never_pass_the_cap(engine: Any, tables: dict[str, str]) -> None:
    clock, sender = SettableClock(), FakeSender()
    store = MessageStore(engine, tables["messages"], clock)
    program = with_news(make_program(messages=MessagePolicy(caps=(MessageCap(CAP, 7),))))
    around = FakeProfiles(FakeProfile()), FixedProgram(program), {"email": lambda: sender}, MemoryIntents()
    messages = Messages(store, *around, clock, clock, email_from="shop@example.com", write=plain_words)
    barrier = Barrier(OFFERS)

    def offer(number: int) -> str:
        barrier.wait()
        while True:
            try:
                return messages.send(replace(make_intent("announcement"), period=f"news-{number}"))
            except TemporarilyUnavailableError:
                continue  # as the queue brings it again

    with ThreadPoolExecutor(OFFERS) as pool:
        states = Counter(pool.map(offer, range(OFFERS)))
    assert states == {"SENT": CAP, "SUPPRESSED_CAP": OFFERS - CAP}
    assert len(sender.sent) == CAP
    assert len(store.load_recent(MEMBER).sends) == CAP
    assert {message.state for message in store.list_messages(MEMBER)} == {"SENT", "SUPPRESSED_CAP"}
