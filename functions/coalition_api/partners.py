"""Partners and the keys they sign with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypedDict

from msgspec import Meta, Struct

from quen.bootstrap import application
from quen.errors import ConflictRetryError, NotFoundError
from quen.http.answers import Instant
from quen.http.bodies import Instant as InstantBody
from quen.http.bodies import Name
from quen.http.callers import recognise_staff
from quen.http.endpoint import Call, Nothing, Resource
from quen.http.partners import Partner
from quen.partners.model import ALL_RIGHTS, PartnerKey, Relation, Right
from quen.partners.model import Partner as PartnerValue
from quen.partners.views import issued_key_view, key_view, partner_view
from quen.staff.model import Action, StaffCaller
from quen.writes import Write

partners: Resource[StaffCaller] = Resource(__name__, recognise_staff)

PUBLIC_KEY_LENGTH_MAX = 2000

Algorithm = Literal["ed25519", "ecdsa-p256-sha256", "hmac-sha256"]
Rights = Annotated[tuple[Right, ...], Meta(max_length=len(Right), description="All of them, unless said otherwise.")]


class PartnerBody(Struct, frozen=True, forbid_unknown_fields=True):
    """A brand, or a chain of tills."""

    name: Name
    rights: Rights | None = None
    relation: Relation = Relation.BRAND


class KeyBody(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the key signs. Of `hmac-sha256` we make the secret; of the others the partner gives the public key."""

    algorithm: Algorithm
    public_key: Annotated[str, Meta(min_length=1, max_length=PUBLIC_KEY_LENGTH_MAX)] | None = None
    not_before: InstantBody | None = None
    not_after: InstantBody | None = None


class Key(TypedDict):
    """A partner's key."""

    key_id: str
    partner_id: str
    algorithm: Algorithm
    state: Literal["active", "retiring", "revoked"]
    not_before: Instant
    not_after: Instant | None
    created_at: Instant
    public_key: str | None


class IssuedKey(Key):
    """A new key. `secret` (base64) is shown in this one answer; null where the partner keeps the private key."""

    secret: str | None


@partners.endpoint(
    "POST",
    "/v1/partners",
    action=Action.CREATE_PARTNER,
    status=201,
    body=PartnerBody,
    answer=Partner,
    errors=(ConflictRetryError,),
)
def create(call: Call[StaffCaller, PartnerBody]) -> Mapping[str, Any]:
    """A new partner."""
    app = application()

    def record(made: PartnerValue) -> list[Write]:
        target = f"partner:{made.partner_id}"
        return [app.audit.write(call.caller, Action.CREATE_PARTNER, target, after=partner_view(made))]

    rights = ALL_RIGHTS if call.input.rights is None else frozenset(call.input.rights)
    asked = call.input
    return partner_view(app.partners.create(asked.name, rights=rights, relation=asked.relation, others=record))


@partners.endpoint(
    "POST",
    "/v1/partners/{partner_id}/keys",
    action=Action.CREATE_PARTNER_KEY,
    status=201,
    body=KeyBody,
    answer=IssuedKey,
    errors=(NotFoundError, ConflictRetryError),
)
def create_key(call: Call[StaffCaller, KeyBody], partner_id: str) -> Mapping[str, Any]:
    """A new key beside the old ones; a generated secret is shown once."""
    app, asked = application(), call.input

    def record(made: PartnerKey) -> list[Write]:
        target = f"key:{made.key_id}"
        return [app.audit.write(call.caller, Action.CREATE_PARTNER_KEY, target, after=key_view(made))]

    issued = app.partners.create_key(
        partner_id,
        asked.algorithm,
        public_key=asked.public_key,
        not_before=asked.not_before,
        not_after=asked.not_after,
        others=record,
    )
    return issued_key_view(issued)


@partners.endpoint(
    "POST",
    "/v1/partners/{partner_id}/keys/{key_id}/revoke",
    action=Action.REVOKE_PARTNER_KEY,
    answer=Key,
    errors=(NotFoundError, ConflictRetryError),
)
def revoke_key(call: Call[StaffCaller, Nothing], partner_id: str, key_id: str) -> Mapping[str, Any]:
    """The key signs no more, everywhere within 60 seconds; again is the same."""
    app = application()

    def record(before: PartnerKey, after: PartnerKey) -> list[Write]:
        target, was, is_now = f"key:{key_id}", key_view(before), key_view(after)
        return [app.audit.write(call.caller, Action.REVOKE_PARTNER_KEY, target, before=was, after=is_now)]

    return key_view(app.partners.revoke_key(partner_id, key_id, others=record))
