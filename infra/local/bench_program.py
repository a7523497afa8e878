"""What a large program costs: pricing a long bill by many rules, and loading a document of hundreds of rules and rewards.

Time is CPU time, the best of many rounds; beside it stands what cannot be done without (parsing the stored JSON, adding up
the bill), so that a ratio remains where machines differ.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import timeit
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from quen.earning.model import Purchase, PurchaseLine, price_purchase
from quen.money import Money
from quen.program.compiled import compile_program

ROUNDS, CALLS = 20, 20
AT = datetime(2026, 11, 22, 5, tzinfo=UTC)
CATEGORIES = ("coffee", "cake", "tea", "book", "toy")
PRICING_BUDGET_MICROSECONDS = 1_000
LOADING_BUDGET_MILLISECONDS = 50

_COLD = """
import json, sys, time
text = sys.stdin.read()
from quen.program.model import Program
start = time.process_time()
from quen.program.compiled import compile_program
from datetime import UTC, datetime
compile_program(json.loads(text), 1, datetime(2026, 1, 1, tzinfo=UTC))
print((time.process_time() - start) * 1e3)
"""


def main() -> None:
    """Print the table."""
    program = compile_program(document(50, 0), 1, AT)
    bill = long_bill(20)
    pricing = _best(lambda: price_purchase(program, bill))
    floor = _best(lambda: sum(line.amount.amount for line in bill.lines))
    print(
        f"\npricing 20 lines against 50 rules: {pricing:.0f} us, budget {PRICING_BUDGET_MICROSECONDS}"
        f" ({pricing / floor:.0f} x adding up the bill)"
    )
    text = json.dumps(document(200, 500), separators=(",", ":"))
    parsing = _best(lambda: json.loads(text))
    warm = _best(lambda: compile_program(json.loads(text), 1, AT))
    ran = subprocess.run([sys.executable, "-c", _COLD], input=text, capture_output=True, text=True, check=True)
    print(
        f"loading 200 rules and 500 rewards ({len(text) // 1024} KB): {float(ran.stdout):.1f} ms in a fresh process,"
        f" budget {LOADING_BUDGET_MILLISECONDS}, {warm / 1e3:.1f} ms in a warm one ({warm / parsing:.1f} x parsing the JSON);"
        " nothing once it is loaded"
    )


def document(rules: int, rewards: int) -> Mapping[str, Any]:
    """A stored document of so many rules of every shape, and so many rewards."""
    return {
        "program": {
            "id": "large",
            "name": "Large",
            "time_zone": "Asia/Ho_Chi_Minh",
            "currency": "VND",
            "locales": ["vi", "en"],
        },
        "points": {
            "worth": {"points": 1, "money": 100},
            "rounding": "floor",
            "pending": {"days": 0},
            "debt": {"limit": 0},
            "expiry": {"months": 12, "at": "end_of_month"},
        },
        "categories": [{"id": category} for category in CATEGORIES],
        "earning": [_rule(number) for number in range(rules)],
        "rewards": [_reward(number) for number in range(rewards)],
        "reservations": {"minutes": 15},
        "messages": {},
    }


def long_bill(lines: int) -> Purchase:
    """A purchase of so many lines."""
    made = tuple(
        PurchaseLine(f"L{number}", f"sku-{number}", 2, Money(30_000 + number, "VND"), CATEGORIES[number % 5])
        for number in range(lines)
    )
    total = sum(line.amount.amount for line in made)
    return Purchase("B-1", AT, Money(total, "VND"), "district-1", made)


def _rule(number: int) -> Mapping[str, Any]:
    rule: dict[str, Any] = {
        "id": f"rule-{number}",
        "on": "purchase",
        "wallet": "points",
        "when": {
            "weekday": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
            "time": {"from": "00:00", "to": "23:59"},
            "store": ["district-1", "district-3"],
        },
    }
    if number % 3:
        rule["goods"] = {"categories": [CATEGORIES[number % 5]]}
    shapes: tuple[Mapping[str, Any], ...] = (
        {"points": 1, "per": 10_000},
        {"points": 2, "per": 10_000, "combine": "best"},
        {"bonus": 5},
        {"points": 1, "each": "item"},
        {"multiplier": "1.5", "cap": {"points": 50, "per": "day"}},
    )
    return {**rule, **shapes[number % len(shapes)]}


def _reward(number: int) -> Mapping[str, Any]:
    return {
        "id": f"reward-{number}",
        "name": {"vi": f"Phần thưởng {number}", "en": f"Reward {number}"},
        "points": 10 + number,
        "expires_in_days": 30,
    }


def _best(act: Callable[[], Any]) -> float:
    """CPU microseconds of one call in the best of many rounds."""
    return min(timeit.repeat(act, number=CALLS, repeat=ROUNDS, timer=time.process_time)) / CALLS * 1e6


if __name__ == "__main__":
    main()
