"""Redemptions: reserve, then redeem or release. Each is one command on the ledger and one document.

A redemption's id is derived from who asked and their idempotency key, so that a retry names the same redemption. One
that a member made is redeemed at any till of the program; one that a till made, by that partner alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from itertools import count
from typing import Any

from msgspec.structs import replace

from quen.archive.errors import EntriesArchivedError
from quen.errors import (
    AlreadyRedeemedError,
    AlreadyReturnedError,
    NotRedeemedError,
    QuenError,
    RedemptionNotFoundError,
    ReservationExpiredError,
    RewardOutOfStockError,
)
from quen.ids import derived_id, is_id
from quen.ledger.documents import Claim, Closing, Document, Outcome
from quen.ledger.model import Account, Entry, Hold, Lots, Redeem, Refund, Release
from quen.ledger.model.funding import redeemed
from quen.ledger.ports import CurrentProgram, Documents, Intent
from quen.ledger.service import Ledger
from quen.ledger.views import account_view
from quen.members.model import MemberReference
from quen.partners.model import Partner
from quen.partners.totals import Taking, Today, Totals
from quen.perks.views import uses_view
from quen.program.model import Program
from quen.returns.documents import with_back
from quen.rewards.checks import Checks
from quen.rewards.documents import bound_to, key_of, paid_to, undoing
from quen.rewards.model import (
    Asked,
    RewardWanted,
    Wanted,
    parse_redemption_id,
)
from quen.rewards.payments import Payments
from quen.rewards.ports import MemberLookup, RedemptionHistory, RewardStock, VoucherIssue
from quen.rewards.views import closed_view, redemption_view, reserved_view
from quen.shards.model import capacities, plan_pieces
from quen.writes import Write

SCANNED_ENTRIES_MAX = 500
SCANNED_PAGE = 100


class Rewards:
    """What becomes of a redemption, from asking on."""

    def __init__(
        self,
        ledger: Ledger,
        members: MemberLookup,
        history: RedemptionHistory,
        programs: CurrentProgram,
        stock: RewardStock,
        documents: Documents,
        vouchers: VoucherIssue,
        totals: Totals,
        id_key: bytes,
    ) -> None:
        self._ledger = ledger
        self._members = members
        self._history = history
        self._programs = programs
        self._stock = stock
        self._documents = documents
        self._payments = Payments(ledger, documents)
        self._checks = Checks(ledger, members, self._payments)
        self._id_key = id_key
        self._vouchers = vouchers
        self._totals = totals

    def reserve(
        self,
        member: MemberReference,
        wanted: Wanted,
        *,
        idempotency_key: str,
        fingerprint: str,
        partner_id: str | None = None,
        acceptor: Partner | None = None,
    ) -> Outcome:
        """Hold the points, or spend them at once on what needs no handing over, with the `acceptor`, a partner, where one
        asks. The same request again is the first answer again, even where the member's code is over by then. Raises
        RESERVE_REFUSALS, PartnerCapReachedError, ValidationFailedError.
        """
        caller = f"partner:{partner_id}" if partner_id else f"member:{member.member_id}"
        redemption_id = derived_id("red", self._id_key, caller, idempotency_key)
        claim = Claim(key_of(redemption_id), "redemption", fingerprint, "reserved")
        now = self._ledger.now()
        program = self._programs.current(now)
        try:
            # A till's member is looked up; who asks for themselves is known, and their account says whether they may.
            own_id = None if partner_id else member.member_id
            member_id = own_id or self._members.resolve(member, "/member")
            reward, perk = self._checks.check(member_id, wanted, program, now, partner_id)
            asked = Asked(redemption_id, member_id, wanted, reward, program, now, partner_id, perk)
            attempts = count()
            plan = partial(self._reserving, asked, claim, acceptor)
            done = self._ledger.carry_out(member_id, lambda: plan(next(attempts)), program, now)
        except QuenError:
            replay = self._ledger.find_replay(claim)
            if replay is None:
                raise
            done = replay
        return replace(done, result=self._with_codes(done.result))

    def find_reserved(self, partner_id: str, idempotency_key: str, fingerprint: str) -> Outcome | None:
        """The first answer to a till that has asked so before. Raises IdempotencyKeyReusedError for another request."""
        redemption_id = derived_id("red", self._id_key, f"partner:{partner_id}", idempotency_key)
        replay = self._ledger.find_replay(Claim(key_of(redemption_id), "redemption", fingerprint, "reserved"))
        return replace(replay, result=self._with_codes(replay.result)) if replay else None

    def redeem(self, redemption_id: str, *, partner_id: str, acceptor: Partner | None = None) -> Outcome:
        """The reward was handed over, or the bill paid. `acceptor` is the partner that may be paid for it. Raises
        RedemptionNotFoundError, ReservationExpiredError, PartnerCapReachedError, and ValidationFailedError where other points
        have paid so much of the purchase since that these would be too many.
        """
        redemption_id = parse_redemption_id(redemption_id)
        document = self._load(redemption_id)
        if bound_to(document) not in {None, partner_id}:
            raise RedemptionNotFoundError
        if document.state == "redeemed" and document.closing is None:
            return Outcome(document.result, replayed=True)  # it was from the beginning: there was nothing to wait for
        return self._close(document, redemption_id, "redeemed", partner_id, acceptor)

    def refund(self, redemption_id: str, *, partner_id: str) -> Outcome:
        """A redemption is undone after it was redeemed, by who redeemed it: what of its points has not come back with
        returned goods goes back to its lots, which live on for the program's grace at least. What a member had at once no
        till redeemed: it is undone by the partner who hands the reward over, where there is one, and by no other.

        Raises RedemptionNotFoundError, NotRedeemedError, AlreadyReturnedError where returned goods gave it all back, and
        EntriesArchivedError where nobody remembers any more from which lots its points came.
        """
        redemption_id = parse_redemption_id(redemption_id)
        document = self._load(redemption_id)
        owner = document.closed_by or bound_to(document)
        # Until somebody has redeemed it, a member's own is any till's to redeem, which may be told that it has not.
        if owner != partner_id and (owner or document.state in {"redeemed", "refunded"}):
            raise RedemptionNotFoundError
        return self._undo(document, payee=document.details.get("payee", ""))

    def _undo(self, document: Document, *, has_grace: bool = True, payee: str = "") -> Outcome:
        if document.state not in {"redeemed", "refunded"}:
            raise NotRedeemedError
        if (answered := undoing(document).replay(document)) is not None:
            return Outcome(answered, replayed=True)  # for ever: what it held may be archived by now
        program = self._programs.current(self._ledger.now())
        hold = self._load_hold(document)

        def plan() -> Intent:
            return self._refund_plan(document, hold, program, has_grace=has_grace, payee=payee)

        try:
            return self._ledger.carry_out(document.member_id, plan, program)
        except AlreadyReturnedError:
            if replay := self._ledger.find_replay(None, undoing(document)):
                return replay
            raise

    def release(self, redemption_id: str, *, partner_id: str | None = None, member_id: str | None = None) -> Outcome:
        """Called off by the till or by the member who made it. A voucher that a member bought is called off as long as
        nothing of it is used and it is not over; its points live no longer for that. Raises RedemptionNotFoundError,
        AlreadyRedeemedError, VoucherExpiredError.
        """
        redemption_id = parse_redemption_id(redemption_id)
        document = self._load(redemption_id)
        owner = document.details["partner_id"]
        if owner != partner_id or (owner is None and document.member_id != member_id):
            raise RedemptionNotFoundError
        if member_id and document.details.get("vouchers"):
            undone = self._undo(document, has_grace=False)
            shown = {name: value for name, value in undone.result.items() if name != "points_refunded"}
            return replace(undone, result=shown)
        return self._close(document, redemption_id, "released", partner_id, None)

    def list_redemptions(
        self, member_id: str, before: int | None, limit: int
    ) -> tuple[list[dict[str, Any]], int | None]:
        """A page of the member's redemptions, newest first, and where the next page starts."""
        found: list[Entry] = []
        scanned = 0
        more = True
        while more and len(found) <= limit and scanned < SCANNED_ENTRIES_MAX:
            entries = self._history.list_entries(member_id, before, SCANNED_PAGE)
            found += [entry for entry in entries if entry.hold and entry.hold.change in {"opened", "spent"}]
            scanned += len(entries)
            more = len(entries) == SCANNED_PAGE
            before = entries[-1].sequence if entries else before
        page = found[:limit]
        documents = self._history.find_documents([key_of(entry.reference.id) for entry in page])
        by_key = {document.key: document for document in documents}
        now = self._ledger.now()
        shown = [dict(self._with_codes(redemption_view(by_key[key_of(entry.reference.id)], now))) for entry in page]
        if len(found) > limit:
            return shown, page[-1].sequence
        return shown, before if more else None

    def _reserving(self, asked: Asked, claim: Claim, acceptor: Partner | None, attempt: int) -> Intent:
        """The command, with the pieces that it takes: by what is left in every try, for one was refused or others were in
        the way. Raises RewardOutOfStockError.
        """
        reward = asked.reward
        pieces, others = self._pieces(asked, attempt)
        command = asked.command(pieces)
        issued: list[Mapping[str, Any]] = []
        if reward and (terms := asked.voucher_terms):
            for number in range(asked.quantity):
                writes, shown = self._vouchers.issuing(asked.redemption_id, asked.member_id, terms, number=number)
                others += writes
                issued.append(shown)

        def answer(account: Account, entry: Entry) -> Mapping[str, Any]:
            shown = reserved_view(asked, entry) | ({"vouchers": issued} if issued else {})
            if asked.perk:
                shown["uses"] = uses_view(account, asked.perk, asked.program, asked.now)
            return shown | {"account": account_view(account, asked.program, asked.now)}

        def details(entry: Entry) -> Mapping[str, Any]:
            return asked.details(entry) | ({"vouchers": len(issued)} if issued else {})

        is_at_once = reward is not None and reward.is_at_once
        whole = replace(claim, state="redeemed" if is_at_once else "reserved")
        taking = self._accepting(acceptor if is_at_once else None, asked.now, asked.redemption_id, attempt)
        return Intent(
            command,
            answer,
            whole,
            details=details,
            others=others,
            more=lambda entry: taking.writes(redeemed(entry)),
            is_replanned=bool(others or taking.funding.totals),
        )

    def _pieces(self, asked: Asked, attempt: int) -> tuple[Mapping[str, int], list[Write]]:
        """How many pieces which shards give, and the writes that take them; none of what is not limited."""
        reward, wanted = asked.reward, asked.wanted
        stock = reward.stock_at(wanted.store_id) if reward else None
        if reward is None or stock is None or not isinstance(wanted, RewardWanted):
            return {}, []
        store_id = (wanted.store_id or "") if reward.stock_by_store else ""
        taken = self._stock.count_taken([reward.id], store_id)[reward.id]
        capacity = capacities(stock, taken, store_id)
        pieces = plan_pieces(capacity, taken, wanted.quantity, asked.redemption_id, attempt=attempt)
        if pieces is None:
            raise RewardOutOfStockError
        return pieces, [self._stock.take(reward.id, shard, count, capacity[shard]) for shard, count in pieces.items()]

    def _with_codes(self, shown: Mapping[str, Any]) -> Mapping[str, Any]:
        """A redemption with the codes of its vouchers, which are not kept with it."""
        if "vouchers" not in shown:
            return shown
        redemption_id = shown["redemption_id"]
        coded = [
            {**voucher, "code": self._vouchers.code_of(redemption_id, number=number)}
            for number, voucher in enumerate(shown["vouchers"])
        ]
        return {**shown, "vouchers": coded}

    def _accepting(self, acceptor: Partner | None, now: datetime, claim_id: str, attempt: int) -> Taking:
        """Who is paid for what is spent today, and of which totals it is taken."""
        return self._totals.accepting(acceptor, Today(self._programs.current(now), now), claim_id, attempt)

    def _close(
        self, document: Document, redemption_id: str, state: str, partner_id: str | None, acceptor: Partner | None
    ) -> Outcome:
        now = self._ledger.now()
        program = self._programs.current(now)
        tries, by = count(), partner_id or ""
        own = Closing(document.key, state, by=by, is_own=True, answered=document.result)
        if (answered := own.replay(document)) is not None:
            return Outcome(answered, replayed=True)  # for ever: what it held may be archived by now
        is_paying = state == "redeemed" and bool(document.details["purchase_id"])
        lots: Lots = {}

        def answer(account: Account, entry: Entry) -> Mapping[str, Any]:
            return closed_view(document, state, account, entry, program)

        def plan() -> Intent:
            taking = self._accepting(acceptor, now, redemption_id, next(tries))
            payee = taking.funding.partner_id
            others = self._payments.paying(document, lots, payee) if is_paying else []
            redeem = Redeem(redemption_id, payee, by, document.details.get("fee", 0))
            return Intent(
                redeem if state == "redeemed" else Release(redemption_id),
                answer,
                closing=replace(own, details=paid_to(document, payee)),
                others=others,
                more=lambda entry: taking.writes(redeemed(entry)),
                is_replanned=is_paying or bool(taking.funding.totals),
            )

        try:
            lots = self._load_hold(document).lots if is_paying else {}
            return self._ledger.carry_out(document.member_id, plan, program, now)
        except (ReservationExpiredError, EntriesArchivedError):  # one that old has lapsed long since
            if self._load(redemption_id).state in {"redeemed", "refunded"}:
                raise AlreadyRedeemedError from None
            raise ReservationExpiredError from None

    def _refund_plan(self, document: Document, hold: Hold, program: Program, *, has_grace: bool, payee: str) -> Intent:
        """The payment is read before the account: where a return gives some of it back meanwhile, it is read again."""
        lots: Lots = hold.lots
        redemption_id = document.key.partition.partition("#")[2]
        others: list[Write] = []
        for number in range(document.details.get("vouchers", 0)):
            others += self._vouchers.cancelling(redemption_id, number=number, late=has_grace)
        others += [self._stock.give_back(hold.reward_id, shard, pieces) for shard, pieces in hold.stock.items()]
        others += self._payments.undoing(document)
        if payment := self._payments.find(document):
            back = payment.details["back"]
            lots = {lot: points - back.get(lot, 0) for lot, points in hold.lots.items() if points > back.get(lot, 0)}
            if not lots:
                raise AlreadyReturnedError
            others.append(self._documents.changed_details(payment, with_back(payment, lots)))

        def answer(account: Account, entry: Entry) -> Mapping[str, Any]:
            shown = closed_view(document, "refunded", account, entry, program)
            return shown | {"points_refunded": -redeemed(entry)}

        command = Refund(redemption_id, hold, lots, has_grace, payee, document.details.get("fee", 0))
        return Intent(command, answer, closing=undoing(document), others=others, is_replanned=True)

    def _load_hold(self, document: Document) -> Hold:
        """What the redemption held, as its first entry says. Raises EntriesArchivedError."""
        change = self._history.load_entry(document.member_id, document.sequence).hold
        if change is None:
            raise RedemptionNotFoundError
        return change.hold

    def _load(self, redemption_id: str) -> Document:
        document = self._ledger.find_document(key_of(redemption_id)) if is_id("red", redemption_id) else None
        if document is None:
            raise RedemptionNotFoundError
        return document
