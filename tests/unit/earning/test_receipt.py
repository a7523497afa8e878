"""What the till prints, in Vietnamese and English."""

from __future__ import annotations

from datetime import date

from factories import make_program
from quen.earning.model import RuleShare
from quen.earning.receipt import receipt_text
from quen.program.model import EarningRule, Tier


def test_a_receipt_tells_points_balance_and_worth() -> None:
    assert receipt_text(make_program(), 12, active=1_132) == {
        "vi": "Bạn được tích 12 điểm. Hiện có 1.132 điểm, trị giá 113.200 ₫.",
        "en": "You earned 12 points. You have 1,132 points, worth 113,200 VND.",
    }


def test_one_point_is_one_point() -> None:
    assert receipt_text(make_program(), 1, active=1)["en"] == "You earned 1 point. You have 1 point, worth 100 VND."


def test_nothing_earned_is_said_plainly() -> None:
    assert receipt_text(make_program(), 0, active=0) == {
        "vi": "Hoá đơn này không tích điểm. Hiện có 0 điểm, trị giá 0 ₫.",
        "en": "This purchase earns no points. You have 0 points, worth 0 VND.",
    }


def test_points_that_wait_say_until_when() -> None:
    text = receipt_text(make_program(), 12, active=0, active_on=date(2026, 12, 6))
    assert "12 điểm, dùng được từ ngày 06/12/2026." in text["vi"]
    assert "12 points, yours to spend from 6 December 2026." in text["en"]


def test_what_the_tier_adds_is_named_so_that_the_parts_come_to_the_whole() -> None:
    rule = EarningRule("base", "purchase", points=1, per=10_000, name={"vi": "Điểm mua sắm", "en": "Shopping"})
    program = make_program(earning=(rule,), tiers=(Tier("gold", {"vi": "Vàng", "en": "Gold"}),))
    shares = (RuleShare("base", 1, 1_000_000, 100), RuleShare("tier:gold", 1, 1_000_000, 50))
    text = receipt_text(program, 150, active=150, shares=shares)
    assert text["vi"].startswith("Bạn được tích 150 điểm (Điểm mua sắm: 100, Hạng Vàng: 50).")
    assert text["en"].startswith("You earned 150 points (Shopping: 100, Gold tier: 50).")
