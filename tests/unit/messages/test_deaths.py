"""A process that dies before or after any of its calls leaves at most one duplicate, counted, and the same end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from factories import make_program
from quen.errors import TemporarilyUnavailableError
from quen.messages.model import LEASE_SECONDS, Message
from quen.messages.ports import DeliveryRefusedError
from quen.program.model import MessageCap, MessagePolicy
from unit.messages.fakes import FakeProfile, Post, make_intent, plain_words

CAPPED = make_program(messages=MessagePolicy(caps=(MessageCap(1, 7),)))


class DiedError(BaseException):
    """The process is gone: nothing of ours catches that."""


@dataclass
class Fate:
    """Dies at the `n`-th call (from 1; 0: never), before it or after."""

    n: int = 0
    is_before: bool = True
    calls: int = 0

    def wrap(self, port: Any) -> Any:
        """The port, each call of which may be the last."""
        return Mortal(port, self)


class Mortal:
    def __init__(self, port: Any, fate: Fate) -> None:
        self._port = port
        self._fate = fate

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)

        def call(*arguments: Any) -> Any:
            self._fate.calls += 1
            if (self._fate.calls, self._fate.is_before) == (self._fate.n, True):
                raise DiedError
            answer = method(*arguments)
            if self._fate.calls == self._fate.n:
                raise DiedError
            return answer

        return call


def until_done(post: Post, act: Callable[[], Any]) -> None:
    """What a queue does: it brings the same again until it is taken, each time later."""
    for _ in range(6):
        try:
            act()
        except (DiedError, TemporarilyUnavailableError):
            post.wall.advance(seconds=LEASE_SECONDS)
        else:
            return
    raise AssertionError("it never ends")


def send(kind: str) -> Callable[[Post], None]:
    return lambda post: until_done(post, lambda: post.messages.send(make_intent(kind)))


def bounce(post: Post) -> None:
    send("expiring")(post)
    until_done(post, partial(post.messages.take_report, post.report("bounced", is_permanent=True)))
    while post.queue.waiting:
        until_done(post, partial(post.messages.send, post.queue.waiting.pop()[0]))


def complain(post: Post) -> None:
    send("birthday")(post)
    for outcome in ("delivered", "complained"):
        until_done(post, partial(post.messages.take_report, post.report(outcome)))


def send_past_a_bad_address(post: Post) -> None:
    post.email.error = DeliveryRefusedError("bad", "address")
    send("birthday")(post)


STORIES: dict[str, tuple[Callable[[Post], None], dict[str, Any]]] = {
    "a notice by mail": (send("welcome"), {}),
    "an offer by text message": (send("birthday"), {"email": None}),
    "a warning by text message": (send("expiring"), {"email": None}),
    "a warning to nobody": (send("expiring"), {"email": None, "phone": None}),
    "a warning that bounces": (bounce, {}),
    "a greeting complained of": (complain, {}),
    "an offer past a bad address": (send_past_a_bad_address, {}),
}


def play(story: str, fate: Fate) -> Post:
    act, profile = STORIES[story]
    post = Post(FakeProfile(**profile), CAPPED, write=plain_words, wrap=fate.wrap)
    act(post)
    return post


def end_of(post: Post) -> dict[str, Any]:
    """All that must be the same however often somebody died on the way."""
    message: Message = post.stored()
    return {
        "state": message.state,
        "channel": message.channel,
        "attempts": [(one.channel, one.outcome, one.code) for one in message.attempts],
        "counted": {member: [one.key for one in lately.sends] for member, lately in post.records.recent.items()},
        "proofs": [(days, proof) for days, _, proof in post.proofs.kept],
        "withdrawn": {(purpose, source) for _, purpose, source, _ in post.withdrawals.withdrawn},
        "times": [bool(at) for at in (message.sent_at, message.delivered_at, message.complained_at)],
    }


@pytest.mark.parametrize("story", STORIES)
def test_whoever_dies_anywhere_leaves_the_same_end_and_one_counted_duplicate_at_most(story):
    whole = Fate()
    undisturbed = play(story, whole)
    assert undisturbed.stored().duplicates == 0
    for n in range(1, whole.calls + 1):
        for is_before in (True, False):
            post = play(story, Fate(n, is_before))
            assert end_of(post) == end_of(undisturbed), (n, is_before)
            # An address that was refused is found out again by the next message; one that bounced is never forgotten.
            forgotten = set(undisturbed.suppressions.reasons.items()) - set(post.suppressions.reasons.items())
            assert {reason for _, reason in forgotten} <= {"refused"}, (n, is_before)
            # A try may have been begun and never made: what is counted may be more than what is sent, never less.
            extra = post.sent - undisturbed.sent
            assert 0 <= extra <= post.stored().duplicates <= 1, (n, is_before)
