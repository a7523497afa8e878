"""The table of roles, walked: what is not allowed is forbidden."""

from __future__ import annotations

import pytest

from quen.errors import ForbiddenError
from quen.staff.model import ALLOWED, Action, Role, StaffCaller, require


def may(role: Role) -> set[str]:
    allowed = set()
    for action in Action:
        try:
            require(StaffCaller("staff-1", role), action)
        except ForbiddenError:
            continue
        allowed.add(action.value)
    return allowed


def test_the_table_answers_for_every_action() -> None:
    assert set(ALLOWED) == set(Action)


def test_an_owner_may_do_everything() -> None:
    assert may(Role.OWNER) == {action.value for action in Action}


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (
            Role.MANAGER,
            (
                "read_program replace_program plan_program rollback_program "
                "find_member read_member unmask_member read_consents read_account read_messages lift_suppression "
                "adjust_points "
                "change_member_state close_member change_member_tags change_member_tier cancel_membership "
                "merge_members decide_adjustment adjust_stored_value import_balances "
                "transfer_points issue_vouchers read_vouchers read_voucher_codes cancel_voucher "
                "link_card block_card replace_card revoke_partner_key read_webhooks disable_webhook "
                "read_statements close_statement resolve_dispute read_partners suspend_partner "
                "start_job_run read_job_runs redrive_job read_verification read_audit"
            ),
        ),
        (
            Role.SUPPORT,
            (
                "read_program find_member read_member unmask_member read_consents read_account adjust_points read_job_runs "
                "read_messages lift_suppression "
                "change_member_state change_member_tags cancel_membership merge_members read_vouchers cancel_voucher "
                "link_card block_card replace_card read_webhooks"
            ),
        ),
        (Role.CASHIER, "read_program find_member read_member read_account block_card"),
        (Role.ANALYST, "read_program plan_program read_statements read_job_runs read_verification"),
    ],
)
def test_every_other_role_may_do_what_it_is_for(role: Role, allowed: str) -> None:
    assert may(role) == set(allowed.split())


@pytest.mark.parametrize("claim", ["", "admin", "OWNER", "owner ", "owner,manager"])
def test_a_claim_that_is_no_role_is_forbidden(claim: str) -> None:
    with pytest.raises(ForbiddenError):
        Role.of(claim)
