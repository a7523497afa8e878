"""The keys that partners sign with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal, TypedDict

from msgspec import Meta, Struct

from quen.agreements.model import OVERLAP_DAYS_MAX
from quen.bootstrap import application
from quen.errors import ConflictRetryError, NotFoundError
from quen.http.answers import Cursor, Instant
from quen.http.bodies import Instant as InstantBody
from quen.http.callers import recognise_staff
from quen.http.endpoint import Call, Nothing, Resource
from quen.http.errors import CursorInvalidError
from quen.http.paging import PageQuery
from quen.partners.model import PartnerKey
from quen.partners.model.refusals import KeyNotActiveError
from quen.partners.views import issued_key_view, key_view
from quen.staff.model import Action, StaffCaller
from quen.writes import Write

keys: Resource[StaffCaller] = Resource(__name__, recognise_staff)

PUBLIC_KEY_LENGTH_MAX = 2000
OVERLAP_DAYS_DEFAULT = 7

Algorithm = Literal["ed25519", "ecdsa-p256-sha256", "hmac-sha256"]
PublicKey = Annotated[str, Meta(min_length=1, max_length=PUBLIC_KEY_LENGTH_MAX)]


class KeyBody(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the key signs. Of `hmac-sha256` we make the secret; of the others the partner gives the public key."""

    algorithm: Algorithm
    public_key: PublicKey | None = None
    not_before: InstantBody | None = None
    not_after: InstantBody | None = None


class RotationBody(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How long both keys sign, and where the partner keeps the private key, its new public one."""

    overlap_days: Annotated[int, Meta(ge=0, le=OVERLAP_DAYS_MAX)] = OVERLAP_DAYS_DEFAULT
    public_key: PublicKey | None = None


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


class KeyPage(TypedDict):
    """A partner's keys, newest first, the revoked ones too."""

    items: list[Key]
    next_cursor: Cursor | None


class IssuedKey(Key):
    """A new key. `secret` (base64) is shown in this one answer; null where the partner keeps the private key."""

    secret: str | None


@keys.endpoint(
    "GET",
    "/v1/partners/{partner_id}/keys",
    action=Action.READ_PARTNERS,
    query=PageQuery,
    answer=KeyPage,
    errors=(NotFoundError, CursorInvalidError),
)
def list_keys(call: Call[StaffCaller, PageQuery], partner_id: str) -> Mapping[str, Any]:
    """A partner's keys, newest first, without any secret."""
    app = application()

    def fetch(after: str | None, limit: int) -> tuple[list[dict[str, Any]], str | None]:
        found, following = app.agreements.list_keys(partner_id, after, limit)
        return [key_view(key) for key in found], following

    return app.cursors.page(call.input, fetch, caller=call.caller.name, listing=f"keys {partner_id}")


@keys.endpoint(
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


@keys.endpoint(
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


@keys.endpoint(
    "POST",
    "/v1/partners/{partner_id}/keys/{key_id}/rotate",
    action=Action.ROTATE_PARTNER_KEY,
    status=201,
    body=RotationBody,
    answer=IssuedKey,
    errors=(NotFoundError, KeyNotActiveError, ConflictRetryError),
)
def rotate_key(call: Call[StaffCaller, RotationBody], partner_id: str, key_id: str) -> Mapping[str, Any]:
    """A new key of the same algorithm; the old one signs on for the overlap, and not beyond its own end. A generated secret is
    shown once: where this answer is lost, rotate the key that it made, which the list shows.
    """
    app, asked = application(), call.input

    def record(before: PartnerKey, after: PartnerKey, made: PartnerKey) -> list[Write]:
        target, was, is_now = f"key:{key_id}", key_view(before), {**key_view(after), "successor": key_view(made)}
        return [app.audit.write(call.caller, Action.ROTATE_PARTNER_KEY, target, before=was, after=is_now)]

    rotated = app.partners.rotate_key(
        partner_id,
        key_id,
        overlap=timedelta(days=asked.overlap_days),
        public_key=asked.public_key,
        others=record,
    )
    return issued_key_view(rotated)
