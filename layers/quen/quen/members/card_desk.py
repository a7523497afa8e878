"""Use cases about a member's cards: show, link, block, replace. Points stay with the member, whatever becomes of a card.

One card is one member's because its code is claimed in the transaction that writes the profile: of two who are given the
same plastic card at once, one has it. A replacement is one transaction too: at no moment do both cards work, or neither.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from quen.errors import ConflictRetryError, MemberNotActiveError, NotFoundError, ValidationFailedError
from quen.members.cards import new_card_code, parse_card_code
from quen.members.model import Member, MemberCard
from quen.members.model.cards import (
    CardKind,
    app_card,
    find_card,
    with_blocked,
    with_card,
    without_blocked,
)
from quen.members.model.errors import CardAlreadyLinkedError
from quen.members.ports import StaleMemberError
from quen.members.service import CHANGE_ATTEMPTS_MAX
from quen.requests import RateLimitedError
from quen.writes import Write

OWN_REPLACEMENTS_MAX = 3
OWN_REPLACEMENTS_WINDOW = timedelta(days=1)
BY_MEMBER = "replaced by the member"

Record = Callable[[MemberCard, MemberCard | None], Sequence[Write]]
"""The writes that go with a change: of the card it was about, and of the one that takes its place."""


class MadeCard(Struct, frozen=True):
    """A card, and its whole code where we made it now: it is told in this one answer."""

    card: MemberCard
    card_code: str | None


class Profiles(Protocol):
    """Where profiles are kept; `quen.members.ports.MemberRecords` says what each raises."""

    def load(self, member_id: str) -> Member:
        """The profile as it is now."""

    def replace(self, before: Member, after: Member, others: Sequence[Write] = ()) -> None:
        """The next version of a profile, its look-ups, and the others."""


class CardMaker(Protocol):
    """Makes what a profile keeps of a code."""

    def new_card(self, kind: CardKind, card_code: str, now: datetime) -> MemberCard:
        """A card of that code."""


class CardDesk:
    """Changes of a member's cards; each may raise MemberNotFoundError, MemberNotActiveError (closed), ConflictRetryError."""

    def __init__(self, profiles: Profiles, cards: CardMaker) -> None:
        self._profiles = profiles
        self._cards = cards

    def show(self, member_id: str) -> Sequence[MemberCard]:
        """All cards that the profile remembers, those of merged members included, the newest last."""
        return sorted(self._profiles.load(member_id).cards, key=lambda card: card.linked_at)

    def link(self, member_id: str, spelled: str | None, now: datetime, *, record: Record) -> MadeCard:
        """A plastic card is the member's from now on; without a code one is made. The member's own card again changes nothing.

        Raises ValidationFailedError for no code, CardAlreadyLinkedError, CardBlockedError, CardLimitReachedError.
        """
        code, made = _code(spelled)
        card = self._cards.new_card("plastic", code, now)

        def decide(member: Member) -> tuple[Member, Sequence[Write]]:
            after = replace(member, cards=with_card(member.cards, card))
            return after, record(card, None)

        after = self._change(member_id, decide)
        return MadeCard(find_card(after.cards, card.card_id), made)

    def block(self, member_id: str, card_id: str, reason: str, now: datetime, *, record: Record) -> MemberCard:
        """The card leads to nobody from now on, for good; again changes nothing. Raises NotFoundError."""

        def decide(member: Member) -> tuple[Member, Sequence[Write]]:
            return _without(member, card_id, reason, now), record(find_card(member.cards, card_id), None)

        return find_card(self._change(member_id, decide).cards, card_id)

    def replace(
        self, member_id: str, card_id: str, spelled: str | None, reason: str, now: datetime, *, record: Record
    ) -> MadeCard:
        """The card is blocked, and another one linked in its place. One that is blocked already is only followed by another.

        Raises NotFoundError, and what `link` raises.
        """
        code, made = _code(spelled)
        return MadeCard(self._swap(member_id, lambda _: card_id, code, reason, now, record), made)

    def replace_own(self, member_id: str, now: datetime) -> str:
        """The code of the card that the member's app shows from now on; the one before is dead at once.

        Raises RateLimitedError after OWN_REPLACEMENTS_MAX in a day.
        """
        code = new_card_code()

        def card_in_app(member: Member) -> str:
            _refuse_too_many(member, now)
            card = app_card(member.cards)
            if card is None:
                raise NotFoundError
            return card.card_id

        self._swap(member_id, card_in_app, code, BY_MEMBER, now, lambda *_: ())
        return code

    def _swap(
        self,
        member_id: str,
        which: Callable[[Member], str],
        code: str,
        reason: str,
        now: datetime,
        record: Record,
    ) -> MemberCard:
        def decide(member: Member) -> tuple[Member, Sequence[Write]]:
            old = find_card(member.cards, which(member))
            is_in_app = old is app_card(member.cards)
            new = self._cards.new_card("app" if is_in_app else "plastic", code, now)
            if any(card.card_id == new.card_id for card in member.cards):
                raise CardAlreadyLinkedError
            without = _without(member, old.card_id, reason, now)
            # Who lost a card can always have another one, after a merge too; a blocked one frees no second place.
            in_place = is_in_app or not old.is_blocked
            after = replace(without, cards=with_card(without.cards, new, in_place=in_place))
            return replace(after, card_code=code if is_in_app else member.card_code), record(old, new)

        after = self._change(member_id, decide)
        return after.cards[-1]

    def _change(self, member_id: str, decide: Callable[[Member], tuple[Member, Sequence[Write]]]) -> Member:
        for _ in range(CHANGE_ATTEMPTS_MAX):
            before = self._profiles.load(member_id)
            if before.state == "closed":
                raise MemberNotActiveError("The member is closed.")
            after, others = decide(before)
            if after == before:
                return before
            after = replace(after, version=before.version + 1)
            try:
                self._profiles.replace(before, after, others)
            except StaleMemberError:
                continue
            return after
        raise ConflictRetryError


def _code(spelled: str | None) -> tuple[str, str | None]:
    """The code, and the same where it is made now."""
    if spelled is None:
        made = new_card_code()
        return made, made
    code = parse_card_code(spelled)
    if code is None:
        raise ValidationFailedError.at("/card_code", "invalid_card_code", "This is no card's code.")
    return code, None


def _without(member: Member, card_id: str, reason: str, now: datetime) -> Member:
    cards = with_blocked(member.cards, card_id, reason, now)
    return replace(member, cards=cards, taken_over=without_blocked(member.taken_over, cards))


def _refuse_too_many(member: Member, now: datetime) -> None:
    """Every replacement leaves a dead code behind for ever: a program that went wild must not fill the table."""
    since = now - OWN_REPLACEMENTS_WINDOW
    done = [card.blocked_at for card in member.cards if card.reason == BY_MEMBER and card.blocked_at]
    recent = sorted(at for at in done if at > since)
    if len(recent) >= OWN_REPLACEMENTS_MAX:
        raise RateLimitedError(retry_after_seconds=int((recent[0] - since).total_seconds()) + 1)
