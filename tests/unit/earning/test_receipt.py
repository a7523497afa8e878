"""What the till prints, in Vietnamese and English."""

from __future__ import annotations

from datetime import date

from factories import make_program
from quen.earning.receipt import receipt_text


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
    assert "12 points, yours to spend from 2026-12-06." in text["en"]
