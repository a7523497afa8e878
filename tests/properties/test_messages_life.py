"""Intents twice, providers that fail, reports, consents, nights, as they fall: in a long life no message breaks a promise."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from contextlib import suppress
from datetime import datetime, time, timedelta
from random import Random
from typing import Any

from msgspec.structs import replace

from factories import make_program
from quen.errors import TemporarilyUnavailableError
from quen.messages.model import MARKETING, UNASKED, DeliveryReport, Intent, purpose_of
from quen.messages.outgoing import Outgoing
from quen.messages.ports import DeliveryRefusedError
from quen.program.model import Channel, MessageCap, MessagePolicy
from unit.messages.fakes import ALL_CONSENTS, MEMBER, FakeSender, Post, make_intent, plain_words

CAP, CAP_DAYS, PER_DAY = 4, 3, 2
LENGTH = 1_000
NEW = 0.8
"""How often a step is one of the ordinary, a message one that is new, a report one of the latest."""
PROGRAM = make_program(
    birthday=None,
    messages=MessagePolicy(
        quiet_from=time(18), quiet_to=time(19, 30), caps=(MessageCap(CAP, CAP_DAYS),), channels=("email", "sms")
    ),
)
PROGRAM = replace(
    PROGRAM, messages=replace(PROGRAM.messages, advertising=replace(PROGRAM.messages.advertising, per_day=PER_DAY))
)
KINDS = ("announcement", "announcement", "win_back", "welcome", "expiring", "security")
CHANNELS: tuple[Channel, ...] = ("email", "sms")
MOODS: dict[str, Exception | None] = {
    "takes it": None,
    "throttles": DeliveryRefusedError("Throttling"),
    "does not work": DeliveryRefusedError("MessageRejected", "channel"),
    "knows no such address": DeliveryRefusedError("bad", "address"),
    "does not answer": TemporarilyUnavailableError(),
    "takes it and does not answer": TemporarilyUnavailableError(),
}


class Witness:
    """A provider that sees to it that nothing comes which may not come now."""

    def __init__(self, channel: Channel, provider: FakeSender, world: Life) -> None:
        self._channel: Channel = channel
        self._provider = provider
        self._world = world

    def send(self, message: Outgoing) -> str:
        mood = self._world.moods[self._channel]
        if MOODS[mood] is None or mood == "takes it and does not answer":
            self._world.witness(self._channel, message)
            self._provider.send(message)
        if error := MOODS[mood]:
            raise error
        return f"{self._channel}-{len(self._provider.sent)}"


class Life:
    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.post = Post(program=PROGRAM, write=plain_words, wrap=self._wrapped)
        self.moods = dict.fromkeys(CHANNELS, "takes it")
        self.sends: dict[str, list[tuple[datetime, Channel]]] = defaultdict(list)
        self.since_bounce: dict[str, int] = defaultdict(int)
        self.twice: dict[str, int] = defaultdict(int)
        self.waiting: list[Intent] = []
        self.came_back: set[str] = set()
        self.told = 0

    def _wrapped(self, port: Any) -> Any:
        """Called while the post is made: only providers are watched."""
        if not isinstance(port, FakeSender):
            return port
        self.opened: int = getattr(self, "opened", -1) + 1
        return Witness(CHANNELS[self.opened % len(CHANNELS)], port, self)

    def witness(self, channel: Channel, message: Outgoing) -> None:
        """Every promise about a message that goes out now."""
        now, key = self.post.clock.now(), f"{message.kind}:{message.period}"
        profile = self.post.profiles.profile
        assert profile is not None
        local = now.astimezone(PROGRAM.time_zone).time()
        assert message.kind in UNASKED or profile.consents_to(purpose_of(message.kind, channel))
        assert message.kind in UNASKED or not time(18) <= local < time(19, 30)
        assert not self.post.suppressions.is_suppressed(channel, message.address)
        self.since_bounce[key] += 1
        assert self.since_bounce[key] <= 2, "sent a third time though nothing has come back"
        self.twice[key] += self.since_bounce[key] > 1
        self.sends[key].append((now, channel))
        self.came_back.discard(key)
        if message.kind in MARKETING:
            assert message.is_marketing
            assert channel != "sms" or time(7) <= local < time(22)
            assert self._others(now - timedelta(days=CAP_DAYS), None) <= CAP
            assert self._others(now - timedelta(days=1), channel) <= PER_DAY

    def _others(self, since: datetime, channel: Channel | None) -> int:
        """Advertising since then that did not come back from there, by its last try."""
        out = [key for key in self.sends if key.partition(":")[0] in MARKETING and key not in self.came_back]
        lasts = [self.sends[key][-1] for key in out if self.sends[key]]
        return sum(at > since and channel in {None, by} for at, by in lasts)

    def _deliver(self, intent: Intent) -> None:
        """As the queue does: what fails comes again."""
        try:
            self.post.messages.send(intent)
        except (TemporarilyUnavailableError, DeliveryRefusedError):
            self.waiting.append(intent)

    def tell(self) -> None:
        kind = self.chance.choice(KINDS)
        if self.chance.random() < NEW:
            self.told += 1
        intent = dataclasses.replace(make_intent(kind), period=str(self.told))
        data = {"through": f"{self.post.clock.now() + timedelta(days=2):%Y-%m-%d}"} if kind == "expiring" else {}
        self._deliver(dataclasses.replace(intent, data={**intent.data, **data}))

    def bring_again(self) -> None:
        held = [intent for intent, _ in self.post.queue.waiting]
        waiting, self.waiting, self.post.queue.waiting = [*self.waiting, *held], [], []
        for intent in waiting:
            self._deliver(intent)

    def pass_time(self) -> None:
        minutes = self.chance.choice((1, 2, 2, 45, 300, 600))
        self.post.clock.advance(minutes=minutes)
        self.post.wall.advance(minutes=minutes)

    def change_mood(self) -> None:
        likely = ["takes it"] * 6 + ["takes it and does not answer"] * 2
        self.moods[self.chance.choice(CHANNELS)] = self.chance.choice([*likely, *MOODS])

    def decide_on_consents(self) -> None:
        self.post.set_profile(
            granted=self.chance.choice([ALL_CONSENTS] * 4 + [("marketing",), ("transactional",), ("sms",)])
        )

    def move(self) -> None:
        number = self.chance.randrange(10, 99)
        self.post.set_profile(email=f"hoa{number}@example.com", phone=f"+849012345{number:02d}")

    def report(self) -> None:
        channel = self.chance.choice(CHANNELS)
        outcome: Any = self.chance.choice(["delivered", "delivered", "bounced", "complained"])
        is_permanent = self.chance.random() < 0.3
        keys = sorted(key for key, sends in self.sends.items() if any(by == channel for _, by in sends))
        if not keys:
            return
        key = self.chance.choice(keys[-5:] if self.chance.random() < NEW else keys)
        before = self.post.records.find(MEMBER, key)
        told = DeliveryReport(channel, "p", outcome, self.post.wall.now(), is_permanent, member_id=MEMBER, key=key)
        with suppress(TemporarilyUnavailableError):
            self.post.messages.take_report(told)
        after = self.post.records.find(MEMBER, key)
        assert before is not None
        assert after is not None
        if (before.state, after.state) != ("BOUNCED", "BOUNCED") and after.state == "BOUNCED":
            self.since_bounce[key] = 0
            self.came_back.add(key)

    def records_tell_the_truth(self) -> None:
        for (_, key), message in self.post.records.messages.items():
            if message.state in {"SENT", "DELIVERED", "BOUNCED"}:
                assert self.sends[key]
            assert message.duplicates >= self.twice[key], "a duplicate that nobody counted"
        for _, message_id, proof in self.post.proofs.kept:
            [warning] = [one for one in self.post.records.messages.values() if one.message_id == message_id]
            assert warning.intent.kind == "expiring"
            assert proof != "delivered" or warning.state == "DELIVERED"


STEPS = (Life.tell, Life.tell, Life.tell, Life.bring_again, Life.bring_again, Life.pass_time, Life.pass_time)
RARER_STEPS = (Life.change_mood, Life.report, Life.report, Life.decide_on_consents, Life.move)


def live(seed: int) -> Life:
    """A long life; what goes out in it is looked at each time, and what is kept of it at the end."""
    life = Life(seed)
    for _ in range(LENGTH):
        life.chance.choice(STEPS if life.chance.random() < NEW else RARER_STEPS)(life)
    life.records_tell_the_truth()
    return life


def test_no_message_breaks_a_promise_whatever_happens() -> None:
    lives = [live(seed) for seed in range(3)]
    # Of everything that can happen, something did.
    states = {message.state for life in lives for message in life.post.records.messages.values()}
    assert states >= {"SENT", "DELIVERED", "BOUNCED", "SUPPRESSED_CAP", "SUPPRESSED_NO_CONSENT", "SUPPRESSED_OVERTAKEN"}
    assert all(any(life.twice.values()) for life in lives)
    assert {proof for life in lives for _, _, proof in life.post.proofs.kept} >= {"delivered", "accepted", "no_consent"}
