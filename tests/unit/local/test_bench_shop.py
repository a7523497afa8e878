"""The benchmarks' own shop is told all that a function must be."""

from __future__ import annotations

from local.bench_shop import environment_of
from quen.settings import Settings

TABLES = ("ledger", "members", "program", "messages")


def test_a_function_of_the_benchmarks_lacks_no_setting() -> None:
    settings = Settings.from_environment(environment_of({name: f"bench-{name}" for name in TABLES}))
    assert settings.ledger_table == "bench-ledger"
