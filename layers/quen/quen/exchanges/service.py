"""Points that come from a partner's own program, at the rate that staff agreed with it.

The partner takes its units first, then says so here; where its own side fails, it calls the exchange off as long as the points
wait. What goes the other way is a redemption (`ExchangeWanted`): held here, until the partner has given its units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any, Protocol

from msgspec.structs import replace

from quen.errors import (
    NotFoundError,
    QuenError,
    TooLateError,
    ValidationFailedError,
)
from quen.exchanges.errors import ExchangeAlreadyRecordedError, ExchangeNotOfferedError
from quen.ledger.documents import Claim, Closing, Document, DocumentKey, Outcome
from quen.ledger.model import (
    Account,
    Entry,
    Exchanged,
    Lots,
    ReceiveExchange,
    ReverseExchange,
    entry_id,
    purchase_key,
)
from quen.ledger.model.funding import issued
from quen.ledger.ports import CurrentProgram, Intent
from quen.ledger.service import Ledger
from quen.ledger.views import account_view
from quen.members.model import MemberReference
from quen.partners.model import Partner, Rate
from quen.partners.totals import Today, Totals
from quen.program.model import Program
from quen.writes import Write


class MemberLookup(Protocol):
    """Who a partner means."""

    def resolve(self, reference: MemberReference, pointer: str) -> str:
        """The id of a member who may earn; `pointer` is where the request names them. Raises MemberNotFoundError."""


class Exchanges:
    """Takes points from other programs, and gives them back."""

    def __init__(self, ledger: Ledger, members: MemberLookup, programs: CurrentProgram, totals: Totals) -> None:
        self._ledger = ledger
        self._members = members
        self._programs = programs
        self._totals = totals

    def receive(
        self, partner: Partner, exchange_id: str, member: MemberReference, units: int, fingerprint: str
    ) -> Outcome:
        """Points for units of the partner's program, that wait until they may not be called off any more. The same exchange
        again is the first answer again.

        Raises ExchangeNotOfferedError, ExchangeLimitReachedError, ExchangeAlreadyRecordedError for other content,
        MemberNotFoundError, MemberNotActiveError, ValidationFailedError, and PartnerBudgetExhaustedError or
        PartnerCapReachedError where the partner may not give so much.
        """
        key = _key(partner.partner_id, exchange_id)
        claim = Claim(key, "exchange", fingerprint, "received", reused=ExchangeAlreadyRecordedError)
        now = self._ledger.now()
        program = self._programs.current(now)
        today = program.local_day(now)
        try:
            rate, points = _points(partner, units)
            member_id = self._members.resolve(member, "/member")
        except QuenError:
            if replay := self._ledger.find_replay(claim):
                return replay
            raise
        command = ReceiveExchange(
            exchange_id,
            Exchanged(partner.partner_id, rate.per_day),
            points,
            units,
            _active_on(program, now, rate),
            partner.issuing(today).partner_id,
        )

        def answer(account: Account, entry: Entry) -> Mapping[str, Any]:
            return _received_view(exchange_id, rate, command, account, entry, program)

        details = {"units": units, "points": points, "funder": command.funder, "active_on": str(command.active_on)}
        whole = replace(claim, details=details)
        tries = count()

        def plan() -> Intent:
            taking = self._totals.issuing(partner, Today(program, now), key.partition, next(tries))
            return Intent(
                command,
                answer,
                whole,
                details=lambda entry: {"totals": kept} if (kept := taking.kept(issued(entry))) else {},
                more=lambda entry: taking.writes(issued(entry)),
                is_replanned=True,
            )

        return self._ledger.carry_out(member_id, plan, program, now)

    def load(self, partner_id: str, exchange_id: str) -> Mapping[str, Any]:
        """What became of an exchange: the question after a time-out. Raises NotFoundError."""
        document = self._load(partner_id, exchange_id)
        shown = {name: value for name, value in document.result.items() if name != "account"}
        today = self._programs.current(self._ledger.now()).local_day(self._ledger.now())
        is_final = document.state == "received" and date.fromisoformat(document.details["active_on"]) <= today
        return shown | {"state": "final" if is_final else document.state}

    def reverse(self, partner_id: str, exchange_id: str) -> Outcome:
        """The exchange is called off: what waits goes. Raises NotFoundError, TooLateError once the points can be spent."""
        document = self._load(partner_id, exchange_id)
        closing = Closing(document.key, "reversed", before="received", by=partner_id)
        if (answered := closing.replay(document)) is not None:
            return Outcome(answered, replayed=True)  # for ever: what it gave may be archived by now
        program = self._programs.current(self._ledger.now())
        entry = next(iter(self._ledger.read_entries(document.member_id, document.sequence + 1, 1)), None)
        if entry is None or entry.sequence != document.sequence:  # archived: its points can be spent long since
            raise TooLateError
        pending: Lots = {lot: points for lot, points in entry.pending.items() if points > 0}
        command = ReverseExchange(exchange_id, partner_id, pending, document.details["funder"])

        def answer(account: Account, reversal: Entry) -> Mapping[str, Any]:
            shown = dict(document.result) | {"state": "reversed", "entry_id": entry_id(reversal)}
            return shown | {"account": account_view(account, program, reversal.recorded_at)}

        kept, today = document.details.get("totals", {}), program.local_day(self._ledger.now())

        def back(reversal: Entry) -> Sequence[Write]:
            return self._totals.give_back(kept, -issued(reversal), today, command.funder)

        intent = Intent(command, answer, closing=closing, more=back, is_replanned=True)
        return self._ledger.carry_out(document.member_id, lambda: intent, program)

    def _load(self, partner_id: str, exchange_id: str) -> Document:
        document = self._ledger.find_document(_key(partner_id, exchange_id))
        if document is None:
            raise NotFoundError("There is no such exchange.")
        return document


def _active_on(program: Program, now: datetime, rate: Rate) -> date:
    """The first local day that begins when it cannot be called off any more."""
    last = now + timedelta(hours=rate.hold_hours) - timedelta(seconds=1)
    return program.local_day(last) + timedelta(days=1)


def _points(partner: Partner, units: int) -> tuple[Rate, int]:
    rate = partner.exchange.into
    if rate is None:
        raise ExchangeNotOfferedError
    points = rate.points_for(units)
    if points is None or points < rate.minimum:
        sentence = f"So many units that, less the fee of {rate.fee}, make whole points, and at least {rate.minimum}."
        raise ValidationFailedError.at("/units", "out_of_range", sentence)
    return rate, points


def _received_view(
    exchange_id: str, rate: Rate, command: ReceiveExchange, account: Account, entry: Entry, program: Program
) -> dict[str, Any]:
    return {
        "exchange_id": exchange_id,
        "member_id": account.member_id,
        "state": "received",
        "units": command.units,
        "points": command.points,
        "fee": rate.fee,
        "active_on": command.active_on.isoformat(),
        "entry_id": entry_id(entry),
        "account": account_view(account, program, entry.recorded_at),
    }


def _key(partner_id: str, exchange_id: str) -> DocumentKey:
    return DocumentKey(f"EXCHANGE#{purchase_key(partner_id, exchange_id)}")
