"""Which partners an entry concerns, and which types of event tell each of them.

    recorder   it recorded the purchase, the event, the return, the exchange or the payment: the entry's reference is
               `<partner>#<its id>`
    acceptor   the redemption was made or redeemed at its till, as the hold says; or what was spent with it came back, and it
               had been paid for it: a line `partner.<partner>.redeemed`
    funder     its own points moved: a line `partner.<partner>.…`, or a lot `2027-11-30@<partner>`

A funder learns how many of its own points moved, never where or with whom. Whoever has two roles in one entry is told each
type once, in the role that stands first. Points that are only held, given to another member or merged stay what they are
to their funder, and tell it nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Literal

from msgspec import Struct, field

from quen.events.cards import COMPLETED, MILESTONE_REACHED, STAMPS_EARNED, card_events
from quen.events.memberships import membership_detail, membership_types
from quen.events.model import events_of
from quen.ledger.model import Entry
from quen.ledger.model.funding import issued, lot_funder
from quen.ledger.model.values import Lots

Role = Literal["recorder", "acceptor", "funder"]

_EARNED, _REVERSED, _WRITTEN_OFF = "points.earned", "points.reversed", "points.written_off"
_ACTIVATED, _EXPIRED, _ADJUSTED = "points.activated", "points.expired", "points.adjusted"
_REDEEMED, _REFUNDED = "points.redeemed", "points.refunded"
_PAID, _PAYMENT_FAILED = "membership.paid", "membership.payment_failed"
_USES = (
    "points.reserved",
    _REDEEMED,
    "reward.redeemed",
    "points.released",
    "gift.reserved",
    "gift.redeemed",
    "gift.released",
    "perk.reserved",
    "perk.used",
    "perk.released",
)

PARTNER_EVENT_TYPES = (
    _EARNED,
    _ACTIVATED,
    _EXPIRED,
    *_USES,
    _REFUNDED,
    _REVERSED,
    _WRITTEN_OFF,
    _ADJUSTED,
    STAMPS_EARNED,
    MILESTONE_REACHED,
    COMPLETED,
    _PAID,
    _PAYMENT_FAILED,
)
"""Every type that a partner is told, of those that go to the bus."""

_RECORDED: Mapping[str, str] = {
    "earn": _EARNED,
    "bonus": _EARNED,
    "reverse": _REVERSED,
    "write_off": _WRITTEN_OFF,
}
_FUNDED: Mapping[str, str] = {
    "earn": _EARNED,
    "bonus": _EARNED,
    "activate": _ACTIVATED,
    "expire": _EXPIRED,
    "redeem": _REDEEMED,
    "refund": _REFUNDED,
    "reverse": _REVERSED,
    "write_off": _WRITTEN_OFF,
    "adjust": _ADJUSTED,
}
"""What the kinds of entry tell a recorder, and a funder; of the others they are told nothing."""

_CARD_DETAILS = {"card_id", "stamps", "reward_id"}
_USE_DETAILS = {"reward_id", "perk_id", "uses"}
_PAYMENT_DETAILS = {"plan_id", "amount"}


class Telling(Struct, frozen=True):
    """One partner is told one type of event, in one role. `points` is how many it is about (None: it is about none), signed
    for an adjustment alone; `own` how many of them the partner funds, where they are known to be some; `mark` tells several
    of a type apart.
    """

    partner_id: str
    role: Role
    type: str
    points: int | None = None
    own: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    mark: str = ""


def tellings_of(entry: Entry) -> list[Telling]:
    """Who is told what of the entry."""
    told: dict[tuple[str, str, str], Telling] = {}
    for telling in (*_to_recorder(entry), *_to_acceptors(entry), *_to_funders(entry)):
        told.setdefault((telling.partner_id, telling.type, telling.mark), telling)
    return list(told.values())


def recorder_of(entry: Entry) -> str:
    """The partner that recorded what the entry is about; empty where none did."""
    return entry.reference.id.rpartition("#")[0]


def _to_recorder(entry: Entry) -> Iterator[Telling]:
    partner_id = recorder_of(entry)
    if not partner_id:
        return
    type_ = _RECORDED.get(entry.kind, "")
    given, funded = abs(issued(entry)), entry.lines.get(f"partner.{partner_id}.funded", 0)
    if type_ and (given or type_ != _EARNED):
        yield Telling(partner_id, "recorder", type_, given, abs(funded) or None)
    for card in card_events(entry):
        details = _only(_CARD_DETAILS, card.detail)
        yield Telling(partner_id, "recorder", card.type, details=details, mark=card.mark)
    for type_ in membership_types(entry):
        if type_ in {_PAID, _PAYMENT_FAILED}:
            details = _only(_PAYMENT_DETAILS, membership_detail(type_, entry))
            yield Telling(partner_id, "recorder", type_, details=details)


def _to_acceptors(entry: Entry) -> Iterator[Telling]:
    partner_id = acceptor_of(entry)
    if entry.hold and partner_id:
        lots = entry.hold.hold.lots
        points, own = sum(lots.values()) or None, _of_funder(lots, partner_id) or None
        for event in events_of(entry):
            if event.type in _USES:
                yield Telling(partner_id, "acceptor", event.type, points, own, _only(_USE_DETAILS, event.detail))
    for payee, points in _paid_for(entry).items():
        if points < 0:
            # A return takes back what it earned and gives back what paid for it: of the lots alone nobody can tell which
            # of the two an own point was.
            own_points = _own_points(entry, payee) if entry.kind == "refund" else 0
            yield Telling(payee, "acceptor", _REFUNDED, -points, own_points or None)


def acceptor_of(entry: Entry) -> str:
    """The partner at whose till a redemption was made, or which redeemed one that its member had made; empty: none."""
    change = entry.hold
    return change.by or change.hold.partner_id if change else ""


def _to_funders(entry: Entry) -> Iterator[Telling]:
    type_ = _FUNDED.get(entry.kind, "")
    for partner_id in _funders(entry) if type_ else ():
        points = _own_points(entry, partner_id)
        if not points:
            continue
        # A return that gives back what paid for the goods brings points of other funders back.
        told = _REFUNDED if type_ == _REVERSED and points > 0 else type_
        shown = points if told == _ADJUSTED else abs(points)
        yield Telling(partner_id, "funder", told, shown, shown)


def _funders(entry: Entry) -> list[str]:
    """Whose points the entry moves, each once."""
    lines = [partner_id for partner_id, side in map(_of_partner, entry.lines) if side in {"funded", "expired"}]
    held = entry.hold.hold.lots if entry.hold else {}
    lots = [lot_funder(key) for key in (*entry.lots, *entry.pending, *held)]
    return [partner_id for partner_id in dict.fromkeys((*lines, *lots)) if partner_id]


def _paid_for(entry: Entry) -> dict[str, int]:
    """Which partners are paid for how many points that were spent; a negative number comes back."""
    sides = {_of_partner(name): points for name, points in entry.lines.items()}
    return {partner_id: points for (partner_id, side), points in sides.items() if side == "redeemed" and partner_id}


def _own_points(entry: Entry, partner_id: str) -> int:
    """How many of the partner's points came to the member (+), or left for good (−)."""
    funded = entry.lines.get(f"partner.{partner_id}.funded", 0)
    expired = entry.lines.get(f"partner.{partner_id}.expired", 0)
    if funded or expired:
        return -funded - expired
    if entry.kind == "redeem":
        return -_of_funder(entry.hold.hold.lots, partner_id) if entry.hold else 0
    pending = _of_funder(entry.pending, partner_id)
    return -pending if entry.kind == "activate" else pending + _of_funder(entry.lots, partner_id)


def _of_funder(lots: Lots, partner_id: str) -> int:
    return sum(points for key, points in lots.items() if lot_funder(key) == partner_id)


def _only(names: Collection[str], detail: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in detail.items() if name in names}


def _of_partner(ledger_account: str) -> tuple[str, str]:
    """The partner and the side of `partner.<id>.<side>`; of another ledger account nothing."""
    owner, _, rest = ledger_account.partition(".")
    partner_id, _, side = rest.rpartition(".")
    return (partner_id, side) if owner == "partner" else ("", "")
