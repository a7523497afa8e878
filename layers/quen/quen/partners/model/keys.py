"""Who may sign: partners, their keys, and what a request that was proven is allowed to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct

from quen.errors import PartnerForbiddenError, ValidationFailedError
from quen.partners.model.terms import (
    NO_CAPS,
    NO_EXCHANGE,
    Billing,
    DailyCaps,
    Exchange,
    Funding,
    Relation,
    Terms,
    Total,
    terms_on,
)
from quen.plain_text import refuse_controls

SECRET_BYTES = 32
KEYS_PER_PARTNER_MAX = 10
PARTNER_NAME_CHARACTERS_MAX = 100


class Algorithm(StrEnum):
    """How a key signs. The key's record decides it; a request may only repeat it."""

    HMAC_SHA256 = "hmac-sha256"
    ED25519 = "ed25519"
    ECDSA_P256_SHA256 = "ecdsa-p256-sha256"

    @property
    def is_symmetric(self) -> bool:
        """Whether both sides hold one secret, made by us; otherwise the partner gives us a public key."""
        return self is Algorithm.HMAC_SHA256


class KeyState(StrEnum):
    """A key is `active`, then `retiring` while its successor takes over, then `revoked` for good."""

    ACTIVE = "active"
    RETIRING = "retiring"
    REVOKED = "revoked"


class PartnerState(StrEnum):
    """A suspended partner is known, and may do nothing."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class Right(StrEnum):
    """What a partner can be allowed to do."""

    RECORD_PURCHASES = "record_purchases"
    READ_PURCHASES = "read_purchases"
    SEARCH_MEMBERS = "search_members"
    REDEEM_REWARDS = "redeem_rewards"
    MOVE_STORED_VALUE = "move_stored_value"
    RECORD_EVENTS = "record_events"
    READ_EVENTS = "read_events"
    READ_STATEMENTS = "read_statements"
    OPEN_DISPUTES = "open_disputes"
    USE_VOUCHERS = "use_vouchers"
    REPORT_PAYMENTS = "report_payments"
    EXCHANGE_POINTS = "exchange_points"
    MANAGE_WEBHOOKS = "manage_webhooks"


ALL_RIGHTS = frozenset(Right)


def parse_partner_name(text: str) -> str:
    """The name as it is kept. Raises ValidationFailedError."""
    if not text.strip() or len(text) > PARTNER_NAME_CHARACTERS_MAX:
        raise ValidationFailedError.at("/name", "out_of_range", "A name has 1 to 100 characters.")
    refuse_controls("/name", text)
    return text.strip()


class Partner(Struct, frozen=True):
    """A brand or a chain of tills that acts through the partner API. `stores` are those that it may name (empty: any);
    `packs` are all points that it ever bought ahead, less those that were `withdrawn` again; `terms` are on which it settles,
    each from its day on (empty: it does not). `revision` counts its changes.
    """

    partner_id: str
    name: str
    state: PartnerState
    rights: frozenset[Right]
    created_at: datetime
    relation: Relation = Relation.BRAND
    stores: frozenset[str] = frozenset()
    caps: DailyCaps = NO_CAPS
    terms: tuple[Terms, ...] = ()
    packs: int = 0
    exchange: Exchange = NO_EXCHANGE
    withdrawn: int = 0
    revision: int = 0

    def issuing(self, day: date) -> Funding:
        """Who stands behind points that the partner gives away on that local day."""
        terms, cap = terms_on(self.terms, day), self.caps.issued
        totals = [Total("CAP", f"{self.partner_id}/{day}/issued", cap)] if cap is not None else []
        if terms and terms.billing is Billing.PREPAID:
            # What was withdrawn counts as taken, so the total only ever grows: no older reading of it allows too much.
            bought = self.packs + self.withdrawn
            totals.append(Total("PACK", self.partner_id, bought, is_firm=terms.when_empty == "refuse"))
        return Funding(self.partner_id if terms else "", tuple(totals))

    def accepting(self, day: date) -> Funding:
        """Who is paid for points that are spent with the partner on that local day."""
        cap = self.caps.redeemed
        totals = (Total("CAP", f"{self.partner_id}/{day}/redeemed", cap),) if cap is not None else ()
        return Funding(self.partner_id if terms_on(self.terms, day) else "", totals)


class PartnerKey(Struct, frozen=True):
    """A key's record. `public_key` is PEM; of a symmetric key the secret lives in the secret store under the key's id."""

    key_id: str
    partner_id: str
    algorithm: Algorithm
    state: KeyState
    not_before: datetime
    not_after: datetime | None
    created_at: datetime
    public_key: str | None = None

    def is_usable(self, now: datetime) -> bool:
        """Whether what it signs counts at that instant. `not_after` itself is past."""
        return self.not_before <= now and not self.is_over(now)

    def is_over(self, now: datetime) -> bool:
        """Whether it will never sign again."""
        return self.state is KeyState.REVOKED or (self.not_after is not None and now >= self.not_after)


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new key. `secret` (base64, symmetric keys only) is shown in this one answer and never again."""

    key: PartnerKey
    secret: str | None = field(default=None, repr=False)


class PartnerCaller(Struct, frozen=True):
    """The partner behind a proven request, as it was within the last minute."""

    partner: Partner
    key_id: str

    @property
    def partner_id(self) -> str:
        """The partner's id."""
        return self.partner.partner_id

    @property
    def rights(self) -> frozenset[Right]:
        """What it may do."""
        return self.partner.rights

    def require(self, right: Right) -> None:
        """Raises PartnerForbiddenError unless the partner has that right."""
        if right not in self.rights:
            raise PartnerForbiddenError

    def require_store(self, store_id: str | None) -> None:
        """Raises PartnerForbiddenError where the partner has stores, and this is none of them. To name none is no store of
        somebody else's.
        """
        if store_id is not None and self.partner.stores and store_id not in self.partner.stores:
            raise PartnerForbiddenError("The store is none of the partner's.")
