"""Redemptions: reserve, then redeem or release. Each is one command on the ledger and one document.

A redemption's id is derived from who asked and their idempotency key, so that a retry names the same redemption. One
that a member made is redeemed at any till of the program; one that a till made, by that partner alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from quen.errors import (
    AlreadyRedeemedError,
    AlreadyReturnedError,
    ConflictRetryError,
    IdempotencyKeyReusedError,
    InsufficientPointsError,
    MemberNotActiveError,
    MemberNotFoundError,
    NotRedeemedError,
    QuenError,
    RedemptionNotFoundError,
    ReservationExpiredError,
    RewardLimitReachedError,
    RewardNotFoundError,
    RewardOutOfStockError,
)
from quen.ids import derived_id, is_id
from quen.instants import format_instant
from quen.ledger.documents import Claim, Closing, Document, DocumentKey, OtherRefusedError, Outcome
from quen.ledger.model import Account, Entry, Hold, Lots, Redeem, Refund, Release, Reserve
from quen.ledger.model.values import REDEEMED
from quen.ledger.ports import CurrentProgram, Documents, Intent
from quen.ledger.service import Ledger
from quen.ledger.views import account_view
from quen.members.model import MemberReference
from quen.program.model import Program, Reward
from quen.returns.documents import partition_of, payment_of, with_back
from quen.rewards.model import (
    PointsWanted,
    RewardWanted,
    Wanted,
    lapse_of,
    parse_redemption_id,
    plan_pieces,
)
from quen.rewards.views import closed_view, redemption_view, reserved_view, reward_view
from quen.writes import Write

SCANNED_ENTRIES_MAX = 500
SCANNED_PAGE = 100
STOCK_TRIES_MAX = 8

RESERVE_REFUSALS: tuple[type[QuenError], ...] = (
    MemberNotFoundError,
    RewardNotFoundError,
    MemberNotActiveError,
    RewardOutOfStockError,
    ConflictRetryError,
    IdempotencyKeyReusedError,
    InsufficientPointsError,
    RewardLimitReachedError,
)
"""What `Rewards.reserve` can be refused with, whoever asks."""


class MemberLookup(Protocol):
    """Who is meant."""

    def resolve(self, reference: MemberReference, pointer: str) -> str:
        """The id of a member who may earn and spend. Raises MemberNotFoundError, MemberNotActiveError."""


class RewardStock(Protocol):
    """The pieces of limited rewards that are taken, in shards."""

    def take(self, reward: Reward, shard: str, pieces: int) -> Write:
        """The write that takes pieces, refused where the shard has not that many left."""

    def give_back(self, reward_id: str, shard: str, pieces: int) -> Write:
        """The write that puts pieces back."""

    def count_taken(self, reward_ids: Sequence[str]) -> dict[str, dict[str, int]]:
        """How many pieces each shard of each reward has given."""


class RedemptionHistory(Protocol):
    """What the ledger's store tells of a member's redemptions."""

    def list_entries(self, member_id: str, before: int | None, limit: int) -> list[Entry]:
        """Entries newest first."""

    def load_entry(self, member_id: str, sequence: int) -> Entry:
        """One entry. Raises MemberNotFoundError where there is none."""

    def find_documents(self, keys: Sequence[DocumentKey]) -> list[Document]:
        """The documents that exist, in no particular order."""


class Rewards:
    """The catalogue, and what becomes of a redemption."""

    def __init__(
        self,
        ledger: Ledger,
        members: MemberLookup,
        history: RedemptionHistory,
        programs: CurrentProgram,
        stock: RewardStock,
        documents: Documents,
        id_key: bytes,
    ) -> None:
        self._ledger = ledger
        self._members = members
        self._history = history
        self._programs = programs
        self._stock = stock
        self._documents = documents
        self._id_key = id_key

    def list_catalogue(self, member_id: str, locale: str | None) -> list[dict[str, Any]]:
        """Every reward as this member sees it: can they have it, and if not, how many points are missing."""
        account = self._ledger.load_account(member_id)
        program = self._programs.current(self._ledger.now())
        taken = self._stock.count_taken([reward.id for reward in program.rewards if reward.stock is not None])
        left = {
            reward.id: reward.stock - sum(taken[reward.id].values())
            for reward in program.rewards
            if reward.stock is not None
        }
        return [reward_view(reward, account, program, locale, left.get(reward.id)) for reward in program.rewards]

    def reserve(
        self,
        member: MemberReference,
        wanted: Wanted,
        *,
        idempotency_key: str,
        fingerprint: str,
        partner_id: str | None = None,
    ) -> Outcome:
        """Hold the points. The same request again is the first answer again, even where the member's code is over by then.

        Raises MemberNotFoundError, MemberNotActiveError, RewardNotFoundError, InsufficientPointsError,
        RewardLimitReachedError, RewardOutOfStockError, IdempotencyKeyReusedError.
        """
        caller = f"partner:{partner_id}" if partner_id else f"member:{member.member_id}"
        redemption_id = derived_id("red", self._id_key, caller, idempotency_key)
        claim = Claim(_key(redemption_id), "redemption", fingerprint)
        try:
            # A till's member is looked up; who asks for themselves is known, and their account says whether they may.
            own_id = None if partner_id else member.member_id
            member_id = own_id or self._members.resolve(member, "/member")
            reward = self._find_reward(wanted)
        except QuenError:
            if replay := self._ledger.find_replay(claim):
                return replay
            raise
        if reward is None or reward.stock is None:
            return self._reserve(member_id, wanted, reward, {}, claim, partner_id)
        return self._reserve_stocked(member_id, wanted, reward, claim, partner_id)

    def redeem(self, redemption_id: str, *, partner_id: str) -> Outcome:
        """The reward was handed over, or the bill paid. Raises RedemptionNotFoundError, ReservationExpiredError."""
        redemption_id = parse_redemption_id(redemption_id)
        document = self._load(redemption_id)
        if document.details["partner_id"] not in {None, partner_id}:
            raise RedemptionNotFoundError
        return self._close(document, redemption_id, "redeemed", partner_id)

    def refund(self, redemption_id: str, *, partner_id: str) -> Outcome:
        """A redemption is undone after it was redeemed, by who redeemed it: what of its points has not come back with
        returned goods goes back to its lots, which live on for the program's grace at least.

        Raises RedemptionNotFoundError, NotRedeemedError, AlreadyReturnedError where returned goods gave it all back.
        """
        redemption_id = parse_redemption_id(redemption_id)
        document = self._load(redemption_id)
        if (document.closed_by or document.details["partner_id"]) not in {None, partner_id}:
            raise RedemptionNotFoundError
        if document.state not in {"redeemed", "refunded"}:
            raise NotRedeemedError
        program = self._programs.current(self._ledger.now())
        hold = self._load_hold(document)

        def plan() -> Intent:
            return self._refund_plan(document, hold, program)

        try:
            return self._ledger.carry_out(document.member_id, plan, program)
        except AlreadyReturnedError:
            if replay := self._ledger.find_replay(None, _undoing(document)):
                return replay
            raise

    def release(self, redemption_id: str, *, partner_id: str | None = None, member_id: str | None = None) -> Outcome:
        """Called off by the till or by the member who made it. Raises RedemptionNotFoundError, AlreadyRedeemedError."""
        redemption_id = parse_redemption_id(redemption_id)
        document = self._load(redemption_id)
        owner = document.details["partner_id"]
        if owner != partner_id or (owner is None and document.member_id != member_id):
            raise RedemptionNotFoundError
        return self._close(document, redemption_id, "released", partner_id)

    def list_redemptions(
        self, member_id: str, before: int | None, limit: int
    ) -> tuple[list[dict[str, Any]], int | None]:
        """A page of the member's redemptions, newest first, and where the next page starts."""
        found: list[Entry] = []
        scanned = 0
        more = True
        while more and len(found) <= limit and scanned < SCANNED_ENTRIES_MAX:
            entries = self._history.list_entries(member_id, before, SCANNED_PAGE)
            found += [entry for entry in entries if entry.kind == "reserve"]
            scanned += len(entries)
            more = len(entries) == SCANNED_PAGE
            before = entries[-1].sequence if entries else before
        page = found[:limit]
        documents = self._history.find_documents([_key(entry.reference.id) for entry in page])
        by_key = {document.key: document for document in documents}
        now = self._ledger.now()
        shown = [redemption_view(by_key[_key(entry.reference.id)], now) for entry in page]
        if len(found) > limit:
            return shown, page[-1].sequence
        return shown, before if more else None

    def _find_reward(self, wanted: Wanted) -> Reward | None:
        if isinstance(wanted, PointsWanted):
            return None
        return self._programs.current(self._ledger.now()).load_reward(wanted.reward_id)

    def _reserve_stocked(
        self, member_id: str, wanted: Wanted, reward: Reward, claim: Claim, partner_id: str | None
    ) -> Outcome:
        """The first try goes by what there is in all; where that is refused, by what is left of it."""
        pieces, name = _pieces(wanted), claim.key.partition
        plan = plan_pieces(reward.stock or 0, {}, pieces, name)
        for _ in range(STOCK_TRIES_MAX):
            if plan is None:
                break
            try:
                return self._reserve(member_id, wanted, reward, plan, claim, partner_id)
            except OtherRefusedError:
                plan = plan_pieces(reward.stock or 0, self._stock.count_taken([reward.id])[reward.id], pieces, name)
        if replay := self._ledger.find_replay(claim):
            return replay
        raise RewardOutOfStockError if plan is None else ConflictRetryError

    def _reserve(
        self,
        member_id: str,
        wanted: Wanted,
        reward: Reward | None,
        stock: Mapping[str, int],
        claim: Claim,
        partner_id: str | None,
    ) -> Outcome:
        now = self._ledger.now()
        program = self._programs.current(now)
        lapses_at = lapse_of(program, reward, now, at_till=partner_id is not None)
        command = replace(_command(claim, wanted, reward, lapses_at), stock=stock, at_till=partner_id is not None)
        details = {
            "partner_id": partner_id,
            "reward_id": command.reward_id or None,
            "quantity": command.quantity,
            "points": command.points,
            "expires_at": format_instant(command.lapses_at),
            "purchase_id": wanted.purchase_id if isinstance(wanted, PointsWanted) else None,
        }

        def answer(account: Account, entry: Entry) -> Mapping[str, Any]:
            return reserved_view(command, entry, details, program) | {"account": account_view(account, program, now)}

        others = [self._stock.take(reward, shard, pieces) for shard, pieces in stock.items()] if reward else []
        whole = Claim(claim.key, claim.kind, claim.fingerprint, "reserved", details)
        return self._ledger.execute(member_id, command, answer=answer, program=program, claim=whole, others=others)

    def _close(self, document: Document, redemption_id: str, state: str, partner_id: str | None) -> Outcome:
        program = self._programs.current(self._ledger.now())

        def answer(account: Account, entry: Entry) -> Mapping[str, Any]:
            return closed_view(document, state, account, entry, program)

        command = Redeem(redemption_id) if state == "redeemed" else Release(redemption_id)
        closing = Closing(document.key, state, by=partner_id or "")
        others = self._payment(document) if state == "redeemed" else []
        try:
            return self._ledger.execute(
                document.member_id, command, answer=answer, program=program, closing=closing, others=others
            )
        except ReservationExpiredError:
            if self._load(redemption_id).state in {"redeemed", "refunded"}:
                raise AlreadyRedeemedError from None
            raise

    def _payment(self, document: Document) -> list[Write]:
        """Where points pay for a purchase, the purchase knows: its returns give them back."""
        partner_id, purchase_id = document.details["partner_id"], document.details["purchase_id"]
        if not purchase_id:
            return []
        payment = payment_of(document, partition_of(partner_id, purchase_id), self._load_hold(document).lots)
        return [self._documents.new_document(payment)]

    def _refund_plan(self, document: Document, hold: Hold, program: Program) -> Intent:
        """The payment is read before the account: where a return gives some of it back meanwhile, it is read again."""
        lots: Lots = hold.lots
        others = [self._stock.give_back(hold.reward_id, shard, pieces) for shard, pieces in hold.stock.items()]
        if payment := self._find_payment(document):
            back = payment.details["back"]
            lots = {lot: points - back.get(lot, 0) for lot, points in hold.lots.items() if points > back.get(lot, 0)}
            if not lots:
                raise AlreadyReturnedError
            others.append(self._documents.changed_details(payment, with_back(payment, lots)))

        def answer(account: Account, entry: Entry) -> Mapping[str, Any]:
            shown = closed_view(document, "refunded", account, entry, program)
            return shown | {"points_refunded": -entry.lines.get(REDEEMED, 0)}

        command = Refund(document.key.partition.partition("#")[2], hold, lots)
        return Intent(command, answer, closing=_undoing(document), others=others, is_replanned=True)

    def _find_payment(self, document: Document) -> Document | None:
        partner_id, purchase_id = document.details["partner_id"], document.details["purchase_id"]
        if not purchase_id:
            return None
        redemption_id = document.key.partition.partition("#")[2]
        return self._ledger.find_document(DocumentKey(partition_of(partner_id, purchase_id), f"PAID#{redemption_id}"))

    def _load_hold(self, document: Document) -> Hold:
        """What the redemption held, as its first entry says."""
        change = self._history.load_entry(document.member_id, document.sequence).hold
        if change is None:
            raise RedemptionNotFoundError
        return change.hold

    def _load(self, redemption_id: str) -> Document:
        document = self._ledger.find_document(_key(redemption_id)) if is_id("red", redemption_id) else None
        if document is None:
            raise RedemptionNotFoundError
        return document


def _command(claim: Claim, wanted: Wanted, reward: Reward | None, lapses_at: datetime) -> Reserve:
    redemption_id = claim.key.partition.partition("#")[2]
    if isinstance(wanted, PointsWanted) or reward is None:
        return Reserve(redemption_id, wanted.points if isinstance(wanted, PointsWanted) else 0, lapses_at)
    return Reserve(
        redemption_id,
        reward.points * wanted.quantity,
        lapses_at,
        reward.id,
        wanted.quantity,
        reward.per_member,
    )


def _pieces(wanted: Wanted) -> int:
    return wanted.quantity if isinstance(wanted, RewardWanted) else 0


def _undoing(document: Document) -> Closing:
    return Closing(document.key, "refunded", before="redeemed")


def _key(redemption_id: str) -> DocumentKey:
    return DocumentKey(f"REDEMPTION#{redemption_id}")
