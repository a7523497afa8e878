"""Punch cards: what stamps bring, what a return takes back, what is over."""

from __future__ import annotations

import json
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from msgspec.structs import replace

from factories import NOON, make_card, make_event, make_program, make_purchase, make_stamping
from quen.cards.model import CardMark, mark_form, parse_mark
from quen.earning.model import Purchase, PurchaseLine
from quen.earning.receipt import receipt_text
from quen.errors import ValidationFailedError
from quen.ledger.model import (
    Account,
    BringUpToDate,
    Entry,
    OpenBalance,
    RecordEvent,
    RecordPurchase,
    decide,
    folded,
    next_due_on,
    own_entry,
    parse_entry,
    rebuild,
    sealed_form,
    verify,
)
from quen.ledger.views import account_view, entry_view
from quen.money import Money
from quen.program.model import Cap, EarningRule, Goods, Milestone, OnWeekdays, Program
from quen.returns.model import kept_form, read_sale
from till import Till

ONE_PER_ITEM = EarningRule(
    "stamp", "purchase", points=1, each="item", wallet="stamps/coffee", goods=Goods(frozenset({"coffee"}), frozenset())
)
TEA = make_card(id="tea", name={"vi": "Trà", "en": "Tea"}, stamps=4, milestones={4: Milestone("cone", 30)})


def line(number: int, quantity: int = 1, amount: int = 45_000, free: int = 0, category: str = "coffee") -> PurchaseLine:
    return PurchaseLine(f"L{number}", category, quantity, Money(amount, "VND"), category, free)


def bill(*lines: PurchaseLine, **changes: Any) -> Purchase:
    total = sum(each.amount.amount for each in lines)
    return replace(make_purchase(total), lines=lines, **changes)


def record(account: Account, program: Program, purchase: Purchase) -> tuple[Account, Entry]:
    entries = decide(account, RecordPurchase("ptn", purchase), program, NOON)
    return folded(account, entries), own_entry(entries)


def stamps_of(program: Program, purchase: Purchase) -> int:
    _, entry = record(Account("mem"), program, purchase)
    return sum(share.points for share in entry.shares if share.wallet == "stamps/coffee")


def test_the_5th_brings_a_cone_and_the_12th_a_sundae() -> None:
    till, won = Till(make_stamping()), {}
    for number in range(1, 25):
        before = till.account.gifts
        till.buy(10_000, f"B-{number}")
        if till.account.gifts != before:
            won[number] = sorted(till.account.gifts.items())
    assert won == {
        5: [("cone/2027-02-19", 1)],
        12: [("cone/2027-02-19", 1), ("sundae/2027-02-19", 1)],
        17: [("cone/2027-02-19", 2), ("sundae/2027-02-19", 1)],
        24: [("cone/2027-02-19", 2), ("sundae/2027-02-19", 2)],
    }
    assert till.account.cards == {"coffee": CardMark(0, "", 2)}
    assert rebuild("mem", till.entries) == till.account


def test_a_gift_lives_so_many_days_that_of_the_stamp_included() -> None:
    till = Till(make_stamping(card=make_card(milestones={1: Milestone("cone", 1), 2: Milestone("cone", 2)})))
    till.buy(20_000)
    assert till.account.gifts == {"cone/2026-11-22": 1, "cone/2026-11-23": 1}


def test_one_receipt_may_fill_several_cards_and_begin_another() -> None:
    account, entry = record(Account("mem"), make_stamping(), make_purchase(300_000))
    assert account.cards == {"coffee": CardMark(6, "", 2)}
    assert account.gifts == {"cone/2027-02-19": 3, "sundae/2027-02-19": 2}
    assert entry.lines == {"member.stamps": 6, "program.stamps": -6}
    assert account.counters == {"stamps/coffee": 6}


def test_a_card_filled_to_the_last_stamp_moves_nothing_and_is_told_all_the_same() -> None:
    account, entry = record(Account("mem"), make_stamping(), make_purchase(120_000))
    assert (entry.lines, account.counters) == ({}, {})
    [told] = entry_view(entry)["wallets"]
    assert (told["wallet"], told["amount"], told["explanation"][0]["points"]) == ("stamps", 0, 12)
    [card] = entry_view(entry)["cards"]
    assert (card["stamps"], card["completed"]) == (0, 1)
    assert [(one["at"], one["reward_id"], one["times"]) for one in card["reached"]] == [
        (5, "cone", 1),
        (12, "sundae", 1),
    ]
    assert entry_view(entry)["gifts"][0] == {"reward_id": "cone", "until": "2027-02-19", "count": 1}


def test_on_double_stamp_days_every_stamp_counts_twice() -> None:
    base = EarningRule("stamp", "purchase", points=1, wallet="stamps/coffee")
    sunday = OnWeekdays(frozenset({6}))
    twice = EarningRule("twice", "purchase", multiplier=Fraction(2), wallet="stamps/coffee", when=sunday)
    program = make_stamping(base, twice)
    assert stamps_of(program, make_purchase()) == 2
    assert stamps_of(program, make_purchase(at=NOON - timedelta(days=1))) == 1


def test_a_cap_per_purchase_is_the_limit_of_a_receipt() -> None:
    program = make_stamping(replace(ONE_PER_ITEM, caps=(Cap(3, "purchase"),)))
    assert [stamps_of(program, bill(line(1, pieces))) for pieces in (2, 3, 9)] == [2, 3, 3]


def test_every_card_has_stamps_multipliers_and_caps_of_its_own() -> None:
    coffee = replace(ONE_PER_ITEM, caps=(Cap(1, "purchase"),))
    tea = replace(ONE_PER_ITEM, id="leaf", wallet="stamps/tea", goods=Goods(frozenset({"tea"}), frozenset()))
    twice = EarningRule("twice", "purchase", multiplier=Fraction(2), wallet="stamps/tea")
    program = make_stamping(coffee, tea, twice, cards=(make_card(), TEA))
    account, _ = record(Account("mem"), program, bill(line(1, 3), line(2, 1, category="tea")))
    assert {card: mark.stamps for card, mark in account.cards.items()} == {"coffee": 1, "tea": 2}
    assert account.wallet("stamps") == 3
    assert account.counters == {"stamps/coffee": 1, "stamps/tea": 2}


def test_stamps_that_come_on_one_card_and_leave_another_make_no_line_and_fit_the_ledger() -> None:
    coffee = EarningRule("stamp", "purchase", points=1, wallet="stamps/coffee")
    tea = replace(coffee, id="leaf", wallet="stamps/tea")
    tea_card = replace(TEA, stamps=2, milestones={2: Milestone("cone")})
    program = make_stamping(coffee, tea, cards=(make_card(), tea_card))
    account, _ = record(Account("mem"), program, make_purchase())
    account, entry = record(account, program, make_purchase(purchase_id="B-2"))
    assert (entry.lines, entry.counters) == ({}, {"stamps/coffee": 1, "stamps/tea": -1})
    assert account.counters == {"stamps/coffee": 2}


@pytest.mark.parametrize(
    ("purchase", "stamps"),
    [
        (bill(line(1, 3)), 3),
        (bill(line(1, 3, free=1)), 2),
        (bill(line(1, 2), line(2, 1, amount=0)), 2),
        (bill(line(1, 1, amount=0)), 0),
        (bill(line(1, 2, free=2)), 0),
        (bill(line(1, 1, category="cake")), 0),
    ],
)
def test_what_is_free_gives_no_stamp(purchase: Purchase, stamps: int) -> None:
    assert stamps_of(make_stamping(ONE_PER_ITEM), purchase) == stamps


@pytest.mark.parametrize("each", ["purchase", "visit"])
def test_a_purchase_or_visit_of_nothing_gives_no_stamp(each: Any) -> None:
    program = make_stamping(EarningRule("stamp", "purchase", points=1, each=each, wallet="stamps/coffee"))
    assert [stamps_of(program, make_purchase(amount)) for amount in (10_000, 0)] == [1, 0]


def test_returns_know_which_pieces_were_free() -> None:
    program = make_stamping(ONE_PER_ITEM)
    kept = kept_form(bill(line(1, 3, free=1), line(2)), program) | {"version": 1}
    assert [each[1] for each in kept["lines"]] == [[3, 1], 1]
    sale = read_sale("B-1", kept, [{"amount": 45_000, "lines": [["L1", 1, 22_500]]}])
    assert [(each.quantity, each.paid_quantity) for each in sale.remaining.lines] == [(2, 1), (1, 1)]
    sale = read_sale("B-1", kept, [{"amount": 45_000, "lines": [["L1", 2, 45_000]]}])
    assert [each.paid_quantity for each in sale.remaining.lines] == [0, 1]


def test_a_return_takes_its_stamps_and_the_unused_gift_they_had_won() -> None:
    till = Till(make_stamping())
    till.buy(40_000, "first")
    till.buy(20_000)
    assert till.account.gifts == {"cone/2027-02-19": 1}
    [entry] = till.bring_back(20_000)
    assert (entry.gifts, entry.counters) == ({"cone/2027-02-19": -1}, {"stamps/coffee": -2})
    assert (till.account.cards["coffee"], till.account.gifts) == (CardMark(4), {})


def test_a_return_opens_a_full_card_again() -> None:
    till = Till(make_stamping())
    till.buy(110_000, "first")
    till.buy(30_000)
    assert till.account.cards["coffee"] == CardMark(2, "", 1)
    till.bring_back(30_000)
    assert till.account.cards["coffee"] == CardMark(11)
    assert till.account.gifts == {"cone/2027-02-19": 1}


def test_a_used_gift_is_owed_the_stamps_must_be_earned_again_and_then_give_nothing() -> None:
    till = Till(make_stamping())
    till.buy(110_000, "first")
    till.buy(10_000)
    till.account = replace(till.account, gifts={"cone/2027-02-19": 1})  # the sundae was eaten
    till.bring_back(10_000)
    assert till.account.cards["coffee"] == CardMark(11, "", 0, ((12, 1),))
    till.buy(10_000, "again")
    assert till.account.cards["coffee"] == CardMark(0, "", 1)
    assert till.account.gifts == {"cone/2027-02-19": 1}
    till.buy(120_000, "next")
    assert till.account.gifts == {"cone/2027-02-19": 2, "sundae/2027-02-19": 1}


def test_of_milestones_that_bring_the_same_what_was_reached_last_goes_back_first() -> None:
    card = make_card(3, milestones={1: Milestone("cone"), 2: Milestone("cone")})
    for steps in ((40_000,), (10_000, 30_000), (10_000,) * 4):
        till = Till(make_stamping(card=card))
        till.buy(40_000)
        till.account = replace(till.account, gifts={"cone/2027-02-19": 1})  # two of three were eaten
        for amount in steps:
            till.bring_back(amount)
        assert till.account.cards["coffee"] == CardMark(owed=((1, 1), (2, 1)))


def test_a_card_ends_with_its_last_day_and_takes_its_stamps_along() -> None:
    till = Till(make_stamping(card=make_card(months=1)))
    till.buy(70_000)
    till.now += timedelta(days=9)
    till.buy(10_000, "later")
    assert till.account.cards["coffee"] == CardMark(8, "2026-12-22")
    assert next_due_on(till.account, till.program) == date(2026, 12, 23)
    till.now = NOON + timedelta(days=31)
    [entry] = till.do(BringUpToDate(till.now))
    assert (entry.kind, entry.lines) == ("card", {"member.stamps": -8, "program.stamps": 8})
    assert entry.occurred_at.isoformat() == "2026-12-22T17:00:00+00:00"
    assert till.account.cards["coffee"] == CardMark(0, "", 0, (), "2026-12-22")
    assert till.account.gifts == {"cone/2027-02-19": 1}  # what was won stays
    till.buy(50_000, "new")
    assert till.account.gifts == {"cone/2027-02-19": 1, "cone/2027-03-22": 1}
    assert till.account.cards["coffee"].until == "2027-01-23"


def test_a_return_of_what_was_stamped_on_an_ended_card_takes_nothing_from_the_newer_one() -> None:
    till = Till(make_stamping(card=make_card(days=10)))
    till.buy(70_000)
    till.now += timedelta(days=11)
    till.buy(30_000, "new")
    till.bring_back(70_000)
    assert till.account.cards["coffee"].stamps == 3
    till.bring_back(10_000, "new")
    assert till.account.cards["coffee"].stamps == 2


def test_a_late_receipt_is_stamped_on_the_day_it_comes() -> None:
    till = Till(make_stamping(card=make_card(days=10)))
    till.buy(20_000)
    till.now += timedelta(days=11)
    till.buy(30_000, "late", at=NOON)
    assert till.account.cards["coffee"] == CardMark(3, "2026-12-13", 0, (), "2026-12-02")
    till.bring_back(10_000, "late")
    assert till.account.cards["coffee"].stamps == 2


def test_a_card_that_a_new_version_makes_shorter_is_full_with_the_next_stamp() -> None:
    till = Till(make_stamping())
    till.buy(100_000)
    till.program = make_stamping(card=make_card(8, milestones={8: Milestone("sundae")}))
    till.buy(10_000, "next")
    assert till.account.cards["coffee"] == CardMark(3, "", 1)
    assert till.account.gifts == {"cone/2027-02-19": 1, "sundae/2027-02-19": 1}


def test_events_that_partners_report_give_stamps_too() -> None:
    program = make_stamping(EarningRule("review", "review", points=6, wallet="stamps/coffee"))
    entries = decide(Account("mem"), RecordEvent("ptn", make_event("review")), program, NOON)
    account = folded(Account("mem"), entries)
    assert (account.cards["coffee"].stamps, account.gifts) == (6, {"cone/2027-02-19": 1})


def test_without_cards_the_plain_wallet_of_stamps_is_what_it_was() -> None:
    program = make_program(earning=(EarningRule("stamp", "purchase", points=2, wallet="stamps"),))
    account, entry = record(Account("mem"), program, make_purchase())
    assert (account.counters, account.cards, entry.cards) == ({"stamps": 2}, {}, {})


def test_stamps_of_an_older_system_have_brought_what_they_brought() -> None:
    command = OpenBalance("imp", {"never": 5}, {"stamps/coffee": 30, "qualifying/2026-01": 7})
    entries = decide(Account("mem"), command, make_stamping(), NOON)
    account = folded(Account("mem"), entries)
    assert (account.cards, account.gifts) == ({"coffee": CardMark(6, "", 2)}, {})
    assert account.counters == {"qualifying/2026-01": 7, "stamps/coffee": 6}
    with pytest.raises(ValidationFailedError):
        decide(Account("mem"), OpenBalance("imp", {}, {"stamps/tea": 1}), make_stamping(), NOON)


def test_an_account_shows_every_card_the_empty_ones_too() -> None:
    program = make_stamping(cards=(make_card(months=6), TEA))
    account, _ = record(Account("mem"), program, make_purchase(70_000))
    coffee, tea = account_view(account, program, NOON)["cards"]
    assert coffee == {
        "card_id": "coffee",
        "name": {"vi": "Cà phê", "en": "Coffee"},
        "stamps": 7,
        "of": 12,
        "milestones": [
            {"at": 5, "reward_id": "cone", "reached": True},
            {"at": 12, "reward_id": "sundae", "reached": False},
        ],
        "completed": 0,
        "expires_on": "2027-05-22",
    }
    assert (tea["card_id"], tea["stamps"], tea["expires_on"]) == ("tea", 0, None)


def test_the_receipt_says_how_full_the_card_is_and_what_was_won() -> None:
    program = make_stamping()
    account, first = record(Account("mem"), program, make_purchase(40_000))
    text = receipt_text(program, 0, active=0, cards=first.cards)
    assert text["vi"].endswith("Thẻ Cà phê: 4/12 tem.")
    assert text["en"].endswith("Coffee card: 4 of 12 stamps.")
    _, second = record(account, program, make_purchase(130_000))
    text = receipt_text(program, 0, active=0, cards=second.cards)
    assert text["vi"].endswith("Thẻ Cà phê: 5/12 tem. Thẻ đã đầy, bắt đầu thẻ mới. Quà tặng: 2 × Kem ốc quế, Kem ly.")
    assert text["en"].endswith("One card is full, and a new one begins. Your gift: 2 × Cone, Sundae.")


def test_marks_are_kept_short_and_read_as_they_were() -> None:
    account, entry = record(Account("mem"), make_stamping(), make_purchase(130_000))
    assert parse_entry(*sealed_form(entry)) == entry
    assert verify(account, [sealed_form(entry)]) is None
    assert mark_form(CardMark(7)) == [7]
    for mark in (CardMark(), CardMark(7, "2027-01-01", 2, ((5, 1), (12, 2)), "2026-01-01"), entry.cards["coffee"]):
        assert parse_mark(mark_form(mark)) == mark


def test_lines_that_counters_say_are_not_written_and_are_read_all_the_same() -> None:
    status = EarningRule("status", "purchase", points=1, per=10_000, wallet="qualifying")
    stamp = replace(status, id="stamp", wallet="stamps/coffee")
    _, entry = record(Account("mem"), make_stamping(status, stamp), make_purchase(70_000))
    form, hash_ = sealed_form(entry)
    assert "lines" not in json.loads(form)
    assert parse_entry(form, hash_).lines == entry.lines
    assert entry.lines["member.stamps"] == entry.lines["member.qualifying"] == 7
