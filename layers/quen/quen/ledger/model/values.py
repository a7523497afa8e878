"""What the ledger holds: accounts, which are values, and entries, which are facts.

A lot is all the points of an account that share one last day, and one funder. Its key is that day (`2027-11-30`; the
points live to 24:00 local of it) or `never`, which sorts after every day, so that the order of keys is the order of
spending; behind an `@` stands the partner that funds it, where one does (see `funding`). A pending lot's key is
`<day it activates>/<key of the lot it will then be>`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Literal, NamedTuple

from msgspec import Struct, field

from quen.cards.model import CardMark
from quen.earning.model import NO_FACTS, RuleShare
from quen.ledger.model.lapses import NO_LAPSE, HandledLapse
from quen.memberships.model import NO_MEMBERSHIP, Membership, MembershipChange
from quen.program.model import Facts
from quen.tiers.model import NO_STANDING, Standing, StandingChange

NEVER = "never"
GENESIS = "0" * 64

ACTIVE = "member.active"
PENDING = "member.pending"
HELD = "member.held"
DEBT = "member.debt"
QUALIFYING = "member.qualifying"
STAMPS = "member.stamps"
STORED_VALUE = "member.stored_value"
ISSUED = "program.issued"
REDEEMED = "program.redeemed"
EXPIRED = "program.expired"
ADJUSTED = "program.adjusted"
WRITTEN_OFF = "program.written_off"
TRANSFERRED = "program.transferred"
OPENED = "program.opened"

POINTS = "points"
OTHER_UNITS = ("qualifying", "stamps", "stored_value")
"""What is not points, and never turns into points: each is a unit of its own, whose lines sum to zero by themselves."""

WARNED = frozenset({"delivered", "accepted"})
"""Of all proofs those that a warning is: the others say that nobody could be warned then."""

Kind = Literal[
    "earn",
    "bonus",
    "activate",
    "warn",
    "notice",
    "extend",
    "expire",
    "reserve",
    "redeem",
    "release",
    "lapse",
    "refund",
    "reverse",
    "write_off",
    "adjust",
    "transfer_out",
    "transfer_in",
    "merge_out",
    "merge_in",
    "opening",
    "state",
    "stored_value",
    "tier",
    "review",
    "card",
    "membership",
    "term",
    "win_back",
]
MemberState = Literal["active", "inactive", "blocked", "closed"]
Lots = Mapping[str, int]
Tally = Sequence[int]
"""What a month remembers: purchases, spend in the smallest unit of money, visits."""

FIRST = "first"
JOINED = "joined"
STORE = "@"


def earliest(what: str, seen: Mapping[str, str]) -> date | None:
    """The earliest of the days that an account has `seen` of that kind, FIRST or JOINED, its own and those of merges."""
    days = [day for key, day in seen.items() if STORE not in key and key.endswith(what)]
    return date.fromisoformat(min(days)) if days else None


def unit_of(ledger_account: str) -> str:
    """The unit of a ledger account: `stamps` for `member.stamps` and `program.stamps`, points for all that name none."""
    name = ledger_account.partition(".")[2]
    return name if name in OTHER_UNITS else POINTS


def limit_key(reward_id: str, period: str) -> str:
    """Under which key of an account's `rewards` pieces count that are limited ever (no period), or per period."""
    return f"{reward_id}/{period}" if period else reward_id


def gift_key(reward_id: str, last_day: str) -> str:
    """Under which key of an account's `gifts` pieces of a reward count that were given until that day."""
    return f"{reward_id}/{last_day}"


class Hold(Struct, frozen=True):
    """Points set aside for one redemption, by the lot they came from, until they lapse back. Or a gift is, or uses of a
    perk, whose id is then `reward_id`.

    `counted` is how many of a reward that is limited per member they are for, and `period` when that limit is one of a
    period: its last local day and its name (`2026-11-30/month`). `stock` is how many pieces were taken from which shards
    of the reward's stock; `partner_id` the partner whose till made it, with the member before it
    (empty: the member did).
    `gift` is the key of the gift that it uses up, instead of points; `saved` what it saves a paying member, in the smallest
    unit of money.
    """

    lapses_at: datetime
    lots: Lots
    reward_id: str = ""
    counted: int = 0
    stock: Mapping[str, int] = field(default_factory=dict)
    partner_id: str = ""
    period: str = ""
    gift: str = ""
    saved: int = 0

    @property
    def at_till(self) -> bool:
        """Whether a till made it, with the member before it."""
        return bool(self.partner_id)

    @property
    def limit_key(self) -> str:
        """Under which key of an account's `rewards` the pieces count."""
        return limit_key(self.reward_id, self.period)

    @property
    def is_perk(self) -> bool:
        """Whether uses of a perk are set aside: whatever else is held takes points or a gift."""
        return not self.lots and not self.gift

    @property
    def points(self) -> int:
        """How many points are held."""
        return sum(self.lots.values())


class Warned(NamedTuple):
    """What members are told before points end: so many days before the first of these last days, with the points of each. Or
    before a gift ends: how many pieces there are, by its key.
    """

    stage: int
    points: Lots


class TierMark(NamedTuple):
    """A tier that staff set, from which day, and its last day. Empty is the program's entry tier, and no end."""

    id: str = ""
    since: str = ""
    until: str = ""


ENTRY_TIER = TierMark()


class Account(Struct, frozen=True):
    """What a member has now. The same entries always fold to the same account.

    `caps` counts by `<day>/<rule>` what that day has used up; `rewards` how many of each limited reward were had, ever
    or (`<reward>/<last day>/<period>`) in a period that is not over;
    `counters` the other wallets: `qualifying/<month of the purchase>`, `stamps`, `stored_value` (smallest unit of money).
    `state` gates earning and spending; `moved_to` is the member that this one was merged into; `active_on` the day of
    the last activity, where points expire by inactivity.

    `habits` counts by the month of the purchase (`2026-11`; what is older than 24 months by `earlier`); `seen` has the
    day of the `first` purchase, that of joining (`joined`) where tiers ask for it, and of the last purchase at each of the
    last stores (`@HCM-01`; `@` where a till names none),
    and for what came with a merge the same behind its id (`mrg_…/first`). `tier` is as staff set it; whether it
    still counts, `tier_on` says; `standing` is the tier that was earned. `cards` are the punch cards by id; `gifts` count by
    `<reward>/<last day>` what the member may have for nothing; `granted` has the last day of each perk that was given to
    this member; `membership` is what they pay for. `reachable` says whether the member may be told about their points;
    `warned` how many days before each last day of points, and before that of each gift, they were told last; `proven` of which
    last days why points may end. `win_back` is the last lapse that was handled.
    """

    member_id: str
    sequence: int = 0
    head: str = GENESIS
    lots: Lots = field(default_factory=dict)
    pending: Lots = field(default_factory=dict)
    holds: Mapping[str, Hold] = field(default_factory=dict)
    debt: int = 0
    caps: Mapping[str, int] = field(default_factory=dict)
    rewards: Mapping[str, int] = field(default_factory=dict)
    counters: Mapping[str, int] = field(default_factory=dict)
    state: MemberState = "active"
    moved_to: str = ""
    active_on: str = ""
    habits: Mapping[str, Tally] = field(default_factory=dict)
    seen: Mapping[str, str] = field(default_factory=dict)
    tier: str = ""
    tier_since: str = ""
    tier_until: str = ""
    standing: Standing = NO_STANDING
    cards: Mapping[str, CardMark] = field(default_factory=dict)
    gifts: Mapping[str, int] = field(default_factory=dict)
    granted: Mapping[str, str] = field(default_factory=dict)
    membership: Membership = NO_MEMBERSHIP
    reachable: bool = False
    warned: Mapping[str, int] = field(default_factory=dict)
    proven: Mapping[str, str] = field(default_factory=dict)
    win_back: HandledLapse = NO_LAPSE

    @property
    def active(self) -> int:
        """Points that can be spent."""
        return sum(self.lots.values())

    @property
    def pending_points(self) -> int:
        """Points that are waiting to become active."""
        return sum(self.pending.values())

    @property
    def held(self) -> int:
        """Points set aside for redemptions that are still open."""
        return sum(hold.points for hold in self.holds.values())

    def wallet(self, unit: str) -> int:
        """What another wallet holds: `qualifying` in all months together, `stamps`, `stored_value`."""
        return sum(amount for key, amount in self.counters.items() if key.partition("/")[0] == unit)

    @property
    def purchases(self) -> int:
        """How many purchases there ever were, without those that came back whole."""
        return sum(purchases for purchases, _, _ in self.habits.values())

    @property
    def first_bought_on(self) -> date | None:
        """The day of the first purchase, whatever became of it."""
        return earliest(FIRST, self.seen)

    @property
    def joined_on(self) -> date | None:
        """The day of joining, where tiers asked for it since: of two members who became one the earlier."""
        return earliest(JOINED, self.seen)

    @property
    def last_bought_on(self) -> date | None:
        """The day of the last purchase, whatever became of it."""
        days = [day for key, day in self.seen.items() if STORE in key]
        return date.fromisoformat(max(days)) if days else None

    @property
    def tier_mark(self) -> TierMark:
        """The tier as staff set it, with its days."""
        return TierMark(self.tier, self.tier_since, self.tier_until)

    def tier_on(self, day: date) -> str:
        """The tier that counts on that day: past its last day it is the program's entry tier again, which is empty."""
        return "" if self.tier_until and self.tier_until < day.isoformat() else self.tier


def usable_gifts(account: Account, reward_id: str, day: date) -> Mapping[str, int]:
    """The gifts of that reward which the member may have on that local day, by their keys: the earliest last day first."""
    found = {
        key: count
        for key, count in account.gifts.items()
        if key.rpartition("/")[0] == reward_id and key.rpartition("/")[2] >= day.isoformat()
    }
    return dict(sorted(found.items()))


class Reference(Struct, frozen=True):
    """What an entry is about, for example `Reference("purchase", "ptn_…#7731")`."""

    kind: str
    id: str


class HoldChange(Struct, frozen=True):
    """What an entry does to a hold: opens it, or closes it because its points were spent or went back. `spent` says that
    nothing was ever held: the points were spent at once, and the hold says from which lots and for what. `by` is the partner
    that redeemed it, where that is not the one whose till made it.
    """

    redemption_id: str
    hold: Hold
    change: Literal["opened", "redeemed", "returned", "spent"]
    by: str = ""


class Entry(Struct, frozen=True):
    """One immutable fact. Its lines sum to zero in every unit; `lots`, `pending`, `rewards`, `counters`, `habits` and `gifts`
    are changes, signed (a gift's is 0 where it was had at once); `caps` are what days have now used up, `seen` and `granted`
    days as they are now, one that is empty being gone; `state`, `moved_to`, `tier` and `cards` are new values, `standing` and
    `membership` say what became of the earned tier, and of what the member pays for; `saved` is the signed change of what
    the latter saves in its period, which a `membership` beside it has in it already; `reachable` is a new value, `warned` and
    `proven` are what was told and proven of last days; `win_back` is the lapse that was handled, or that a purchase has
    ended; the rest says why: `shares` what each rule gave, `basis` of which parts of the bill, `facts` what the rules knew
    of the member.

    `occurred_at` is when it happened (for what falls due by itself: the very midnight), `recorded_at` when it was
    written. `previous_hash` and `hash` chain a member's entries.
    """

    member_id: str
    sequence: int
    kind: Kind
    occurred_at: datetime
    recorded_at: datetime
    reference: Reference
    program_version: int
    lines: Mapping[str, int]
    lots: Lots = field(default_factory=dict)
    pending: Lots = field(default_factory=dict)
    hold: HoldChange | None = None
    caps: Mapping[str, int] = field(default_factory=dict)
    rewards: Mapping[str, int] = field(default_factory=dict)
    counters: Mapping[str, int] = field(default_factory=dict)
    state: MemberState | None = None
    moved_to: str | None = None
    active_on: str = ""
    habits: Mapping[str, Tally] = field(default_factory=dict)
    seen: Mapping[str, str] = field(default_factory=dict)
    tier: TierMark | None = None
    standing: StandingChange | None = None
    cards: Mapping[str, CardMark] = field(default_factory=dict)
    gifts: Mapping[str, int] = field(default_factory=dict)
    granted: Mapping[str, str] = field(default_factory=dict)
    membership: MembershipChange | None = None
    saved: int = 0
    reachable: bool | None = None
    warned: Warned | None = None
    proven: Mapping[str, str] = field(default_factory=dict)
    win_back: HandledLapse | None = None
    shares: tuple[RuleShare, ...] = ()
    basis: Mapping[str, int] = field(default_factory=dict)
    facts: Facts = NO_FACTS
    reason: str = ""
    balance_after: int = 0
    previous_hash: str = GENESIS
    hash: str = ""

    @property
    def points(self) -> int:
        """The signed change of active points: what a statement adds up."""
        return self.lines.get(ACTIVE, 0)
