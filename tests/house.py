"""The whole house over a DynamoDB of the test's choice: the real use cases and stores, a clock that the test moves."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any

from factories import make_program
from quen.adjustments.service import Asked
from quen.bootstrap import Application
from quen.clock import Clock
from quen.keys import KeyRing
from quen.ledger.documents import Outcome
from quen.members.model import Enrolment, Login, MemberReference
from quen.program.model import Program
from quen.settings import Settings

MASTER = b"0123456789abcdef0123456789abcdef"
START = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


class MovableClock:
    """A clock that stands still until it is moved."""

    def __init__(self, instant: datetime = START) -> None:
        self.instant = instant

    def now(self) -> datetime:
        return self.instant

    def advance(self, **by: float) -> None:
        self.instant += timedelta(**by)


class House(Application):
    """An application over this client and these tables."""

    def __init__(self, client: Any, tables: dict[str, str], clock: Clock) -> None:
        settings = Settings(
            ledger_table=tables["ledger"],
            members_table=tables["members"],
            program_table=tables["program"],
            messages_table=tables["messages"],
            archive_bucket="archive",
            event_bus="quen",
            messages_queue_url="",
            webhooks_queue_url="",
            expire_points_queue_url="",
            review_tiers_queue_url="",
            birthday_rewards_queue_url="",
            win_back_queue_url="",
            holiday_rewards_queue_url="",
            announcements_queue_url="",
            warn_endings_queue_url="",
            verify_ledger_queue_url="",
            close_statements_queue_url="",
            archive_entries_queue_url="",
            issue_vouchers_queue_url="",
            message_reports_queue_url="",
            events_failed_queue_url="",
            master_key_secret="",
            partner_secrets_prefix="",
            encryption_key="",
            zalo_secret="",
            token_issuer="https://issuer.test",
            token_audience="quen",
            token_jwks_url="https://issuer.test/jwks.json",
            email_from="hello@example.test",
            email_configuration_set="",
            public_authority="",
            mobile_url="https://members.example/live",
            sandbox=False,
            aws_region="us-east-1",
            revision="test",
        )
        super().__init__(settings)
        self.wall = clock
        self._given_client = client

    @cached_property
    def clock(self) -> Clock:
        return self.wall

    @cached_property
    def programs(self) -> Any:
        return FixedPrograms(make_program())

    @cached_property
    def keys(self) -> KeyRing:
        return KeyRing(MASTER)

    @cached_property
    def _dynamodb(self) -> Any:
        return self._given_client


class FixedPrograms:
    """One program for ever: for tests that are not about programs."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def current(self, _now: datetime) -> Program:
        return self.program

    def at(self, _instant: datetime) -> Program:
        return self.program

    def version(self, _number: int) -> Program:
        return self.program


def enrol(house: House, phone: str = "+84901234567") -> str:
    """A member with that phone, who has the program's welcome points."""
    login = Login("https://issuer.test", f"sub-{phone}", phone=phone, email=None)
    enrolled = house.members.enrol(login, Enrolment(phone=phone), house.clock.now())
    return enrolled.member.member_id


def member(member_id: str) -> MemberReference:
    return MemberReference(member_id=member_id)


def adjust(
    house: House,
    member_id: str,
    points: int,
    key: str = "a",
    *,
    expires_on: date | None = None,
    actor: str = "staff-1",
    role: str = "owner",
) -> Outcome:
    """Points that a member of staff gives or takes."""
    asked = Asked(member_id, points, "mistake", "a note", expires_on, actor, role)
    return house.adjustments.adjust(asked, idempotency_key=key, fingerprint=f"{points} {expires_on}")
