"""What a command costs: at most six write units and one read of the ledger, whatever the member's history."""

from __future__ import annotations

from datetime import UTC, datetime
from math import ceil
from typing import Any

import pytest
from moto import mock_aws
from msgspec.structs import replace

from factories import (
    make_account,
    make_campaigning,
    make_card,
    make_event,
    make_plan,
    make_program,
    make_purchase,
    make_stamping,
)
from house import FixedPrograms, House, MovableClock, enrol, member
from local.write_units import item_size, transaction_units
from quen.ledger.items import account_item
from quen.ledger.ports import Change
from quen.memberships.payments import Payment
from quen.money import Money
from quen.program.benefits import Benefit
from quen.program.compiled import compile_program
from quen.program.model import Criteria, EarningRule, Perk, Quota, Reward, Tier
from quen.returns.model import Goods
from quen.rewards.model import PerkWanted, PointsWanted, RewardWanted
from quen.vouchers.codes import VoucherCodes
from served import read_program
from tables import create_tables, open_mocked
from tiered import make_tiered
from voucher_desk import close, issue_batch, money_off, use

PARTNER = "ptn_0000000000000001"
READ_UNIT = 4096


class Recorder:
    """A client that remembers what was asked of it."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, **parameters: Any) -> Any:
        return self._make_api_call("TransactWriteItems", parameters)

    def _make_api_call(self, operation: str, parameters: dict[str, Any]) -> Any:
        self.calls.append((operation, parameters))
        return self._client._make_api_call(operation, parameters)

    def units(self) -> int:
        """Write units of the last transaction."""
        transactions = [parameters for operation, parameters in self.calls if operation == "TransactWriteItems"]
        return transaction_units(transactions[-1]["TransactItems"], {})

    def shards_read(self) -> list[str]:
        """The shards of stock and of budgets that were read, each for one read unit: all of them in one call, or none."""
        batches = [asked["RequestItems"] for operation, asked in self.calls if operation == "BatchGetItem"]
        assert len(batches) <= 1
        keys = [key for batch in batches for table in batch.values() for key in table["Keys"]]
        return [f"{key['PK']['S']} {key['SK']['S']}" for key in keys]

    def reads_of(self, table: str) -> int:
        return sum(operation in {"GetItem", "Query"} and asked["TableName"] == table for operation, asked in self.calls)


@pytest.fixture(scope="module")
def a_busy_member() -> Any:
    """A member with two years of purchases behind them, an open hold and twelve lots."""
    with mock_aws():
        client = open_mocked()
        tables = create_tables(client)
        clock = MovableClock(datetime(2024, 12, 1, 3, tzinfo=UTC))
        house = House(client, tables, clock)
        member_id = enrol(house)
        for number in range(100):
            clock.advance(days=7)
            purchase = make_purchase(1_370_000 + number, purchase_id=f"B-{number}", at=clock.now())
            house.purchases.record(PARTNER, member(member_id), purchase, f"f{number}")
        house.rewards.reserve(member(member_id), RewardWanted("free-coffee"), idempotency_key="mine", fingerprint="f")
        recorder = Recorder(client)
        yield House(recorder, tables, clock), recorder, member_id, tables["ledger"]


@pytest.fixture
def busy_member(a_busy_member: Any) -> Any:
    """The same member for every test, with nothing recorded yet."""
    a_busy_member[1].calls.clear()
    return a_busy_member


def test_earning_reserving_and_redeeming_cost_six_write_units_and_one_ledger_read(busy_member: Any) -> None:
    house, recorder, member_id, ledger = busy_member
    purchase = make_purchase(1_234_567, purchase_id="B-last", at=house.clock.now())
    house.purchases.record(PARTNER, member(member_id), purchase, "0" * 64)
    assert recorder.units() <= 6
    assert recorder.reads_of(ledger) == 1
    recorder.calls.clear()
    reserved = house.rewards.reserve(
        member(member_id), PointsWanted(150), idempotency_key="k", fingerprint="0" * 64, partner_id=PARTNER
    )
    assert recorder.units() <= 6
    assert recorder.reads_of(ledger) == 1
    recorder.calls.clear()
    house.rewards.redeem(str(reserved.result["redemption_id"]), partner_id=PARTNER)
    assert recorder.units() <= 6
    assert recorder.reads_of(ledger) == 2  # the redemption says whose account it is


def test_a_redemption_stays_within_a_kilobyte_once_it_is_closed_and_refunded(busy_member: Any) -> None:
    shared, recorder, member_id, ledger = busy_member
    tables = {name: getattr(shared.settings, f"{name}_table") for name in ("ledger", "members", "program", "messages")}
    house = House(recorder, tables, shared.clock)
    house.programs = FixedPrograms(compile_program(read_program(), 1, datetime(2024, 1, 1, tzinfo=UTC)))
    wanted = {"idempotency_key": "closed", "fingerprint": "0" * 64, "partner_id": PARTNER}
    redemption_id = str(house.rewards.reserve(member(member_id), PointsWanted(10), **wanted).result["redemption_id"])
    house.rewards.redeem(redemption_id, partner_id=PARTNER)
    house.rewards.refund(redemption_id, partner_id=PARTNER)
    key = {"PK": {"S": f"REDEMPTION#{redemption_id}"}, "SK": {"S": "DOCUMENT"}}
    assert item_size(recorder.get_item(TableName=ledger, Key=key)["Item"]) <= 1024
    assert house.rewards.redeem(redemption_id, partner_id=PARTNER).replayed
    assert house.rewards.refund(redemption_id, partner_id=PARTNER).replayed


def test_what_is_had_at_once_costs_one_transaction_and_a_limited_piece_two_write_units_and_four_reads_more(
    busy_member: Any,
) -> None:
    house, recorder, member_id, ledger = busy_member
    tree = Reward("tree", {"en": "Tree"}, 10, per_member=5, limit_per="week", benefit=Benefit("donation", amount=1))
    mug = Reward("mug", {"en": "Mug"}, 10, stock_by_store={"district-1": 50}, per_member=5, limit_per="month")
    house.programs = FixedPrograms(make_program(rewards=(tree, mug)))
    for dependent in ("ledger", "rewards"):
        house.__dict__.pop(dependent, None)
    for reward_id, units_max, looks in (("tree", 6, 0), ("mug", 8, 1)):
        recorder.calls.clear()
        wanted = RewardWanted(reward_id, store_id="district-1")
        house.rewards.reserve(member(member_id), wanted, idempotency_key=reward_id, fingerprint="0" * 64)
        assert recorder.units() <= units_max
        assert recorder.reads_of(ledger) == 1
        assert sum(operation == "TransactWriteItems" for operation, _ in recorder.calls) == 1
        assert len(recorder.shards_read()) == 4 * looks


def test_a_campaign_with_a_budget_costs_a_purchase_two_write_units_and_four_reads(busy_member: Any) -> None:
    shared, recorder, member_id, ledger = busy_member
    tables = {name: getattr(shared.settings, f"{name}_table") for name in ("ledger", "members", "program", "messages")}
    house = House(recorder, tables, shared.clock)
    house.programs = FixedPrograms(make_campaigning(1000))
    purchase = make_purchase(100_000, purchase_id="B-budget", at=house.clock.now())
    house.purchases.record(PARTNER, member(member_id), purchase, "0" * 64)
    assert recorder.units() <= 8
    assert recorder.reads_of(ledger) == 1
    assert sorted(recorder.shards_read()) == [f"BUDGET#tet SHARD#{number}" for number in range(4)]


def test_a_receipt_costs_six_write_units_and_its_claim_two_more_than_a_purchase(busy_member: Any) -> None:
    house, recorder, member_id, ledger = busy_member
    purchase = make_purchase(1_234_567, purchase_id="B-claimed", at=house.clock.now())
    code = str(house.receipts.record(PARTNER, purchase, "0" * 64).result["claim_code"])
    assert recorder.units() <= 6
    assert recorder.reads_of(ledger) == 1
    recorder.calls.clear()
    house.receipts.claim(member_id, code)
    assert recorder.units() <= 8
    assert recorder.reads_of(ledger) == 3  # what the code names, the receipt, the account


def test_a_use_of_a_perk_costs_six_write_units_and_one_ledger_read(busy_member: Any) -> None:
    shared, recorder, member_id, ledger = busy_member
    tables = {name: getattr(shared.settings, f"{name}_table") for name in ("ledger", "members", "program", "messages")}
    house = House(recorder, tables, shared.clock)
    rides = Perk("free-rides", {"en": "Free rides"}, tiers=("member",), quota=Quota("month", 4))
    house.programs = FixedPrograms(make_program(tiers=(Tier("member", {"en": "Member"}),), perks=(rides,)))
    reserved = house.rewards.reserve(
        member(member_id), PerkWanted("free-rides"), idempotency_key="ride", fingerprint="0" * 64, partner_id=PARTNER
    )
    assert (recorder.units(), recorder.reads_of(ledger)) == (6, 1)
    house.rewards.redeem(str(reserved.result["redemption_id"]), partner_id=PARTNER)
    assert recorder.units() <= 6


def test_what_a_paying_member_does_and_pays_costs_six_write_units_and_one_ledger_read(busy_member: Any) -> None:
    shared, recorder, member_id, ledger = busy_member
    tables = {name: getattr(shared.settings, f"{name}_table") for name in ("ledger", "members", "program", "messages")}
    house = House(recorder, tables, shared.clock)
    house.programs = FixedPrograms(make_program(plans=(make_plan(),)))
    for number in range(2):  # the second is paid for ahead
        recorder.calls.clear()
        payment = Payment(f"INV-{number}", "vip", "succeeded", Money(49_000, "VND"), house.clock.now())
        house.memberships.record_payment(PARTNER, member(member_id), payment, "0" * 64)
        assert recorder.units() <= 6 + 2  # the due day moves
        assert recorder.reads_of(ledger) == 1
    recorder.calls.clear()
    purchase = make_purchase(1_234_567, purchase_id="B-vip", at=house.clock.now(), discount=123_456)
    house.purchases.record(PARTNER, member(member_id), purchase, "0" * 64)
    assert recorder.units() <= 6
    assert recorder.reads_of(ledger) == 1


def test_every_item_of_an_ordinary_command_is_under_a_kilobyte(busy_member: Any) -> None:
    house, recorder, member_id, _ = busy_member
    purchase = make_purchase(1_234_567, purchase_id="HCM-01-20261122-000123", at=house.clock.now())
    house.purchases.record(PARTNER, member(member_id), purchase, "0" * 64)
    written = [parameters for operation, parameters in recorder.calls if operation == "TransactWriteItems"][-1]
    sizes = {item["Put"]["Item"]["SK"]["S"][:8]: item_size(item["Put"]["Item"]) for item in written["TransactItems"]}
    assert max(sizes.values()) < 1024, sizes


def test_a_purchase_that_fills_a_punch_card_beside_its_points_costs_six_write_units(busy_member: Any) -> None:
    shared, recorder, member_id, ledger = busy_member
    tables = {name: getattr(shared.settings, f"{name}_table") for name in ("ledger", "members", "program", "messages")}
    house = House(recorder, tables, shared.clock)
    card = make_card(months=6)
    rules = (
        EarningRule("base", "purchase", points=1, per=10_000),
        EarningRule("status", "purchase", points=1, per=10_000, wallet="qualifying"),
        EarningRule("cups-before-nine", "purchase", points=13, wallet=card.wallet),
    )
    house.programs = FixedPrograms(make_stamping(*rules, card=card))
    purchase = make_purchase(1_234_567, purchase_id="HCM-01-20261122-000321", at=house.clock.now(), store="HCM-01")
    house.purchases.record(PARTNER, member(member_id), purchase, "0" * 64)
    assert recorder.units() <= 6
    assert recorder.reads_of(ledger) == 1
    written = [parameters for operation, parameters in recorder.calls if operation == "TransactWriteItems"][-1]
    sizes = {item["Put"]["Item"]["SK"]["S"][:8]: item_size(item["Put"]["Item"]) for item in written["TransactItems"]}
    assert max(sizes.values()) < 1024, sizes
    recorder.calls.clear()
    house.ledger.show_account(member_id)
    assert [operation for operation, _ in recorder.calls] == ["GetItem"]


def test_a_purchase_that_earns_points_stamps_qualifying_points_and_a_tier_costs_six_write_units(
    busy_member: Any,
) -> None:
    shared, recorder, member_id, ledger = busy_member
    tables = {name: getattr(shared.settings, f"{name}_table") for name in ("ledger", "members", "program", "messages")}
    house = House(recorder, tables, shared.clock)
    card = make_card(months=6)
    rules = (
        EarningRule("base", "purchase", points=1, per=10_000),
        EarningRule("status", "purchase", points=1, per=10_000, wallet="qualifying"),
        EarningRule("cup", "purchase", points=5, wallet=card.wallet),
    )
    gold = Tier("gold", {"vi": "Vàng", "en": "Gold"}, reach=Criteria({"qualifying": 100, "visits": 1}))
    program = replace(make_stamping(*rules, card=card), tiers=(Tier("member", {"vi": "Thành viên"}), gold))
    house.programs = FixedPrograms(program)
    purchase = make_purchase(1_234_567, purchase_id="HCM-01-20261122-000777", at=house.clock.now(), store="HCM-01")
    answer = house.purchases.record(PARTNER, member(member_id), purchase, "0" * 64).result
    assert answer["account"]["tier"]["id"] == "gold"
    assert answer["account"]["cards"][0]["stamps"] >= 5
    assert recorder.units() <= 6
    assert recorder.reads_of(ledger) == 1


def test_only_the_purchase_that_reaches_a_tier_moves_the_index_of_reviews(busy_member: Any) -> None:
    shared, recorder, member_id, ledger = busy_member
    tables = {name: getattr(shared.settings, f"{name}_table") for name in ("ledger", "members", "program", "messages")}
    house = House(recorder, tables, shared.clock)
    house.programs = FixedPrograms(make_tiered())
    places = []
    for number in range(3):
        recorder.calls.clear()
        purchase = make_purchase(1_234_567, purchase_id=f"HCM-01-20261122-00012{number}", at=house.clock.now())
        house.purchases.record(PARTNER, member(member_id), purchase, "0" * 64)
        transactions = [asked for operation, asked in recorder.calls if operation == "TransactWriteItems"]
        assert (len(transactions), recorder.reads_of(ledger)) == (1, 1)
        account, entry = (item["Put"]["Item"] for item in transactions[0]["TransactItems"][:2])
        assert max(item_size(account), item_size(entry)) < 1024
        places.append((account["tier_shard"]["S"][:5], account["review_on"]["S"][5:]))
    assert places == [("tier#", "12-01")] * 3


def test_a_return_costs_six_write_units_and_two_read_units(busy_member: Any) -> None:
    """The purchase's partition and the account, whatever the member's history; a second return costs the same."""
    house, recorder, _, _ = busy_member
    for number in (1, 2):
        recorder.calls.clear()
        goods = Goods(f"R-{number}", house.clock.now(), Money(300_000, "VND"))
        house.returns.record(PARTNER, "B-99", goods, "0" * 64)
        assert recorder.units() <= 6
        assert [operation for operation, _ in recorder.calls] == ["Query", "GetItem", "TransactWriteItems"]
        [query] = [asked for operation, asked in recorder.calls if operation == "Query"]
        found = recorder.query(**query)["Items"]
        assert sum(item_size(item) for item in found) <= READ_UNIT  # so that the query costs one
        assert max(item_size(item) for item in found) < 1024


def test_a_use_of_a_voucher_costs_four_write_units_and_two_reads_of_the_ledger(busy_member: Any) -> None:
    """The voucher and its batch; ending a use reads the use too. What is written is the voucher and the use."""
    house, recorder, _, ledger = busy_member
    terms = money_off(skus=tuple(f"SKU-{number:04}" for number in range(20)), minimum_bill=None)
    batch_id = issue_batch(house, 2, terms)
    recorder.calls.clear()
    used = use(house, "reserve", VoucherCodes(house.keys).code_of(batch_id, 1), 30_000, fingerprint="0" * 64)
    assert (recorder.units(), recorder.reads_of(ledger)) == (4, 2)
    recorder.calls.clear()
    close(house, used.result["use_id"], "redeem", PARTNER)
    assert (recorder.units(), recorder.reads_of(ledger)) == (4, 3)


def test_a_page_of_the_statement_costs_four_read_units(busy_member: Any) -> None:
    house, recorder, member_id, _ = busy_member
    page, following = house.ledger.list_entries(member_id, None, 20)
    [(operation, asked)] = recorder.calls
    assert (operation, asked["Limit"], len(page), following is not None) == ("Query", 20, 20, True)
    found = recorder.query(**asked)["Items"]
    assert ceil(sum(item_size(item) for item in found) / READ_UNIT) <= 4


def test_an_account_of_twenty_four_lots_and_two_wallets_is_under_a_kilobyte() -> None:
    account = make_account(*((1234, f"{2027 + month // 12}-{month % 12 + 1:02d}-28") for month in range(24)))
    counters = {f"qualifying/2026-{month:02d}": 1234 for month in range(1, 13)} | {"stamps": 9}
    account = replace(account, counters=counters)
    item = account_item(Change(account, account, [], make_program()))
    assert item_size(item.serialize()) < 1024


def test_a_balance_costs_one_read(busy_member: Any) -> None:
    house, recorder, member_id, ledger = busy_member
    house.ledger.show_account(member_id)
    assert [operation for operation, _ in recorder.calls] == ["GetItem"]
    assert recorder.reads_of(ledger) == 1


@pytest.mark.parametrize(("subject", "write_units", "reads"), [("", 6, 1), ("order HCM-01-20261122-000123", 8, 2)])
def test_an_event_costs_what_a_purchase_costs_and_two_units_more_where_it_counts_once(
    busy_member: Any, subject: str, write_units: int, reads: int
) -> None:
    """Account, entry and document; with a subject its claim, and a look at whose claims count as well."""
    house, recorder, member_id, ledger = busy_member
    told = make_event(event_id=f"RV-20261122-{len(subject)}", subject=subject, at=house.clock.now())
    house.occasions.record(PARTNER, member(member_id), told, "0" * 64)
    assert recorder.units() == write_units
    assert recorder.reads_of(ledger) == reads
    written = [parameters for operation, parameters in recorder.calls if operation == "TransactWriteItems"][-1]
    assert max(item_size(item["Put"]["Item"]) for item in written["TransactItems"]) < 1024
