"""Staff: five roles, and one table that says which of them may do what. What the table does not allow is forbidden."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from msgspec import Struct

from quen.errors import ForbiddenError


class Role(StrEnum):
    """What a member of staff is here for; the claim `role` of their token."""

    OWNER = "owner"
    MANAGER = "manager"
    SUPPORT = "support"
    CASHIER = "cashier"
    ANALYST = "analyst"

    @classmethod
    def of(cls, claim: str) -> Role:
        """The role that a token claims. Raises ForbiddenError for any other text."""
        try:
            return cls(claim)
        except ValueError:
            raise ForbiddenError("The token names no role of staff.") from None


class Action(StrEnum):
    """Everything that staff can do. The name is permanent: audit records keep it."""

    READ_PROGRAM = "read_program"
    REPLACE_PROGRAM = "replace_program"
    PLAN_PROGRAM = "plan_program"
    ROLLBACK_PROGRAM = "rollback_program"
    FIND_MEMBER = "find_member"
    READ_MEMBER = "read_member"
    UNMASK_MEMBER = "unmask_member"
    READ_CONSENTS = "read_consents"
    READ_ACCOUNT = "read_account"
    READ_MESSAGES = "read_messages"
    LIFT_SUPPRESSION = "lift_suppression"
    CHANGE_MEMBER_STATE = "change_member_state"
    CLOSE_MEMBER = "close_member"
    CHANGE_MEMBER_TAGS = "change_member_tags"
    CHANGE_MEMBER_TIER = "change_member_tier"
    CANCEL_MEMBERSHIP = "cancel_membership"
    LINK_CARD = "link_card"
    BLOCK_CARD = "block_card"
    REPLACE_CARD = "replace_card"
    MERGE_MEMBERS = "merge_members"
    ADJUST_POINTS = "adjust_points"
    DECIDE_ADJUSTMENT = "decide_adjustment"
    ADJUST_STORED_VALUE = "adjust_stored_value"
    IMPORT_BALANCES = "import_balances"
    TRANSFER_POINTS = "transfer_points"
    ISSUE_VOUCHERS = "issue_vouchers"
    READ_VOUCHERS = "read_vouchers"
    READ_VOUCHER_CODES = "read_voucher_codes"
    CANCEL_VOUCHER = "cancel_voucher"
    CREATE_PARTNER = "create_partner"
    CREATE_PARTNER_KEY = "create_partner_key"
    REVOKE_PARTNER_KEY = "revoke_partner_key"
    SET_PARTNER_EXCHANGE = "set_partner_exchange"
    READ_WEBHOOKS = "read_webhooks"
    DISABLE_WEBHOOK = "disable_webhook"
    READ_STATEMENTS = "read_statements"
    CLOSE_STATEMENT = "close_statement"
    RESOLVE_DISPUTE = "resolve_dispute"
    READ_PARTNERS = "read_partners"
    SUSPEND_PARTNER = "suspend_partner"
    CHANGE_PARTNER = "change_partner"
    ROTATE_PARTNER_KEY = "rotate_partner_key"
    SET_PARTNER_TERMS = "set_partner_terms"
    SELL_PARTNER_PACK = "sell_partner_pack"
    START_JOB_RUN = "start_job_run"
    READ_JOB_RUNS = "read_job_runs"
    REDRIVE_JOB = "redrive_job"
    READ_VERIFICATION = "read_verification"
    READ_AUDIT = "read_audit"


_OWNER, _MANAGER, _SUPPORT, _CASHIER, _ANALYST = Role

ALLOWED: Mapping[Action, frozenset[Role]] = MappingProxyType(
    {
        Action.READ_PROGRAM: frozenset(Role),
        Action.REPLACE_PROGRAM: frozenset({_OWNER, _MANAGER}),
        Action.PLAN_PROGRAM: frozenset({_OWNER, _MANAGER, _ANALYST}),
        Action.ROLLBACK_PROGRAM: frozenset({_OWNER, _MANAGER}),
        Action.FIND_MEMBER: frozenset({_OWNER, _MANAGER, _SUPPORT, _CASHIER}),
        Action.READ_MEMBER: frozenset({_OWNER, _MANAGER, _SUPPORT, _CASHIER}),
        Action.UNMASK_MEMBER: frozenset({_OWNER, _MANAGER, _SUPPORT}),
        Action.READ_CONSENTS: frozenset({_OWNER, _MANAGER, _SUPPORT}),
        Action.READ_ACCOUNT: frozenset({_OWNER, _MANAGER, _SUPPORT, _CASHIER}),
        Action.READ_MESSAGES: frozenset({_OWNER, _MANAGER, _SUPPORT}),
        Action.LIFT_SUPPRESSION: frozenset({_OWNER, _MANAGER, _SUPPORT}),
        Action.CHANGE_MEMBER_STATE: frozenset({_OWNER, _MANAGER, _SUPPORT}),
        Action.CLOSE_MEMBER: frozenset({_OWNER, _MANAGER}),
        Action.CHANGE_MEMBER_TAGS: frozenset({_OWNER, _MANAGER, _SUPPORT}),
        Action.CHANGE_MEMBER_TIER: frozenset({_OWNER, _MANAGER}),
        Action.CANCEL_MEMBERSHIP: frozenset({_OWNER, _MANAGER, _SUPPORT}),
        # A card is a way to the points: who stands at a till may take one away, and gives none out.
        Action.LINK_CARD: frozenset({_OWNER, _MANAGER, _SUPPORT}),
        Action.BLOCK_CARD: frozenset({_OWNER, _MANAGER, _SUPPORT, _CASHIER}),
        Action.REPLACE_CARD: frozenset({_OWNER, _MANAGER, _SUPPORT}),
        Action.MERGE_MEMBERS: frozenset({_OWNER, _MANAGER, _SUPPORT}),
        Action.ADJUST_POINTS: frozenset({_OWNER, _MANAGER, _SUPPORT}),
        Action.DECIDE_ADJUSTMENT: frozenset({_OWNER, _MANAGER}),
        Action.ADJUST_STORED_VALUE: frozenset({_OWNER, _MANAGER}),
        Action.IMPORT_BALANCES: frozenset({_OWNER, _MANAGER}),
        Action.TRANSFER_POINTS: frozenset({_OWNER, _MANAGER}),
        Action.ISSUE_VOUCHERS: frozenset({_OWNER, _MANAGER}),
        Action.READ_VOUCHERS: frozenset({_OWNER, _MANAGER, _SUPPORT}),
        Action.READ_VOUCHER_CODES: frozenset({_OWNER, _MANAGER}),
        Action.CANCEL_VOUCHER: frozenset({_OWNER, _MANAGER, _SUPPORT}),
        Action.CREATE_PARTNER: frozenset({_OWNER}),
        Action.CREATE_PARTNER_KEY: frozenset({_OWNER}),
        Action.REVOKE_PARTNER_KEY: frozenset({_OWNER, _MANAGER}),
        Action.SET_PARTNER_EXCHANGE: frozenset({_OWNER}),
        Action.READ_WEBHOOKS: frozenset({_OWNER, _MANAGER, _SUPPORT}),
        Action.DISABLE_WEBHOOK: frozenset({_OWNER, _MANAGER}),
        Action.READ_STATEMENTS: frozenset({_OWNER, _MANAGER, _ANALYST}),
        Action.CLOSE_STATEMENT: frozenset({_OWNER, _MANAGER}),
        Action.RESOLVE_DISPUTE: frozenset({_OWNER, _MANAGER}),
        Action.READ_PARTNERS: frozenset({_OWNER, _MANAGER}),
        Action.SUSPEND_PARTNER: frozenset({_OWNER, _MANAGER}),
        Action.CHANGE_PARTNER: frozenset({_OWNER}),
        Action.ROTATE_PARTNER_KEY: frozenset({_OWNER}),
        Action.SET_PARTNER_TERMS: frozenset({_OWNER}),
        Action.SELL_PARTNER_PACK: frozenset({_OWNER}),
        Action.START_JOB_RUN: frozenset({_OWNER, _MANAGER}),
        Action.READ_JOB_RUNS: frozenset({_OWNER, _MANAGER, _SUPPORT, _ANALYST}),
        Action.REDRIVE_JOB: frozenset({_OWNER, _MANAGER}),
        Action.READ_VERIFICATION: frozenset({_OWNER, _MANAGER, _ANALYST}),
        Action.READ_AUDIT: frozenset({_OWNER, _MANAGER}),
    }
)


class StaffCaller(Struct, frozen=True):
    """A member of staff, by the subject of their token."""

    subject: str
    role: Role

    @property
    def name(self) -> str:
        """What this caller's cursors are bound to."""
        return self.subject


def require(caller: StaffCaller, action: Action) -> None:
    """Raises ForbiddenError unless the caller's role allows the action."""
    if caller.role not in ALLOWED[action]:
        raise ForbiddenError(f"The role {caller.role} may not do this.")


class AuditRecord(Struct, frozen=True):
    """One thing that staff did: who, in which role, what, to whom, and how it was before and after.

    `before` and `after` hold no personal data but what is masked. `at` is real time, even where a sandbox moves its own.
    """

    audit_id: str
    at: datetime
    actor: str
    role: Role
    action: Action
    target: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    reason: str = ""
