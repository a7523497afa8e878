"""How the audit trail is shown to staff."""

from __future__ import annotations

from typing import Any

from quen.instants import format_second
from quen.staff.model import AuditRecord


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
