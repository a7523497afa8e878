"""What the benchmark says of signed requests keeps within the budget that it prints."""

from __future__ import annotations

import pytest

from local.bench_partners import BUDGET_MICROSECONDS, measure


@pytest.mark.long
def test_verifying_a_signed_request_takes_a_millisecond_of_cpu_at_the_most() -> None:
    costs = {cost.algorithm: cost.microseconds for cost in measure()}
    assert len(costs) == 3
    assert max(costs.values()) <= BUDGET_MICROSECONDS == 1_000, costs
