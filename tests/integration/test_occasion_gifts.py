"""Birthdays and holidays by the whole house: found by their indexes, given by tier, with the voucher in the member's hands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from moto import mock_aws
from msgspec.structs import replace

from house import FixedPrograms, House, MovableClock, member
from quen.errors import TemporarilyUnavailableError
from quen.ledger.model import SetTier, verify
from quen.members.model import Enrolment, Login, MemberState
from quen.program.model import Birthday, Gift, Gifts, PerkGift, RewardGift
from tables import create_tables, open_mocked
from unit.jobs.occasions import GOLD, TET, TET_MORNING, make_giving, make_holiday
from voucher_desk import use

BIRTHDAY, HOLIDAY = "birthday-rewards", "holiday-rewards"
EVE = TET_MORNING - timedelta(days=1)
LUCKY_MONEY = Gift(20, RewardGift("fifty", 30))
BIRTHDAYS = Birthday(50, reward=RewardGift("free-coffee", 10), by_tier={"gold": GOLD})


class Watched:
    """What is asked of DynamoDB, by operation and index. Where `fails_after` so many transactions, the next one fails."""

    def __init__(self, client: Any) -> None:
        self.asked: list[tuple[str, str]] = []
        self.fails_after: int | None = None
        client.meta.events.register("before-parameter-build.dynamodb", self._note)

    def _note(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        self.asked.append((model.name, params.get("IndexName", "")))
        if model.name == "TransactWriteItems" and self.fails_after is not None:
            self.fails_after -= 1
            if self.fails_after < 0:
                self.fails_after = None
                raise TemporarilyUnavailableError


class Shop:
    """The house, and what is asked of its tables."""

    def __init__(self) -> None:
        client = open_mocked()
        self.house = House(client, create_tables(client), MovableClock(EVE))
        self.watched = Watched(client)
        self.set_program()

    def set_program(self, lucky_money: Gift = LUCKY_MONEY) -> None:
        tet = make_holiday(gifts=Gifts(lucky_money, {"gold": GOLD}))
        self.house.programs = FixedPrograms(replace(make_giving(tet, birthday=BIRTHDAYS), earning=()))

    def enrol(self, number: int, *, birthday: date | None = None, gold: bool = False) -> str:
        phone = f"+8490123456{number}"
        enrolment = Enrolment(phone=phone, birthday=birthday)
        login = Login("https://issuer.test", f"sub-{phone}", phone=phone)
        member_id = self.house.members.enrol(login, enrolment, self.house.clock.now()).member.member_id
        if gold:
            self.house.tiers.set(member_id, SetTier("gold", None, "goodwill"), record=lambda _: ())
        return member_id

    def run(self, job: str, on: date, *, dry_run: bool = False) -> dict[str, Any]:
        self.house.wall.instant = datetime(on.year, on.month, on.day, 1, tzinfo=UTC)
        self.watched.asked.clear()
        return self.house.jobs.start_run(job, on, dry_run=dry_run, actor="staff:an")

    def vouchers(self, member_id: str) -> list[dict[str, Any]]:
        return self.house.vouchers.list_own(member_id, None, 20)[0]

    def given(self, member_id: str) -> tuple[int, dict[str, int], dict[str, str], int]:
        """Points, gifts, perks, and how many vouchers; the history proves the account."""
        store = self.house._ledger_store
        account = store.load(member_id)
        assert verify(account, store.read_history(member_id)) is None
        return account.active, dict(account.gifts), dict(account.granted), len(self.vouchers(member_id))


@pytest.fixture
def shop() -> Iterator[Shop]:
    with mock_aws():
        yield Shop()


def test_on_a_holiday_every_active_member_is_given_by_tier_however_often_it_runs(shop: Shop) -> None:
    plain, gold, away = shop.enrol(1), shop.enrol(2, gold=True), shop.enrol(3)
    shop.house.members.change_state(away, "inactive")
    dry = shop.run(HOLIDAY, TET, dry_run=True)
    assert shop.given(plain) == (0, {}, {}, 0)
    done = shop.run(HOLIDAY, TET)
    again = shop.run(HOLIDAY, TET)
    told = ("state", "seen", "done", "points", "totals")
    assert [done[name] for name in told] == ["finished", 2, 2, 20, {"perks": 1, "vouchers": 2}]
    assert [dry[name] for name in told] == [done[name] for name in told]
    assert (again["seen"], again["done"], again["points"], again["totals"]) == (2, 0, 0, {})
    assert shop.given(plain) == (20, {}, {}, 1)
    assert shop.given(gold) == (0, {}, {"ten-off": "2027-02-28"}, 1)
    assert shop.given(away) == (0, {}, {}, 0)


def test_nobody_scans_and_on_another_day_no_member_is_read(shop: Shop) -> None:
    shop.enrol(1, birthday=date(1994, 2, 6))
    for job, index in ((HOLIDAY, "Roll"), (BIRTHDAY, "Birthdays")):
        shop.run(job, TET)
        asked = {*shop.watched.asked}
        assert ("Query", index) in asked
        assert "Scan" not in {operation for operation, _ in asked}
    shop.run(HOLIDAY, TET + timedelta(days=1))
    assert {index for _, index in shop.watched.asked} == {""}
    assert "TransactWriteItems" not in {operation for operation, _ in shop.watched.asked}


def test_the_voucher_is_the_member_s_own_and_a_till_takes_it(shop: Shop) -> None:
    member_id = shop.enrol(1)
    shop.run(HOLIDAY, TET)
    [voucher] = shop.vouchers(member_id)
    assert (voucher["state"], voucher["valid_until"]) == ("issued", "2027-03-07")
    origin = shop.house.vouchers.load(voucher["voucher_id"])
    assert (origin["member_id"], origin["batch_id"], origin["redemption_id"]) == (member_id, None, None)
    used = use(shop.house, "redeem", voucher["code"], 50_000, "k", member(member_id))
    assert used.result["state"] == "redeemed"


@pytest.mark.parametrize("transactions", range(3))
def test_stopped_between_two_members_the_next_run_gives_what_is_left(shop: Shop, transactions: int) -> None:
    members = [shop.enrol(number) for number in range(3)]
    shop.watched.fails_after = transactions
    with pytest.raises(TemporarilyUnavailableError):
        shop.run(HOLIDAY, TET)
    before = [shop.given(member_id)[3] for member_id in members]
    assert sum(before) == transactions
    shop.run(HOLIDAY, TET)
    assert [shop.given(member_id) for member_id in members] == [(20, {}, {}, 1)] * 3


def test_birthdays_are_given_by_tier_and_a_gift_waits_in_the_account(shop: Shop) -> None:
    plain = shop.enrol(1, birthday=date(1994, 2, 6))
    gold = shop.enrol(2, birthday=date(1980, 2, 6), gold=True)
    for _ in range(2):
        shop.run(BIRTHDAY, TET)
    assert shop.given(plain) == (50, {"free-coffee/2027-02-15": 1}, {}, 0)
    assert shop.given(gold) == (0, {}, {"ten-off": "2027-02-28"}, 1)


def test_who_is_born_on_29_february_is_given_a_perk_and_a_voucher_in_every_year(shop: Shop) -> None:
    leapling = shop.enrol(1, birthday=date(1996, 2, 29), gold=True)
    for day in (date(2027, 2, 28), date(2027, 3, 1), date(2028, 2, 28), date(2028, 2, 29)):
        shop.run(BIRTHDAY, day)
    assert shop.given(leapling)[2:] == ({"ten-off": "2028-02-29"}, 2)


@pytest.mark.parametrize("state", ["blocked", "inactive", "closed"])
def test_who_came_back_after_the_day_is_given_it_only_while_the_day_is_run(shop: Shop, state: MemberState) -> None:
    member_id = shop.enrol(1)
    shop.house.members.change_state(member_id, state)
    assert shop.run(HOLIDAY, TET)["seen"] == 0
    if state != "closed":
        shop.house.members.change_state(member_id, "active")
        assert shop.run(HOLIDAY, TET)["done"] == 1


def test_a_perk_alone_is_an_entry_without_points(shop: Shop) -> None:
    shop.set_program(Gift(perk=PerkGift("ten-off", 3)))
    member_id = shop.enrol(1)
    assert shop.run(HOLIDAY, TET)["totals"] == {"perks": 1}
    [entry], _ = shop.house.ledger.list_entries(member_id, None, 10)
    assert (entry["kind"], entry["points"], entry["explanation"]) == ("bonus", 0, [])
    assert entry["reference"] == {"kind": "holiday", "id": "tet:2027"}
