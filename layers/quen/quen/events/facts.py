"""Facts of the ledger's stream that are no entries: a voucher that a member has, and what a profile's change warns of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

CONTACT_CHANGED = "member.contact_changed"
CONTACT = frozenset({"phone_changed", "email_changed", "login_changed"})
"""Of all that a member is warned of, what is about how they are reached and who acts for them."""


class ProfileChanged(Struct, frozen=True):
    """A profile's new version, and what its member is warned of: words of `quen.members.model.Noticed`."""

    member_id: str
    what: tuple[str, ...]
    version: int
    occurred_at: datetime

    @property
    def contact(self) -> tuple[str, ...]:
        """What of it others are told."""
        return tuple(what for what in self.what if what in CONTACT)


class VoucherIssued(Struct, frozen=True):
    """A voucher that one member alone may use, to the end of that day; `amount` is what it is worth in money (0: none)."""

    member_id: str
    voucher_id: str
    until: str
    amount: int
    occurred_at: datetime

    def data(self) -> Mapping[str, Any]:
        """What a message about it needs: never the code, which nobody knows here."""
        return {"voucher_id": self.voucher_id, "until": self.until} | ({"amount": self.amount} if self.amount else {})
