"""What can be asked of an account. A command is a value; `decide` turns it into one entry, or refuses it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

from msgspec import Struct, field

from quen.earning.model import NO_FACTS, MemberEvent, Purchase, RuleShare
from quen.ledger.model.lapses import NoteLapse
from quen.ledger.model.merge_commands import ComeBack, GiveUp, MergeAway, TakeOver
from quen.ledger.model.values import Hold, Lots, MemberState
from quen.money import Money
from quen.people import Person
from quen.program.model import Facts, Gifts, Program, Wallet


class RecordPurchase(Struct, frozen=True):
    """A till reports a purchase; the program's rules say what it earns. Zero points are recorded too.

    `person` is who bought, where rules ask about them; `budgets` what campaigns may still give to all members together;
    `funder` the partner that pays for what is given (empty: the program does); `reported_on` the local day on which the till
    told of it, where it is claimed later: what came in time is not late for having waited (None: it comes now).
    """

    partner_id: str
    purchase: Purchase
    person: Person | None = None
    budgets: Mapping[str, int] = field(default_factory=dict)
    funder: str = ""
    reported_on: date | None = None


class RecordEvent(Struct, frozen=True):
    """A partner reports what a member did that is no purchase: a visit, a review. Zero points are recorded too.

    `person`, `budgets` and `funder` are as in RecordPurchase.
    """

    partner_id: str
    event: MemberEvent
    person: Person | None = None
    budgets: Mapping[str, int] = field(default_factory=dict)
    funder: str = ""


class ReturnPurchase(Struct, frozen=True):
    """Goods came back: take what the purchase no longer earns.

    `rules` is the program that decided the purchase, `before` what was left of it until now, `remaining` what is left
    after this, `earned` what it had earned until now by wallet, `rooms` the room that it had under limits, `facts` what
    its rules knew of the member. `own`
    are the points that are still its own, by lot or by pending lot. `occurred_at` is the till's time, or now. `payments`
    are spent points that come back with the goods, by lot and redemption. `is_whole` says that nothing of the purchase is
    left, and something was before. `held` is what it has used of limits until now, by their names (see `limits_held`).
    `stamped_on` is the local day on which its stamps went on cards. `funder` is the partner that stands behind what it
    earned (empty: the program), `payees` the partners that were paid for the points that paid, by redemption.
    """

    partner_id: str
    purchase_id: str
    return_id: str
    rules: Program
    before: Purchase
    remaining: Purchase
    earned: Mapping[Wallet, int]
    rooms: Mapping[str, int] = field(default_factory=dict)
    own: Lots = field(default_factory=dict)
    occurred_at: datetime | None = None
    payments: Mapping[str, Lots] = field(default_factory=dict)
    is_whole: bool = False
    facts: Facts = NO_FACTS
    held: Mapping[str, int] = field(default_factory=dict)
    stamped_on: date | None = None
    funder: str = ""
    payees: Mapping[str, str] = field(default_factory=dict)


class GrantBonus(Struct, frozen=True):
    """What no purchase earned: `welcome` at enrolment; once a year `birthday` (`occasion` is the year) and each `holiday`
    (`<holiday>:<year>`); `win_back` once a lapse (the day of the last purchase). `shares` explains the points, where more
    than the one rule gave them. `gifts` are what the occasion gives, beside `points` that everybody has: by the tier that
    the member has on `day`, the occasion's own, from which it counts as well.
    `reachable` is as in NoteReach, where it is said with the bonus (None: it stays as it was).
    """

    reason: Literal["welcome", "birthday", "holiday", "win_back"]
    points: int
    occasion: str
    rule_id: str
    shares: tuple[RuleShare, ...] = ()
    gifts: Gifts | None = None
    day: date | None = None
    reachable: bool | None = None


class Exchanged(Struct, frozen=True):
    """That points go to, or come from, that partner's own program, at most so many a member and local day (None: no end)."""

    partner_id: str
    per_day: int | None


class ReceiveExchange(Struct, frozen=True):
    """Points come from a partner's own program, where they were so many units. They wait until `active_on`; `funder` is the
    partner that stands behind them (empty: the program).
    """

    exchange_id: str
    exchanged: Exchanged
    points: int
    units: int
    active_on: date
    funder: str = ""


class ReverseExchange(Struct, frozen=True):
    """The exchange of that partner is called off: its points go, as long as they wait (so many, as `pending` says)."""

    exchange_id: str
    partner_id: str
    pending: Lots
    funder: str = ""


class Reserve(Struct, frozen=True):
    """Set points aside for a reward, or (without `reward_id`) for part of a bill, until `lapses_at`.

    `prices` are what members of some tiers pay instead of `points`, `tiers` who may have it at all (empty: everybody).
    `limit` is how often the member may have this reward, where the program limits it, and `period` in which time (see
    Hold; empty: ever). `stock` says which shards of its stock the pieces come from, where it has one; `partner_id` is
    whose till asks, where one does; `at_once`, that there is nothing to wait for: the points are spent instead of held. Where
    there are `early_perks`, only who has one of these may have the reward yet. `is_gift`: for one that was given to the
    member, instead of points, whatever the price, the tier and the limit.
    `exchanged`: they go to another program.
    """

    redemption_id: str
    points: int
    lapses_at: datetime
    reward_id: str = ""
    quantity: int = 1
    limit: int | None = None
    stock: Mapping[str, int] = field(default_factory=dict)
    partner_id: str = ""
    period: str = ""
    at_once: bool = False
    prices: Mapping[str, int] = field(default_factory=dict)
    tiers: tuple[str, ...] = ()
    early_perks: tuple[str, ...] = ()
    is_gift: bool = False
    exchanged: Exchanged | None = None


class ReservePerk(Struct, frozen=True):
    """Set so many uses of a counted perk aside until `lapses_at`. `saves` is what they save whoever pays for the perk, in the
    smallest unit of money; `partner_id` is as in Reserve.
    """

    redemption_id: str
    perk_id: str
    lapses_at: datetime
    quantity: int = 1
    partner_id: str = ""
    saves: int = 0


class Redeem(Struct, frozen=True):
    """The reward was handed over by that partner: the held points are spent for good. `payee` is the partner that is paid for
    them (empty: none is), but for the `fee` that the program keeps of an exchange.
    """

    redemption_id: str
    payee: str = ""
    partner_id: str = ""
    fee: int = 0


class Release(Struct, frozen=True):
    """The redemption is called off: the held points go back to the lots they came from."""

    redemption_id: str


class Refund(Struct, frozen=True):
    """A redemption that was redeemed is undone: `hold` as it was, `lots` what of it has not come back already. Without
    `has_grace` they live no longer than they would have, as after a reservation that is called off. `payee` is the partner
    that was paid for it, but for the `fee`.
    """

    redemption_id: str
    hold: Hold
    lots: Lots
    has_grace: bool = True
    payee: str = ""
    fee: int = 0


class Adjust(Struct, frozen=True):
    """Staff give (+) or take (−) points, for a reason. Taking never goes below what is active."""

    adjustment_id: str
    points: int
    reason_code: str
    expires_on: date | None = None


class SendPoints(Struct, frozen=True):
    """Give points to another member, within the program's limits."""

    transfer_id: str
    points: int
    to_member_id: str


class ReceivePoints(Struct, frozen=True):
    """The other half of a transfer: the very lots that left, with the last days they had."""

    transfer_id: str
    lots: Lots
    from_member_id: str


class OpenBalance(Struct, frozen=True):
    """What the member had in an older system, by last day; `counters` for its other wallets."""

    import_id: str
    lots: Lots
    counters: Mapping[str, int] = field(default_factory=dict)


class SetState(Struct, frozen=True):
    """Let the member earn and spend, or not. What falls due by itself goes on in every state. `reason` is a word: members
    read it, and no entry is ever taken back.
    """

    state: MemberState
    reason: str


class SetTier(Struct, frozen=True):
    """Staff give the member a tier of the program until the end of a day (None: for good), or with an empty `tier` its
    entry tier. `reason` is a word, as in SetState.
    """

    tier: str
    until: date | None
    reason: str


class StartTrial(Struct, frozen=True):
    """The member tries a paid membership for nothing, once in a life. `change_id` names the request."""

    change_id: str
    plan_id: str


class RecordPayment(Struct, frozen=True):
    """A payment side says that a membership was paid for, or that it tried and was not; `payer` as `Membership` has it."""

    partner_id: str
    payment_id: str
    plan_id: str
    outcome: Literal["succeeded", "failed"]
    amount: Money
    occurred_at: datetime
    payer: str = ""


class CancelMembership(Struct, frozen=True):
    """The membership is not renewed: it ends with what is paid for."""


class ResumeMembership(Struct, frozen=True):
    """It was canceled, and is renewed after all."""


class RefundMembership(Struct, frozen=True):
    """What of that plan the `payer` was paid and is not used goes back, at once. `change_id` names the request."""

    change_id: str
    plan_id: str
    payer: str = ""


class MoveStoredValue(Struct, frozen=True):
    """Money that the member keeps with the shop, in the smallest unit: loaded, redeemed, refunded, adjusted (±)."""

    activity_id: str
    activity: Literal["load", "redeem", "refund", "adjust"]
    amount: int
    reason: str = ""


class NoteReach(Struct, frozen=True):
    """Whether the member may be told about their points: the profile has an address and a consent for it."""

    reachable: bool


class RecordProof(Struct, frozen=True):
    """Why points of these last days may end: what became of the message that warned of them (`proof` is a word)."""

    days: tuple[str, ...]
    message_id: str
    proof: str


class BringUpToDate(Struct, frozen=True):
    """Nothing but what had fallen due at `until`."""

    until: datetime


Command = (
    NoteReach
    | RecordProof
    | RecordPurchase
    | RecordEvent
    | ReturnPurchase
    | GrantBonus
    | NoteLapse
    | ReceiveExchange
    | ReverseExchange
    | Reserve
    | ReservePerk
    | Redeem
    | Release
    | Refund
    | Adjust
    | SendPoints
    | ReceivePoints
    | MergeAway
    | TakeOver
    | GiveUp
    | ComeBack
    | OpenBalance
    | SetState
    | SetTier
    | MoveStoredValue
    | StartTrial
    | RecordPayment
    | CancelMembership
    | ResumeMembership
    | RefundMembership
    | BringUpToDate
)
