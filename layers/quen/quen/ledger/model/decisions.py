"""Decisions: what falls due by itself, and what a command makes of an account.

`decide` first brings the account up to `now`, so that no point is spent after its last day and none is withheld after
it became active, however late a job runs. What falls due comes as entries of its own, in the order of time; at one
midnight points activate before holds lapse, and holds lapse before lots expire.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from quen.business_days import add_months, day_end, day_start, local_day
from quen.earning.model import CAP_UNITS_PER_POINT, RuleShare, price_purchase
from quen.errors import (
    IdempotencyKeyReusedError,
    InsufficientPointsError,
    ReservationExpiredError,
    RewardLimitReachedError,
    ValidationFailedError,
)
from quen.ledger.model.chain import seal
from quen.ledger.model.commands import (
    Adjust,
    BringUpToDate,
    Command,
    GrantBonus,
    RecordPurchase,
    Redeem,
    Release,
    Reserve,
)
from quen.ledger.model.fold import apply, cap_horizon
from quen.ledger.model.values import (
    ACTIVE,
    ADJUSTED,
    EXPIRED,
    HELD,
    ISSUED,
    NEVER,
    PENDING,
    REDEEMED,
    Account,
    Entry,
    Hold,
    HoldChange,
    Lots,
    Reference,
)
from quen.program.model import Program

OPEN_HOLDS_MAX = 20
ADJUSTED_MONTHS_MAX = 120

_ACTIVATES, _LAPSES, _EXPIRES = range(3)


def decide(account: Account, command: Command, program: Program, now: datetime) -> list[Entry]:
    """The entries that the command makes: first what fell due by `now`, then the command's own one.

    Raises the business error that refuses the command; then nothing has happened.
    """
    if isinstance(command, BringUpToDate):
        return bring_up_to(account, program, min(command.until, now), now)
    entries = bring_up_to(account, program, now, now)
    for entry in entries:
        account = apply(account, entry)
    return [*entries, _decided(account, command, program, now)]


def bring_up_to(account: Account, program: Program, until: datetime, now: datetime) -> list[Entry]:
    """What had fallen due at `until` and is not written yet, oldest first; it is recorded `now`.

    A command can make something due itself (a late receipt whose points are over already): whoever commits a decision
    brings the account that it leaves up to now as well.
    """
    entries: list[Entry] = []
    while due := min(_due(account, program.time_zone), default=None):
        at, what, key = due
        if at > until:
            break
        entry = _fallen_due(account, what, key, program, at, now)
        account = apply(account, entry)
        entries.append(entry)
    return entries


def next_due_on(account: Account, zone: ZoneInfo) -> date | None:
    """The first local day at whose midnight something of this account has fallen due; None where nothing ever will."""
    due = min(_due(account, zone), default=None)
    if due is None:
        return None
    day = local_day(due[0], zone)
    return day if day_start(day, zone) == due[0] else day + timedelta(days=1)


def _due(account: Account, zone: ZoneInfo) -> Iterator[tuple[datetime, int, str]]:
    """When, in which order, and under which key the account's next changes by mere time come."""
    if account.pending:
        key = min(account.pending)
        yield day_start(date.fromisoformat(key.partition("/")[0]), zone), _ACTIVATES, key
    for redemption_id, hold in account.holds.items():
        yield hold.lapses_at, _LAPSES, redemption_id
    if account.lots and (first := min(account.lots)) != NEVER:
        yield day_end(date.fromisoformat(first), zone), _EXPIRES, first


def _fallen_due(account: Account, what: int, key: str, program: Program, at: datetime, now: datetime) -> Entry:
    if what == _ACTIVATES:
        points = account.pending[key]
        entry = _entry(account, "activate", program, now, Reference("lot", key), {PENDING: -points, ACTIVE: points})
        entry = replace(entry, pending={key: -points}, lots={key.partition("/")[2]: points})
    elif what == _LAPSES:
        entry = _returned(account, "lapse", key, program, now)
    else:
        points = account.lots[key]
        entry = _entry(account, "expire", program, now, Reference("lot", key), {ACTIVE: -points, EXPIRED: points})
        entry = replace(entry, lots={key: -points})
    return _sealed(account, replace(entry, occurred_at=at))


def _decided(account: Account, command: Command, program: Program, now: datetime) -> Entry:
    match command:
        case RecordPurchase():
            entry = _purchase(account, command, program, now)
        case GrantBonus():
            entry = _bonus(account, command, program, now)
        case Reserve():
            entry = _reserved(account, command, program, now)
        case Redeem():
            entry = _redeemed(account, command, program, now)
        case Release():
            _open_hold(account, command.redemption_id)
            entry = _returned(account, "release", command.redemption_id, program, now)
        case Adjust():
            entry = _adjusted(account, command, program, now)
        case BringUpToDate():
            raise AssertionError("decided before")
    return _sealed(account, entry)


def _purchase(account: Account, command: RecordPurchase, program: Program, now: datetime) -> Entry:
    purchase = command.purchase
    earned_on = local_day(purchase.occurred_at, program.time_zone)
    given = _given(account, program, earned_on.isoformat())
    award = price_purchase(program, purchase, earned_today=given)
    reference = Reference("purchase", f"{command.partner_id}#{purchase.purchase_id}")
    entry = _credit(account, "earn", program, now, reference, award.points, earned_on)
    caps = {f"{earned_on}/{rule}": given.get(rule, 0) + units for rule, units in award.capped.items()}
    return replace(entry, occurred_at=purchase.occurred_at, shares=award.explanation, caps=caps)


def _given(account: Account, program: Program, day: str) -> dict[str, int]:
    """What each capped rule has given on that day; of a day that is forgotten already, all that it could."""
    if day < cap_horizon(account.caps):
        return {rule.id: (rule.cap_points or 0) * CAP_UNITS_PER_POINT for rule in program.earning}
    return {key.partition("/")[2]: units for key, units in account.caps.items() if key.startswith(f"{day}/")}


def _bonus(account: Account, command: GrantBonus, program: Program, now: datetime) -> Entry:
    today = local_day(now, program.time_zone)
    reference = Reference(command.reason, command.occasion)
    entry = _credit(account, "bonus", program, now, reference, command.points, today, pending_days=0)
    shares = command.shares or (RuleShare(command.rule_id, program.version, 0, command.points),)
    return replace(entry, shares=shares)


def _credit(
    account: Account,
    kind: str,
    program: Program,
    now: datetime,
    reference: Reference,
    points: int,
    earned_on: date,
    *,
    pending_days: int | None = None,
) -> Entry:
    """New points: pending until their day, or active at once. The expiry clock starts when they become active."""
    wait = program.points.pending_days if pending_days is None else pending_days
    active_on = earned_on + timedelta(days=wait)
    last_day = program.points.expiry.expires_on(active_on)
    lot = last_day.isoformat() if last_day else NEVER
    if not points:
        return _entry(account, kind, program, now, reference, {})
    if active_on > local_day(now, program.time_zone):
        entry = _entry(account, kind, program, now, reference, {ISSUED: -points, PENDING: points})
        return replace(entry, pending={f"{active_on}/{lot}": points})
    entry = _entry(account, kind, program, now, reference, {ISSUED: -points, ACTIVE: points})
    return replace(entry, lots={lot: points})


def _reserved(account: Account, command: Reserve, program: Program, now: datetime) -> Entry:
    if command.redemption_id in account.holds:
        # The same request again; the ledger looks for the first answer of whatever is refused.
        raise IdempotencyKeyReusedError
    if len(account.holds) >= OPEN_HOLDS_MAX:
        raise RewardLimitReachedError("Too many redemptions are open; redeem or cancel one first.")
    had = account.rewards.get(command.reward_id, 0)
    if command.limit is not None and had + command.quantity > command.limit:
        raise RewardLimitReachedError
    taken = _take(account, command.points)
    hold = Hold(
        command.lapses_at,
        taken,
        command.reward_id,
        counted=command.quantity if command.limit is not None else 0,
        stock=command.stock,
        at_till=command.at_till,
    )
    reference = Reference("redemption", command.redemption_id)
    entry = _entry(account, "reserve", program, now, reference, {ACTIVE: -command.points, HELD: command.points})
    lots = {key: -points for key, points in taken.items()}
    return replace(entry, lots=lots, hold=HoldChange(command.redemption_id, hold, "opened"))


def _redeemed(account: Account, command: Redeem, program: Program, now: datetime) -> Entry:
    hold = _open_hold(account, command.redemption_id)
    reference = Reference("redemption", command.redemption_id)
    entry = _entry(account, "redeem", program, now, reference, {HELD: -hold.points, REDEEMED: hold.points})
    return replace(entry, hold=HoldChange(command.redemption_id, hold, "redeemed"))


def _returned(account: Account, kind: str, redemption_id: str, program: Program, now: datetime) -> Entry:
    """A hold is over and its points are back in the lots they came from."""
    hold = account.holds[redemption_id]
    reference = Reference("redemption", redemption_id)
    entry = _entry(account, kind, program, now, reference, {HELD: -hold.points, ACTIVE: hold.points})
    return replace(entry, lots=hold.lots, hold=HoldChange(redemption_id, hold, "returned"))


def _adjusted(account: Account, command: Adjust, program: Program, now: datetime) -> Entry:
    reference = Reference("adjustment", command.adjustment_id)
    points = command.points
    if points == 0:
        raise ValidationFailedError.at("/points", "zero", "An adjustment gives or takes at least one point.")
    entry = _entry(account, "adjust", program, now, reference, {ADJUSTED: -points, ACTIVE: points})
    entry = replace(entry, reason=command.reason_code)
    if points < 0 and command.expires_on:
        raise ValidationFailedError.at("/expires_on", "not_allowed", "Only points that are given have a last day.")
    if points < 0:
        return replace(entry, lots={key: -taken for key, taken in _take(account, -points).items()})
    today = local_day(now, program.time_zone)
    last_day = command.expires_on or program.points.expiry.expires_on(today)
    if last_day and not today <= last_day <= add_months(today, ADJUSTED_MONTHS_MAX):
        sentence = "Points that are given expire today at the earliest, and within ten years."
        raise ValidationFailedError.at("/expires_on", "out_of_range", sentence)
    return replace(entry, lots={last_day.isoformat() if last_day else NEVER: points})


def _take(account: Account, points: int) -> Lots:
    """Which lots a debit takes from: the earliest last day first, the ones that never expire last."""
    if points < 1:
        raise ValidationFailedError.at("/points", "out_of_range", "At least one point is spent.")
    if points > account.active:
        raise InsufficientPointsError
    taken: dict[str, int] = {}
    for key in sorted(account.lots):
        share = min(points, account.lots[key])
        if share:
            taken[key] = share
            points -= share
    return taken


def _open_hold(account: Account, redemption_id: str) -> Hold:
    hold = account.holds.get(redemption_id)
    if hold is None:
        raise ReservationExpiredError
    return hold


def _entry(
    account: Account, kind: str, program: Program, now: datetime, reference: Reference, lines: dict[str, int]
) -> Entry:
    return Entry(
        member_id=account.member_id,
        sequence=account.sequence + 1,
        kind=kind,  # type: ignore[arg-type] # the callers name their kinds literally
        occurred_at=now,
        recorded_at=now,
        reference=reference,
        program_version=program.version,
        lines=lines,
        previous_hash=account.head,
    )


def _sealed(account: Account, entry: Entry) -> Entry:
    return seal(replace(entry, balance_after=account.active + entry.points))
