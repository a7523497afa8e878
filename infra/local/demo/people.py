"""Who comes to the shop: invented members with names as people in Vietnam have them.

The phone numbers are 0900 000 1xx and on, the e-mail addresses in a domain that can have none: nobody is meant.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from datetime import date
from random import Random

FIRST_PHONE = 84_900_000_100
MAIL_DOMAIN = "quen.example"
STORES = ("ben-thanh", "thao-dien", "phu-nhuan")

# Roughly as often as they are borne in Vietnam: most people share a few family names.
_FAMILY_NAMES = """
Nguyễn Nguyễn Nguyễn Nguyễn Trần Trần Lê Lê Phạm Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý
"""
FAMILY_NAMES = tuple(_FAMILY_NAMES.split())
_GIVEN_NAMES = """
Thị Hoa, Thị Lan, Thị Mai, Ngọc Ánh, Thu Hà, Thanh Thảo, Phương Linh, Mỹ Duyên, Bảo Trân, Khánh Vy, Hồng Nhung,
Kim Ngân, Thuỳ Trang, Minh Châu, Quỳnh Như, Diễm My, Cẩm Tú, Tường Vi, Văn Hùng, Văn Nam, Đức Anh, Minh Quân,
Quốc Bảo, Hữu Phước, Thành Đạt, Hoàng Long, Anh Tuấn, Gia Huy, Trọng Nghĩa, Công Danh, Xuân Trường, Nhật Minh,
Tấn Phát, Duy Khang, Thiên Phúc, Đình Trí
"""
GIVEN_NAMES = tuple(name.strip() for name in _GIVEN_NAMES.split(","))

# How many come so often (visits a week), out of a hundred.
HABITS = ((15, 5.0), (45, 1.4), (40, 0.5))


@dataclass(frozen=True, slots=True)
class Guest:
    """One member. `visits_a_week` on average, `store` where they mostly go, `is_early` who comes before work."""

    phone: str
    name: str
    email: str
    birthday: date | None
    consents: tuple[str, ...]
    joins_on_day: int
    visits_a_week: float
    store: str
    is_early: bool


def make_guests(random: Random, count: int, days: int) -> list[Guest]:
    """So many members; most of them join in the first third of the days. The first was born on 29 February."""
    guests = [_make_guest(random, number, days) for number in range(count)]
    if guests:
        guests[0] = replace(guests[0], birthday=date(1996, 2, 29), joins_on_day=0)
    return guests


def plain_ascii(name: str) -> str:
    """A name without its marks, for an address: `Nguyễn Thị Hoa` → `nguyen.thi.hoa`."""
    text = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in text if not unicodedata.combining(letter)).lower().replace(" ", ".")


def _make_guest(random: Random, number: int, days: int) -> Guest:
    name = f"{random.choice(FAMILY_NAMES)} {random.choice(GIVEN_NAMES)}"
    has_email = random.random() < 0.6
    early_joiner = random.random() < 0.75
    return Guest(
        phone=f"+{FIRST_PHONE + number}",
        name=name,
        email=f"{plain_ascii(name)}.{number}@{MAIL_DOMAIN}" if has_email else "",
        birthday=_make_birthday(random) if random.random() < 0.7 else None,
        consents=_make_consents(random, has_email=has_email),
        joins_on_day=random.randrange(max(1, days // 3)) if early_joiner else random.randrange(max(1, days * 9 // 10)),
        visits_a_week=_make_habit(random),
        store=random.choice(STORES),
        is_early=random.random() < 0.65,
    )


def _make_birthday(random: Random) -> date:
    return date(random.randint(1966, 2007), random.randint(1, 12), random.randint(1, 28))


def _make_consents(random: Random, *, has_email: bool) -> tuple[str, ...]:
    if random.random() < 0.2:
        return ("terms",)
    channels = ("marketing_email", "transactional_email") if has_email else ("marketing_sms", "transactional_sms")
    return ("terms", *channels)


def _make_habit(random: Random) -> float:
    weights = [share for share, _ in HABITS]
    visits = random.choices([visits for _, visits in HABITS], weights)[0]
    return visits * random.uniform(0.7, 1.3)
