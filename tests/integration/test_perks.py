"""Perks and gifts through the real use cases: who has the last use, what comes back, what opens early, what is off a bill."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import pytest
from moto import mock_aws
from msgspec.structs import replace

from factories import make_program
from house import FixedPrograms, House, MovableClock, adjust, enrol, member
from quen.errors import (
    IdempotencyKeyReusedError,
    NotRedeemedError,
    PerkNotHeldError,
    RewardLimitReachedError,
    RewardNotAvailableError,
    RewardOutOfStockError,
    ValidationFailedError,
)
from quen.ledger.model import SetTier, apply
from quen.ledger.model.draft import Draft
from quen.ledger.model.values import Reference
from quen.ledger.ports import Change
from quen.ledger.views import entry_view
from quen.members.model import Enrolment, Login
from quen.program.benefits import Benefit, Bill, BillLine
from quen.program.model import Perk, Quota, Reward, Tier, TierDiscount, VoucherTerms
from quen.program.model.rewards import DayWindow
from quen.rewards.model import PerkWanted, RewardWanted
from tables import create_tables, open_mocked

TILL = "ptn_0000000000000001"
NAME = {"en": "It"}
BILL = Bill(170_000, "VND", (BillLine("1", "latte-m", "drinks", 2, 150_000),), delivery_fee=20_000)
NEXT_WEEK = DayWindow(date(2026, 11, 29), date(2026, 12, 31))

PROGRAM = replace(
    make_program(),
    locales=("en",),
    tiers=(
        Tier("member", {"en": "Member"}),
        Tier("gold", {"en": "Gold"}, discount=TierDiscount(Fraction(1, 10))),
        Tier("platinum", {"en": "Platinum"}),
    ),
    perks=(
        Perk("rides", {"en": "Free rides"}, tiers=("gold",), quota=Quota("month", 2)),
        Perk("lounge", {"en": "Lounge"}, tiers=("platinum",)),
        Perk("early", {"en": "Early"}, "early_access", tiers=("gold",), early_days=7),
        Perk(
            "birthday",
            {"en": "Birthday discount"},
            "percent_off",
            discount=TierDiscount(Fraction(1, 5)),
            is_for_birthday_month=True,
            tiers=("gold",),
        ),
        Perk(
            "delivery",
            {"en": "Free delivery"},
            "free_delivery",
            delivery=Benefit("free_delivery"),
            tiers=("gold",),
            quota=Quota("week", 1),
        ),
    ),
    rewards=(
        Reward("cake", {"en": "Cake"}, 30, window=NEXT_WEEK),
        Reward("mug", {"en": "Mug"}, 30, stock=1, tiers=("platinum",), per_member=1),
        Reward(
            "fifty", {"en": "Fifty"}, 100, benefit=Benefit("voucher", amount=50_000), voucher=VoucherTerms(partial=True)
        ),
        Reward("off", {"en": "Off"}, 500, benefit=Benefit("amount_off", amount=20_000)),
    ),
)


@pytest.fixture
def house() -> Iterator[House]:
    with mock_aws():
        client = open_mocked()
        made = House(client, create_tables(client), MovableClock())
        made.programs = FixedPrograms(PROGRAM)
        yield made


@pytest.fixture
def member_id(house: House) -> str:
    """A member of the entry tier with 120 points."""
    made = enrol(house)
    adjust(house, made, 100)
    return made


def set_tier(house: House, member_id: str, tier: str) -> None:
    house.ledger.execute(member_id, SetTier(tier, None, "regular"), answer=lambda _, entry: entry_view(entry))


def give(house: House, member_id: str, **gifts: int) -> None:
    """Gifts, as another use case leaves them."""
    before = house.ledger.load_surviving(member_id)
    draft = Draft(before, "bonus", PROGRAM, house.clock.now(), Reference("card", "coffee"))
    entry = draft.sealed(gifts=gifts)
    house._ledger_store.commit(Change(before, apply(before, entry), [entry], PROGRAM))


def use(house: House, member_id: str, perk_id: str = "rides", key: str = "k", **more: Any) -> Mapping[str, Any]:
    partner_id = more.pop("partner_id", TILL)
    wanted = PerkWanted(perk_id, **more)
    reserve = house.rewards.reserve
    return reserve(
        member(member_id), wanted, idempotency_key=key, fingerprint=str(wanted), partner_id=partner_id
    ).result


def have(house: House, member_id: str, reward_id: str, key: str = "k", *, is_gift: bool = True) -> Mapping[str, Any]:
    wanted = RewardWanted(reward_id, is_gift=is_gift)
    return house.rewards.reserve(member(member_id), wanted, idempotency_key=key, fingerprint=str(wanted)).result


def offers(house: House, member_id: str) -> dict[str, dict[str, Any]]:
    return {offer["reward_id"]: offer for offer in house.catalogue.list_rewards(member_id, "en")}


def uses(house: House, member_id: str, perk_id: str = "rides") -> tuple[int, int]:
    [shown] = [perk for perk in house.perks.show(member_id)["items"] if perk["perk_id"] == perk_id]
    return shown["quota"]["used"], shown["quota"]["left"]


def test_a_use_is_reserved_redeemed_refunded_and_told_with_what_is_left(house: House, member_id: str) -> None:
    set_tier(house, member_id, "gold")
    first = use(house, member_id)
    assert (first["state"], first["points"], first["perk_id"], first["name"]) == ("reserved", 0, "rides", "Free rides")
    assert first["uses"] == {"uses": 2, "used": 1, "left": 1, "per": "month", "period_end": "2026-11-30"}
    assert use(house, member_id) == first
    assert house.rewards.redeem(first["redemption_id"], partner_id=TILL).result["state"] == "redeemed"
    second = use(house, member_id, key="k2")
    with pytest.raises(RewardLimitReachedError):
        use(house, member_id, key="k3")
    released = house.rewards.release(second["redemption_id"], partner_id=TILL).result
    assert (released["uses"]["left"], uses(house, member_id)) == (1, (1, 1))
    refunded = house.rewards.refund(first["redemption_id"], partner_id=TILL).result
    assert (refunded["state"], refunded["points_refunded"], uses(house, member_id)) == ("refunded", 0, (0, 2))
    shown, _ = house.rewards.list_redemptions(member_id, None, 10)
    assert [(one["perk_id"], one["state"]) for one in shown] == [("rides", "released"), ("rides", "refunded")]


def test_a_reservation_that_is_left_alone_lapses_and_the_use_is_back(house: House, member_id: str) -> None:
    set_tier(house, member_id, "gold")
    made = use(house, member_id)
    house.clock.advance(minutes=15)  # type: ignore[attr-defined]
    assert uses(house, member_id) == (0, 2)
    with pytest.raises(NotRedeemedError):
        house.rewards.refund(made["redemption_id"], partner_id=TILL)


def test_a_member_reserves_for_themselves_and_any_till_redeems_it(house: House, member_id: str) -> None:
    set_tier(house, member_id, "gold")
    made = use(house, member_id, partner_id=None, quantity=2)
    assert (made["expires_at"], made["quantity"]) == ("2026-11-30T17:00:00Z", 2)
    assert house.rewards.redeem(made["code"], partner_id=TILL).result["state"] == "redeemed"
    assert uses(house, member_id) == (2, 0)


def test_who_does_not_have_a_perk_is_refused_and_the_key_stays_free(house: House, member_id: str) -> None:
    for perk_id in ("rides", "nothing"):
        with pytest.raises(PerkNotHeldError):
            use(house, member_id, perk_id)
    set_tier(house, member_id, "gold")
    use(house, member_id)
    with pytest.raises(IdempotencyKeyReusedError):
        use(house, member_id, quantity=2)


def test_what_is_not_counted_needs_no_redemption(house: House, member_id: str) -> None:
    set_tier(house, member_id, "platinum")
    with pytest.raises(ValidationFailedError) as refused:
        use(house, member_id, "lounge")
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("/perk_id", "not_counted")]


def test_a_use_on_a_bill_says_what_it_takes_off(house: House, member_id: str) -> None:
    set_tier(house, member_id, "gold")
    made = use(house, member_id, "delivery", bill=BILL)
    assert made["taken_off"] == {"amount": {"amount": 20_000, "currency": "VND"}, "lines": []}
    with pytest.raises(ValidationFailedError) as refused:
        use(house, member_id, "delivery", "k2", quantity=2)
    assert [fault.pointer for fault in refused.value.faults] == ["/quantity"]


def test_the_list_tells_each_perk_through_what_it_is_had_and_what_comes_next(house: House, member_id: str) -> None:
    set_tier(house, member_id, "gold")
    shown = house.perks.find(member(member_id))
    assert [perk["perk_id"] for perk in shown["items"]] == ["rides", "early", "birthday", "delivery"]
    assert shown["items"][0] == {
        "perk_id": "rides",
        "name": "Free rides",
        "terms": None,
        "kind": "text",
        "source": "tier",
        "since": "2026-11-22",
        "until": None,
        "quota": {"uses": 2, "used": 0, "left": 2, "per": "month", "period_end": "2026-11-30"},
    }
    assert shown["items"][1]["early_days"] == 7
    assert (shown["items"][2]["percent"], shown["items"][2]["when"]) == ("20", "birthday_month")
    assert shown["next_tier"] == {
        "id": "platinum",
        "name": "Platinum",
        "perks": [{"perk_id": "lounge", "name": "Lounge", "terms": None, "kind": "text"}],
    }


def test_early_access_lets_its_holders_have_a_reward_before_its_window(house: House, member_id: str) -> None:
    with pytest.raises(RewardNotAvailableError):
        have(house, member_id, "cake", is_gift=False)
    assert offers(house, member_id)["cake"]["available"] is False
    set_tier(house, member_id, "gold")
    assert offers(house, member_id)["cake"]["reachable"] is True
    assert have(house, member_id, "cake", is_gift=False)["state"] == "reserved"


def test_eight_days_before_nobody_has_it_yet(house: House, member_id: str) -> None:
    set_tier(house, member_id, "gold")
    house.clock.instant = datetime(2026, 11, 21, 12, tzinfo=UTC)  # type: ignore[attr-defined]
    with pytest.raises(RewardNotAvailableError):
        have(house, member_id, "cake", is_gift=False)


def test_a_gift_is_had_whatever_the_price_the_tier_and_the_window(house: House, member_id: str) -> None:
    give(house, member_id, **{"cake/2026-11-25": 1, "mug/2026-12-31": 2})
    shown = offers(house, member_id)
    assert [(shown[one]["gifts"], shown[one]["available"]) for one in ("cake", "mug", "fifty")] == [
        (1, False),
        (2, False),
        (0, True),
    ]
    assert next(iter(shown)) in {"cake", "mug"}
    made = have(house, member_id, "cake")
    assert (made["points"], made["gift"], made["account"]["gifts"][0]["reward_id"]) == (0, True, "mug")
    assert house.rewards.redeem(made["redemption_id"], partner_id=TILL).result["points"] == 0
    back = house.rewards.refund(made["redemption_id"], partner_id=TILL).result
    assert back["account"]["gifts"][0] == {"reward_id": "cake", "name": "Cake", "until": "2026-12-06", "count": 1}
    assert back["account"]["points"]["active"] == 120


def test_the_stock_is_taken_for_gifts_too(house: House, member_id: str) -> None:
    give(house, member_id, **{"mug/2026-12-31": 2})
    made = have(house, member_id, "mug")
    with pytest.raises(RewardOutOfStockError):
        have(house, member_id, "mug", "k2")
    house.rewards.release(made["redemption_id"], member_id=member_id)
    assert have(house, member_id, "mug", "k3")["gift"] is True


def test_a_voucher_as_a_gift_is_had_at_once_and_called_off_gives_the_gift_back(house: House, member_id: str) -> None:
    give(house, member_id, **{"fifty/2026-11-25": 1})
    made = have(house, member_id, "fifty")
    assert (made["state"], made["points"], len(made["vouchers"])) == ("redeemed", 0, 1)
    with pytest.raises(RewardNotAvailableError):
        have(house, member_id, "fifty", "k2")
    undone = house.rewards.release(made["redemption_id"], member_id=member_id).result
    assert [(gift["reward_id"], gift["until"]) for gift in undone["account"]["gifts"]] == [("fifty", "2026-11-25")]


def test_a_quote_takes_the_largest_discount_then_offers_what_is_counted(house: House, member_id: str) -> None:
    give(house, member_id, **{"off/2026-12-31": 1})
    set_tier(house, member_id, "gold")
    quote = house.catalogue.quote(member(member_id), BILL, None)
    assert (quote["tier"]["id"], quote["discount"]["amount"]["amount"]) == ("gold", 15_000)
    assert [(one["perk_id"], one["applied"], one["uses_left"]) for one in quote["perks"]] == [("delivery", False, 1)]
    assert [(one["reward_id"], one["gifts"]) for one in quote["rewards"]] == [("off", 1)]


def test_a_discount_for_the_month_of_birth_counts_in_that_month_alone(house: House) -> None:
    login = Login("https://issuer.test", "sub-born", phone="+84901234567", email=None)
    enrolment = Enrolment(phone="+84901234567", birthday=date(1990, 11, 3))
    born = house.members.enrol(login, enrolment, house.clock.now()).member.member_id
    set_tier(house, born, "gold")
    quote = house.catalogue.quote(member(born), BILL, None)
    assert quote["discount"]["amount"]["amount"] == 30_000
    assert [(one["perk_id"], one["applied"]) for one in quote["perks"]] == [("birthday", True), ("delivery", False)]
    house.clock.advance(days=10)  # type: ignore[attr-defined]
    assert house.catalogue.quote(member(born), BILL, None)["discount"]["amount"]["amount"] == 15_000


def test_a_profile_is_read_only_where_a_perk_of_the_member_asks(house: House, member_id: str) -> None:
    class NoProfiles:
        def resolve(self, reference: Any, pointer: str) -> str:
            return member_id

        def person(self, *_: Any) -> Any:
            raise AssertionError("the profile is read")

    house.catalogue._members = NoProfiles()
    assert house.catalogue.quote(member(member_id), BILL, None)["discount"]["amount"]["amount"] == 0
    set_tier(house, member_id, "gold")
    with pytest.raises(AssertionError):
        house.catalogue.quote(member(member_id), BILL, None)


def test_a_perk_that_the_program_no_longer_has_is_still_collected_once_it_is_reserved(
    house: House, member_id: str
) -> None:
    set_tier(house, member_id, "gold")
    made = use(house, member_id)
    house.programs = FixedPrograms(replace(PROGRAM, perks=()))
    del house.rewards
    assert house.rewards.redeem(made["redemption_id"], partner_id=TILL).result["state"] == "redeemed"
