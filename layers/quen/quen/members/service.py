"""Use cases about members: enrol, change, find, show the card.

One person is one member: not because anybody looked first, but because each phone number, address and login is claimed
in the transaction that writes the profile. Nothing here tells a caller why a member cannot be found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

from msgspec.structs import asdict, replace

from quen.clock import Clock
from quen.errors import (
    ConflictRetryError,
    MemberAlreadyExistsError,
    MemberNotActiveError,
    MemberNotFoundError,
    ValidationFailedError,
)
from quen.ids import is_id, new_id
from quen.ledger.documents import OtherRefusedError
from quen.members.cards import QrTokens, new_card_code, parse_card_code
from quen.members.lookups import Lookups
from quen.members.model import (
    CardView,
    ConsentProof,
    Enrolled,
    Enrolment,
    Login,
    MaskedMember,
    Member,
    MemberChanges,
    MemberReference,
    MemberState,
    SeenMember,
    apply_changes,
    check_tags,
    normalise_email,
    person_of,
    read_changes,
)
from quen.members.model.cards import app_card
from quen.members.model.errors import CardBlockedError
from quen.members.model.reach import is_reachable
from quen.members.phones import parse_phone
from quen.members.ports import Accounts, Found, MemberPage, MemberRecords, StaleMemberError
from quen.people import Person
from quen.writes import Write

CHANGE_ATTEMPTS_MAX = 4


class Members:
    """`wall` is the clock that nobody moves: QR tokens live by it."""

    def __init__(
        self, records: MemberRecords, accounts: Accounts, lookups: Lookups, qr_tokens: QrTokens, wall: Clock
    ) -> None:
        self._records = records
        self._accounts = accounts
        self._lookups = lookups
        self._qr_tokens = qr_tokens
        self._wall = wall

    def enrol(self, login: Login, enrolment: Enrolment, now: datetime, *, request_id: str = "") -> Enrolled:
        """A new member and an open account; or the member whose balance was imported, for who proves to be them.
        `request_id` is kept with the consents.

        Raises ValidationFailedError (every fault at once) and MemberAlreadyExistsError, also for the same login again.
        """
        given = read_changes(_sent(enrolment), login, now, parse_phone)
        proof = self._proof(login, request_id)
        member = apply_changes(self._blank(login, given, now), given, now, proof)
        writes, account = self._accounts.opening(member.member_id, now, reachable=is_reachable(member))
        try:
            self._records.add(member, writes)
        except MemberAlreadyExistsError:
            return self._adopt(login, given, now, proof)
        return Enrolled(member, account)

    def bring_in(
        self, enrolment: Enrolment, joined_at: datetime, now: datetime, opening: Callable[[str], Sequence[Write]]
    ) -> Member:
        """A member whom an older system knew, without a login; `opening` makes the writes that open the account.

        Raises ValidationFailedError (every fault at once), MemberAlreadyExistsError, ConflictRetryError.
        """
        # Who imports vouches for phone and e-mail; the person proves them when they first sign in.
        voucher = Login("", "", enrolment.phone, enrolment.email)
        given = read_changes(_sent(enrolment), voucher, now, parse_phone)
        blank = replace(self._blank(voucher, given, joined_at), login_key="")
        member = replace(apply_changes(blank, given, now, ConsentProof("import")), birthday_set_at=None)
        self._records.add(member, opening(member.member_id))
        return member

    def find_by_contact(self, phone: str | None, email: str | None) -> str | None:
        """The member with that phone number or address; None where nobody has either.

        Raises ValidationFailedError for what is none, and where two members have one each.
        """
        ways = []
        if phone is not None:
            ways.append(self._lookups.phone(parse_phone(phone, "/phone")))
        if email is not None:
            ways.append(self._lookups.email(normalise_email(email, "/email")))
        found = {known.member_id for known in map(self._records.find, ways) if known}
        if len(found) > 1:
            raise ValidationFailedError.at("/email", "two_members", "Phone and e-mail belong to two members.")
        return next(iter(found), None)

    def load(self, member_id: str) -> Member:
        """The profile. Raises MemberNotFoundError."""
        return self._records.load(member_id)

    def change(
        self, member_id: str, changes: MemberChanges, login: Login, now: datetime, *, request_id: str = ""
    ) -> Member:
        """The profile after a merge patch: absent stays, None is taken out, consents are added to the record, with the login
        and `request_id` as their proof.

        A new phone or e-mail must be proven by the token; one that is the member's already need not be. Raises
        ValidationFailedError, BirthdayLockedError, MemberNotFoundError, ConflictRetryError, and MemberAlreadyExistsError
        where the phone or e-mail is another member's.
        """

        proof = self._proof(login, request_id)

        def decide(member: Member) -> Member:
            if member.state == "closed":
                raise MemberNotFoundError
            return apply_changes(member, read_changes(changes, login, now, parse_phone, member), now, proof)

        return self._update(member_id, decide)

    def change_state(
        self, member_id: str, state: MemberState, *, record: Callable[[Member], Sequence[Write]] = lambda _: ()
    ) -> Member:
        """The profile after its state was set: profile, look-ups and account in one transaction, so that no till that has
        read the account before can spend after. The same state again changes nothing.

        `record` makes the writes that go with the change, of the profile before it. Raises MemberNotFoundError,
        MemberNotActiveError for a member who is closed, ConflictRetryError.
        """
        for _ in range(CHANGE_ATTEMPTS_MAX):
            before = self._records.load(member_id)
            if before.state == state:
                return before
            if before.state == "closed":
                raise MemberNotActiveError("The member is closed.")
            after = replace(before, state=state, version=before.version + 1)
            try:
                self._accounts.set_state(member_id, state, [*self._records.replacing((before, after)), *record(before)])
            except OtherRefusedError:
                continue
            return after
        raise ConflictRetryError

    def change_tags(
        self, member_id: str, tags: Sequence[str], *, record: Callable[[Member], Sequence[Write]] = lambda _: ()
    ) -> Member:
        """The profile with these tags in place of its own; the same tags again change nothing.

        `record` is as in `change_state`. Raises ValidationFailedError, MemberNotFoundError, MemberNotActiveError for a
        member who is closed, ConflictRetryError.
        """
        checked = check_tags(tags)

        def decide(member: Member) -> Member:
            if member.state == "closed":
                raise MemberNotActiveError("The member is closed.")
            return replace(member, tags=checked)

        return self._update(member_id, decide, record)

    def person(self, member_id: str, zone: ZoneInfo) -> Person:
        """What conditions may ask of the member, read consistently; `zone` is the program's. Raises MemberNotFoundError."""
        return person_of(self._records.load(member_id), zone)

    def find_member_id(self, login: Login) -> str | None:
        """The member that this login acts for."""
        found = self._records.find(self._lookups.login(login))
        return found.member_id if found and found.state != "closed" else None

    def resolve(self, reference: MemberReference, pointer: str = "") -> str:
        """The id of a member who may earn and spend; `pointer` is where the reference stands in the request.

        Raises MemberNotFoundError (unknown, blocked, closed, a token that is over: all alike), MemberNotActiveError,
        CardBlockedError (whoever has the whole code has the card, and is to keep it), and ValidationFailedError where a
        phone number is none.
        """
        found = self._find(reference, pointer)
        if found.state != "active":
            raise MemberNotActiveError
        return found.member_id

    def search(self, reference: MemberReference, pointer: str = "") -> MaskedMember:
        """The member as another member may see one. Raises as `resolve` does, but shows an inactive member too."""
        return self.load(self._find(reference, pointer).member_id).masked()

    def search_for(self, brand: str | None, reference: MemberReference) -> SeenMember:
        """The member as a partner may see one: a brand by its id, None for the shop's own tills. Raises as `search` does."""
        return self.load(self._find(reference, "").member_id).seen_by(brand)

    def load_by(self, reference: MemberReference, pointer: str = "") -> Member:
        """The whole profile, in whatever state: for staff. Raises MemberNotFoundError, ValidationFailedError."""
        found = self._look_up(reference, pointer)
        if found is None:
            raise MemberNotFoundError
        member = self.load(found.member_id)
        while member.merged_into and found.is_blocked_card:
            member = self.load(member.merged_into)
        return member

    def load_by_email(self, email: str, pointer: str = "") -> Member:
        """The whole profile of the member with that address: for staff. Raises as `load_by` does."""
        found = self._records.find(self._lookups.email(normalise_email(email, f"{pointer}/email")))
        if found is None:
            raise MemberNotFoundError
        return self.load(found.member_id)

    def card(self, member_id: str) -> CardView:
        """The member's card with a QR token of this half minute. Raises MemberNotFoundError, CardBlockedError."""
        member = self.load(member_id)
        shown = app_card(member.cards)
        if shown and shown.is_blocked:
            raise CardBlockedError
        token, valid_until = self._qr_tokens.issue(member_id, self._wall.now())
        return CardView(member.card_code, token, valid_until)

    def list_birthdays(self, month_day: str, shard: int, cursor: str | None = None, limit: int = 100) -> MemberPage:
        """Members born on that `MM-DD`, one shard of them; which are kept on a day, `Birthday.celebrated` says."""
        return self._records.list_birthdays(month_day, shard, cursor, limit)

    def list_active(self, shard: int, cursor: str | None = None, limit: int = 100) -> MemberPage:
        """Members who may earn and spend, one shard of them."""
        return self._records.list_active(shard, cursor, limit)

    def _find_imported(self, given: MemberChanges) -> Member | None:
        """The member of this phone or address whom nobody has signed in as yet."""
        ways = [self._lookups.phone(phone) for phone in [given.get("phone")] if phone]
        ways += [self._lookups.email(email) for email in [given.get("email")] if email]
        for found in map(self._records.find, ways):
            if found and not (member := self._records.load(found.member_id)).login_key and found.state == "active":
                return member
        return None

    def _adopt(self, login: Login, given: MemberChanges, now: datetime, proof: ConsentProof) -> Enrolled:
        """The person has come: their login acts for the imported member from now on. Raises MemberAlreadyExistsError where
        there is none, ConflictRetryError.
        """
        for _ in range(CHANGE_ATTEMPTS_MAX):
            imported = self._find_imported(given)
            if imported is None:
                raise MemberAlreadyExistsError
            member = replace(
                apply_changes(imported, given, now, proof),
                login_key=self._lookups.login(login).digest,
                version=imported.version + 1,
            )
            try:
                self._records.replace(imported, member, self._reach(imported, member))
            except StaleMemberError:
                continue
            return Enrolled(member, self._accounts.show_account(member.member_id))
        raise ConflictRetryError

    def _proof(self, login: Login, request_id: str) -> ConsentProof:
        return ConsentProof("app", f"login:{self._lookups.login(login).digest}", request_id)

    def _blank(self, login: Login, given: MemberChanges, now: datetime) -> Member:
        card_code = new_card_code()
        return Member(
            member_id=new_id("mem"),
            state="active",
            phone=None,
            email=None,
            name=None,
            birthday=None,
            birthday_set_at=None,
            locale=None,
            consents=(),
            joined_at=now,
            card_code=card_code,
            cards=(self._lookups.new_card("app", card_code, now),),
            login_key=self._lookups.login(login).digest,
            referral_code=given.get("referral_code"),
        )

    def _update(
        self,
        member_id: str,
        decide: Callable[[Member], Member],
        record: Callable[[Member], Sequence[Write]] = lambda _: (),
    ) -> Member:
        for _ in range(CHANGE_ATTEMPTS_MAX):
            before = self._records.load(member_id)
            after = decide(before)
            if after == before:
                return before
            after = replace(after, version=before.version + 1)
            try:
                self._records.replace(before, after, [*record(before), *self._reach(before, after)])
            except StaleMemberError:
                continue
            return after
        raise ConflictRetryError

    def _reach(self, before: Member, after: Member) -> Sequence[Write]:
        """The account learns in the same transaction whether its member may still be told about points that end."""
        reachable = is_reachable(after)
        return (
            [] if is_reachable(before) == reachable else self._accounts.reaching(after.member_id, reachable=reachable)
        )

    def _find(self, reference: MemberReference, pointer: str) -> Found:
        found = self._look_up(reference, pointer)
        if found and found.is_blocked_card:
            raise CardBlockedError
        if found is None or found.state in {"blocked", "closed"}:
            raise MemberNotFoundError
        return found

    def _look_up(self, reference: MemberReference, pointer: str) -> Found | None:
        if reference.phone is not None:
            return self._records.find(self._lookups.phone(parse_phone(reference.phone, f"{pointer}/phone")))
        if reference.card_code is not None:
            card_code = parse_card_code(reference.card_code)
            return self._records.find(self._lookups.card(card_code)) if card_code else None
        member_id = reference.member_id
        if reference.qr_token is not None:
            member_id = self._qr_tokens.read(reference.qr_token, self._wall.now())
        found = self._records.find_member(member_id) if member_id and is_id("mem", member_id) else None
        while found and found.merged_into:
            found = self._records.find_member(found.merged_into)
        return found


def _sent(enrolment: Enrolment) -> MemberChanges:
    return cast("MemberChanges", {name: value for name, value in asdict(enrolment).items() if value is not None})
