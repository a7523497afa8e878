"""Who may have a reward, where, when, how often and for how much; stock of stores; bills that points pay."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from msgspec.structs import replace

from factories import make_program, make_purchase
from house import FixedPrograms, House, MovableClock, adjust, enrol, member
from quen.errors import (
    NotRedeemedError,
    QuenError,
    RedemptionNotFoundError,
    RewardLimitReachedError,
    RewardNotAvailableError,
    RewardOutOfStockError,
    StoreNotEligibleError,
    TierRequiredError,
    ValidationFailedError,
)
from quen.ledger.model import SetTier
from quen.ledger.views import entry_view
from quen.program.benefits import Benefit, Bill, BillLine
from quen.program.model import Goods, PaymentPolicy, Program, Reward, Tier, TierDiscount
from quen.program.model.rewards import DayWindow
from quen.program.model.segments import InAll, Range, Segment
from quen.rewards.model import PointsWanted, RewardWanted
from tables import create_tables, open_mocked

TILL = "ptn_0000000000000001"
OTHER_TILL = "ptn_0000000000000002"
NAME = {"en": "It"}
DECEMBER = DayWindow(date(2026, 12, 1), date(2026, 12, 31))
TOBACCO = Goods(categories=frozenset({"tobacco"}))
COFFEE = BillLine("1", "latte-m", "drinks", 2, 90_000)
CIGARETTES = BillLine("2", "smokes", "tobacco", 1, 110_000)
BILL = Bill(200_000, "VND", (COFFEE, CIGARETTES))

PROGRAM = replace(
    make_program(),
    locales=("en",),
    tiers=(
        Tier("member", {"en": "Member"}),
        Tier("gold", {"en": "Gold"}, discount=TierDiscount(Fraction(1, 10), 15_000, TOBACCO)),
    ),
    segments=(Segment("regulars", {"en": "Regulars"}, InAll("purchases", Range(2))),),
    payment=PaymentPolicy(minimum=50, multiple=10, max_share=Fraction(1, 4), excluded=TOBACCO),
    rewards=(
        Reward("mug", NAME, 30, price_by_tier={"gold": 20}),
        Reward("lounge", NAME, 10, tiers=("gold",)),
        Reward("tree", NAME, 10, window=DECEMBER),
        Reward("cake", NAME, 10, stock_by_store={"d1": 2, "d3": 1}),
        Reward("pass", NAME, 10, stores=("d1",), per_member=1, limit_per="month"),
        Reward("bill", NAME, 100, benefit=Benefit("amount_off", amount=20_000, minimum_bill=150_000)),
        Reward("cinema", NAME, 10, benefit=Benefit("partner_reward", partner_id=TILL)),
        Reward("regulars-only", NAME, 10, segment="regulars"),
        Reward("trees", NAME, 10, benefit=Benefit("donation", amount=10_000), about={"en": "Mangroves"}),
    ),
)


@pytest.fixture
def house() -> Iterator[House]:
    with mock_aws():
        client = open_mocked()
        yield housed(client, create_tables(client))


def housed(client: Any, tables: dict[str, str], program: Program = PROGRAM) -> House:
    made = House(client, tables, MovableClock())
    made.programs = FixedPrograms(program)
    return made


@pytest.fixture
def member_id(house: House) -> str:
    """A member with 1,020 points, of the entry tier."""
    made = enrol(house)
    adjust(house, made, 1000)
    return made


def ask(house: House, member_id: str, reward_id: str, key: str = "k", **more: Any) -> dict[str, Any]:
    partner_id = more.pop("partner_id", None)
    wanted = RewardWanted(reward_id, **more)
    answer = house.rewards.reserve(
        member(member_id), wanted, idempotency_key=key, fingerprint="f", partner_id=partner_id
    )
    return dict(answer.result)


def make_gold(house: House, member_id: str) -> None:
    house.ledger.execute(member_id, SetTier("gold", None, "regular"), answer=lambda _, entry: entry_view(entry))


def move_to(house: House, instant: datetime) -> None:
    assert isinstance(house.clock, MovableClock)
    house.clock.instant = instant


def offers(house: House, member_id: str) -> dict[str, dict[str, Any]]:
    return {offer["reward_id"]: offer for offer in house.catalogue.list_rewards(member_id, "en")}


def test_the_price_is_that_of_the_tier_and_stands_once_it_is_reserved(house: House, member_id: str) -> None:
    first = ask(house, member_id, "mug")
    make_gold(house, member_id)
    assert (first["points"], ask(house, member_id, "mug", "k2", quantity=2)["points"]) == (30, 40)
    assert ask(house, member_id, "mug") == first
    assert house.rewards.redeem(first["redemption_id"], partner_id=TILL).result["points"] == 30
    [_, shown], _ = house.rewards.list_redemptions(member_id, None, 10)
    assert (shown["points"], shown["worth"]["amount"]) == (30, 3000)


def test_what_is_for_a_higher_tier_is_refused_and_the_catalogue_names_that_tier(house: House, member_id: str) -> None:
    with pytest.raises(TierRequiredError):
        ask(house, member_id, "lounge")
    shown = offers(house, member_id)["lounge"]
    assert (shown["available"], shown["tier_required"]) == (False, {"id": "gold", "name": "Gold"})
    make_gold(house, member_id)
    assert offers(house, member_id)["lounge"]["tier_required"] is None
    assert ask(house, member_id, "lounge")["state"] == "reserved"


def test_outside_its_window_a_reward_is_not_to_be_had_and_what_was_reserved_in_it_stands(
    house: House, member_id: str
) -> None:
    with pytest.raises(RewardNotAvailableError):
        ask(house, member_id, "tree")
    assert "tree" not in offers(house, member_id)
    move_to(house, datetime(2026, 11, 30, 16, 59, tzinfo=UTC))  # 23:59 in Saigon
    assert not offers(house, member_id)["tree"]["available"]
    move_to(house, datetime(2026, 11, 30, 17, 0, tzinfo=UTC))
    asked = ask(house, member_id, "tree")
    move_to(house, datetime(2026, 12, 31, 17, 0, tzinfo=UTC))
    with pytest.raises(RewardNotAvailableError):
        ask(house, member_id, "tree", "k2")
    assert "tree" not in offers(house, member_id)
    assert ask(house, member_id, "tree") == asked


def test_each_store_gives_what_it_has(house: House, member_id: str) -> None:
    with pytest.raises(ValidationFailedError):
        ask(house, member_id, "cake")
    with pytest.raises(StoreNotEligibleError):
        ask(house, member_id, "cake", store_id="d2")
    only = ask(house, member_id, "cake", store_id="d3")
    assert only["store_id"] == "d3"
    with pytest.raises(RewardOutOfStockError):
        ask(house, member_id, "cake", "k2", store_id="d3")
    with pytest.raises(RewardOutOfStockError):
        ask(house, member_id, "cake", "k2", store_id="d1", quantity=3)
    ask(house, member_id, "cake", "k3", store_id="d1")
    assert offers(house, member_id)["cake"]["stock"] == {"left": 1, "by_store": {"d1": 1, "d3": 0}}
    house.rewards.release(only["redemption_id"], member_id=member_id)
    assert offers(house, member_id)["cake"]["stock"]["by_store"] == {"d1": 1, "d3": 1}
    ask(house, member_id, "cake", "k4", store_id="d3")


def test_a_limit_per_month_is_free_again_with_the_month_or_when_it_is_called_off(house: House, member_id: str) -> None:
    first = ask(house, member_id, "pass", store_id="d1")
    with pytest.raises(RewardLimitReachedError):
        ask(house, member_id, "pass", "k2", store_id="d1")
    assert not offers(house, member_id)["pass"]["available"]
    house.rewards.release(first["redemption_id"], member_id=member_id)
    again = ask(house, member_id, "pass", "k3", store_id="d1")
    house.rewards.redeem(again["redemption_id"], partner_id=TILL)
    with pytest.raises(RewardLimitReachedError):
        ask(house, member_id, "pass", "k4", store_id="d1")
    house.rewards.refund(again["redemption_id"], partner_id=TILL)
    ask(house, member_id, "pass", "k5", store_id="d1")
    move_to(house, datetime(2026, 11, 30, 17, 0, tzinfo=UTC))
    assert ask(house, member_id, "pass", "k6", store_id="d1")["state"] == "reserved"


def test_the_till_is_told_what_to_hand_over_and_what_it_takes_off_the_bill(house: House, member_id: str) -> None:
    asked = ask(house, member_id, "bill", partner_id=TILL, bill=BILL)
    assert asked["benefit"] == {"kind": "amount_off", "amount": 20_000, "minimum_bill": 150_000}
    assert asked["taken_off"] == {"amount": vnd(20_000), "lines": [line("1", 9000), line("2", 11_000)]}
    done = house.rewards.redeem(asked["redemption_id"], partner_id=TILL).result
    assert (done["state"], done["taken_off"]) == ("redeemed", asked["taken_off"])


def test_a_partners_reward_is_handed_over_by_that_partner_alone(house: House, member_id: str) -> None:
    asked = ask(house, member_id, "cinema")
    with pytest.raises(QuenError) as refused:
        house.rewards.redeem(asked["redemption_id"], partner_id=OTHER_TILL)
    assert refused.value.code == "redemption_not_found"
    with pytest.raises(RewardNotAvailableError):
        ask(house, member_id, "cinema", partner_id=OTHER_TILL)
    assert house.rewards.redeem(asked["redemption_id"], partner_id=TILL).result["state"] == "redeemed"


def test_what_is_for_a_segment_is_for_its_members_alone(house: House, member_id: str) -> None:
    with pytest.raises(RewardNotAvailableError):
        ask(house, member_id, "regulars-only")
    assert not offers(house, member_id)["regulars-only"]["available"]
    for number in range(2):
        bought = make_purchase(10_000, purchase_id=f"B-{number}")
        house.purchases.record(TILL, member(member_id), bought, f"f{number}")
    assert offers(house, member_id)["regulars-only"]["available"]
    assert ask(house, member_id, "regulars-only")["state"] == "reserved"


def test_a_donation_is_had_at_once_and_final(house: House, member_id: str) -> None:
    asked = ask(house, member_id, "trees")
    assert (asked["state"], asked["benefit"]["cause"]) == ("redeemed", "Mangroves")
    assert asked["account"]["points"] == {"active": 1010, "pending": 0, "held": 0, "debt": 0}
    assert ask(house, member_id, "trees") == asked
    assert house.rewards.redeem(asked["redemption_id"], partner_id=TILL).replayed
    with pytest.raises(QuenError) as refused:
        house.rewards.release(asked["redemption_id"], member_id=member_id)
    assert refused.value.code == "already_redeemed"
    [shown], _ = house.rewards.list_redemptions(member_id, None, 10)
    assert shown["state"] == "redeemed"


def test_what_a_member_had_at_once_no_partner_undoes(house: House, member_id: str) -> None:
    asked = ask(house, member_id, "trees")
    for partner_id in (TILL, OTHER_TILL):
        with pytest.raises(RedemptionNotFoundError):
            house.rewards.refund(asked["redemption_id"], partner_id=partner_id)
    assert house.ledger.load_account(member_id).active == 1010


def test_what_a_till_had_at_once_for_a_member_that_partner_alone_undoes(house: House, member_id: str) -> None:
    asked = ask(house, member_id, "trees", partner_id=TILL)
    with pytest.raises(RedemptionNotFoundError):
        house.rewards.refund(asked["redemption_id"], partner_id=OTHER_TILL)
    back = house.rewards.refund(asked["redemption_id"], partner_id=TILL).result
    assert (back["state"], back["account"]["points"]["active"]) == ("refunded", 1020)
    with pytest.raises(RedemptionNotFoundError):
        house.rewards.refund(asked["redemption_id"], partner_id=OTHER_TILL)


def test_what_is_not_redeemed_yet_a_partner_that_could_redeem_it_is_told_so(house: House, member_id: str) -> None:
    for reward_id, expected in (("mug", NotRedeemedError), ("cinema", RedemptionNotFoundError)):
        with pytest.raises(expected):
            house.rewards.refund(ask(house, member_id, reward_id, reward_id)["redemption_id"], partner_id=OTHER_TILL)


def test_points_pay_part_of_a_bill_as_the_program_says(house: House, member_id: str) -> None:
    def pay(points: int, bill: Bill | None, key: str = "k") -> dict[str, Any]:
        wanted = PointsWanted(points, bill=bill)
        till = house.rewards.reserve(member(member_id), wanted, idempotency_key=key, fingerprint="f", partner_id=TILL)
        return dict(till.result)

    for points, bill, pointer in ((60, None, "/bill"), (40, BILL, "/points"), (510, BILL, "/points")):
        with pytest.raises(ValidationFailedError) as refused:
            pay(points, bill)
        assert refused.value.faults[0].pointer == pointer
    paid = pay(500, BILL)
    assert paid["worth"] == vnd(50_000)
    assert paid["taken_off"] == {"amount": vnd(50_000), "lines": [line("1", 50_000)]}
    assert pay(500, BILL) == paid


def test_a_bill_is_quoted_by_tier_points_and_rewards(house: House, member_id: str) -> None:
    quote = house.catalogue.quote(member(member_id), BILL, None)
    assert quote["tier"] == {"id": "member", "name": "Member"}
    assert quote["discount"] == {"amount": vnd(0), "lines": []}
    assert quote["points_payable"] == {"minimum": 50, "maximum": 500, "multiple": 10, "worth": vnd(50_000)}
    assert [(one["reward_id"], one["taken_off"]["amount"]) for one in quote["rewards"]] == [("bill", vnd(20_000))]
    make_gold(house, member_id)
    quote = house.catalogue.quote(member(member_id), BILL, "d1")
    assert quote["discount"] == {"amount": vnd(9000), "lines": [line("1", 9000)]}
    assert quote["points_payable"]["maximum"] == 470  # a quarter of what is left: 191,000
    small = replace(BILL, total=100_000)
    assert house.catalogue.quote(member(member_id), small, None)["rewards"] == []


def test_a_quote_says_where_lines_are_missing(house: House, member_id: str) -> None:
    with pytest.raises(ValidationFailedError) as refused:
        house.catalogue.quote(member(member_id), Bill(200_000, "VND"), None)
    assert [fault.pointer for fault in refused.value.faults] == ["/lines"]


class BusyShard:
    """A client to which the first shard that is asked for is always busy with somebody else's transaction."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.busy: dict[str, Any] = {}
        self.conflicts = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, **parameters: Any) -> Any:
        items = parameters["TransactItems"]
        shards = [item["Update"]["Key"] for item in items if "STOCK#" in str(item.get("Update", {}).get("Key"))]
        if shards and (self.busy or shards[0]) == shards[0]:
            self.busy = shards[0]
            self.conflicts += 1
            reasons = [{"Code": "None"}] * (len(items) - 1) + [{"Code": "TransactionConflict"}]
            error = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
            raise ClientError(error, "TransactWriteItems")  # type: ignore[arg-type]
        return self._client.transact_write_items(**parameters)


def test_a_shard_that_others_are_at_is_left_to_them(house: House, member_id: str) -> None:
    program = replace(PROGRAM, rewards=(Reward("pin", NAME, 10, stock=100),))
    tables = {name: getattr(house.settings, f"{name}_table") for name in ("ledger", "members", "program", "messages")}
    busy = BusyShard(house._given_client)
    other = housed(busy, tables, program)
    assert ask(other, member_id, "pin")["state"] == "reserved"
    assert busy.conflicts == 1


@pytest.mark.parametrize("store_id", [None, "d1"])
def test_of_a_stock_that_is_lowered_no_more_is_given_than_it_has_left(
    house: House, member_id: str, store_id: str | None
) -> None:
    def stock(pieces: int) -> None:
        limits = {"stock_by_store": {store_id: pieces}} if store_id else {"stock": pieces}
        pin = Reward("pin", NAME, 1, **limits)  # type: ignore[arg-type]
        house.programs.program = replace(PROGRAM, rewards=(pin,))

    stock(40)
    ask(house, member_id, "pin", "most", quantity=20, store_id=store_id)
    stock(22)
    taken = [ask(house, member_id, "pin", f"k{number}", store_id=store_id)["quantity"] for number in range(2)]
    assert sum(taken) == 2
    with pytest.raises(RewardOutOfStockError):
        ask(house, member_id, "pin", "more", store_id=store_id)
    assert offers(house, member_id)["pin"]["stock"]["left"] == 0


def test_points_of_a_purchase_are_paid_and_come_back_as_ever(house: House, member_id: str) -> None:
    house.purchases.record(TILL, member(member_id), make_purchase(200_000), "f")
    wanted = PointsWanted(100, "B-1", BILL, "d1")
    paid = house.rewards.reserve(member(member_id), wanted, idempotency_key="k", fingerprint="f", partner_id=TILL)
    redemption_id = str(paid.result["redemption_id"])
    assert house.rewards.redeem(redemption_id, partner_id=TILL).result["store_id"] == "d1"
    assert house.rewards.refund(redemption_id, partner_id=TILL).result["points_refunded"] == 100


def payment(house: House, member_id: str, key: str, points: int = 500, **more: Any) -> str:
    """A redemption by which points are to pay for a part of the bill of a purchase: a quarter of it is 500 points."""
    wanted = PointsWanted(points, **{"purchase_id": "B-1", "bill": BILL} | more)
    done = house.rewards.reserve(member(member_id), wanted, idempotency_key=key, fingerprint="f", partner_id=TILL)
    return str(done.result["redemption_id"])


def above_maximum(act: Callable[[], object]) -> bool:
    """Whether it is refused as one payment of too many points is."""
    try:
        act()
    except ValidationFailedError as refused:
        return [(fault.pointer, fault.code) for fault in refused.faults] == [("/points", "above_maximum")]
    return False


def test_all_payments_of_one_purchase_together_pay_no_more_than_one_may(house: House, member_id: str) -> None:
    first = payment(house, member_id, "first", 300)
    house.rewards.redeem(first, partner_id=TILL)
    assert above_maximum(lambda: payment(house, member_id, "more", 210))
    assert payment(house, member_id, "first", 300) == first
    house.rewards.redeem(payment(house, member_id, "rest", 200), partner_id=TILL)
    assert above_maximum(lambda: payment(house, member_id, "any", 50))
    payment(house, member_id, "other", 500, purchase_id="B-2")


def test_of_payments_that_were_reserved_together_the_later_one_is_not_redeemed(house: House, member_id: str) -> None:
    first, second = (payment(house, member_id, key) for key in ("first", "second"))
    done = house.rewards.redeem(second, partner_id=TILL)
    assert above_maximum(lambda: house.rewards.redeem(first, partner_id=TILL))
    assert house.ledger.load_account(member_id).held == 500
    assert house.rewards.redeem(second, partner_id=TILL) == replace(done, replayed=True)
    house.rewards.refund(second, partner_id=TILL)
    house.rewards.redeem(first, partner_id=TILL)
    assert above_maximum(lambda: payment(house, member_id, "any", 50))


def vnd(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "VND"}


def line(line_id: str, amount: int) -> dict[str, Any]:
    return {"line_id": line_id, "amount": vnd(amount)}
