"""A random month of the whole house, settled: what partners' statements say is what the ledger's own lines say, by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from moto import mock_aws
from msgspec.structs import replace

from factories import SAIGON, make_event, make_program, make_purchase
from house import FixedPrograms, House, MovableClock, enrol, member
from partnering import make_partner
from quen.agreements.service import PackOrder
from quen.clock import WallClock
from quen.errors import QuenError
from quen.events.service import Publisher
from quen.ledger.model import Entry, parse_entry
from quen.ledger.model.funding import expired_of, funded_by, redeemed_at
from quen.ledger.model.values import OTHER_UNITS, unit_of
from quen.members.model import MemberReference
from quen.money import Money
from quen.partners.model import Billing, DailyCaps, Exchange, Partner, Rate, Relation, Terms, terms_on
from quen.program.model import EarningRule, Expiry, TransferPolicy
from quen.returns.model import Goods
from quen.rewards.model import PointsWanted
from quen.settlement.model import CATEGORIES, GENESIS, Category, Statement, form_of, hash_of
from tables import create_tables, open_mocked

PRICES = {"issued": 100, "redeemed": 90, "expired": 50}
TILL, CAFE, BOOKS, MILES = (f"ptn_000000000000000{number}" for number in range(1, 5))
SETTLING = (CAFE, BOOKS, MILES)
PARTNERS = (TILL, *SETTLING)
FIRST = date(2026, 11, 1)


class Silent:
    """Where nobody listens."""

    def put(self, _events: Any) -> None:
        pass

    def send(self, _intents: Any, _delay_seconds: int = 0) -> None:
        pass

    def park(self, _record: Any, error: Exception) -> None:
        raise error


class Streaming:
    """A client that keeps, as the table's stream does, every entry that was really written."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.entries: list[dict[str, Any]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, **asked: Any) -> Any:
        answer = self._client.transact_write_items(**asked)
        put = [item["Put"]["Item"] for item in asked["TransactItems"] if "Put" in item]
        self.entries += [item for item in put if item["SK"]["S"].startswith("ENTRY#")]
        return answer


def partners() -> list[Partner]:
    """The shop's own till, a brand that pays by the month, one that pays ahead but for a week, and one that goes on without."""
    postpaid = Terms(FIRST, Billing.POSTPAID, **{name: str(price) for name, price in PRICES.items()})
    prepaid = replace(postpaid, billing=Billing.PREPAID)
    a_week = (replace(postpaid, first_day=date(2026, 11, 28)), replace(prepaid, first_day=date(2026, 12, 5)))
    miles = Exchange(into=Rate(points=1, units=1, hold_hours=120))
    return [
        make_partner(TILL, relation=Relation.OWN),
        make_partner(CAFE, terms=(postpaid,), caps=DailyCaps(redeemed=60)),
        make_partner(BOOKS, terms=(prepaid, *a_week), caps=DailyCaps(issued=90)),
        make_partner(MILES, terms=(replace(prepaid, when_empty="continue"),), exchange=miles),
    ]


class Month:
    """Three members and four partners, at random; what is refused is left out. The stream tells all of it twice, in any
    order, and some of it days later.
    """

    def __init__(self, house: House, stream: Streaming, seed: int) -> None:
        self.house, self.random, self.done = house, Random(seed), Counter[str]()
        for partner in partners():
            house._partner_store.add(partner)
        self.members = [enrol(house, f"+8490123456{number}") for number in range(3)]
        self._publisher = Publisher(
            Silent(), Silent(), Silent(), listeners=[house.books.listener(Silent())], wall=WallClock()
        )
        self._stream, self._heard, self._waiting = stream, 0, list[Any]()
        self._sold, self._spent = list[tuple[str, str, int]](), list[tuple[str, str]]()
        self._exchanged, self._receipts = list[str](), list[str]()

    def live(self, nights: int, acts_a_day: int) -> None:
        """Day by day to the end of November and on; then a month in which all that is left expires."""
        acts = [self.buy, self.bring_back, self.spend, self.refund, self.tell, self.exchange, self.call_off, self.give]
        acts += [self.print_receipt, self.claim, self.buy_pack, self.buy, self.spend]
        deck = acts * (1 + nights * acts_a_day // len(acts))
        self.random.shuffle(deck)
        for number in range(nights):
            for turn in range(acts_a_day):
                self._attempt(deck.pop(), f"{number}-{turn}")
            self._pass(timedelta(days=24) / nights)
        self._pass(timedelta(days=24))
        self._tell_stream(everything=True)

    def _attempt(self, act: Callable[[str], None], key: str) -> None:
        try:
            act(key)
            self.done[act.__name__] += 1
        except (QuenError, IndexError):  # refused; or of nothing there is none to choose
            pass

    def buy(self, key: str) -> None:
        partner, late = self._one_of(*PARTNERS), timedelta(days=self.random.choice([0, 0, 3]))
        amount, at = self.random.randint(1, 60) * 10_000, self.house.clock.now() - late
        purchase = make_purchase(amount, purchase_id=key, at=at)
        self.house.purchases.record(partner.partner_id, self._anybody(), purchase, "f", partner)
        self._sold.append((partner.partner_id, key, amount))

    def bring_back(self, key: str) -> None:
        partner_id, purchase_id, amount = self.random.choice(self._sold)
        part = Money(self.random.randint(1, amount // 10_000) * 10_000, "VND")
        self.house.returns.record(partner_id, purchase_id, Goods(key, self.house.clock.now(), part), "f")

    def spend(self, key: str) -> None:
        partner, wanted = self._one_of(*PARTNERS), PointsWanted(self.random.randint(1, 15))
        owner = partner.partner_id
        given = {"idempotency_key": key, "fingerprint": "f", "partner_id": owner, "acceptor": partner}
        held = str(self.house.rewards.reserve(self._anybody(), wanted, **given).result["redemption_id"])
        if self.random.random() < 0.2:
            self.house.rewards.release(held, partner_id=owner)
        else:
            self.house.rewards.redeem(held, partner_id=owner, acceptor=partner)
            self._spent.append((held, owner))

    def refund(self, _key: str) -> None:
        redemption_id, owner = self._spent.pop()
        self.house.rewards.refund(redemption_id, partner_id=owner)

    def tell(self, key: str) -> None:
        partner = self._one_of(*SETTLING)
        review = make_event(event_id=key, subject=key, at=self.house.clock.now())
        self.house.occasions.record(partner.partner_id, self._anybody(), review, "f", partner)

    def exchange(self, key: str) -> None:
        self.house.exchanges.receive(self._one_of(MILES), key, self._anybody(), self.random.randint(1, 30), "f")
        self._exchanged.append(key)

    def call_off(self, _key: str) -> None:
        self.house.exchanges.reverse(MILES, self._exchanged[-1])

    def give(self, key: str) -> None:
        sender, receiver = self.random.sample(self.members, 2)
        given = {"caller": sender, "idempotency_key": key, "fingerprint": "f"}
        self.house.transfers.send(sender, member(receiver), self.random.randint(1, 20), **given)

    def print_receipt(self, key: str) -> None:
        amount, at = self.random.randint(1, 30) * 10_000, self.house.clock.now()
        owner, purchase = self.random.choice(SETTLING), make_purchase(amount, purchase_id=key, at=at)
        self._receipts.append(str(self.house.receipts.record(owner, purchase, "f").result["claim_code"]))

    def claim(self, _key: str) -> None:
        self.house.receipts.claim(self.random.choice(self.members), self._receipts.pop())

    def buy_pack(self, key: str) -> None:
        order = PackOrder(BOOKS, self.random.randint(50, 150), Money(0, "VND"), "", "staff-1", key, "f")
        self.house.agreements.buy_pack(order, lambda _: ())

    def _one_of(self, *partner_ids: str) -> Partner:
        return self.house.partners.load(self.random.choice(partner_ids))

    def _anybody(self) -> MemberReference:
        return member(self.random.choice(self.members))

    def _pass(self, time: timedelta) -> None:
        """By night what fell due is written, some of the stream is told, and months that are over are closed."""
        assert isinstance(self.house.clock, MovableClock)
        self.house.clock.instant += time
        for member_id in self.members:
            self.house.ledger.bring_up_to_date(member_id, self.house.clock.now())
        self._tell_stream()
        books = self.house.books.settlement
        for partner_id in SETTLING:
            books.close_due(partner_id, books.today())

    def _tell_stream(self, *, everything: bool = False) -> None:
        """A quarter of what has not been told yet, twice and in any order."""
        self._waiting += self._stream.entries[self._heard :]
        self._heard = len(self._stream.entries)
        self.random.shuffle(self._waiting)
        many = len(self._waiting) if everything else len(self._waiting) // 4
        told, self._waiting = self._waiting[:many], self._waiting[many:]
        twice = [*told, *self.random.sample(told, many)]
        self._publisher.publish([{"eventName": "INSERT", "dynamodb": {"NewImage": item}} for item in twice])


def settled(house: House, partner_id: str) -> list[Statement]:
    """Its statements from the first to the one that is open still, the closed ones proven."""
    statements = [house.books.settlement.load(partner_id, month) for month in ("2026-11", "2026-12", "2027-01")]
    previous = GENESIS
    for statement in statements[:2]:
        assert (statement.previous_hash, hash_of(form_of(statement))) == (previous, statement.hash)
        previous = statement.hash
    return statements


def lines_of(entries: Sequence[Entry], name: str) -> dict[tuple[date, bool], int]:
    """What the ledger says under that name, by the day and the side, without those that come to nothing."""
    found: Counter[tuple[date, bool]] = Counter()
    for entry in entries:
        points = entry.lines.get(name, 0)
        found[entry.recorded_at.astimezone(SAIGON).date(), points > 0] += abs(points)
    return {slot: points for slot, points in found.items() if points}


def stated(statements: Sequence[Statement], gives: Category, takes: Category) -> dict[tuple[date, bool], int]:
    """What the statements say of these two, the same way."""
    found: Counter[tuple[date, bool]] = Counter()
    for line in (line for statement in statements for line in statement.all_lines if line.category in {gives, takes}):
        found[line.day, line.category == takes] += line.points
    return {slot: points for slot, points in found.items() if points}


def assert_settled(house: House, entries: Sequence[Entry]) -> None:
    """Name by name and day by day; money and packs as the points are."""
    ledger: Counter[str] = Counter()
    for entry in entries:
        ledger.update({name: points for name, points in entry.lines.items() if unit_of(name) not in OTHER_UNITS})
    assert sum(ledger.values()) == 0
    every: Counter[str] = Counter()
    for partner_id in SETTLING:
        statements = settled(house, partner_id)
        assert stated(statements, "issued", "reversed") == lines_of(entries, funded_by(partner_id))
        assert stated(statements, "refunded", "redeemed") == lines_of(entries, redeemed_at(partner_id))
        assert sum(each.total("expired").points for each in statements) == ledger[expired_of(partner_id)]
        total = {category: sum(each.total(category).points for each in statements) for category in CATEGORIES}
        every.update(total)
        due = PRICES["redeemed"] * (total["refunded"] - total["redeemed"]) - PRICES["expired"] * total["expired"]
        terms = house.partners.load(partner_id).terms
        for (day, is_back), points in lines_of(entries, funded_by(partner_id)).items():
            in_force = terms_on(terms, day)
            assert in_force is not None
            if in_force.billing is Billing.POSTPAID:
                due += PRICES["issued"] * (-points if is_back else points)
        assert sum(each.due for each in statements) == due
        if partner_id != CAFE:
            assert statements[-1].pack.left == house.agreements.balance(partner_id).left
    assert all(every[category] > 0 for category in CATEGORIES), every
    assert {name.split(".")[1] for name in ledger if name.startswith("partner.")} == set(SETTLING)
    # Whatever partners do not stand behind, the program does; and what nobody spent or lost is what members have.
    program = -ledger["program.issued"] - ledger["program.redeemed"] - ledger["program.expired"]
    partners_have = every["issued"] - every["reversed"] - every["redeemed"] + every["refunded"] - every["expired"]
    assert partners_have + program - ledger["program.written_off"] == sum(
        points for name, points in ledger.items() if name.startswith("member.")
    )


@pytest.mark.parametrize(
    ("seed", "nights", "acts_a_day"),
    [(1, 10, 5), *(pytest.param(seed, 24, 8, marks=pytest.mark.long) for seed in range(2, 5))],
)
def test_the_statements_of_all_partners_add_up_to_the_ledger_after_a_random_month(
    seed: int, nights: int, acts_a_day: int
) -> None:
    with mock_aws():
        stream = Streaming(open_mocked())
        house = House(stream, create_tables(stream), MovableClock())
        rules = (EarningRule("base", "purchase", points=1, per=10_000), EarningRule("review", "review", points=5))
        program = make_program(earning=rules, transfers=TransferPolicy(per_day=300))
        points = replace(program.points, expiry=Expiry("days", 9), debt_limit=3)
        house.__dict__["programs"] = FixedPrograms(replace(program, points=points))
        month = Month(house, stream, seed)
        month.live(nights, acts_a_day)
        assert_settled(house, [parse_entry(item["form"]["S"], item["hash"]["S"]) for item in stream.entries])
        assert any(settled(house, partner_id)[1].late for partner_id in SETTLING)
        assert len(month.done) == 11, month.done
