"""The use cases that move value, in one table for all tests of faults and of orders, and the scene that they play in.

The scene is made to be tight. It is a minute past midnight: points of the member ended with the day, and no command has
written that yet. What is left pays for one of the debits, never for two. One piece of one reward is there.

A new use case is a line in USE_CASES: what must be there before (`prepare`), and the request (`run`), under a key of the
caller's. Both get the key, so that two runs can be told to be the same request, or another one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from itertools import count
from typing import Any, Literal

from engine.occasions import birthday, holiday
from engine.receipts import claim_receipt, print_receipt
from engine.schedule import Act
from engine.theatre import EVENING, LAST_PIECES, Scene, Theatre
from factories import make_event, make_program, make_purchase
from house import adjust as adjust_by_staff
from house import enrol, member
from quen.errors import MemberAlreadyExistsError
from quen.ids import derived_id
from quen.ledger.documents import Outcome
from quen.members.model import Enrolment, Login
from quen.money import Money
from quen.program.benefits import Benefit
from quen.program.model import (
    AdjustmentPolicy,
    Cap,
    EarningRule,
    Perk,
    Program,
    Quota,
    Reward,
    StoredValuePolicy,
    Tier,
    TransferPolicy,
    VoucherTerms,
)
from quen.returns.model import Goods
from quen.rewards.model import PerkWanted, PointsWanted, RewardWanted, Wanted
from quen.vouchers.codes import VoucherCodes
from quen.vouchers.uses import End
from voucher_desk import FACE, money_off, use

PARTNER = "ptn_0000000000000001"
AFTER_MIDNIGHT = datetime(2026, 11, 22, 17, 1, tzinfo=UTC)
WELCOME_POINTS = 150
ENDING_POINTS = 40
HELD_POINTS = 10
LAST_PIECE_POINTS = 60
APPROVAL_ABOVE = 200
REVIEW_POINTS = 25
SOLD_AMOUNT = 100_000
STORED_VALUE_MAX = 100_000

Step = Callable[[Theatre, Scene, str], Any]


def nothing(_theatre: Theatre, _scene: Scene, _key: str) -> None:
    """Needs nothing but the member."""


@dataclass(frozen=True)
class UseCase:
    """One row. `is_keyed` says that there can be two of it for one member: different requests, under keys of their own.
    `is_core`: played against every other of the core each time; the others against all in the long tests.
    """

    name: str
    run: Step
    prepare: Step = nothing
    is_keyed: bool = True
    is_core: bool = True


_numbers = count(1)


def set_scene(theatre: Theatre, prepared: Mapping[UseCase, set[str]]) -> Scene:
    """A fresh member with all that these use cases need under those keys, a minute past midnight."""
    scene = Scene(next(_numbers))
    theatre.time.instant = EVENING
    theatre.programs.program = _program(scene)
    scene.member_id = enrol(theatre, f"+8490{scene.number:07d}")
    adjust(theatre, scene, "ending", ENDING_POINTS, theatre.programs.program.local_day(EVENING))
    for use_case, keys in prepared.items():
        for key in sorted(keys):
            use_case.prepare(theatre, scene, key)
    theatre.time.instant = AFTER_MIDNIGHT
    return scene


def acted(use_case: UseCase, key: str, theatre: Theatre, scene: Scene) -> Act:
    """The request, ready to be made."""
    return lambda: use_case.run(theatre, scene, key)


def _program(scene: Scene) -> Program:
    welcome = EarningRule("welcome", "enrolment", points=WELCOME_POINTS)
    review = EarningRule("review", "review", points=REVIEW_POINTS, caps=(Cap(REVIEW_POINTS + 10, "day"),))
    last = Reward(scene.reward_id, {"en": "Mug"}, LAST_PIECE_POINTS, stock=LAST_PIECES)
    tree = Reward("tree", {"en": "Tree"}, 100, per_member=1, limit_per="week", benefit=Benefit("donation", amount=1))
    voucher = Reward("voucher", {"en": "Voucher"}, 100, benefit=Benefit("voucher", amount=FACE), voucher=VoucherTerms())
    return make_program(
        earning=(EarningRule("base", "purchase", points=1, per=10_000), welcome, review),
        rewards=(last, tree, voucher),
        tiers=(Tier("member", {"en": "Member"}),),
        perks=(Perk("ride", {"en": "Free ride"}, tiers=("member",), quota=Quota("month", 1)),),
        transfers=TransferPolicy(per_day=150),
        stored_value=StoredValuePolicy(maximum=STORED_VALUE_MAX),
        adjustments=AdjustmentPolicy(approval_above=APPROVAL_ABOVE),
    )


def adjust(theatre: Theatre, scene: Scene, key: str, points: int, last_day: date | None = None) -> Outcome:
    name = "adjust" if last_day else f"adjust {'up' if points > 0 else 'down'}"
    return adjust_by_staff(theatre, scene.member_id, points, scene.named(name, key), expires_on=last_day)


def purchase(theatre: Theatre, scene: Scene, key: str, amount: int = 1_250_000) -> Outcome:
    bought = make_purchase(amount, purchase_id=scene.named("bought", key))
    return theatre.purchases.record(PARTNER, member(scene.member_id), bought, str(amount))


def review(theatre: Theatre, scene: Scene, key: str, subject: str = "") -> Outcome:
    """Of one thing, whatever the key, where the subject is given: it counts once. The day's cap lets one pass whole."""
    told_of = make_event(event_id=scene.named("review", key), subject=subject or scene.named("about", key))
    return theatre.occasions.record(PARTNER, member(scene.member_id), told_of, subject)


def reserve(theatre: Theatre, scene: Scene, key: str, wanted: Wanted) -> Outcome:
    return theatre.rewards.reserve(
        member(scene.member_id), wanted, idempotency_key=key, fingerprint=str(wanted), partner_id=PARTNER
    )


def reserve_last(theatre: Theatre, scene: Scene, key: str, name: str = "last") -> Outcome:
    return reserve(theatre, scene, scene.named(name, key), RewardWanted(scene.reward_id))


def donate(theatre: Theatre, scene: Scene, key: str) -> Outcome:
    """Had at once, and once a week."""
    return reserve(theatre, scene, scene.named("donated", key), RewardWanted("tree"))


def ride(theatre: Theatre, scene: Scene, key: str) -> Outcome:
    """A use of a counted perk, of which the member has one."""
    return reserve(theatre, scene, scene.named("ride", key), PerkWanted("ride"))


def buy_voucher(theatre: Theatre, scene: Scene, key: str) -> Outcome:
    return reserve(theatre, scene, scene.named("voucher", key), RewardWanted("voucher"))


def use_bought(theatre: Theatre, scene: Scene, key: str) -> Outcome:
    code = theatre.vouchers.code_of(redemption_of(theatre, scene, "voucher", key))
    return use(theatre, "redeem", code, key=scene.named("use bought", key), member=member(scene.member_id))


def refund_voucher(theatre: Theatre, scene: Scene, key: str) -> Outcome:
    return theatre.rewards.refund(redemption_of(theatre, scene, "voucher", key), partner_id=PARTNER)


def hold(theatre: Theatre, scene: Scene, key: str) -> Outcome:
    return reserve(theatre, scene, scene.named("held", key), PointsWanted(HELD_POINTS))


def redemption_of(theatre: Theatre, scene: Scene, name: str, key: str) -> str:
    return derived_id("red", theatre.keys.derive("ids"), f"partner:{PARTNER}", scene.named(name, key))


def redeem(theatre: Theatre, scene: Scene, key: str, name: str = "held") -> Outcome:
    return theatre.rewards.redeem(redemption_of(theatre, scene, name, key), partner_id=PARTNER)


def release(theatre: Theatre, scene: Scene, key: str, name: str = "held") -> Outcome:
    return theatre.rewards.release(redemption_of(theatre, scene, name, key), partner_id=PARTNER)


def sell(theatre: Theatre, scene: Scene, _key: str) -> None:
    """A sale of which ten points have paid a part: one for the scene, whoever needs it."""
    sold = make_purchase(SOLD_AMOUNT, purchase_id=scene.named("sold", "once"))
    theatre.purchases.record(PARTNER, member(scene.member_id), sold, "sold")
    paid = reserve(theatre, scene, scene.named("paid", "once"), PointsWanted(HELD_POINTS, sold.purchase_id))
    theatre.rewards.redeem(str(paid.result["redemption_id"]), partner_id=PARTNER)


def bring_back(theatre: Theatre, scene: Scene, key: str, amount: int = 60_000) -> Outcome:
    """More than half of the sale: two of them are more than was bought."""
    goods = Goods(scene.named("back", key), AFTER_MIDNIGHT, Money(amount, "VND"))
    return theatre.returns.record(PARTNER, scene.named("sold", "once"), goods, str(amount))


def refund(theatre: Theatre, scene: Scene, _key: str) -> Outcome:
    return theatre.rewards.refund(redemption_of(theatre, scene, "paid", "once"), partner_id=PARTNER)


def meet(theatre: Theatre, scene: Scene, _key: str) -> None:
    """A friend, who has welcome points too."""
    scene.friend_id = scene.friend_id or enrol(theatre, f"+8497{scene.number:07d}")


def send(theatre: Theatre, scene: Scene, key: str, points: int = 90) -> Outcome:
    return theatre.transfers.send(
        scene.member_id,
        member(scene.friend_id),
        points,
        caller=f"member:{scene.member_id}",
        idempotency_key=scene.named("sent", key),
        fingerprint=str(points),
    )


def fill(theatre: Theatre, scene: Scene, _key: str) -> None:
    """Money that pays for one of two payments, and leaves room for one of two loads."""
    move_value(theatre, scene, "filled", activity="load", amount=60_000)


def move_value(
    theatre: Theatre, scene: Scene, key: str, activity: Literal["load", "redeem"] = "redeem", amount: int = 40_000
) -> Outcome:
    return theatre.stored_values.move(
        activity,
        member(scene.member_id),
        Money(amount, "VND"),
        partner_id=PARTNER,
        idempotency_key=scene.named(activity, key),
        fingerprint=str(amount),
    )


def pay(theatre: Theatre, scene: Scene, _key: str) -> None:
    """A payment of which two refunds together are more than was paid: one for the scene, whoever needs it."""
    fill(theatre, scene, "")
    move_value(theatre, scene, "once")


def refund_value(theatre: Theatre, scene: Scene, key: str, amount: int = 25_000) -> Outcome:
    caller = f"partner:{PARTNER}"
    paid = derived_id("sva", theatre.keys.derive("ids"), caller, scene.named("redeem", "once"))
    refunded = Money(amount, "VND")
    return theatre.stored_values.refund(
        paid, refunded, partner_id=PARTNER, idempotency_key=scene.named("refunded", key), fingerprint=str(amount)
    )


def merge(theatre: Theatre, scene: Scene, key: str, *, away: bool = True) -> Outcome:
    """The member and the friend are one person: the member is merged away, or the friend."""
    two = [scene.friend_id, scene.member_id] if away else [scene.member_id, scene.friend_id]
    named = {"idempotency_key": scene.named("merge", key), "fingerprint": str(away)}
    return theatre.merges.merge(*two, reason="one person", actor="staff-1", **named)


def merge_the_friend(theatre: Theatre, scene: Scene, key: str) -> None:
    meet(theatre, scene, key)
    merge(theatre, scene, "once", away=False)


def undo(theatre: Theatre, scene: Scene, _key: str) -> Outcome:
    """The friend's points go back, whatever the member has spent meanwhile."""
    merge_id = derived_id("mrg", theatre.keys.derive("ids"), "staff:staff-1", scene.named("merge", "once"))
    return theatre.merges.undo(merge_id, actor="staff-2")


def give_voucher(theatre: Theatre, scene: Scene, _key: str, number: int = 0) -> None:
    """A voucher of the member's, of which two uses together would be more than it is worth: one for the scene."""
    source = f"red_{scene.number:016}"
    if not theatre._voucher_store.find(VoucherCodes(theatre.keys).voucher_id_of(source, number)):
        writes, _ = theatre.vouchers.issuing(source, scene.member_id, money_off(), number=number)
        theatre._ledger_store.save(*writes)


def use_voucher(
    theatre: Theatre,
    scene: Scene,
    key: str,
    how: Literal["reserve", "redeem"] = "redeem",
    amount: int = 60_000,
    number: int = 0,
) -> Outcome:
    code = theatre.vouchers.code_of(f"red_{scene.number:016}", number=number)
    return use(theatre, how, code, amount, scene.named(how, key), member(scene.member_id))


def hold_voucher(theatre: Theatre, scene: Scene, key: str) -> None:
    """A part of it, set aside: one use for the scene, whoever ends it."""
    give_voucher(theatre, scene, key)
    use_voucher(theatre, scene, "once", "reserve")


def spend_voucher(theatre: Theatre, scene: Scene, key: str) -> None:
    """Another voucher, a part of which is used: one use for the scene, whoever refunds it."""
    give_voucher(theatre, scene, key, number=1)
    use_voucher(theatre, scene, "once", number=1)


def end_use(theatre: Theatre, scene: Scene, _key: str, how: End) -> Outcome:
    begun = "redeem" if how == "refund" else "reserve"
    use_id = derived_id("vus", theatre.keys.derive("ids"), f"partner:{PARTNER}", scene.named(begun, "once"))
    return theatre.vouchers.close(use_id, how, partner_id=PARTNER)


def ask(theatre: Theatre, scene: Scene, key: str) -> Outcome:
    """More points than one person decides about."""
    return adjust_by_staff(theatre, scene.member_id, APPROVAL_ABOVE + 1, scene.named("asked", key))


def approve(theatre: Theatre, scene: Scene, key: str) -> Outcome:
    return theatre.adjustments.approve(_asked(theatre, scene, key), actor="staff-2", role="owner")


def reject(theatre: Theatre, scene: Scene, key: str) -> Outcome:
    return theatre.adjustments.reject(_asked(theatre, scene, key), actor="staff-2")


def _asked(theatre: Theatre, scene: Scene, key: str) -> str:
    return derived_id("adj", theatre.keys.derive("ids"), "staff:staff-1", scene.named("asked", key))


def bring_up_to_date(theatre: Theatre, scene: Scene, _key: str) -> Any:
    return theatre.ledger.bring_up_to_date(scene.member_id, theatre.time.now())


def enrol_another(theatre: Theatre, scene: Scene, _key: str) -> None:
    """The client of an enrolment whose answer got lost finds itself enrolled, and that is its answer."""
    phone = f"+8498{scene.number:07d}"
    login = Login("https://issuer.test", f"sub-{phone}", phone=phone)
    try:
        scene.member_id = theatre.members.enrol(login, Enrolment(phone=phone), theatre.time.now()).member.member_id
    except MemberAlreadyExistsError:
        scene.member_id = str(theatre.members.find_member_id(login))


def _reserve_points(theatre: Theatre, scene: Scene, key: str, points: int = 100) -> Outcome:
    return reserve(theatre, scene, scene.named("bill", key), PointsWanted(points))


USE_CASES: tuple[UseCase, ...] = (
    UseCase("purchase", purchase),
    UseCase("reserve", _reserve_points),
    UseCase("reserve the last piece", reserve_last),
    UseCase("donate", donate, is_core=False),
    UseCase("use a perk", ride, is_core=False),
    UseCase("redeem a perk", partial(redeem, name="ride"), ride, is_keyed=False, is_core=False),
    UseCase("buy a voucher", buy_voucher, is_core=False),
    UseCase("use a bought voucher", use_bought, buy_voucher, is_keyed=False, is_core=False),
    UseCase("refund a bought voucher", refund_voucher, buy_voucher, is_keyed=False, is_core=False),
    UseCase("claim a receipt", claim_receipt, print_receipt, is_core=False),
    UseCase("redeem", redeem, hold),
    UseCase("release", release, hold),
    UseCase(
        "release the last piece",
        partial(release, name="taken"),
        partial(reserve_last, name="taken"),
        is_keyed=False,
        is_core=False,
    ),
    UseCase("return", bring_back, sell),
    UseCase("refund", refund, sell, is_keyed=False),
    UseCase("transfer", send, meet, is_core=False),
    UseCase("pay with stored value", move_value, fill, is_core=False),
    UseCase("load stored value", partial(move_value, activity="load"), fill, is_core=False),
    UseCase("refund stored value", refund_value, pay, is_core=False),
    UseCase("redeem a voucher", use_voucher, give_voucher, is_core=False),
    UseCase("reserve a voucher", partial(use_voucher, how="reserve"), give_voucher, is_core=False),
    UseCase("redeem a reserved voucher", partial(end_use, how="redeem"), hold_voucher, is_keyed=False, is_core=False),
    UseCase("release a voucher", partial(end_use, how="release"), hold_voucher, is_keyed=False, is_core=False),
    UseCase("refund a voucher", partial(end_use, how="refund"), spend_voucher, is_keyed=False, is_core=False),
    UseCase("ask for a second person", ask, is_core=False),
    UseCase("approve", approve, ask, is_core=False),
    UseCase("reject", reject, ask, is_core=False),
    UseCase("merge", merge, meet, is_core=False),
    UseCase("undo a merge", undo, merge_the_friend, is_keyed=False, is_core=False),
    UseCase("adjust up", partial(adjust, points=30)),
    UseCase("adjust down", partial(adjust, points=-120), is_core=False),
    UseCase("birthday", birthday),
    UseCase("holiday", holiday, is_core=False),
    UseCase("event", review, is_core=False),
    UseCase("event that counts once", partial(review, subject="the shop"), is_core=False),
    UseCase("bring up to date", bring_up_to_date, is_keyed=False),
)

OTHER_CONTENT: Mapping[str, UseCase] = {
    "purchase": UseCase("purchase of another amount", partial(purchase, amount=70_000)),
    "reserve": UseCase("reserve of other points", partial(_reserve_points, points=99)),
    "return": UseCase("return of another amount", partial(bring_back, amount=50_000), sell),
    "event": UseCase("event about another thing", partial(review, subject="another thing")),
    "event that counts once": UseCase("event about the other shop", partial(review, subject="the other shop")),
    "adjust down": UseCase("adjust down by other points", partial(adjust, points=-119)),
}
"""What somebody might send under a key that they used for a use case of USE_CASES."""

ENROL = UseCase("enrol", enrol_another, is_keyed=False)
"""Moves value too, but on no member that is there before."""
