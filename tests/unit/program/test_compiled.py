"""What is stored becomes the program that requests use, fast and without pydantic."""

from __future__ import annotations

import json
import subprocess
import sys
import time as stopwatch
from datetime import UTC, datetime, time
from fractions import Fraction
from pathlib import Path

import pytest

from quen.program.compiled import canonical_text, compile_program
from quen.program.document import parse_document
from quen.program.model import Expiry, Program
from unit.program.documents import PROGRAMS, changed

LAYER = Path(__file__).parents[3] / "layers" / "quen"
BEGAN = datetime(2026, 11, 22, tzinfo=UTC)
COMPILE_SECONDS_MAX = 0.005


def compiled(document: object) -> Program:
    return compile_program(json.loads(canonical_text(parse_document(document).content)), 7, BEGAN)  # type: ignore[arg-type]


def test_the_demo_program_arrives_whole() -> None:
    program = compiled((PROGRAMS / "ca-phe-quen.yaml").read_text())
    assert (program.id, program.currency, program.locales, program.version) == ("ca-phe-quen", "VND", ("vi", "en"), 7)
    assert (program.time_zone.key, program.effective_from) == ("Asia/Ho_Chi_Minh", BEGAN)
    assert (program.points.worth_points, program.points.worth_money, program.points.debt_limit) == (1, 100, 100_000)
    assert program.points.expiry == Expiry("months", 12, "end_of_month")
    base, double_star, welcome = program.earning
    assert (base.points, base.per, base.multiplier, base.weekdays) == (1, 10_000, None, frozenset())
    assert (double_star.multiplier, double_star.weekdays) == (Fraction(2), frozenset({0}))
    assert (double_star.cap_points, double_star.cap_per) == (200, "day")
    assert (welcome.on, welcome.points) == ("enrolment", 20)
    assert program.birthday is not None
    assert (program.birthday.points, program.birthday.channels) == (50, ("email", "sms"))
    tumbler = program.load_reward("tumbler")
    assert (tumbler.points, tumbler.stock, tumbler.per_member, tumbler.expires_in_days) == (1500, 50, 1, 60)
    assert (program.messages.quiet_from, program.messages.quiet_to) == (time(22), time(7))
    assert program.reservation_minutes == 15


@pytest.mark.parametrize(
    ("written", "expiry"),
    [
        ("none", Expiry()),
        ({"days": 90}, Expiry("days", 90)),
        ({"months": 6}, Expiry("months", 6)),
        ({"fixed": "12-31"}, Expiry("fixed", month_day=(12, 31))),
    ],
)
def test_every_way_to_expire_arrives(written: object, expiry: Expiry) -> None:
    assert compiled(changed("/points/expiry", written)).points.expiry == expiry


def test_a_rewards_first_name_is_in_the_programs_first_locale() -> None:
    program = compiled(changed("/program/locales", ["en", "vi"]))
    assert next(iter(program.rewards[0].name)) == "en"


def test_compiling_takes_no_noticeable_time() -> None:
    text = canonical_text(parse_document((PROGRAMS / "ca-phe-quen.yaml").read_text()).content)
    fastest = min(_timed(text) for _ in range(5))
    assert fastest < COMPILE_SECONDS_MAX


def _timed(text: str) -> float:
    started = stopwatch.perf_counter()
    compile_program(json.loads(text), 1, BEGAN)
    return stopwatch.perf_counter() - started


def test_a_request_that_only_reads_the_program_loads_neither_pydantic_nor_yaml() -> None:
    code = (
        "import sys; import quen.program.service, quen.program.compiled, quen.earning.model, quen.earning.receipt; "
        "print(sorted({'pydantic', 'pydantic_core', 'yaml'} & set(sys.modules)))"
    )
    environment = {"PYTHONPATH": str(LAYER)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.strip() == "[]"
