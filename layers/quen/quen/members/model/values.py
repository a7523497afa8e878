"""A member, the login that acts for one, and the ways to name one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from msgspec import Struct

from quen.errors import ValidationFailedError
from quen.members.model.cards import MemberCard
from quen.members.model.consents import Consent, ConsentDecision, is_consented, is_shared_with
from quen.members.model.contact import mask_email, mask_name, mask_phone

MemberState = Literal["active", "inactive", "blocked", "closed"]


class Former(Struct, frozen=True):
    """A phone number or an address that was the member's, to be warned at until that instant, and for nothing else; empty
    where there was none, and one was added.
    """

    kind: Literal["phone", "email"]
    address: str
    until: datetime


class Member(Struct, frozen=True):
    """One person's profile. `phone` is E.164, `email` normalised; at least one of them is there.

    `state`: *active*; *inactive* keeps points but neither earns nor spends; *blocked* and *closed* answer to partners as
    if they did not exist. `birthday_set_at` outlives the birthday itself, or taking it out would open its lock.
    `login_key` is the keyed hash of the login, kept so that the login can be found from the member; empty where a balance
    was imported and nobody has signed in yet. `version` counts the changes of the profile, from 1.

    `merged_into` is the member that this one was merged into, and that all its look-ups lead to; `taken_over` are the
    look-ups, kind and keyed hash, of the members who were merged into this one. `cards` are all cards, those that they
    brought included; `card_code` is the code of the one in the app. `tags` are words that staff put on the
    member, sorted; rules and segments may ask for them. `former` is what the member was reached by until lately.
    """

    member_id: str
    state: MemberState
    phone: str | None
    email: str | None
    name: str | None
    birthday: date | None
    birthday_set_at: datetime | None
    locale: str | None
    consents: tuple[Consent, ...]
    joined_at: datetime
    card_code: str
    login_key: str
    referral_code: str | None = None
    version: int = 1
    merged_into: str = ""
    taken_over: tuple[tuple[str, str], ...] = ()
    tags: tuple[str, ...] = ()
    cards: tuple[MemberCard, ...] = ()
    former: tuple[Former, ...] = ()

    def consents_to(self, purpose: str) -> bool:
        """Whether the member has agreed to that use, for example `marketing_sms`; what was never asked is a no."""
        return is_consented(self.consents, purpose)

    def seen_by(self, brand: str | None) -> SeenMember:
        """What a partner may see: the shop's own tills (None) the masked name, a brand only where the member said so."""
        is_shared = brand is None or is_shared_with(self.consents, brand)
        return SeenMember(self.member_id, mask_name(self.name) if is_shared else None)

    def masked(self) -> MaskedMember:
        """What a person behind a till may see."""
        return MaskedMember(
            member_id=self.member_id,
            state=self.state,
            masked_name=mask_name(self.name),
            masked_phone=mask_phone(self.phone),
            masked_email=mask_email(self.email),
        )


class MaskedMember(Struct, frozen=True):
    """A member as others see one: enough to say "is this you?", too little to call or write."""

    member_id: str
    state: MemberState
    masked_name: str
    masked_phone: str | None
    masked_email: str | None


class SeenMember(Struct, frozen=True):
    """A member as a partner sees one. `masked_name` is None where the member has not agreed to share it."""

    member_id: str
    masked_name: str | None


class Login(Struct, frozen=True):
    """Who a token speaks for. `phone` and `email` are there only where the issuer says that it verified them."""

    issuer: str
    subject: str
    phone: str | None = None
    email: str | None = None


class Enrolment(Struct, frozen=True):
    """What a person sends to become a member, as it was sent."""

    phone: str | None = None
    email: str | None = None
    name: str | None = None
    birthday: date | None = None
    locale: str | None = None
    consents: tuple[ConsentDecision, ...] = ()
    referral_code: str | None = None


class Enrolled(Struct, frozen=True):
    """A new member and the account that was opened with the profile."""

    member: Member
    account: dict[str, Any]


class CardView(Struct, frozen=True):
    """The virtual card: the lasting code, and a token for the screen that is good until `valid_until` (wall time)."""

    card_code: str
    qr_token: str
    valid_until: datetime


class MemberReference(Struct, frozen=True):
    """How a till names a member: by exactly one of these, as it was typed or scanned."""

    member_id: str | None = None
    phone: str | None = None
    card_code: str | None = None
    qr_token: str | None = None

    def __post_init__(self) -> None:
        given = [name for name in self.__struct_fields__ if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValidationFailedError.at(
                "", "exactly_one_required", "Name the member by exactly one of member_id, phone, card_code, qr_token."
            )
