"""Vouchers at a till, on a phone and at the desk: look, reserve, use, give back, cancel.

Every use is a document of its own, claimed in the transaction that changes the voucher; so the same request again is the
first answer again, and of two that want the same value one reads the voucher anew and is told what it then is. A code that
names no voucher of this caller's, for whatever reason, is answered alike, and counted: who guesses is soon refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from msgspec.structs import replace

from quen.errors import ConflictRetryError, CurrencyMismatchError, QuenError, VoucherExpiredError, VoucherNotFoundError
from quen.ids import derived_id, is_id
from quen.ledger.documents import ClaimTakenError, Closing, Document, OtherRefusedError, Outcome
from quen.ledger.ports import CurrentProgram, Documents
from quen.ledger.service import RACES_MAX, Ledger
from quen.members.model import MemberReference
from quen.partners.rates import RatedAction
from quen.program.model import Program
from quen.vouchers.batch import Batch
from quen.vouchers.codes import VoucherCodes
from quen.vouchers.model import (
    Moment,
    Terms,
    Voucher,
    Wanted,
    cancel,
    check_usable,
    new_voucher,
    quote,
    reserve,
    state_of,
    take,
    take_back,
)
from quen.vouchers.uses import End, closing_of, ended, find_answer, out_of_order, use_claim, use_document, use_key
from quen.vouchers.views import closed_view, off_view, origin_view, use_view, voucher_view
from quen.writes import Write

_UNUSABLE = "No voucher that can be used here has this code; one that a member owns is used with the member named."
"""Said of every code alike, so that it tells a guesser nothing."""


class MemberLookup(Protocol):
    """Who a till means."""

    def resolve(self, reference: MemberReference, pointer: str) -> str:
        """The id of a member who may earn and spend. Raises MemberNotFoundError, MemberNotActiveError."""


class Guesses(Protocol):
    """How often a caller has sent codes that name no voucher."""

    def refuse_at_limit(self, caller_id: str, action: RatedAction) -> None:
        """Raises RateLimitedError where the caller's minute is full."""

    def count(self, caller_id: str, action: RatedAction) -> None:
        """One more. Raises RateLimitedError."""


class VoucherRecords(Protocol):
    """Where vouchers are kept."""

    def find(self, voucher_id: str) -> Voucher | None:
        """The voucher, read consistently."""

    def find_batch(self, batch_id: str) -> Batch | None:
        """The batch, read consistently."""

    def list_own(self, member_ids: Sequence[str], before: str | None, limit: int) -> tuple[list[Voucher], str | None]:
        """A page of these members' vouchers, newest first, and the place before which the next page starts."""

    def list_merged(self, member_id: str) -> list[str]:
        """Who was ever merged into that member."""

    def adding(self, voucher: Voucher) -> Write:
        """The write that issues it, refused where it is there."""

    def changing(self, before: Voucher, after: Voucher) -> Write:
        """The write that changes it, refused where it is not what was read."""

    def pointing(self, member_id: str, voucher: Voucher, issued_at: datetime) -> Write:
        """The write that puts it on the member's list."""


class Vouchers:
    """What becomes of a voucher. `pause` waits a moment before the n-th try of a lost race."""

    def __init__(
        self,
        records: VoucherRecords,
        documents: Documents,
        ledger: Ledger,
        members: MemberLookup,
        programs: CurrentProgram,
        guesses: Guesses,
        codes: VoucherCodes,
        id_key: bytes,
        pause: Callable[[int], None],
    ) -> None:
        self._records = records
        self._documents = documents
        self._ledger = ledger
        self._members = members
        self._programs = programs
        self._guesses = guesses
        self._codes = codes
        self._id_key = id_key
        self._pause = pause

    def validate(self, code: str, wanted: Wanted, member: MemberReference | None, *, partner_id: str) -> dict[str, Any]:
        """What the voucher is worth, and what a use would take off the bill; nothing is set aside.

        Raises VoucherNotFoundError, RateLimitedError, MemberNotFoundError, and what a use of it would be refused with.
        """
        program, moment = self._moment()
        self._check_currency(wanted, program)
        voucher, _ = self._open(code, member, partner_id)
        check_usable(voucher, moment)
        shown = voucher_view(voucher, program, moment)
        off = quote(voucher, wanted).off if wanted.bill else None
        return shown | (off_view(off, program) if off else {"amount_off": None, "lines": []})

    def use(
        self,
        how: Literal["reserve", "redeem"],
        code: str,
        wanted: Wanted,
        member: MemberReference | None,
        *,
        partner_id: str,
        idempotency_key: str,
        fingerprint: str,
        purchase_id: str | None = None,
    ) -> Outcome:
        """Set the voucher's value aside for the program's minutes, or use it at once. The same request again is the first
        answer again.

        Raises VoucherNotFoundError, RateLimitedError, MemberNotFoundError, MemberNotActiveError, ValidationFailedError,
        VoucherAlreadyRedeemedError, VoucherReservedError, VoucherExpiredError, VoucherCancelledError,
        VoucherNotApplicableError, CurrencyMismatchError, IdempotencyKeyReusedError, ConflictRetryError.
        """
        use_id = derived_id("vus", self._id_key, f"partner:{partner_id}", idempotency_key)
        claim = use_claim(use_id, how, fingerprint)
        program, moment = self._moment()
        lapses_at = moment.now + timedelta(minutes=program.reservation_minutes) if how == "reserve" else None

        def attempt() -> Outcome:
            self._check_currency(wanted, program)
            voucher, member_id = self._open(code, member, partner_id)
            check_usable(voucher, moment)
            quoted = quote(voucher, wanted)
            if lapses_at:
                after, state = reserve(voucher, use_id, quoted.taken, lapses_at), "reserved"
            else:
                after, state = take(voucher, quoted.taken), "redeemed"
            result = use_view(use_id, state, after, quoted, program, lapses_at=lapses_at, purchase_id=purchase_id)
            document = use_document(claim, state, voucher, quoted, partner_id, member_id, result)
            self._documents.save(self._documents.new_document(document), self._records.changing(voucher, after))
            return Outcome(result)

        return self._repeat(attempt, lambda: self._ledger.find_replay(claim))

    def close(self, use_id: str, how: End, *, partner_id: str) -> Outcome:
        """End a reservation by using it or calling it off, or give back what was used. Again is the first answer again.

        Raises VoucherNotFoundError for what is no use of this partner's; ReservationExpiredError, VoucherCancelledError,
        AlreadyRedeemedError, AlreadyReturnedError, NotRedeemedError; TooLateError for a refund after the voucher's last
        day and the program's days of grace; ConflictRetryError.
        """
        closing = closing_of(use_id, how, partner_id)

        def attempt() -> Outcome:
            program, moment = self._moment()
            document = self._load_use(use_id, partner_id)
            if replay := _replay(document, closing, how):
                return replay
            voucher = self._load(document.details["voucher_id"])
            after = ended(voucher, document, how, moment, program)
            result = closed_view(document.closing or document.result, closing.state, after, program)
            self._documents.save(self._documents.closed(closing, result), self._records.changing(voucher, after))
            return Outcome(result)

        # Between the use and its voucher being read, somebody else may have ended it: the use says how.
        return self._repeat(attempt, lambda: _replay(self._load_use(use_id, partner_id), closing, how))

    def list_own(self, member_id: str, before: str | None, limit: int) -> tuple[list[dict[str, Any]], str | None]:
        """A page of the member's own vouchers with their codes, newest first, and where the next page starts. What belonged
        to somebody who was merged into them is theirs.
        """
        program, moment = self._moment()
        found, following = self._records.list_own(self._all_ids(member_id), before, limit)
        shown = [
            {**voucher_view(one, program, moment), "code": self._codes.code_of(one.source_id, one.number)}
            for one in found
        ]
        return shown, following

    def load(self, voucher_id: str) -> dict[str, Any]:
        """A voucher as staff see it, without its code. Raises VoucherNotFoundError."""
        program, moment = self._moment()
        voucher = self._load(voucher_id)
        return {**voucher_view(voucher, program, moment), **origin_view(voucher)}

    def cancel(self, voucher_id: str, others: Sequence[Write] = ()) -> dict[str, Any]:
        """Kill a voucher, and with it a reservation of it; one that is dead stays so.

        Raises VoucherNotFoundError, VoucherAlreadyRedeemedError, VoucherExpiredError, ConflictRetryError.
        """

        def attempt() -> Outcome:
            voucher = self._load(voucher_id)
            if not voucher.is_cancelled:
                after = cancel(voucher, self._moment()[1])
                self._documents.save(self._records.changing(voucher, after), *others)
            return Outcome(self.load(voucher_id))

        return dict(self._repeat(attempt, lambda: None).result)

    def issuing(
        self, redemption_id: str, member_id: str, terms: Terms, *, number: int = 0
    ) -> tuple[list[Write], dict[str, Any]]:
        """The writes that issue the n-th voucher of a redemption (or of a gift), bound to its member, for the redemption's
        own transaction; and how it is shown, without its code: what is shown there is kept, and a code never is
        (`code_of` tells it whenever an answer is made).
        """
        program, moment = self._moment()
        voucher_id = self._codes.voucher_id_of(redemption_id, number)
        voucher = new_voucher(voucher_id, redemption_id, number, terms, member_id)
        writes = [self._records.adding(voucher), self._records.pointing(member_id, voucher, moment.now)]
        return writes, voucher_view(voucher, program, moment)

    def cancelling(self, redemption_id: str, *, number: int = 0, late: bool = True) -> list[Write]:
        """The write that kills the n-th voucher of a redemption, for the transaction that gives the points back; none where
        it issued none. It is refused where the voucher is used meanwhile: plan anew.

        Raises VoucherAlreadyRedeemedError where any of it was used, VoucherReservedError while a till is at it,
        VoucherExpiredError where it is over, unless it may be `late`.
        """
        voucher = self._records.find(self._codes.voucher_id_of(redemption_id, number))
        if voucher is None or voucher.is_cancelled:
            return []
        moment = self._moment()[1]
        if not late and state_of(voucher, moment) == "expired":
            raise VoucherExpiredError
        return [self._records.changing(voucher, take_back(voucher, moment))]

    def code_of(self, redemption_id: str, *, number: int = 0) -> str:
        """The code of the n-th voucher of a redemption, for its member's eyes."""
        return self._codes.code_of(redemption_id, number)

    def _open(self, code: str, member: MemberReference | None, partner_id: str) -> tuple[Voucher, str]:
        """The voucher of this code, if this partner may use it for this member, and that member's id ("": nobody's).

        The member is looked for first: whether a code is one must not show in what is said of a member.
        """
        self._guesses.refuse_at_limit(partner_id, RatedAction.GUESS_VOUCHERS)
        member_id = self._members.resolve(member, "/member") if member else ""
        voucher_id = self._codes.find_voucher_id(code)
        voucher = self._records.find(voucher_id) if voucher_id else None
        if voucher is None or not self._is_for(voucher, member_id, partner_id):
            self._guesses.count(partner_id, RatedAction.GUESS_VOUCHERS)
            raise VoucherNotFoundError(_UNUSABLE)
        return self._with_batch(voucher), member_id

    def _is_for(self, voucher: Voucher, member_id: str, partner_id: str) -> bool:
        """A member who was merged into another one has left them their vouchers."""
        if voucher.terms.benefit.partner_id not in {None, partner_id}:
            return False
        if voucher.member_id is None or voucher.member_id == member_id:
            return True
        return bool(member_id) and self._ledger.load_surviving(voucher.member_id).member_id == member_id

    def _all_ids(self, member_id: str) -> list[str]:
        """The member's id, and those of who were merged into them, or into those, and are not parted again."""
        ids, unseen = [member_id], [member_id]
        while unseen:
            merged = set(self._records.list_merged(unseen.pop())).difference(ids)
            found = [one for one in merged if self._ledger.load_surviving(one).member_id == member_id]
            ids += found
            unseen += found
        return ids

    def _load(self, voucher_id: str) -> Voucher:
        voucher = self._records.find(voucher_id) if is_id("vch", voucher_id) else None
        if voucher is None:
            raise VoucherNotFoundError
        return self._with_batch(voucher)

    def _with_batch(self, voucher: Voucher) -> Voucher:
        """A voucher of a batch that was cancelled is cancelled. A use that has read the batch before may still be finished
        after: the batch is in no use's transaction, or all its vouchers would queue for it.
        """
        batch = self._records.find_batch(voucher.batch_id) if voucher.batch_id else None
        return replace(voucher, is_cancelled=True) if batch and batch.state == "cancelled" else voucher

    def _load_use(self, use_id: str, partner_id: str) -> Document:
        document = self._ledger.find_document(use_key(use_id)) if is_id("vus", use_id) else None
        if document is None or document.details["partner_id"] != partner_id:
            raise VoucherNotFoundError("There is no such use of a voucher.")
        return document

    def _moment(self) -> tuple[Program, Moment]:
        now = self._ledger.now()
        program = self._programs.current(now)
        return program, Moment(now, program.local_day(now))

    def _check_currency(self, wanted: Wanted, program: Program) -> None:
        if wanted.currencies - {program.currency}:
            raise CurrencyMismatchError

    def _repeat(self, attempt: Callable[[], Outcome], find_replay: Callable[[], Outcome | None]) -> Outcome:
        """Try until nobody was faster, a bounded number of times; what is refused may have been done before."""
        for number in range(RACES_MAX):
            if number:
                self._pause(number)
            try:
                return attempt()
            except (OtherRefusedError, ConflictRetryError):
                continue
            except ClaimTakenError:
                if replay := find_replay():
                    return replay
            except QuenError:
                if replay := find_replay():
                    return replay
                raise
        raise ConflictRetryError


def _replay(document: Document, closing: Closing, how: End) -> Outcome | None:
    """The first answer again where the use has ended so; None while it can. Raises why it cannot any more."""
    if (answered := find_answer(document, closing)) is not None:
        return Outcome(answered, replayed=True)
    if document.state != closing.before:
        raise out_of_order(document.state, how)
    return None
