"""Stand-ins for what the members' use cases need: records in memory, a ledger that opens accounts, a clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from quen.errors import MemberAlreadyExistsError, MemberNotFoundError
from quen.keys import KeyRing
from quen.ledger.documents import OtherRefusedError
from quen.members.cards import QrTokens, new_card_code
from quen.members.lookups import Lookup, Lookups
from quen.members.model import Consent, ConsentProof, Login, Member, MemberState, birthday_shard, member_shard
from quen.members.model.cards import blocked_digests
from quen.members.model.consents import newly_recorded
from quen.members.model.errors import CardAlreadyLinkedError
from quen.members.ports import Found, MemberPage, Replacement, StaleMemberError
from quen.members.service import Members
from quen.writes import Refusal, TransactionRefusedError, Write

NOW = datetime(2026, 11, 22, 3, 15, tzinfo=UTC)
KEYS = KeyRing(b"a key ring for tests, 32 bytes or more")
LOOKUPS = Lookups(KEYS)
PROOF = ConsentProof("app", "login:abc", "request-1")
LOGIN = Login("https://id.example/", "user-1", phone="+84901234567", email="hoa@example.com")


class SettableClock:
    """A clock that stands until it is moved."""

    def __init__(self, instant: datetime = NOW) -> None:
        self.instant = instant

    def now(self) -> datetime:
        return self.instant

    def advance(self, **duration: float) -> None:
        self.instant += timedelta(**duration)


class FakeAccounts:
    """Opens an account of 20 points without writing anything; gives an account a state by doing the others' writes."""

    def __init__(self) -> None:
        self.reachable: dict[str, bool] = {}

    def opening(self, member_id: str, now: datetime, *, reachable: bool) -> tuple[Sequence[Write], dict[str, Any]]:
        self.reachable[member_id] = reachable
        return [], {"member_id": member_id, "points": {"active": 20}, "sequence": 1}

    def reaching(self, member_id: str, *, reachable: bool) -> Sequence[Write]:
        return [Write("account reached", "Put", {"do": lambda: self.reachable.update({member_id: reachable})})]

    def show_account(self, member_id: str) -> dict[str, Any]:
        return {"member_id": member_id, "points": {"active": 500}, "sequence": 1}

    def set_state(self, member_id: str, state: MemberState, others: Sequence[Write]) -> None:
        try:
            commit_in_memory(others)
        except TransactionRefusedError as error:
            raise OtherRefusedError(tuple(error.refusals)) from error


def commit_in_memory(writes: Sequence[Write]) -> None:
    """What `MemoryRecords.replacing` makes, done."""
    for write in writes:
        write.parameters["do"]()


class MemoryRecords:
    """The ports MemberRecords and ConsentEvidence in a few dictionaries."""

    def __init__(self, lookups: Lookups = LOOKUPS) -> None:
        self._lookups = lookups
        self._members: dict[str, Member] = {}
        self._owners: dict[Lookup, str] = {}
        self._blocked: dict[Lookup, str] = {}
        self._evidence: dict[str, list[Consent]] = {}

    def load(self, member_id: str) -> Member:
        try:
            return self._members[member_id]
        except KeyError:
            raise MemberNotFoundError from None

    def find(self, lookup: Lookup) -> Found | None:
        if lookup in self._blocked:
            member = self._members[self._blocked[lookup]]
            return Found(member.member_id, member.state, is_blocked_card=True)
        return self.find_member(self._owners.get(lookup, ""))

    def find_member(self, member_id: str) -> Found | None:
        member = self._members.get(member_id)
        return Found(member.member_id, member.state, member.merged_into) if member else None

    def add(self, member: Member, opening: Sequence[Write]) -> None:
        self._claim(member)
        if member.member_id not in self._members:
            self._keep((), member)
        self._members[member.member_id] = member

    def replace(self, before: Member, after: Member, others: Sequence[Write] = ()) -> None:
        try:
            self._replace_all(((before, after),))
            commit_in_memory(others)
        except TransactionRefusedError as error:
            if "card" in error.refusals:
                raise CardAlreadyLinkedError from error
            raise (StaleMemberError if "profile" in str(error) else MemberAlreadyExistsError) from error

    def replacing(self, *changes: Replacement) -> Sequence[Write]:
        return [Write("profiles", "Put", {"do": lambda: self._replace_all(changes)})]

    def list_consents(self, member_id: str, before: int | None, limit: int) -> Sequence[Consent]:
        newest_first = reversed(self._evidence.get(member_id, []))
        return [one for one in newest_first if before is None or one.sequence < before][:limit]

    def list_birthdays(self, month_day: str, shard: int, cursor: str | None, limit: int) -> MemberPage:
        key = f"{month_day}#{shard}"
        ids = sorted(
            member.member_id
            for member in self._members.values()
            if member.birthday and member.state != "closed" and birthday_shard(member.birthday, member.member_id) == key
        )
        rest = [member_id for member_id in ids if member_id > (cursor or "")]
        return MemberPage(tuple(rest[:limit]), rest[limit - 1] if len(rest) > limit else None)

    def list_active(self, shard: int, cursor: str | None, limit: int) -> MemberPage:
        active = (member.member_id for member in self._members.values() if member.state == "active")
        ids = sorted(member_id for member_id in active if member_shard(member_id) == f"active#{shard}")
        rest = [member_id for member_id in ids if member_id > (cursor or "")]
        return MemberPage(tuple(rest[:limit]), rest[limit - 1] if len(rest) > limit else None)

    def _replace_all(self, changes: Sequence[Replacement]) -> None:
        stale = [old.member_id for old, _ in changes if self._members[old.member_id].version != old.version]
        led = {lookup: before.member_id for before, _ in changes for lookup in self._lookups.of(before)}
        leads = {lookup: after.member_id for _, after in changes for lookup in self._lookups.of(after)}
        dead = {Lookup("card", digest) for _, after in changes for digest in blocked_digests(after.cards)}
        taken = [lookup.kind for lookup in {**led, **leads} if self._owners.get(lookup) != led.get(lookup)]
        taken += [lookup.kind for lookup in leads if lookup in self._blocked]
        if stale or taken:
            names = [f"profile {member_id}" for member_id in stale] or taken
            raise TransactionRefusedError({name: Refusal("ConditionalCheckFailed") for name in names})
        self._blocked |= {lookup: owner for lookup, owner in led.items() if lookup in dead}
        self._owners = {lookup: owner for lookup, owner in self._owners.items() if lookup not in led} | leads
        self._members |= {after.member_id: after for _, after in changes}
        for before, after in changes:
            self._keep(before.consents, after)

    def _keep(self, before: Sequence[Consent], member: Member) -> None:
        self._evidence.setdefault(member.member_id, []).extend(newly_recorded(before, member.consents))

    def _claim(self, member: Member) -> None:
        wanted = self._lookups.of(member)
        if any(self._owners.get(lookup, member.member_id) != member.member_id for lookup in wanted):
            raise MemberAlreadyExistsError
        self._owners |= dict.fromkeys(wanted, member.member_id)


def make_consent(purpose: str = "marketing", *, granted: bool = True, sequence: int = 1, **changes: Any) -> Consent:
    """A decision that the member made in the app."""
    return replace(Consent(purpose, granted, "2026-01", NOW, sequence, PROOF), **changes)


def make_member(member_id: str = "mem_0000000000000001", **changes: Any) -> Member:
    """An active member with a phone number and a birthday."""
    member = Member(
        member_id=member_id,
        state="active",
        phone="+84901234567",
        email=None,
        name="Nguyễn Thị Hoa",
        birthday=date(1994, 2, 28),
        birthday_set_at=NOW,
        locale="vi",
        consents=(),
        joined_at=NOW,
        card_code=new_card_code(),
        login_key=f"login of {member_id}",
    )
    return replace(member, **changes)


def make_members(
    records: Any = None,
    wall: SettableClock | None = None,
    lookups: Lookups = LOOKUPS,
    accounts: FakeAccounts | None = None,
) -> Members:
    """The use cases over records in memory."""
    kept, tokens = records or MemoryRecords(lookups), QrTokens(KEYS.derive("qr"))
    return Members(kept, accounts or FakeAccounts(), lookups, tokens, wall or SettableClock())
