"""The admin API's Lambda handler: `admin_api.app.app`, one module per resource."""

from __future__ import annotations

from admin_api.adjustments import adjustments
from admin_api.audit import audit
from admin_api.imports import imports
from admin_api.jobs import jobs
from admin_api.members import members
from admin_api.memberships import memberships
from admin_api.planning import planning
from admin_api.program import program
from admin_api.standing import standing
from admin_api.stored_value import stored_value
from admin_api.transfers import transfers
from admin_api.verification import verification
from admin_api.vouchers import vouchers
from quen.http.api import Api

app = Api(
    "admin_api",
    [
        program,
        planning,
        members,
        standing,
        memberships,
        adjustments,
        transfers,
        stored_value,
        vouchers,
        imports,
        jobs,
        verification,
        audit,
    ],
)
