"""What the APIs answer about redemptions: what they are, and what they take off a bill, as types."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from quen.http.answers import Account, Count, Cursor, Day, Instant, Money
from quen.http.benefits import BenefitAnswer
from quen.program.model import QuotaPeriod


class Benefit(BenefitAnswer):
    """What a reward is. A voucher says how it is used: in parts or not, and for how many days, that of its issue included."""

    partial: NotRequired[bool]
    valid_days: NotRequired[Count]


class LineShare(TypedDict):
    """What is taken off one line of a bill."""

    line_id: str
    amount: Money


class TakenOff(TypedDict):
    """What is taken off a bill; the lines add up to it, where the bill has lines."""

    amount: Money
    lines: list[LineShare]


class BoughtVoucher(TypedDict):
    """A voucher as it was issued, and its code, which is told to whoever bought it."""

    voucher_id: str
    code: NotRequired[str]
    state: Literal["issued"]
    benefit: BenefitAnswer
    partial: bool
    face_value: Money | None
    remaining_value: Money | None
    valid_from: Day | None
    valid_until: Day


class Redemption(TypedDict):
    """One use of points, of a `gift`, or of a counted perk: then `perk_id` and its `name`, and in the answer to a change its
    `uses`. `benefit` is what to hand over, `taken_off` what that is on the bill that the till has shown, and
    `vouchers` those that were bought. `redeemed_at` stands in the answer that ends it so, `account` in the answer to a change.
    """

    redemption_id: str
    member_id: str
    state: Literal["reserved", "redeemed", "released", "lapsed", "refunded"]
    code: str
    reward_id: str | None
    quantity: Count
    points: Count
    worth: Money
    expires_at: Instant
    entry_id: str
    perk_id: NotRequired[str]
    name: NotRequired[str]
    gift: NotRequired[bool]
    uses: NotRequired[PerkUses | None]
    store_id: NotRequired[str]
    benefit: NotRequired[Benefit]
    taken_off: NotRequired[TakenOff]
    vouchers: NotRequired[list[BoughtVoucher]]
    redeemed_at: NotRequired[Instant]
    exchange: NotRequired[ExchangedUnits]
    offline_pass: NotRequired[OfflinePass]
    account: NotRequired[Account]


class OfflinePass(TypedDict):
    """A member's reservation, signed (Ed25519), for a till without a network: `p1.<payload>.<signature>`, base64url. The
    payload is JSON: `r` the redemption, `p` points, worth `w` of the currency `c`, `g` the reward or perk, `u` the epoch
    second at which it lapses. Partners find the key to verify it by at `GET /v1/partner`.
    """

    token: str
    valid_until: Instant


class ExchangedUnits(TypedDict):
    """What the points are in the partner's own program, and the points of them that are kept as a fee."""

    units: Count
    fee: Count


class PerkUses(TypedDict):
    """How often a counted perk may be used in the period that ends with that day, how often it was (what is set aside counts),
    and how often it still can be.
    """

    uses: Count
    used: Count
    left: Count
    per: QuotaPeriod
    period_end: Day | None


class RedemptionPage(TypedDict):
    """Redemptions, newest first. On the last page `archived_before` says since when they are listed, where older entries were
    moved to the archive.
    """

    items: list[Redemption]
    next_cursor: Cursor | None
    archived_before: Instant | None
