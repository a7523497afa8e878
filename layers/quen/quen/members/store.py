"""Members in DynamoDB: the only table with personal data.

    item       PK                    SK         holds
    profile    MEMBER#<member_id>    PROFILE    the profile, in clear
    identity   IDENTITY#<hash>       IDENTITY   whose phone number or e-mail address it is
    card       CARD#<hash>           CARD       whose card it is; once blocked, whose it was, for ever
    login      LOGIN#<hash>          LOGIN      for whom the login acts
    evidence   MEMBER#<member_id>    CONSENT#…  a decision about a use; `quen.members.consent_store` keeps these

    access                                  how                                                    read units
    profile by member                       get MEMBER#/PROFILE, consistent                        1
    member by phone, e-mail, card, login    get the look-up; again, consistent, where it is not there yet   0.5
    enrol                                   one transaction: profile, look-ups, evidence, the ledger's opening
    link, block, replace a card             one transaction: profile if `version` is as read; the card's look-up
    change, merge, undo a merge             one transaction: profiles if `version` is as read; look-ups that moved; evidence
    birthdays of a day                      query index Birthdays, `birthday_shard` = "02-29#3"    0.5 a page of 4 KB
    all active members, on a holiday        query index Roll, `member_shard` = "active#3"          0.5 a page of 4 KB

A hash is keyed: 130 bits that tell nothing without the stack's key. A look-up repeats the member's `state`, so that a
till's purchase costs one small read. Index `Birthdays` (HASH `birthday_shard`, RANGE `PK`, keys only) is sparse: a
profile without a birthday, or closed, is not in it. Neither is one that is not active in `Roll` (HASH `member_shard`, RANGE
`PK`, keys only), which is written when a member joins and when their state changes, and at no other time.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, cast

from botocore.client import BaseClient
from pynamodb.attributes import BooleanAttribute, ListAttribute, UnicodeAttribute, UTCDateTimeAttribute
from pynamodb.exceptions import DoesNotExist
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.pagination import ResultIterator

from quen.dynamodb import IntAttribute, bind, commit, delete, put
from quen.errors import ConflictRetryError, MemberAlreadyExistsError, MemberNotFoundError
from quen.members.consent_store import ConsentAttribute, ConsentItem, consent_attributes, evidence, read_consent
from quen.members.forms import cards_text, former_text, read_cards, read_former
from quen.members.lookups import Lookup, Lookups
from quen.members.model import Member, MemberState, birthday_shard, member_shard
from quen.members.model.cards import blocked_digests
from quen.members.model.errors import CardAlreadyLinkedError
from quen.members.model.shards import active_shard_key, shard_key
from quen.members.notice_store import Noticing, no_notices
from quen.members.ports import Found, MemberPage, Replacement, StaleMemberError
from quen.stored_items import StoredItem
from quen.writes import Refusal, TransactionRefusedError, Write

COMMIT_ATTEMPTS_MAX = 5
COMMIT_WAIT_SECONDS_MAX = 0.05

BIRTHDAYS_INDEX = "Birthdays"
ROLL_INDEX = "Roll"

_PROFILE = "profile"
_ACCOUNT = ("account ", "entry ")
"""How the ledger names its writes: of them too, what was read is over."""
_PREFIXES = {"phone": "IDENTITY", "email": "IDENTITY", "card": "CARD", "login": "LOGIN"}
_IDENTITIES = frozenset({"phone", "email", "login"})
_IS_NEW = "attribute_not_exists(PK)"
_IS_OURS = "member_id = :member_id"


class BirthdaysIndex(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call] # PynamoDB's own hook
    """Members by month and day of birth, in shards."""

    class Meta:
        index_name = BIRTHDAYS_INDEX
        projection = KeysOnlyProjection()

    birthday_shard = UnicodeAttribute(hash_key=True)
    PK = UnicodeAttribute(range_key=True)


class RollIndex(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call] # PynamoDB's own hook
    """All active members, in shards."""

    class Meta:
        index_name = ROLL_INDEX
        projection = KeysOnlyProjection()

    member_shard = UnicodeAttribute(hash_key=True)
    PK = UnicodeAttribute(range_key=True)


class ProfileItem(StoredItem):
    """A profile."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True, default="PROFILE")
    member_id = UnicodeAttribute()
    state = UnicodeAttribute()
    phone = UnicodeAttribute(null=True)
    email = UnicodeAttribute(null=True)
    name = UnicodeAttribute(null=True)
    birthday = UnicodeAttribute(null=True)
    birthday_set_at = UTCDateTimeAttribute(null=True)
    birthday_shard = UnicodeAttribute(null=True)
    member_shard = UnicodeAttribute(null=True)
    locale = UnicodeAttribute(null=True)
    consents = ListAttribute(of=ConsentAttribute)
    joined_at = UTCDateTimeAttribute()
    card_code = UnicodeAttribute()
    login_key = UnicodeAttribute()
    referral_code = UnicodeAttribute(null=True)
    version = IntAttribute()
    merged_into = UnicodeAttribute(null=True)
    taken_over = ListAttribute(of=UnicodeAttribute, null=True)
    tags = ListAttribute(of=UnicodeAttribute, null=True)
    cards = UnicodeAttribute(null=True)
    former = UnicodeAttribute(null=True)

    birthdays = BirthdaysIndex()
    roll = RollIndex()


class LookupItem(StoredItem):
    """A claim on a phone number, an e-mail address, a card or a login. A `blocked` card leads nowhere, and is nobody else's."""

    class Meta:
        table_name = ""

    PK = UnicodeAttribute(hash_key=True)
    SK = UnicodeAttribute(range_key=True)
    member_id = UnicodeAttribute()
    state = UnicodeAttribute()
    blocked = BooleanAttribute(null=True)


class MemberStore:
    """The MemberRecords of a stack. `wait` is given the seconds before a transaction that lost a race is sent again; `warn`
    makes the writes that warn the member of a change, which are a part of it.
    """

    def __init__(
        self,
        client: BaseClient,
        table_name: str,
        lookups: Lookups,
        wait: Callable[[float], None] = time.sleep,
        warn: Noticing = no_notices,
    ) -> None:
        bind([ProfileItem, LookupItem, ConsentItem], table_name, client)
        self._client = client
        self._table_name = table_name
        self._lookups = lookups
        self._wait = wait
        self._warn = warn

    def load(self, member_id: str) -> Member:
        """The profile as it is now. Raises MemberNotFoundError."""
        try:
            return _member(ProfileItem.get(_profile_key(member_id), "PROFILE", consistent_read=True))
        except DoesNotExist:
            raise MemberNotFoundError from None

    def find(self, lookup: Lookup) -> Found | None:
        """Whom the look-up belongs to."""
        return _find(LookupItem, *_lookup_key(lookup))

    def find_member(self, member_id: str) -> Found | None:
        """The same by the member's own id."""
        return _find(ProfileItem, _profile_key(member_id), "PROFILE")

    def add(self, member: Member, opening: Sequence[Write]) -> None:
        """Profile, look-ups and the account's opening, all or nothing."""
        profile = put(_PROFILE, _profile_item(member), condition=_IS_NEW)
        claims = [_claim(lookup, member) for lookup in _ordered(self._lookups.of(member))]
        try:
            self._commit([profile, *claims, *evidence((), member), *opening])
        except TransactionRefusedError as error:
            # What stands in the way may be this very enrolment: the answer got lost, and the client sent it again.
            if _holder(error.refusals.get("login")) != member.member_id:
                raise _refused_claim(error) from error

    def replace(self, before: Member, after: Member, others: Sequence[Write] = ()) -> None:
        """The next version of the profile, the look-ups that moved, and the others, all or nothing."""
        try:
            self._commit([*self.replacing((before, after)), *others])
        except TransactionRefusedError as error:
            stale = (f"{_PROFILE} {after.member_id}", *_ACCOUNT)
            if any(name.startswith(stale) for name in error.refusals):
                raise StaleMemberError from error
            raise _refused_claim(error) from error

    def replacing(self, *changes: Replacement) -> list[Write]:
        """The writes that replace these profiles, warn of it, keep what was decided, and move their look-ups."""
        profiles = [
            put(
                f"{_PROFILE} {after.member_id}",
                _profile_item(after),
                condition="version = :version",
                values={":version": {"N": str(before.version)}},
            )
            for before, after in changes
        ]
        kept = [write for before, after in changes for write in evidence(before.consents, after)]
        warnings = [write for before, after in changes for write in self._warn(before, after)]
        return [*profiles, *self._moves(changes), *kept, *warnings]

    def list_birthdays(self, month_day: str, shard: int, cursor: str | None, limit: int) -> MemberPage:
        """One page of the index; `cursor` is the last member of the page before."""
        key = shard_key(month_day, shard)
        start = _place("birthday_shard", key, cursor)
        return _page(ProfileItem.birthdays.query(key, limit=limit, page_size=limit, last_evaluated_key=start))

    def list_active(self, shard: int, cursor: str | None, limit: int) -> MemberPage:
        """One page of the index; `cursor` is the last member of the page before."""
        key = active_shard_key(shard)
        start = _place("member_shard", key, cursor)
        return _page(ProfileItem.roll.query(key, limit=limit, page_size=limit, last_evaluated_key=start))

    def _moves(self, changes: Sequence[Replacement]) -> list[Write]:
        led = {lookup: before for before, _ in changes for lookup in self._lookups.of(before)}
        leads = {lookup: after for _, after in changes for lookup in self._lookups.of(after)}
        blocked = {digest for _, after in changes for digest in blocked_digests(after.cards)}
        writes = []
        for lookup in _ordered(led.keys() | leads.keys()):
            was, now = led.get(lookup), leads.get(lookup)
            if was and lookup.kind == "card" and lookup.digest in blocked:
                writes.append(_blocked(lookup, was))
            elif was is None or now is None:
                writes.append(self._released(lookup, was) if was else _claim(lookup, cast("Member", now)))
            elif (was.member_id, was.state) != (now.member_id, now.state):
                writes.append(_led_on(lookup, was, now))
        return writes

    def _released(self, lookup: Lookup, holder: Member) -> Write:
        held = {":member_id": {"S": holder.member_id}}
        name = f"{lookup.kind} released {lookup.digest}"
        return delete(name, self._table_name, _low_level_key(lookup), condition=_IS_OURS, values=held)

    def _commit(self, writes: Sequence[Write]) -> None:
        for attempt in range(COMMIT_ATTEMPTS_MAX):
            try:
                return commit(self._client, writes)
            except TransactionRefusedError as error:
                if error.refusals:
                    raise
            self._wait(random.uniform(0, COMMIT_WAIT_SECONDS_MAX * 2**attempt))
        raise ConflictRetryError


def _place(attribute: str, key: str, cursor: str | None) -> dict[str, Any] | None:
    """Where a page of an index starts: after that member."""
    if not cursor:
        return None
    return {"PK": {"S": _profile_key(cursor)}, "SK": {"S": "PROFILE"}, attribute: {"S": key}}


def _page(found: ResultIterator[ProfileItem]) -> MemberPage:
    member_ids = tuple(item.PK.removeprefix("MEMBER#") for item in found)
    return MemberPage(member_ids, member_ids[-1] if member_ids and found.last_evaluated_key else None)


def _find(model: type[ProfileItem | LookupItem], partition: str, sort: str) -> Found | None:
    for is_consistent in (False, True):
        try:
            item = model.get(partition, sort, consistent_read=is_consistent)
        except DoesNotExist:
            continue
        state = cast("MemberState", item.state)
        if isinstance(item, ProfileItem):
            return Found(item.member_id, state, item.merged_into or "")
        return Found(item.member_id, state, is_blocked_card=bool(item.blocked))
    return None


def _claim(lookup: Lookup, member: Member) -> Write:
    return put(lookup.kind, _lookup_item(lookup, member), condition=_IS_NEW)


def _led_on(lookup: Lookup, holder: Member, to: Member) -> Write:
    """The look-up repeats a new state, or leads to another member."""
    held = {":member_id": {"S": holder.member_id}}
    return put(f"{lookup.kind} led on {lookup.digest}", _lookup_item(lookup, to), condition=_IS_OURS, values=held)


def _blocked(lookup: Lookup, holder: Member) -> Write:
    """The card leads nowhere from now on; that it was theirs stays, so that its code is never another's."""
    held = {":member_id": {"S": holder.member_id}}
    item = _lookup_item(lookup, holder)
    item.blocked = True
    return put(f"card blocked {lookup.digest}", item, condition=_IS_OURS, values=held)


def _refused_claim(error: TransactionRefusedError) -> Exception:
    if _IDENTITIES & error.refusals.keys():
        return MemberAlreadyExistsError()
    return CardAlreadyLinkedError() if "card" in error.refusals else ConflictRetryError()


def _holder(refusal: Refusal | None) -> str | None:
    item = refusal.item if refusal else None
    return cast("str", item["member_id"]["S"]) if item else None


def _ordered(lookups: Iterable[Lookup]) -> list[Lookup]:
    return sorted(lookups, key=lambda lookup: (lookup.kind, lookup.digest))


def _profile_key(member_id: str) -> str:
    return f"MEMBER#{member_id}"


def _lookup_key(lookup: Lookup) -> tuple[str, str]:
    prefix = _PREFIXES[lookup.kind]
    return f"{prefix}#{lookup.digest}", prefix


def _low_level_key(lookup: Lookup) -> dict[str, Any]:
    partition, sort = _lookup_key(lookup)
    return {"PK": {"S": partition}, "SK": {"S": sort}}


def _lookup_item(lookup: Lookup, member: Member) -> LookupItem:
    partition, sort = _lookup_key(lookup)
    return LookupItem(PK=partition, SK=sort, member_id=member.member_id, state=member.state)


def _profile_item(member: Member) -> ProfileItem:
    is_indexed = member.birthday is not None and member.state != "closed"
    return ProfileItem(
        PK=_profile_key(member.member_id),
        member_id=member.member_id,
        state=member.state,
        phone=member.phone,
        email=member.email,
        name=member.name,
        birthday=member.birthday and member.birthday.isoformat(),
        birthday_set_at=member.birthday_set_at,
        birthday_shard=birthday_shard(cast("date", member.birthday), member.member_id) if is_indexed else None,
        member_shard=member_shard(member.member_id) if member.state == "active" else None,
        locale=member.locale,
        consents=consent_attributes(member.consents),
        joined_at=member.joined_at,
        card_code=member.card_code,
        login_key=member.login_key,
        referral_code=member.referral_code,
        version=member.version,
        merged_into=member.merged_into or None,
        taken_over=["#".join(way) for way in member.taken_over] or None,
        tags=[*member.tags] or None,
        cards=cards_text(member.cards),
        former=former_text(member.former),
    )


def _member(item: ProfileItem) -> Member:
    return Member(
        member_id=item.member_id,
        state=cast("MemberState", item.state),
        phone=item.phone,
        email=item.email,
        name=item.name,
        birthday=date.fromisoformat(item.birthday) if item.birthday else None,
        birthday_set_at=item.birthday_set_at,
        locale=item.locale,
        consents=tuple(map(read_consent, item.consents)),
        joined_at=item.joined_at,
        card_code=item.card_code,
        login_key=item.login_key,
        referral_code=item.referral_code,
        version=item.version,
        merged_into=item.merged_into or "",
        taken_over=tuple(_way(str(text)) for text in item.taken_over or ()),
        tags=tuple(str(tag) for tag in item.tags or ()),
        cards=read_cards(item.cards),
        former=read_former(item.former),
    )


def _way(text: str) -> tuple[str, str]:
    kind, _, digest = text.partition("#")
    return kind, digest
