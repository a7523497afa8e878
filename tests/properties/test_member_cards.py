"""Whatever staff do with cards and merges: a code leads to the one who holds it now, and a blocked one to nobody, for ever."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec.structs import replace

from quen.members.card_desk import CardDesk
from quen.members.model import Enrolment, Member, MemberCard, MemberReference, parted, united
from quen.members.model.cards import CARDS_MAX, app_card
from quen.members.model.errors import CardAlreadyLinkedError, CardBlockedError, CardLimitReachedError
from quen.writes import Write
from unit.members.fakes import LOGIN, LOOKUPS, NOW, MemoryRecords, commit_in_memory, make_members

MEMBERS = st.integers(0, 2)
PICKS = st.integers(0, 10**6)


def unrecorded(_card: MemberCard, _new: MemberCard | None) -> Sequence[Write]:
    return ()


class Cards(RuleBasedStateMachine):
    """Three members; `holders` is the model: whose each code is, as the last merge left it."""

    @initialize()
    def begin(self) -> None:
        self.records = MemoryRecords()
        self.members = make_members(self.records)
        self.desk = CardDesk(self.records, LOOKUPS)
        self.ids: list[str] = []
        self.holders: dict[str, str] = {}
        self.blocked: set[str] = set()
        self.merges: list[tuple[str, str, list[tuple[str, str]]]] = []
        self.steps = 0
        for number in range(3):
            login = replace(LOGIN, subject=f"user-{number}", phone=f"+8490123456{number}", email=None)
            member = self.members.enrol(login, Enrolment(phone=login.phone), NOW).member
            self.ids.append(member.member_id)
            self.holders[member.card_code] = member.member_id

    def root(self, member_id: str) -> str:
        while merged_into := self.members.load(member_id).merged_into:
            member_id = merged_into
        return member_id

    def now(self):
        self.steps += 1
        return NOW + timedelta(days=self.steps)

    def pick(self, pick: int) -> tuple[str, str]:
        """Some code that was ever linked, and its id."""
        code = [*self.holders][pick % len(self.holders)]
        return code, LOOKUPS.new_card("plastic", code, NOW).card_id

    def working(self, member_id: str) -> int:
        return sum(not card.is_blocked for card in self.members.load(member_id).cards)

    @rule(number=MEMBERS)
    def link(self, number: int) -> None:
        member_id = self.root(self.ids[number])
        try:
            made = self.desk.link(member_id, None, self.now(), record=unrecorded)
        except CardLimitReachedError:
            assert self.working(member_id) >= CARDS_MAX
            return
        self.holders[made.card_code or ""] = member_id

    @rule(number=MEMBERS, pick=PICKS)
    def link_a_known_code(self, number: int, pick: int) -> None:
        code, _ = self.pick(pick)
        member_id = self.root(self.ids[number])
        try:
            self.desk.link(member_id, code, self.now(), record=unrecorded)
        except (CardBlockedError, CardAlreadyLinkedError, CardLimitReachedError):
            return
        assert code not in self.blocked
        assert self.root(self.holders[code]) == member_id

    @rule(pick=PICKS)
    def block(self, pick: int) -> None:
        code, card_id = self.pick(pick)
        self.desk.block(self.root(self.holders[code]), card_id, "lost", self.now(), record=unrecorded)
        self.blocked.add(code)

    @rule(pick=PICKS)
    def swap(self, pick: int) -> None:
        code, card_id = self.pick(pick)
        member_id = self.root(self.holders[code])
        try:
            made = self.desk.replace(member_id, card_id, None, "lost", self.now(), record=unrecorded)
        except CardLimitReachedError:
            assert code in self.blocked
            return
        self.blocked.add(code)
        self.holders[made.card_code or ""] = member_id

    @rule(number=MEMBERS)
    def swap_own(self, number: int) -> None:
        member_id = self.root(self.ids[number])
        self.blocked.add(self.members.load(member_id).card_code)
        self.holders[self.desk.replace_own(member_id, self.now())] = member_id

    @rule(number=MEMBERS, other=MEMBERS)
    def merge(self, number: int, other: int) -> None:
        survivor, merged = (self.members.load(self.root(self.ids[one])) for one in (number, other))
        if survivor.member_id == merged.member_id:
            return
        ways = sorted((lookup.kind, lookup.digest) for lookup in LOOKUPS.of(merged))
        self.commit((survivor, merged), united(survivor, merged, ways))
        self.merges.append((survivor.member_id, merged.member_id, ways))

    @precondition(lambda self: self.merges)
    @rule()
    def undo_the_last_merge(self) -> None:
        survivor_id, merged_id, ways = self.merges.pop()
        survivor, merged = self.members.load(survivor_id), self.members.load(merged_id)
        own = [(lookup.kind, lookup.digest) for lookup in LOOKUPS.own(survivor)]
        self.commit((survivor, merged), parted(survivor, merged, ways, own, joined_at=NOW, state="active"))

    def commit(self, before: tuple[Member, Member], after: tuple[Member, Member]) -> None:
        commit_in_memory(self.records.replacing(*zip(before, after, strict=True)))

    @invariant()
    def every_code_leads_where_it_should(self) -> None:
        for code, holder in self.holders.items():
            reference = MemberReference(card_code=code)
            if code in self.blocked:
                try:
                    self.members.resolve(reference)
                except CardBlockedError:
                    continue
                raise AssertionError("a blocked card led to somebody")
            assert self.members.resolve(reference) == self.root(holder)

    @invariant()
    def the_app_shows_a_card_that_works_or_says_that_it_is_blocked(self) -> None:
        for member_id in {self.root(one) for one in self.ids}:
            member = self.members.load(member_id)
            card = app_card(member.cards)
            assert card
            assert card.last_four == member.card_code[-4:]
            assert card.is_blocked == (member.card_code in self.blocked)


Cards.TestCase.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)
TestCards = Cards.TestCase
