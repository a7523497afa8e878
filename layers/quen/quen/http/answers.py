"""What the APIs answer, as types. Services make these as plain values; a test holds every answer to its type.

They are typed dictionaries because a declaration is all they are: nothing is converted when a request is answered.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from quen.http import scalars
from quen.http.memberships import Membership, MembershipChange
from quen.http.punch_cards import CardChange, GiftChange, PunchCard

Count = scalars.Count
Cursor = scalars.Cursor
Day = scalars.Day
Instant = scalars.Instant
Money = scalars.Money


class Balances(TypedDict):
    """Points by what can be done with them."""

    active: Count
    pending: Count
    held: Count
    debt: Count


class PointsByDay(TypedDict):
    """Points and their day; null is never."""

    on: Day | None
    points: Count


class Tier(TypedDict):
    """The member's tier, its name in the program's first language, from which day and to which day's end. Both are null for
    everybody's tier; `until` alone for one that was given for good.
    """

    id: str
    name: str
    since: Day | None
    until: Day | None
    progress: TierProgress | None


class NamedTier(TypedDict):
    """A tier of the program."""

    id: str
    name: str


class Figures(TypedDict):
    """Amounts by what tiers ask for; spend in the currency's smallest unit."""

    qualifying: NotRequired[Count]
    spend: NotRequired[Count]
    visits: NotRequired[Count]
    purchases: NotRequired[Count]


class Sentence(TypedDict):
    """The same in Vietnamese and in English."""

    vi: str
    en: str


class TierProgress(TypedDict):
    """The way to the next tier; null where no tier can be reached. `current` is what was gathered in the period that ends with
    `window_end` (null: never), `missing` what is lacking on the closest way to the `next` tier (null: there is none), and
    `alternatives` on the others. `keep_missing` is what is lacking to keep the tier beyond its last day: nothing where it is
    empty; null where none is earned, it is for good, or nothing can keep it. `at_risk`: it would be lost, and the member was
    told.
    """

    current: Figures
    next: NamedTier | None
    missing: Figures
    alternatives: list[Figures]
    keep_missing: Figures | None
    at_risk: bool
    window_end: Day | None
    sentence: Sentence


TierChange = TypedDict(
    "TierChange",
    {
        "cause": Literal[
            "upgraded", "noticed", "on_track", "grace", "prolonged", "downgraded", "ended", "merged", "set"
        ],
        "from": str | None,
        "to": str | None,
        "until": Day | None,
        "figures": Figures,
        "period": str | None,
        "rule_version": int | None,
    },
)
"""What an entry did to the member's tier, and why; null is the program's entry tier. The figures that decided are those of
the period that begins with the month `period` (null: of ever), by that version of the program.
"""


class Account(TypedDict):
    """What a member has now. A brand is told no `sequence` (null), no lots by their days (none), and of the tier neither its
    days nor its progress: they would tell two brands that their members are one person.
    """

    member_id: str
    points: Balances
    worth: Money
    expiring: list[PointsByDay]
    activating: list[PointsByDay]
    tier: Tier | None
    wallets: Wallets
    cards: list[PunchCard]
    membership: Membership | None
    stored_value: Money | None
    gifts: list[Gift]
    sequence: Count | None


class Gift(TypedDict):
    """Pieces of a reward that the member may have for nothing, to the end of a day."""

    reward_id: str
    name: str
    until: Day
    count: Count


class Wallets(TypedDict):
    """What a member has beside points: qualifying points, which are never spent, and stamps."""

    qualifying: Count
    stamps: Count


class Share(TypedDict):
    """Why: this rule, in this version of the program, gave so much on this basis. `before_rounding` is what it came to before
    its caps and the one rounding: a decimal, or a fraction where that does not end.
    """

    rule_id: str
    rule_version: int
    basis: int
    before_rounding: str
    points: int


class Changes(TypedDict):
    """What an entry changed, signed."""

    active: int
    pending: int
    held: int
    debt: int


class LotChange(TypedDict):
    """What an entry put into a lot, or took from it (negative). `on` is the lot's last day; null is never."""

    on: Day | None
    points: int


class WalletChange(TypedDict):
    """What an entry did to another wallet, signed; stored value in the currency's smallest unit."""

    wallet: Literal["qualifying", "stamps", "stored_value"]
    amount: int
    explanation: list[Share]


class Reference(TypedDict):
    """What an entry is about."""

    kind: str
    id: str


class Entry(TypedDict):
    """One fact of the statement. `points` is the signed change of active points; they add up to `balance_after`."""

    entry_id: str
    sequence: Count
    kind: str
    points: int
    changes: Changes
    occurred_at: Instant
    recorded_at: Instant
    balance_after: int
    explanation: list[Share]
    lots: list[LotChange]
    wallets: list[WalletChange]
    tier: TierChange | None
    cards: list[CardChange]
    gifts: list[GiftChange]
    membership: MembershipChange | None
    saved: int
    reference: Reference
    reason: str | None
    hash: str


class Movement(Entry):
    """An entry of a statement, and when it took effect. What has fallen due and is not written yet has no id, no hash,
    and was recorded nowhere.
    """

    entry_id: str | None  # type: ignore[misc] # wider than an entry's, which is written
    hash: str | None  # type: ignore[misc] # the same
    recorded_at: Instant | None  # type: ignore[misc] # the same
    took_effect_at: Instant


Statement = TypedDict(
    "Statement",
    {
        "member_id": str,
        "from": Day,
        "to": Day,
        "opening": Balances,
        "closing": Balances,
        "movements": list[Movement],
    },
)
"""Every movement of a period, oldest first: opening + movements = closing, in each of the four balances."""


class RuleVerdict(TypedDict):
    """What one rule made of a purchase: `applied`, `capped`, or why it gave nothing. `basis` is the amount that it looked at,
    `before_rounding` what it came to, `without_cap` what it would have given if nothing had capped it.
    """

    rule_id: str
    wallet: Literal["points", "qualifying", "stamps"]
    card_id: NotRequired[str]
    verdict: str
    points: int
    without_cap: int
    basis: int
    before_rounding: str
    reason: ReasonText


class ReasonText(TypedDict):
    """The verdict as a person is told."""

    vi: str
    en: str


class ReturnedPoints(TypedDict):
    """What a return did to points: taken back, not to be had back any more, and given back because they had paid."""

    reversed: Count
    written_off: Count
    given_back: Count


class ExplainedReturn(TypedDict):
    """A return of the purchase."""

    return_id: str
    points: ReturnedPoints


class Explanation(TypedDict):
    """Why a purchase earned what it did: every purchase rule of the program that decided it."""

    purchase_id: str
    partner_id: str
    total: Money
    points: int
    program_version: int
    rules: list[RuleVerdict]
    entry: Entry
    returns: list[ExplainedReturn]


class EntryPage(TypedDict):
    """The statement, newest first. On its last page `archived_before` says since when entries are listed, where older ones were
    moved to the archive.
    """

    items: list[Entry]
    next_cursor: Cursor | None
    archived_before: Instant | None


class Receiver(TypedDict):
    """Who got them: nothing more is told."""

    masked_name: str


class Transfer(TypedDict):
    """Points that were given. `lots` are the days that they keep; `account` is what the giver has left."""

    transfer_id: str
    points: int
    to: Receiver
    lots: list[PointsByDay]
    entry_id: str
    account: Account


class Fault(TypedDict):
    """One thing wrong with the request: where (a JSON pointer) and what."""

    pointer: str
    code: str
    detail: NotRequired[str]


class Problem(TypedDict):
    """Why a request was refused (RFC 9457). `code` is permanent; the words may change."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: list[Fault]
    retryable: bool
