"""Which facts of the ledger a member is told about, and under which period each is told once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from quen.cards.model import CardMark, Reached
from quen.events.cards import fills_a_card
from quen.events.facts import ProfileChanged, VoucherIssued
from quen.events.model import Enrolled, Tellable, is_of_gift, moved_points
from quen.ledger.model import Entry, Hold, entry_id, given_by
from quen.ledger.model.funding import last_day_of
from quen.ledger.model.values import Warned
from quen.messages.gifts import gift_data
from quen.messages.model import Intent, Kind


def intents_of(fact: Tellable) -> list[Intent]:
    """The message that the fact calls for, if any.

    A till's own hold is no news to the person at the till: only a reward that waits to be collected is. That points were
    spent always is: the member before the till may be somebody else. Uses of a perk cost nothing, and are no news.
    """
    if isinstance(fact, Enrolled):
        return [Intent(fact.member_id, "welcome", "enrolment", {"points": fact.points})]
    if isinstance(fact, ProfileChanged):
        return [_notice(fact, what) for what in fact.what]
    if isinstance(fact, VoucherIssued):
        return [Intent(fact.member_id, "voucher_issued", fact.voucher_id, fact.data())]
    told = [*_about_earning(fact), *_about_points(fact), *_about_tier(fact), *_about_membership(fact)]
    return [replace(intent, entry_id=entry_id(fact)) for intent in told]


def _notice(fact: ProfileChanged, what: str) -> Intent:
    """Each change of each version is warned of once."""
    return Intent(fact.member_id, "security", f"{fact.version}.{what}", {"what": what})


def _about_earning(fact: Entry) -> list[Intent]:
    if fact.kind != "earn" or not moved_points(fact):
        return []
    return [Intent(fact.member_id, "earned", str(fact.sequence), _data(fact))]


def _about_points(fact: Entry) -> list[Intent]:
    if fact.kind == "bonus":
        return _about_occasion(fact)
    if fact.kind == "warn" and fact.warned:
        return [_gift_warning(fact, fact.warned) if is_of_gift(fact) else _warning(fact, fact.warned)]
    if fact.kind == "expire":
        return [_expired(fact)]
    if fact.kind == "reserve" and fact.hold and _waits(fact.hold.hold):
        until = {"until": fact.hold.hold.lapses_at.isoformat()}
        return [Intent(fact.member_id, "reserved", fact.hold.redemption_id, _data(fact) | until)]
    if fact.kind == "redeem" and fact.hold and not fact.hold.hold.is_perk:
        return [Intent(fact.member_id, "redeemed", fact.hold.redemption_id, _data(fact))]
    return [_of_card(fact, card_id, mark, one) for card_id, mark in fact.cards.items() for one in mark.reached]


def _expired(entry: Entry) -> Intent:
    """Of a last day the program's own points, and those of each partner, end apart."""
    lot = entry.reference.id
    period = lot.replace("@", ".")
    return Intent(entry.member_id, "expired", period, _data(entry) | {"on": last_day_of(lot)})


def _warning(entry: Entry, warned: Warned) -> Intent:
    """Each stage of a last day is told once, with what ends soon after it."""
    days = sorted(warned.points)
    data = {
        "points": sum(warned.points.values()),
        "balance": entry.balance_after,
        "on": days[0],
        "through": days[-1],
        "days": days,
        "stage": warned.stage,
    }
    return Intent(entry.member_id, "expiring", f"{days[0]}.{warned.stage}", data)


def _gift_warning(entry: Entry, warned: Warned) -> Intent:
    """A gift's end is told once, however many pieces there are."""
    reward_id, _, on = entry.reference.id.rpartition("/")
    period = f"{reward_id}.{on}.{warned.stage}"
    return Intent(entry.member_id, "gift_ending", period, {"what": "reward", "id": reward_id, "on": on})


def _of_card(entry: Entry, card_id: str, mark: CardMark, one: Reached) -> Intent:
    """What a stamp has brought is told once for each card, however often it is taken back and reached again. The last of what
    filled a card is its end.
    """
    is_end = fills_a_card(entry, card_id) and one == mark.reached[-1]
    number = mark.completed + (0 if is_end or one.at > mark.stamps else 1)
    period = f"{card_id}.{number}.{one.at}" + (f".{mark.ended_on}" if mark.ended_on else "")
    lasts = [key.rpartition("/")[2] for key in entry.gifts if key.rpartition("/")[0] == one.reward_id]
    gift = {"reward_id": one.reward_id, "on": max(lasts)} if lasts else {}
    return Intent(entry.member_id, "card_complete" if is_end else "milestone", period, {"card_id": card_id} | gift)


def _waits(hold: Hold) -> bool:
    return not hold.at_till and not hold.is_perk


def _about_occasion(fact: Entry) -> list[Intent]:
    """A birthday once a year, a holiday once in each of its years; of a welcome the enrolment tells."""
    about = _data(fact) | gift_data(given_by(fact)) | {"given_at": fact.occurred_at.isoformat()}
    if fact.reference.kind == "birthday":
        return [Intent(fact.member_id, "birthday", fact.reference.id, about)]
    if fact.reference.kind == "holiday":
        holiday_id, _, year = fact.reference.id.rpartition(":")
        return [Intent(fact.member_id, "holiday", f"{holiday_id}.{year}", about | {"holiday_id": holiday_id})]
    if fact.reference.kind == "win_back":  # once for each time that somebody stays away
        return [Intent(fact.member_id, "win_back", fact.reference.id, about | {"last_bought_on": fact.reference.id})]
    return []


_TIER_KINDS: Mapping[str, Kind] = {
    "upgraded": "tier_upgraded",
    "noticed": "tier_at_risk",
    "grace": "tier_at_risk",
    "downgraded": "tier_lost",
}


def _about_tier(fact: Entry) -> list[Intent]:
    """What became of the tier that the member earns. What was brought along from an older system is no news."""
    change = fact.standing
    if change is None or change.cause not in _TIER_KINDS or fact.kind == "opening":
        return []
    kind = _TIER_KINDS[change.cause]
    data: dict[str, Any] = {"tier": change.after.tier}
    if change.after.until:
        data["last_day"] = change.after.until
    if kind == "tier_lost":
        data["before"] = change.before
    if kind == "tier_at_risk":
        data["figures"] = dict(change.figures)
    return [Intent(fact.member_id, kind, change.after.until if kind == "tier_at_risk" else str(fact.sequence), data)]


def _about_membership(fact: Entry) -> list[Intent]:
    """What becomes of a paid membership, each once for each period: a reminder before it is renewed, that it was not paid for,
    that it waits for that, and its end. Further tries are the payment side's.
    """
    change = fact.membership
    if change is None:
        return []
    after, data = change.after, {"plan_id": change.plan, "amount": change.amount}
    day = {"last_day": change.on} if change.on else {}
    period = f"{change.plan}.{after.last_day or f'{fact.occurred_at:%Y-%m-%d}'}"
    if change.cause == "payment_due" and after.is_running:
        return [Intent(fact.member_id, "membership_due", period, data | day)]
    if change.cause == "payment_failed":
        return [Intent(fact.member_id, "payment_failed", period, data | day)]
    if change.cause == "past_due":
        return [Intent(fact.member_id, "membership_past_due", period, data | day)]
    if after.state == "ENDED" and change.cause in {"ended", "canceled", "refunded"}:
        ended = {"plan_id": change.plan, "amount": after.saved, "last_day": after.until}
        return [Intent(fact.member_id, "membership_ended", f"{change.plan}.{after.begun}.{after.until}", ended)]
    return []


def _data(entry: Entry) -> dict[str, Any]:
    data = {"points": moved_points(entry), "balance": entry.balance_after}
    reward_id = entry.hold.hold.reward_id if entry.hold else ""
    return data | ({"reward_id": reward_id} if reward_id else {})
