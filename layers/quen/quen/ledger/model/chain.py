"""The canonical form of an entry, its hash, and what is wrong with a history that was touched.

The canonical form is JSON with sorted keys, no blanks and only integers and strings: the bytes that are stored are the
bytes that are hashed. It holds the previous hash, so that no entry can be changed, taken out, swapped or put in without
breaking every hash after it.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, cast

from msgspec import Struct
from msgspec.structs import force_setattr

from quen.cards.model import mark_form, parse_mark
from quen.compact_json import canonical
from quen.earning.model import NO_FACTS, RuleShare
from quen.instants import format_instant, parse_instant
from quen.ledger.model.fold import BrokenLedgerError, apply
from quen.ledger.model.lapses import HandledLapse
from quen.ledger.model.values import POINTS, Account, Entry, Hold, HoldChange, Reference, TierMark, Warned, unit_of
from quen.memberships.model import change_form as membership_change_form
from quen.memberships.model import parse_change as parse_membership_change
from quen.program.model import Facts, Measure
from quen.tiers.model import Standing, StandingChange

_LETTERS: Mapping[Measure, str] = {"qualifying": "q", "spend": "s", "visits": "v", "purchases": "p"}


class Sealed(NamedTuple):
    """An entry as it is kept: the very text that was hashed, and the hash."""

    form: str
    hash: str


class Flaw(Struct, frozen=True):
    """The first thing wrong with a member's history: at which sequence, and what."""

    sequence: int
    what: str


def seal(entry: Entry) -> Entry:
    """The entry, which nobody else has yet, with its hash."""
    # A copy for the sake of one member takes as long as the hash itself.
    force_setattr(entry, "hash", hash_of(canonical_form(entry)))
    return entry


def hash_of(form: str) -> str:
    """SHA-256 of a canonical form, in hexadecimal."""
    return hashlib.sha256(form.encode()).hexdigest()


def entry_id(entry: Entry) -> str:
    """`ent_` and the first 80 bits of the entry's hash, which covers the member's unguessable id."""
    return "ent_" + base64.b32encode(bytes.fromhex(entry.hash[:20])).decode().lower()


def sealed_form(entry: Entry) -> Sealed:
    """What is kept of an entry."""
    return Sealed(canonical_form(entry), entry.hash)


def canonical_form(entry: Entry) -> str:
    """The text that is stored and hashed: everything but the hash itself; what is empty is left out."""
    fields: dict[str, Any] = {
        "member": entry.member_id,
        "sequence": entry.sequence,
        "kind": entry.kind,
        "occurred_at": format_instant(entry.occurred_at),
        "recorded_at": format_instant(entry.recorded_at),
        "reference": [entry.reference.kind, entry.reference.id],
        "program": entry.program_version,
        "lines": _points_lines(entry) if entry.counters else entry.lines,
        "lots": entry.lots,
        "pending": entry.pending,
        "hold": _change_form(entry.hold),
        "caps": entry.caps,
        "rewards": entry.rewards,
        "counters": entry.counters,
        "state": entry.state,
        "moved": entry.moved_to,
        "active_on": entry.active_on,
        "habits": entry.habits,
        "seen": entry.seen,
        "tier": entry.tier,
        "standing": _standing_form(entry.standing),
        "cards": {card: mark_form(mark) for card, mark in entry.cards.items()},
        "gifts": entry.gifts,
        "granted": entry.granted,
        "membership": membership_change_form(entry.membership) if entry.membership else None,
        "saved": entry.saved or None,
        "reachable": None if entry.reachable is None else int(entry.reachable),
        "warned": entry.warned,
        "proven": entry.proven,
        "win_back": entry.win_back,
        "shares": [_share_form(share) for share in entry.shares],
        "basis": entry.basis,
        "facts": facts_form(entry.facts),
        "reason": entry.reason,
        "balance": entry.balance_after,
        "previous": entry.previous_hash,
    }
    kept = {name: value for name, value in fields.items() if value or isinstance(value, int)}
    if entry.moved_to is not None:
        kept["moved"] = entry.moved_to  # an empty text says that a merge was undone
    return canonical(kept).decode()


def parse_entry(form: str, hash_: str) -> Entry:
    """The entry that a canonical form says, with the hash that is stored beside it (not checked here: see `verify`)."""
    fields = cast("dict[str, Any]", json.loads(form))
    return Entry(
        member_id=fields["member"],
        sequence=fields["sequence"],
        kind=fields["kind"],
        occurred_at=parse_instant(fields["occurred_at"]),
        recorded_at=parse_instant(fields["recorded_at"]),
        reference=Reference(*fields["reference"]),
        program_version=fields["program"],
        lines=_all_lines(fields.get("lines", {}), fields.get("counters", {})),
        lots=fields.get("lots", {}),
        pending=fields.get("pending", {}),
        hold=_parse_change(fields.get("hold")),
        caps=fields.get("caps", {}),
        rewards=fields.get("rewards", {}),
        counters=fields.get("counters", {}),
        state=fields.get("state"),
        moved_to=fields.get("moved"),
        active_on=fields.get("active_on", ""),
        habits=fields.get("habits", {}),
        seen=fields.get("seen", {}),
        tier=TierMark(*fields["tier"]) if "tier" in fields else None,
        standing=_parse_standing(fields.get("standing")),
        cards={card: parse_mark(mark) for card, mark in fields.get("cards", {}).items()},
        gifts=fields.get("gifts", {}),
        granted=fields.get("granted", {}),
        membership=parse_membership_change(fields["membership"]) if "membership" in fields else None,
        saved=fields.get("saved", 0),
        reachable=bool(fields["reachable"]) if "reachable" in fields else None,
        warned=Warned(*fields["warned"]) if "warned" in fields else None,
        proven=fields.get("proven", {}),
        win_back=HandledLapse(*fields["win_back"]) if "win_back" in fields else None,
        shares=tuple(RuleShare(*share) for share in fields.get("shares", ())),
        basis=fields.get("basis", {}),
        facts=parse_facts(fields.get("facts", {})),
        reason=fields.get("reason", ""),
        balance_after=fields["balance"],
        previous_hash=fields["previous"],
        hash=hash_,
    )


def _points_lines(entry: Entry) -> Mapping[str, int]:
    """The lines in points. Those of other units are what their counters say, and would cost an entry a tenth of its room."""
    return {name: amount for name, amount in entry.lines.items() if unit_of(name) == POINTS}


def _all_lines(lines: Mapping[str, int], counters: Mapping[str, int]) -> Mapping[str, int]:
    """These lines in points, and a line and the program's side of it for every unit whose counters have moved."""
    amounts: dict[str, int] = {}
    for key, amount in counters.items():
        unit = key.partition("/")[0]
        amounts[unit] = amounts.get(unit, 0) + amount
    moved = {unit: amount for unit, amount in amounts.items() if amount}
    return {
        **lines,
        **{f"member.{unit}": amount for unit, amount in moved.items()},
        **{f"program.{unit}": -amount for unit, amount in moved.items()},
    }


def verify(account: Account, history: Iterable[Sealed], begun: Account | None = None) -> Flaw | None:
    """None where every hash is right, every entry follows the one before, and all fold to exactly this account.

    What is hashed is the text that is kept, not what today's code would write of it. `begun` is the account that the first
    entry goes on from: the fold of earlier ones, which are not among these.
    """
    folded = begun or Account(account.member_id)
    for sealed in history:
        try:
            folded = apply(folded, believed(sealed, folded))
        except BrokenLedgerError as error:
            return Flaw(error.sequence, error.why)
    if folded != account:
        return Flaw(folded.sequence, "the account is not the fold of its entries")
    return None


def believed(sealed: Sealed, account: Account) -> Entry:
    """The entry that a kept text says. Raises BrokenLedgerError at the sequence where it says nothing, or lies."""
    following = account.sequence + 1
    try:
        entry = parse_entry(*sealed)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BrokenLedgerError(following, "cannot be read") from None
    if hash_of(sealed.form) != sealed.hash:
        raise BrokenLedgerError(following, "was changed: its hash does not match")
    if entry.member_id != account.member_id:
        raise BrokenLedgerError(following, "belongs to another member")
    if entry.balance_after != account.active + entry.points:
        raise BrokenLedgerError(entry.sequence, "states a balance that its history does not give")
    return entry


def _share_form(share: RuleShare) -> list[Any]:
    """Points are the wallet that goes without saying."""
    named = [share.rule_id, share.rule_version, share.basis, share.points]
    if share.exact:
        return [*named, share.wallet, share.exact]
    return named if share.wallet == "points" else [*named, share.wallet]


def facts_form(facts: Facts) -> dict[str, Any]:
    """Facts as JSON-able values; what goes without saying is left out."""
    if facts is NO_FACTS:
        return {}
    fields = {
        "tier": facts.tier,
        "segments": sorted(facts.segments),
        "birthday": int(facts.is_birthday_month),
        "nth": facts.nth if facts.nth != 1 else 0,
        "perks": sorted(facts.perks),
    }
    return {name: value for name, value in fields.items() if value}


def parse_facts(fields: Mapping[str, Any]) -> Facts:
    """The facts that `facts_form` wrote."""
    if not fields:
        return NO_FACTS
    return Facts(
        fields.get("tier", ""),
        frozenset(fields.get("segments", ())),
        bool(fields.get("birthday")),
        fields.get("nth", 1),
        frozenset(fields.get("perks", ())),
    )


def hold_form(hold: Hold) -> dict[str, Any]:
    """A hold as JSON-able values; what is empty is left out."""
    fields = {
        "until": format_instant(hold.lapses_at),
        "lots": dict(hold.lots),
        "reward": hold.reward_id,
        "count": hold.counted,
        "stock": dict(hold.stock),
        "till": hold.partner_id,
        "period": hold.period,
        "gift": hold.gift,
        "saved": hold.saved,
    }
    return {name: value for name, value in fields.items() if value}


def parse_hold(fields: Mapping[str, Any]) -> Hold:
    """The hold that `hold_form` wrote."""
    return Hold(
        lapses_at=parse_instant(fields["until"]),
        lots=fields.get("lots", {}),
        reward_id=fields.get("reward", ""),
        counted=fields.get("count", 0),
        stock=fields.get("stock", {}),
        partner_id=fields.get("till", ""),
        period=fields.get("period", ""),
        gift=fields.get("gift", ""),
        saved=fields.get("saved", 0),
    )


def _standing_form(change: StandingChange | None) -> list[Any] | None:
    """In short, for an entry that earns points of many rules and a tier has a KB: without empty ends, measures by a letter."""
    if change is None:
        return None
    figures = {_LETTERS[measure]: amount for measure, amount in change.figures.items()}
    return [change.cause, standing_form(change.after), change.before, figures, change.period, change.rules]


def _parse_standing(fields: list[Any] | None) -> StandingChange | None:
    if fields is None:
        return None
    cause, after, before, figures, period, rules = fields
    by_measure = {measure: figures[letter] for measure, letter in _LETTERS.items() if letter in figures}
    return StandingChange(cause, Standing(*after), before, by_measure, period, rules)


def standing_form(standing: Standing) -> list[str]:
    """A standing without the empty ends; nothing is left of that of the entry tier."""
    form = list(standing)
    while form and not form[-1]:
        form.pop()
    return form


def _change_form(change: HoldChange | None) -> Mapping[str, Any] | None:
    if change is None:
        return None
    by = {"by": change.by} if change.by else {}
    return {"id": change.redemption_id, "change": change.change} | by | hold_form(change.hold)


def _parse_change(fields: Mapping[str, Any] | None) -> HoldChange | None:
    return HoldChange(fields["id"], parse_hold(fields), fields["change"], fields.get("by", "")) if fields else None
