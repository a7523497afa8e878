"""Importing balances: each row once, in one transaction of its own, whoever sends it again.

A row opens a member and their account, or adds to the account of who is a member already. The row's own document is its
claim: the same row again is the same answer, another one under its name is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, Protocol

from msgspec import Struct

from quen.business_days import day_start
from quen.errors import (
    ConflictRetryError,
    MemberAlreadyExistsError,
    QuenError,
    StoredValueNotOfferedError,
    ValidationFailedError,
)
from quen.imports.model import Row, check_row
from quen.ledger.documents import Claim, DocumentKey, Outcome
from quen.ledger.model import OpenBalance
from quen.ledger.ports import CurrentProgram
from quen.ledger.service import Ledger
from quen.members.model import Enrolment, Member
from quen.program.model import Program
from quen.writes import Write

Status = Literal["opened", "added", "replayed", "refused", "valid"]
TRIES_MAX = 3


class RowResult(Struct, frozen=True):
    """What became of a row. `error` says why it was refused."""

    row_id: str
    status: Status
    member_id: str | None = None
    error: QuenError | None = None


class Members(Protocol):
    """The members' part of it."""

    def find_by_contact(self, phone: str | None, email: str | None) -> str | None:
        """The member with that phone number or address. Raises ValidationFailedError."""

    def bring_in(self, enrolment: Enrolment, joined_at: datetime, now: datetime, opening: Any) -> Member:
        """A member without a login. Raises ValidationFailedError, MemberAlreadyExistsError, ConflictRetryError."""


class Imports:
    """Takes rows in."""

    def __init__(self, ledger: Ledger, members: Members, programs: CurrentProgram) -> None:
        self._ledger = ledger
        self._members = members
        self._programs = programs

    def bring_in(self, import_id: str, row: Row, fingerprint: str, *, dry_run: bool) -> RowResult:
        """One row, or what would be refused of it. A refused row has changed nothing; TemporarilyUnavailableError is one
        of its reasons, and then it is sent again.
        """
        claim = Claim(DocumentKey(f"IMPORT#{import_id}#{row.row_id}"), "import", fingerprint, details=_kept(row))
        try:
            return self._take_in(import_id, row, claim, dry_run=dry_run)
        except QuenError as error:
            return RowResult(row.row_id, "refused", error=error)

    def _take_in(self, import_id: str, row: Row, claim: Claim, *, dry_run: bool) -> RowResult:
        for _ in range(TRIES_MAX):
            if replay := self._ledger.find_replay(claim):
                return RowResult(row.row_id, "replayed", str(replay.result["member_id"]))
            program = self._check(row)
            known = self._members.find_by_contact(row.phone, row.email)
            if dry_run:
                return RowResult(row.row_id, "valid", known)
            command = OpenBalance(f"{import_id}#{row.row_id}", row.by_last_day(), row.counters(_only_card(program)))
            if known:
                return self._add(known, row, command, claim)
            try:
                return self._open(row, command, claim)
            except (MemberAlreadyExistsError, ConflictRetryError):
                continue  # somebody enrolled meanwhile, or sent the same row: look again
        raise ConflictRetryError

    def _check(self, row: Row) -> Program:
        """The program that takes the row in. Raises ValidationFailedError, StoredValueNotOfferedError."""
        program = self._programs.current(self._ledger.now())
        check_row(row, program.local_day(self._ledger.now()))
        if row.stored_value and program.stored_value is None:
            raise StoredValueNotOfferedError
        if row.stamps and len(program.cards) > 1:
            raise ValidationFailedError.at(
                "/stamps", "card_missing", "There are several cards: name them under `cards`."
            )
        for card_id in row.cards:
            if program.find_card(card_id) is None:
                raise ValidationFailedError.at("/cards", "unknown_card", "The program has no such card.")
        return program

    def _add(self, member_id: str, row: Row, command: OpenBalance, claim: Claim) -> RowResult:
        outcome: Outcome = self._ledger.execute(
            member_id, command, answer=lambda account, _: {"member_id": account.member_id}, claim=claim
        )
        return RowResult(row.row_id, "replayed" if outcome.replayed else "added", member_id)

    def _open(self, row: Row, command: OpenBalance, claim: Claim) -> RowResult:
        now = self._ledger.now()
        enrolment = Enrolment(row.phone, row.email, row.name, row.birthday, row.locale)
        zone = self._programs.current(now).time_zone
        joined_at = day_start(row.joined_on, zone) if row.joined_on else now

        def opening(member_id: str) -> Sequence[Write]:
            return self._ledger.opening_balance(member_id, command, claim, {"member_id": member_id})

        member = self._members.bring_in(enrolment, joined_at, now, opening)
        return RowResult(row.row_id, "opened", member.member_id)


def _only_card(program: Program) -> str:
    """The card that stamps go on without being told; "" where there is none, or more than one."""
    return program.cards[0].id if len(program.cards) == 1 else ""


def _kept(row: Row) -> Mapping[str, Any]:
    """What is kept of a row beside what it moved: no personal data."""
    return {"points": row.points, **({"tier": row.tier} if row.tier else {})}
