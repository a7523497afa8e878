"""Which of the ledger's accounts are a partner's, and what each of them says; the ledger names them (`ledger.model.funding`).

partner.<id>.funded      points that the partner gave away (negative), and those that were taken back (positive)
partner.<id>.redeemed    points that were spent with the partner (positive), and those that were given back (negative)
partner.<id>.expired     points of the partner's own that nobody spent (positive)
"""

from __future__ import annotations

from typing import NamedTuple

_PREFIX = "partner"
FUNDED, REDEEMED, EXPIRED = "funded", "redeemed", "expired"
_SIDES = frozenset({FUNDED, REDEEMED, EXPIRED})


class PartnerAccount(NamedTuple):
    """Whose account it is, and which of the three."""

    partner_id: str
    side: str


def partner_account(name: str) -> PartnerAccount | None:
    """What a ledger account's name says; None for one that is no partner's."""
    prefix, _, rest = name.partition(".")
    partner_id, _, side = rest.rpartition(".")
    return PartnerAccount(partner_id, side) if prefix == _PREFIX and partner_id and side in _SIDES else None
