"""Winning back by the whole house: found by the sparse index, offered once, over with the next purchase."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from moto import mock_aws
from msgspec.structs import replace

from factories import make_purchase
from house import FixedPrograms, House, MovableClock, member
from local.write_units import transaction_units
from quen.errors import TemporarilyUnavailableError
from quen.events.model import events_of
from quen.ledger.model import verify
from quen.members.model import ConsentDecision, Enrolment, Login
from quen.messages.intents import intents_of
from quen.messages.model import channels_of
from quen.program.model import Gift, Gifts, RewardGift, WinBackPolicy
from tables import create_tables, open_mocked
from unit.jobs.lapsing import OFFER, TO_ALL, make_winning

JOB = "win-back"
START = datetime(2026, 10, 18, 3, tzinfo=UTC)  # a Sunday
LAPSED = date(2026, 12, 7)  # who bought on 18 and 25 October and on 1 November: 30 days, and the Monday after it
WITH_VOUCHER = replace(TO_ALL, gifts=Gifts(Gift(50, RewardGift("fifty", 21))))


class Watched:
    """What is asked of DynamoDB. Where `fails_after` so many transactions, the next one fails."""

    def __init__(self, client: Any) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.fails_after: int | None = None
        client.meta.events.register("before-parameter-build.dynamodb", self._note)

    def _note(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        self.asked.append((model.name, params))
        if model.name == "TransactWriteItems" and self.fails_after is not None:
            self.fails_after -= 1
            if self.fails_after < 0:
                self.fails_after = None
                raise TemporarilyUnavailableError

    @property
    def operations(self) -> set[tuple[str, str]]:
        return {(operation, asked.get("IndexName", "")) for operation, asked in self.asked}


class Shop:
    """The house, its members, and what is asked of its tables."""

    def __init__(self, offer: WinBackPolicy = WITH_VOUCHER) -> None:
        client = open_mocked()
        self.house = House(client, create_tables(client), MovableClock(START))
        self.watched = Watched(client)
        self.house.programs = FixedPrograms(make_winning(offer))

    def enrol(self, number: int, *, profiling: bool = True) -> str:
        """A member who has said whether offers may go by what they buy."""
        phone = f"+849012345{number:02}"
        consents = (ConsentDecision("profiling", profiling, "1"),)
        login = Login("https://issuer.test", f"sub-{phone}", phone=phone)
        enrolment = Enrolment(phone=phone, consents=consents)
        return self.house.members.enrol(login, enrolment, self.house.clock.now()).member.member_id

    def regular(self, number: int, *, profiling: bool = True) -> str:
        """A member who buys every week, and after the third time no more."""
        self.house.wall.instant = START
        member_id = self.enrol(number, profiling=profiling)
        for week in range(3):
            self.buy(member_id, START.date() + timedelta(days=7 * week))
        return member_id

    def buy(self, member_id: str, on: date) -> None:
        self.at(on)
        purchase = make_purchase(50_000, purchase_id=f"{member_id}-{on}", at=self.house.clock.now(), store="HCM-01")
        self.house.purchases.record("ptn_0000000000000001", member(member_id), purchase, f"{on}")

    def at(self, on: date) -> None:
        self.house.wall.instant = datetime(on.year, on.month, on.day, 3, tzinfo=UTC)

    def run(self, on: date = LAPSED, *, dry_run: bool = False) -> dict[str, Any]:
        self.at(on)
        self.watched.asked.clear()
        return self.house.jobs.start_run(JOB, on, dry_run=dry_run, actor="staff:an")

    def found(self, on: date = LAPSED) -> set[str]:
        """Whom the index shows on that day."""
        store = self.house._ledger_store
        return {member_id for shard in range(8) for member_id in store.list_lapsed(shard, on, None, 100).member_ids}

    def given(self, member_id: str) -> tuple[int, str, int]:
        """Points, what became of the lapse, and how many vouchers; the history proves the account."""
        store = self.house._ledger_store
        account = store.load(member_id)
        assert verify(account, store.read_history(member_id)) is None
        return account.active, account.win_back.outcome, len(self.house.vouchers.list_own(member_id, None, 20)[0])


@pytest.fixture
def shop() -> Iterator[Shop]:
    with mock_aws():
        yield Shop()


def test_who_has_lapsed_is_found_from_their_monday_on_and_offered_once(shop: Shop) -> None:
    member_id = shop.regular(1)
    assert (shop.found(LAPSED - timedelta(days=1)), shop.found()) == (set(), {member_id})
    assert shop.run(LAPSED - timedelta(days=1))["seen"] == 0
    dry = shop.run(dry_run=True)
    done = shop.run()
    told = ("state", "seen", "done", "points", "totals")
    assert [done[name] for name in told] == ["finished", 1, 1, 50, {"offered": 1, "vouchers": 1}]
    assert [dry[name] for name in told] == [done[name] for name in told]
    assert (shop.given(member_id), shop.found()) == ((50, "offered", 1), set())
    assert shop.run()["seen"] == 0


def test_nobody_scans_and_a_day_without_lapses_reads_no_account(shop: Shop) -> None:
    shop.regular(1)
    shop.run()
    assert ("Query", "WinBacks") in shop.watched.operations
    shop.run(LAPSED + timedelta(days=1))
    assert {operation for operation, _ in shop.watched.operations} <= {"Query", "PutItem", "GetItem"}
    assert not [asked for _, asked in shop.watched.asked if "MEMBER#" in str(asked.get("Key"))]


def test_a_part_is_held_out_and_who_has_not_agreed_is_not_chosen() -> None:
    with mock_aws():
        shop = Shop(OFFER)
        program = shop.house.programs.current(START)
        members: list[str] = []
        # Ids are drawn by lot: until there are two of either kind, whatever the lot says of the first.
        while min(sum(OFFER.holds_out(program.id, of) is kind for of in members) for kind in (True, False)) < 2:
            members.append(shop.regular(30 + len(members)))
        unasked = shop.regular(20, profiling=False)
        totals = shop.run()["totals"]
        became = [shop.given(member_id)[1] for member_id in members]
        assert shop.given(unasked) == (0, "unasked", 0)
        assert totals["offered"] == became.count("offered") >= 2
        assert totals["held_out"] == became.count("held_out") == len(members) - became.count("offered")
        assert [of == "held_out" for of in became] == [OFFER.holds_out(program.id, of) for of in members]
        assert shop.found() == set()


def test_with_the_purchase_the_member_leaves_the_index_and_a_queued_message_is_overtaken(shop: Shop) -> None:
    member_id = shop.regular(1)
    shop.run()
    assert not shop.house.lapses.has_returned(member_id, "2026-11-01")
    shop.buy(member_id, LAPSED + timedelta(days=2))
    assert shop.house.lapses.has_returned(member_id, "2026-11-01")
    assert not shop.house.lapses.has_returned("mem_0000000000000000", "2026-11-01")
    assert shop.found(LAPSED + timedelta(days=9)) == set()


def test_the_world_is_told_of_the_offer_and_of_the_return(shop: Shop) -> None:
    member_id = shop.regular(1)
    shop.run()
    shop.buy(member_id, LAPSED + timedelta(days=2))
    bought, offered, *_ = shop.house.ledger.read_entries(member_id, None, 10)
    events = {event.type: event.detail for event in (*events_of(offered), *events_of(bought))}
    assert events.keys() == {"points.earned", "win_back.offered", "member.won_back"}
    assert events["win_back.offered"]["given"]["voucher"] == {"id": "fifty", "until": "2026-12-27"}
    returned = events["member.won_back"]
    assert (returned["lapse"], returned["days"]) == ("offered", 2)
    [intent] = intents_of(offered)
    assert (intent.kind, intent.period) == ("win_back", "2026-11-01")
    assert (intent.data["last_bought_on"], intent.data["points"], intent.data["voucher"]["id"]) == (
        "2026-11-01",
        50,
        "fifty",
    )
    assert [intent.kind for intent in intents_of(bought)] == []


def test_a_win_back_goes_the_ways_that_the_program_names_for_it() -> None:
    assert channels_of("win_back", make_winning(OFFER)) == ("email",)
    assert channels_of("win_back", make_winning(None)) == ()


def test_stopped_between_two_members_the_next_run_offers_what_is_left(shop: Shop) -> None:
    members = [shop.regular(number) for number in range(2)]
    shop.watched.fails_after = 1
    with pytest.raises(TemporarilyUnavailableError):
        shop.run()
    assert sum(shop.given(member_id)[2] for member_id in members) == 1
    shop.run()
    assert [shop.given(member_id) for member_id in members] == [(50, "offered", 1)] * 2


def test_whoever_buys_every_day_moves_in_the_index_once_a_week_and_an_earn_costs_six_units(shop: Shop) -> None:
    member_id = shop.enrol(1)
    shop.watched.asked.clear()
    days = [START.date() + timedelta(days=number) for number in range(28)]
    for day in days:
        shop.buy(member_id, day)
    written = [asked["TransactItems"] for operation, asked in shop.watched.asked if operation == "TransactWriteItems"]
    mondays = [items[0]["Put"]["Item"].get("lapse_on", {}).get("S") for items in written]
    assert max(transaction_units(items, {}) for items in written) <= 6
    assert (mondays[:2], len({*mondays[2:]})) == ([None, None], 4)


def test_a_program_that_asks_for_more_purchases_reads_in_vain_once(shop: Shop) -> None:
    member_id = shop.regular(1)
    shop.house.programs.program = make_winning(replace(WITH_VOUCHER, purchases_min=4))
    assert shop.found() == {member_id}
    assert [shop.run()["seen"], shop.run()["seen"]] == [1, 0]
    assert shop.given(member_id) == (0, "", 0)


def test_a_program_that_begins_to_win_back_finds_who_had_gone_before(shop: Shop) -> None:
    """By all active members once, and by the index from then on."""
    begins = datetime(LAPSED.year, LAPSED.month, LAPSED.day - 1, 3, tzinfo=UTC)
    without = FixedPrograms(make_winning(None))
    shop.house.programs = without
    gone, here = shop.regular(1), shop.regular(2)
    shop.buy(here, LAPSED - timedelta(days=2))
    assert shop.found(date(2030, 1, 1)) == set()
    without.current = lambda now: make_winning(WITH_VOUCHER if now >= begins else None)  # type: ignore[method-assign]
    assert shop.run()["seen"] == 2
    assert (shop.given(gone)[1], shop.given(here)[1]) == ("offered", "")
    assert (shop.run(LAPSED + timedelta(days=1))["seen"], shop.found(date(2030, 1, 1))) == (0, {here})


def test_a_late_receipt_of_an_older_program_leaves_the_member_in_the_index(shop: Shop) -> None:
    """What a receipt earns, the program of its day says; what the index shows, the one in force."""
    member_id = shop.regular(1)
    current = shop.house.programs.current(START)
    before = replace(current, win_back=None)
    late = make_purchase(50_000, purchase_id="late", at=START - timedelta(days=3), store="HCM-01")
    shop.house.programs.at = lambda _: before  # type: ignore[method-assign]
    shop.house.purchases.record("ptn_0000000000000001", member(member_id), late, "late")
    assert shop.found() == {member_id}
