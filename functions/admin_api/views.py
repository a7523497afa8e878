"""How partners, keys and the audit trail are shown to staff."""

from __future__ import annotations

from typing import Any

from quen.instants import format_second
from quen.partners.model import IssuedKey, Partner, PartnerKey
from quen.staff.model import AuditRecord


def partner_view(partner: Partner) -> dict[str, Any]:
    """A partner."""
    return {
        "partner_id": partner.partner_id,
        "name": partner.name,
        "state": partner.state.value,
        "rights": sorted(right.value for right in partner.rights),
        "created_at": format_second(partner.created_at),
    }


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


def audit_view(record: AuditRecord) -> dict[str, Any]:
    """One record of the trail."""
    return {
        "audit_id": record.audit_id,
        "at": format_second(record.at),
        "actor": record.actor,
        "role": record.role.value,
        "action": record.action.value,
        "target": record.target,
        "before": dict(record.before),
        "after": dict(record.after),
        "reason": record.reason or None,
    }
