"""Adjustments: points that staff give or take, each under its own key, with a reason.

More points than one person decides about wait for a second one: the request is kept, and nothing moves until somebody
else approves it. Asked again, it answers as it did first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from quen.adjustments.model import asks_for_a_second_person, check_limits, has_lapsed
from quen.errors import (
    AlreadyDecidedError,
    NotFoundError,
    QuenError,
    SecondPersonRequiredError,
    TooLateError,
    ValidationFailedError,
)
from quen.ids import derived_id, is_id
from quen.instants import format_instant, parse_instant
from quen.ledger.documents import Claim, ClaimTakenError, Closing, Document, DocumentKey, Outcome
from quen.ledger.model import Account, Adjust, Entry
from quen.ledger.ports import CurrentProgram, Documents, Intent
from quen.ledger.service import Ledger
from quen.ledger.views import account_view, entry_view
from quen.program.model import Program
from quen.writes import Write

AWAITING, APPLIED, REJECTED = "awaiting_approval", "applied", "rejected"
LAPSED = "lapsed"
"""How one is shown that has waited for too long; what is kept of it still says that it waits."""


class Asked(Struct, frozen=True):
    """What somebody asks for. `actor` and `role` say who; `expires_on` is the last day of points that are given."""

    member_id: str
    points: int
    reason_code: str
    note: str
    expires_on: date | None
    actor: str
    role: str


class Adjustments:
    """Gives and takes points, and keeps what waits for a second person."""

    def __init__(self, ledger: Ledger, programs: CurrentProgram, documents: Documents, id_key: bytes) -> None:
        self._ledger = ledger
        self._programs = programs
        self._documents = documents
        self._id_key = id_key

    def adjust(self, asked: Asked, *, idempotency_key: str, fingerprint: str, others: Sequence[Write] = ()) -> Outcome:
        """Give (+) or take (−) points, or keep the request where it asks for a second person.

        Raises InsufficientPointsError, ValidationFailedError, MemberNotFoundError, AdjustmentLimitReachedError,
        IdempotencyKeyReusedError, ConflictRetryError.
        """
        adjustment_id = derived_id("adj", self._id_key, f"staff:{asked.actor}", idempotency_key)
        claim = Claim(_key(adjustment_id), "adjustment", fingerprint, details=_kept(asked))
        program = self._programs.current(self._ledger.now())
        try:
            check_limits(program.adjustments, asked.role, asked.points, asked.reason_code)
        except QuenError:
            if replay := self._ledger.find_replay(claim):
                return _waiting_or_done(replay)
            raise
        if asks_for_a_second_person(program.adjustments, asked.points):
            return self._keep(asked, claim, others)
        intent = replace(_intent(adjustment_id, asked, program, others), claim=claim)
        return _waiting_or_done(self._ledger.carry_out(asked.member_id, lambda: intent, program))

    def load(self, adjustment_id: str) -> dict[str, Any]:
        """An adjustment as it stands. Raises NotFoundError."""
        document = self._load(adjustment_id)
        return _shown(document, LAPSED if self._has_lapsed(document) else document.state)

    def approve(self, adjustment_id: str, *, actor: str, role: str, others: Sequence[Write] = ()) -> Outcome:
        """The second person agrees, and the points move. The same person again gets the same answer.

        Raises NotFoundError, SecondPersonRequiredError, AlreadyDecidedError, TooLateError, AdjustmentLimitReachedError
        for this person's own role, and what the adjustment itself is refused with.
        """
        found, closing = self._open(adjustment_id, actor, APPLIED)
        program = self._programs.current(self._ledger.now())
        readings = iter([found])

        def plan() -> Intent | Outcome:
            # Who lost to a rejection finds that on the next try, and has not merely lost a race.
            document = next(readings, None) or self._load(adjustment_id)
            if replay := self._decided_before(document, closing):
                return replay
            asked = _asked(document)
            check_limits(program.adjustments, role, asked.points, asked.reason_code)
            return replace(_intent(adjustment_id, asked, program, others), closing=closing)

        outcome = self._ledger.carry_out(found.member_id, plan, program)
        if outcome.replayed and self._load(adjustment_id).closed_by != actor:
            raise AlreadyDecidedError
        return outcome

    def reject(self, adjustment_id: str, *, actor: str, others: Sequence[Write] = ()) -> Outcome:
        """The second person says no; nothing moves. Raises as `approve` does."""
        document, closing = self._open(adjustment_id, actor, REJECTED)
        if replay := self._decided_before(document, closing):
            return replay
        result = _shown(document, REJECTED)
        try:
            self._documents.save(self._documents.closed(closing, result), *others)
        except ClaimTakenError:
            return self._decided_before(self._load(adjustment_id), closing) or Outcome(result)
        return Outcome(result)

    def _keep(self, asked: Asked, claim: Claim, others: Sequence[Write]) -> Outcome:
        _check(asked)
        self._ledger.load_account(asked.member_id)
        details = {**claim.details, "asked_at": format_instant(self._ledger.now())}
        document = Document(claim.key, claim.kind, asked.member_id, claim.fingerprint, 0, {}, AWAITING, details)
        result = _shown(document, AWAITING)
        try:
            self._documents.save(self._documents.new_document(replace(document, result=result)), *others)
        except ClaimTakenError:
            if replay := self._ledger.find_replay(claim):
                return _waiting_or_done(replay)
            raise
        return Outcome(result, is_waiting=True)

    def _open(self, adjustment_id: str, actor: str, state: str) -> tuple[Document, Closing]:
        document = self._load(adjustment_id)
        if document.details["actor"] == actor:
            raise SecondPersonRequiredError
        return document, Closing(document.key, state, before=AWAITING, by=actor)

    def _decided_before(self, document: Document, closing: Closing) -> Outcome | None:
        """The answer that this decision by this person got; None while nobody has decided. Raises AlreadyDecidedError."""
        if self._has_lapsed(document):
            raise TooLateError("The request has waited for too long; make it anew.")
        if document.state == AWAITING:
            return None
        answered = closing.replay(document)
        if answered is None or document.closed_by != closing.by:
            raise AlreadyDecidedError
        return Outcome(answered, replayed=True)

    def _has_lapsed(self, document: Document) -> bool:
        waits = document.state == AWAITING
        return waits and has_lapsed(parse_instant(document.details["asked_at"]), self._ledger.now())

    def _load(self, adjustment_id: str) -> Document:
        document = self._ledger.find_document(_key(adjustment_id)) if is_id("adj", adjustment_id) else None
        if document is None:
            raise NotFoundError("There is no such adjustment.")
        return document


def _check(asked: Asked) -> None:
    """What can be said of a request before it is decided."""
    if asked.points == 0:
        raise ValidationFailedError.at("/points", "zero", "An adjustment gives or takes at least one point.")
    if asked.points < 0 and asked.expires_on:
        raise ValidationFailedError.at("/expires_on", "not_allowed", "Only points that are given have a last day.")


def _intent(adjustment_id: str, asked: Asked, program: Program, others: Sequence[Write]) -> Intent:
    """That the points move, in whatever way it is claimed."""

    def answer(account: Account, entry: Entry) -> Mapping[str, Any]:
        return {
            "adjustment_id": adjustment_id,
            "state": APPLIED,
            "member_id": account.member_id,
            "reason_code": asked.reason_code,
            "points": asked.points,
            "entry": entry_view(entry),
            "account": account_view(account, program, entry.recorded_at),
        }

    return Intent(Adjust(adjustment_id, asked.points, asked.reason_code, asked.expires_on), answer, others=others)


def _kept(asked: Asked) -> dict[str, Any]:
    kept = {
        "points": asked.points,
        "reason_code": asked.reason_code,
        "note": asked.note,
        "expires_on": asked.expires_on.isoformat() if asked.expires_on else None,
        "actor": asked.actor,
        "role": asked.role,
    }
    return {name: value for name, value in kept.items() if value is not None}


def _asked(document: Document) -> Asked:
    kept = document.details
    last_day = kept.get("expires_on")
    return Asked(
        document.member_id,
        kept["points"],
        kept["reason_code"],
        kept["note"],
        date.fromisoformat(last_day) if last_day else None,
        kept["actor"],
        kept["role"],
    )


def _shown(document: Document, state: str) -> dict[str, Any]:
    """An adjustment, in whatever state; one that was applied also shows its entry and the account after it."""
    applied = document.closing or document.result
    return {
        "adjustment_id": document.key.partition.partition("#")[2],
        "state": state or APPLIED,
        "member_id": document.member_id,
        "reason_code": document.details["reason_code"],
        "points": document.details["points"] if "points" in document.details else applied["points"],
        "entry": applied.get("entry"),
        "account": applied.get("account"),
    }


def _waiting_or_done(outcome: Outcome) -> Outcome:
    return Outcome(outcome.result, outcome.replayed, is_waiting=outcome.result.get("state") == AWAITING)


def _key(adjustment_id: str) -> DocumentKey:
    return DocumentKey(f"ADJUSTMENT#{adjustment_id}")
