"""How partners and their keys are shown, to staff and to themselves."""

from __future__ import annotations

from typing import Any

from msgspec.structs import asdict

from quen.instants import format_second
from quen.partners.model import Exchange, IssuedKey, Partner, PartnerKey, Terms


def partner_view(partner: Partner) -> dict[str, Any]:
    """A partner."""
    return {
        "partner_id": partner.partner_id,
        "name": partner.name,
        "state": partner.state.value,
        "relation": partner.relation.value,
        "rights": sorted(right.value for right in partner.rights),
        "stores": sorted(partner.stores),
        "daily_caps": {"issued": partner.caps.issued, "redeemed": partner.caps.redeemed},
        "exchange": exchange_view(partner.exchange),
        "terms": [terms_view(terms) for terms in partner.terms],
        "created_at": format_second(partner.created_at),
    }


def terms_view(terms: Terms) -> dict[str, Any]:
    """On which terms a partner settles from a day on."""
    return {
        "from": terms.first_day.isoformat(),
        "billing": terms.billing.value,
        "prices": {"issued": terms.issued, "redeemed": terms.redeemed, "expired": terms.expired},
        "when_empty": terms.when_empty,
        "alert_below": terms.alert_below,
    }


def exchange_view(exchange: Exchange) -> dict[str, Any]:
    """At which rates points go to a partner's own program, and come from it."""
    return {way: asdict(rate) if rate else None for way, rate in (("out", exchange.out), ("into", exchange.into))}


def key_view(key: PartnerKey) -> dict[str, Any]:
    """A partner's key, without any secret."""
    return {
        "key_id": key.key_id,
        "partner_id": key.partner_id,
        "algorithm": key.algorithm.value,
        "state": key.state.value,
        "not_before": format_second(key.not_before),
        "not_after": format_second(key.not_after) if key.not_after else None,
        "created_at": format_second(key.created_at),
        "public_key": key.public_key,
    }


def issued_key_view(issued: IssuedKey) -> dict[str, Any]:
    """A new key, with the secret that is shown this once."""
    return {**key_view(issued.key), "secret": issued.secret}
