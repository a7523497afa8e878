"""Enrolment and the profile."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, TypedDict, cast

from msgspec import UNSET, Meta, Struct, UnsetType, structs

from mobile_api.callers import login_of, own_member_id, recognise_bearer
from quen.bootstrap import application
from quen.errors import BirthdayLockedError, ConflictRetryError, MemberAlreadyExistsError, MemberNotFoundError
from quen.http.answers import Account, Day, Instant
from quen.http.bodies import Name, ShortText, whole
from quen.http.callers import MemberCaller
from quen.http.endpoint import Call, Nothing, Resource
from quen.http.views import profile_view
from quen.members.model import ConsentDecision, Enrolment, MemberChanges

CONSENTS_MAX = 20

Email = Annotated[str, Meta(min_length=3, max_length=254, examples=["lan@example.com"])]
Phone = Annotated[str, Meta(min_length=1, max_length=64, examples=["+84901234567", "090 123 45 67"])]
# How long ago a member may be born, the member's model says.
Birthday = Annotated[date, Meta(description="YYYY-MM-DD.", examples=["1994-11-20"])]
Locale = Annotated[str, Meta(pattern=whole("[A-Za-z]{2,3}([-_][A-Za-z]{2,4}){0,2}"), max_length=12, examples=["vi"])]
Purpose = Annotated[
    str, Meta(pattern=whole("[a-z][a-z0-9]*([_.:-][a-z0-9]+)*"), max_length=64, examples=["marketing_email"])
]
TextVersion = Annotated[str, Meta(pattern=whole("[!-~]+"), max_length=64, examples=["2026-01"])]

profile: Resource[MemberCaller] = Resource(__name__, recognise_bearer)


class ConsentBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Yes or no to one purpose, having read one version of its text."""

    purpose: Purpose
    granted: bool
    text_version: TextVersion

    def decision(self) -> ConsentDecision:
        """As the domain has it."""
        return ConsentDecision(self.purpose, self.granted, self.text_version)


Consents = Annotated[tuple[ConsentBody, ...], Meta(max_length=CONSENTS_MAX)]


class EnrolmentBody(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who wants to be a member. A phone number or an e-mail address at least, proven by the token."""

    consents: Consents
    phone: Phone | None = None
    email: Email | None = None
    name: Name | None = None
    birthday: Birthday | None = None
    locale: Locale | None = None
    referral_code: ShortText | None = None


class ProfileBody(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A merge patch (RFC 7396): what is absent stays, null takes out, consents are added to the record."""

    phone: Phone | UnsetType | None = UNSET
    email: Email | UnsetType | None = UNSET
    name: Name | UnsetType | None = UNSET
    birthday: Birthday | UnsetType | None = UNSET
    locale: Locale | UnsetType | None = UNSET
    consents: Consents | UnsetType = UNSET


class Consent(TypedDict):
    """A decision on record."""

    purpose: str
    granted: bool
    text_version: str
    recorded_at: Instant


class Profile(TypedDict):
    """The member's own profile."""

    member_id: str
    state: str
    phone: str | None
    email: str | None
    name: str | None
    birthday: Day | None
    locale: str | None
    consents: list[Consent]
    joined_at: Instant


class Enrolled(TypedDict):
    """The new member and the account that was opened."""

    member_id: str
    member: Profile
    account: Account


@profile.endpoint(
    "POST",
    "/v1/members",
    status=201,
    body=EnrolmentBody,
    answer=Enrolled,
    errors=(MemberAlreadyExistsError, ConflictRetryError),
)
def enrol(call: Call[MemberCaller, EnrolmentBody]) -> Mapping[str, Any]:
    """Become a member."""
    app = application()
    sent = structs.asdict(call.input) | {"consents": tuple(consent.decision() for consent in call.input.consents)}
    enrolled = app.members.enrol(login_of(call.caller), Enrolment(**sent), app.ledger.now(), request_id=call.request_id)
    member = profile_view(enrolled.member)
    return {"member_id": member["member_id"], "member": member, "account": enrolled.account}


@profile.endpoint("GET", "/v1/me", answer=Profile, errors=(MemberNotFoundError,))
def show_profile(call: Call[MemberCaller, Nothing]) -> Mapping[str, Any]:
    """The member's own profile."""
    return profile_view(application().members.load(own_member_id(call.caller)))


@profile.endpoint(
    "PATCH",
    "/v1/me",
    body=ProfileBody,
    answer=Profile,
    errors=(MemberNotFoundError, MemberAlreadyExistsError, ConflictRetryError, BirthdayLockedError),
)
def change_profile(call: Call[MemberCaller, ProfileBody]) -> Mapping[str, Any]:
    """Change the profile. A birthday that was set is locked for 365 days."""
    app = application()
    changes = {field: value for field, value in structs.asdict(call.input).items() if value is not UNSET}
    if "consents" in changes:
        changes["consents"] = tuple(consent.decision() for consent in changes["consents"])
    member_id = own_member_id(call.caller)
    now = app.ledger.now()
    login, request_id = login_of(call.caller), call.request_id
    changed = app.members.change(member_id, cast("MemberChanges", changes), login, now, request_id=request_id)
    return profile_view(changed)
