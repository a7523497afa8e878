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
    ConflictRetryError,
    IdempotencyKeyReusedError,
    InsufficientPointsError,
    MemberNotActiveError,
    MemberNotFoundError,
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
from quen.ledger.model import Account, Entry, Redeem, Release, Reserve, entry_id
from quen.ledger.ports import CurrentProgram
from quen.ledger.service import Ledger
from quen.ledger.views import account_view
from quen.members.model import MemberReference
from quen.program.model import Program, Reward
from quen.rewards.model import (
    PointsWanted,
    RewardWanted,
    Wanted,
    display_code,
    lapse_of,
    parse_redemption_id,
    plan_pieces,
)
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

    def count_taken(self, reward_ids: Sequence[str]) -> dict[str, dict[str, int]]:
        """How many pieces each shard of each reward has given."""


class RedemptionHistory(Protocol):
    """What the ledger's store tells of a member's redemptions."""

    def list_entries(self, member_id: str, before: int | None, limit: int) -> list[Entry]:
        """Entries newest first."""

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
        id_key: bytes,
    ) -> None:
        self._ledger = ledger
        self._members = members
        self._history = history
        self._programs = programs
        self._stock = stock
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
        return [_reward_shown(reward, account, program, locale, left.get(reward.id)) for reward in program.rewards]

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
            member_id = self._members.resolve(member, "/member")
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
        return self._close(document, redemption_id, "redeemed")

    def release(self, redemption_id: str, *, partner_id: str | None = None, member_id: str | None = None) -> Outcome:
        """Called off by the till or by the member who made it. Raises RedemptionNotFoundError, AlreadyRedeemedError."""
        redemption_id = parse_redemption_id(redemption_id)
        document = self._load(redemption_id)
        owner = document.details["partner_id"]
        if owner != partner_id or (owner is None and document.member_id != member_id):
            raise RedemptionNotFoundError
        return self._close(document, redemption_id, "released")

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
        shown = [_redemption_shown(by_key[_key(entry.reference.id)], now) for entry in page]
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
            return _reserved_shown(command, entry, details, program) | {"account": account_view(account, program)}

        others = [self._stock.take(reward, shard, pieces) for shard, pieces in stock.items()] if reward else []
        whole = Claim(claim.key, claim.kind, claim.fingerprint, "reserved", details)
        return self._ledger.execute(member_id, command, answer=answer, program=program, claim=whole, others=others)

    def _close(self, document: Document, redemption_id: str, state: str) -> Outcome:
        program = self._programs.current(self._ledger.now())

        def answer(account: Account, entry: Entry) -> Mapping[str, Any]:
            shown = {key: value for key, value in document.result.items() if key != "account"}
            closed = {"state": state, "entry_id": entry_id(entry), "account": account_view(account, program)}
            return shown | closed

        command = Redeem(redemption_id) if state == "redeemed" else Release(redemption_id)
        closing = Closing(document.key, state)
        try:
            return self._ledger.execute(document.member_id, command, answer=answer, program=program, closing=closing)
        except ReservationExpiredError:
            if self._load(redemption_id).state == "redeemed":
                raise AlreadyRedeemedError from None
            raise

    def _load(self, redemption_id: str) -> Document:
        document = self._ledger.find_document(_key(redemption_id)) if is_id("red", redemption_id) else None
        if document is None:
            raise RedemptionNotFoundError
        return document


def _reward_shown(
    reward: Reward, account: Account, program: Program, locale: str | None, left: int | None
) -> dict[str, Any]:
    """One line of the catalogue; `left` is None where there is no end of it."""
    worth = program.worth(reward.points)
    in_limit = reward.per_member is None or account.rewards.get(reward.id, 0) < reward.per_member
    available = in_limit and (left is None or left > 0)
    missing = max(0, reward.points - account.active)
    return {
        "reward_id": reward.id,
        "name": reward.name_in(program.locale_for(locale)),
        "points": reward.points,
        "available": available,
        "reachable": available and not missing,
        "missing_points": missing,
        "worth": {"amount": worth.amount, "currency": worth.currency},
    }


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


def _reserved_shown(command: Reserve, entry: Entry, details: Mapping[str, Any], program: Program) -> dict[str, Any]:
    worth = program.worth(command.points)
    return {
        "redemption_id": command.redemption_id,
        "member_id": entry.member_id,
        "state": "reserved",
        "code": display_code(command.redemption_id),
        "reward_id": details["reward_id"],
        "quantity": command.quantity,
        "points": command.points,
        "worth": {"amount": worth.amount, "currency": worth.currency},
        "expires_at": details["expires_at"],
        "entry_id": entry_id(entry),
    }


def _redemption_shown(document: Document, now: datetime) -> dict[str, Any]:
    """A redemption as it stands now: one whose time is over has lapsed, whether that is written yet or not."""
    lapsed = document.state == "reserved" and now >= datetime.fromisoformat(document.details["expires_at"])
    shown = {key: value for key, value in document.result.items() if key != "account"}
    return shown | {"state": "lapsed" if lapsed else document.state}


def _key(redemption_id: str) -> DocumentKey:
    return DocumentKey(f"REDEMPTION#{redemption_id}")
