"""What the till prints or shows after a purchase: short sentences, Vietnamese and English."""

from __future__ import annotations

from datetime import date

from quen.money import format_integer, format_money
from quen.program.model import Program


def receipt_text(program: Program, points: int, *, active: int, active_on: date | None = None) -> dict[str, str]:
    """The sentences by language.

    `points` is what the purchase earned, `active` what the member can spend afterwards, `active_on` the day on which
    the points become active, where they wait.
    """
    worth = program.worth(active)
    return {
        "vi": f"{_earned_vi(points, active_on)} Hiện có {format_integer(active, 'vi')} điểm,"
        f" trị giá {format_money(worth, 'vi')}.",
        "en": f"{_earned_en(points, active_on)} You have {_points_en(active)}, worth {format_money(worth, 'en')}.",
    }


def return_text(program: Program, taken: int, given: int, *, active: int) -> dict[str, str]:
    """The same after a return: `taken` is what the goods had earned, `given` what had been paid with points."""
    worth = program.worth(active)
    back = {
        "vi": f" Hoàn lại {format_integer(given, 'vi')} điểm đã dùng." if given else "",
        "en": f" You get back {_points_en(given)} that you paid with." if given else "",
    }
    return {
        "vi": f"Trả hàng: trừ {format_integer(taken, 'vi')} điểm.{back['vi']}"
        f" Hiện có {format_integer(active, 'vi')} điểm, trị giá {format_money(worth, 'vi')}.",
        "en": f"Goods returned: {_points_en(taken)} taken back.{back['en']}"
        f" You have {_points_en(active)}, worth {format_money(worth, 'en')}.",
    }


def _earned_vi(points: int, active_on: date | None) -> str:
    if not points:
        return "Hoá đơn này không tích điểm."
    later = f", dùng được từ ngày {active_on:%d/%m/%Y}" if active_on else ""
    return f"Bạn được tích {format_integer(points, 'vi')} điểm{later}."


def _earned_en(points: int, active_on: date | None) -> str:
    if not points:
        return "This purchase earns no points."
    later = f", yours to spend from {active_on:%Y-%m-%d}" if active_on else ""
    return f"You earned {_points_en(points)}{later}."


def _points_en(points: int) -> str:
    return f"{format_integer(points, 'en')} {'point' if points == 1 else 'points'}"
